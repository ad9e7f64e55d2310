"""The class list of the demonstration: thirty learners as a real list has them, and the same list mended.

Names that systems break, dates in two forms, a quoted semicolon, a grade beyond the scale, a date that is not,
a learner twice, an e-mail without its sign.
"""

from __future__ import annotations

import csv
import io

HEADINGS = ("Nume", "Prenume", "E-mail", "Data nașterii", "Nr. matricol", "Data absolvirii", "Nota", "Observații")

_LEARNERS = (
    ("Popescu", "Ana-Maria", "ana.popescu@student.example", "14.02.2003", "M0417", "15.06.2026", "9", ""),
    ("Ionescu", "Ștefan", "stefan.ionescu@student.example", "03.11.2002", "M0418", "15.06.2026", "7", ""),
    ("O'Brien", "Zoë", "zoe.obrien@student.example", "21.07.2001", "M0419", "15.06.2026", "10", "erasmus; spring"),
    ("Łukasiewicz", "Kazimierz", "k.lukasiewicz@student.example", "09.01.2000", "M0420", "15.06.2026", "8", ""),
    ("van der Berg", "Sanne", "sanne.vdberg@student.example", "30.05.2002", "M0421", "15.06.2026", "9", ""),
    ("Georgescu", "Ioana", "ioana.georgescu@student.example", "12.12.2003", "M0422", "15.06.2026", "6", ""),
    ("Nováková", "Tereza", "tereza.novakova@student.example", "17.08.2001", "M0423", "15.06.2026", "10", ""),
    ("Kazlauskienė", "Živilė", "zivile.k@student.example", "25.03.1999", "M0424", "15.06.2026", "8", ""),
    ("Петрова", "Мария", "maria.petrova@student.example", "08.06.2002", "M0425", "15.06.2026", "9", ""),
    ("Dumitru", "Radu", "radu.dumitru@student.example", "19.10.2003", "M0426", "15.06.2026", "5", ""),
    ("Null", "Jennifer", "jennifer.null@student.example", "02.02.2002", "M0427", "15.06.2026", "7", ""),
    ("Æsir", "Þór", "thor.aesir@student.example", "27.04.2001", "M0428", "15.06.2026", "9", ""),
    ("Marinescu", "Elena", "elena.marinescu@student.example", "31.01.2003", "M0429", "15.06.2026", "8", ""),
    ("Nguyễn Thị", "Hương", "huong.nguyen@student.example", "05.09.2000", "M0430", "15.06.2026", "10", ""),
    ("Stan", "Mihai", "mihai.stan@student.example", "23.06.2002", "M0431", "15.06.2026", "6", ""),
    ("Παπαδοπούλου", "Ελένη", "eleni.p@student.example", "11.11.2001", "M0432", "15.06.2026", "9", ""),
    ("Toma", "Andreea", "andreea.toma@student.example", "07.03.2003", "M0433", "15.06.2026", "7", ""),
    ("García Márquez", "José", "jose.garcia@student.example", "16.12.1998", "M0434", "15.06.2026", "8", ""),
    ("Rusu", "Cătălin", "catalin.rusu@student.example", "28.02.2002", "M0435", "15.06.2026", "9", ""),
    ("Müller-Weiß", "Jörg", "joerg.mw@student.example", "13.05.2000", "M0436", "15.06.2026", "7", ""),
    ("Ciobanu", "Larisa", "larisa.ciobanu@student.example", "20.10.2003", "M0437", "15.06.2026", "10", ""),
    ("D’Arcy", "Jean-Luc", "jl.darcy@student.example", "01.07.2001", "M0438", "15.06.2026", "8", ""),
    ("Moldovan", "Bogdan", "bogdan.moldovan@student.example", "15.08.2002", "M0439", "15.06.2026", "6", ""),
    ("İnci", "Gülşen", "gulsen.inci@student.example", "26.09.2001", "M0440", "15.06.2026", "9", ""),
    ("Vasilescu", "Daria", "daria.vasilescu@student.example", "04.04.2003", "M0441", "15.06.2026", "8", ""),
    ("Horváth", "Bence", "bence.horvath@student.example", "18.01.2002", "M0442", "15.06.2026", "7", ""),
    ("Neagu", "Sorina", "sorina.neagu@student.example", "22.11.2003", "M0443", "15.06.2026", "9", ""),
    ("Lindström", "Åsa", "asa.lindstrom@student.example", "10.06.2000", "M0444", "15.06.2026", "10", ""),
    ("Pavel", "Cristian", "cristian.pavel@student.example", "29.12.2002", "M0445", "15.06.2026", "6", ""),
    ("Balan", "Teodora", "teodora.balan@student.example", "06.05.2003", "M0446", "15.06.2026", "8", ""),
)

_FAULTS: tuple[tuple[int, int, str], ...] = (
    (3, 3, "31.02.2000"),
    (5, 6, "11"),
    (8, 2, "maria.petrova.student.example"),
    (11, 1, ""),
    (14, 5, "15.06.2027"),
    (18, 3, "28.02.2032"),
    (21, 6, "opt"),
)
"""(learner, column, what stands there instead)."""


def mended_list() -> bytes:
    """The list without faults: CSV with semicolons, as a spreadsheet in Europe saves it."""
    return _written([list(learner) for learner in _LEARNERS])


def messy_list() -> bytes:
    """The list as it came, with one learner twice instead of another."""
    rows = [list(learner) for learner in _LEARNERS]
    for row, column, found in _FAULTS:
        rows[row][column] = found
    rows[27] = list(rows[0])
    return _written(rows)


def _written(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
