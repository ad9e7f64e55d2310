"""The class of the demonstration's college: eight learners of a workshop, and the list of the next class as it came."""

from __future__ import annotations

import csv
import io

HEADINGS = ("Jméno", "Příjmení", "E-mail", "Číslo studenta", "Datum ukončení", "Jazyk")
NAME = "svarovani-mag.csv"

_CLASS = (
    ("Jakub", "Novotný", "jakub.novotny@zak.example", "S2301", "12.06.2026", "cs"),
    ("Eliška", "Šťastná", "eliska.stastna@zak.example", "S2302", "12.06.2026", "cs"),
    ("Георги", "Димитров", "georgi.dimitrov@zak.example", "S2303", "12.06.2026", "bg"),
    ("Minh Anh", "Ngujen", "minh.anh@zak.example", "S2304", "12.06.2026", "en"),
    ("Ondřej", "Říha", "ondrej.riha@zak.example", "S2305", "12.06.2026", "cs"),
    ("Zuzana", "Kučerová", "", "S2306", "12.06.2026", "cs"),
    ("Matěj", "Žák", "matej.zak@zak.example", "S2307", "12.06.2026", "cs"),
    ("Десислава", "Иванова", "desislava.ivanova@zak.example", "S2308", "12.06.2026", "bg"),
)
"""One of them has no e-mail address: her letter is printed."""

_NEXT = (
    ("Tomáš", "Dvořák", "tomas.dvorak@zak.example", "S2401", "19.06.2026", "cs"),
    ("Karolína", "", "karolina@zak.example", "S2402", "19.06.2026", "cs"),
    ("Petr", "Veselý", "petr.vesely.zak.example", "S2403", "31.06.2026", "cs"),
    ("Jakub", "Novotný", "jakub.novotny@zak.example", "S2301", "12.06.2026", "cs"),
    ("Lucie", "Horáková", "lucie.horakova@zak.example", "S2405", "19.06.2026", "cs"),
)
"""A name that is not whole, an address and a day that are none, and somebody who has it already."""

CORRECTED = {"family_name": "Nguyen"}
"""The fourth of the class, whose name was written wrong."""

PRIOR = {
    "given_name": "Stanislav",
    "family_name": "Kovář",
    "email": "stanislav.kovar@svarna.example",
    "learner_id": "U0107",
}
"""A welder of many years, who asks that what he can do be validated."""


def class_list() -> bytes:
    """The class that is sealed: CSV with semicolons, as a spreadsheet in Europe saves it."""
    return _written(_CLASS)


def next_class() -> bytes:
    """The one that waits for somebody to mend it."""
    return _written(_NEXT)


def _written(rows: tuple[tuple[str, ...], ...]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
