"""S6: a workbook of 100,000 learners read and checked cell by cell, one core, by CPU time.

Six columns, as in the corpus; every hundredth row has a fault. Two forms: texts in a table of their own, as spreadsheet
programs write, and texts in the cells, as many exports do. Peer: openpyxl, reading the same file and checking nothing.

    python -m benchmarks.roster
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import xlsxwriter

from benchmarks import figures
from benchmarks.figures import Figure
from mikra.issuance.fields import RosterField, standard_field
from mikra.issuance.roster import RosterOptions, iter_roster, read_roster

ROWS = 100_000
FAULTY = 100
"""Every so many rows, one has a fault."""

TARGET = 3.0
TODAY = dt.date(2026, 6, 1)
HEADINGS = ["givenName", "familyName", "email", "dateOfBirth", "course", "completed"]
GIVEN = ["Zoë", "Łukasz", "Ana", "Živilė", "Ελένη", "Иван", "María José", "Jean-Luc", "Γιώργος", "Ágnes", "Bob"]
FIELDS: Sequence[RosterField] = (
    standard_field("given_name", required=True),
    standard_field("family_name", required=True),
    standard_field("email", required=True),
    standard_field("date_of_birth"),
    standard_field("course", required=True, choices=("DATA-ETHICS",)),
    standard_field("completed"),
)
OPTIONS = RosterOptions(today=TODAY)


def learner(number: int) -> list[Any]:
    """One row; the family name, the address and most of the birth dates are its own."""
    address = f"learner.{number}@example.test" if number % FAULTY else f"learner.{number}"
    born = dt.date(1955, 1, 1) + dt.timedelta(days=number * 7 % 18_000)
    completed = dt.date(2026, 5, 1) + dt.timedelta(days=number % 28)
    family = f"O'Brien-Łukasiewicz {number}" if number % 3 == 0 else f"Popescu {number}"
    return [GIVEN[number % len(GIVEN)], family, address, born, "DATA-ETHICS", completed]


def workbook(rows: int, *, texts_in_cells: bool) -> bytes:
    """The list as XLSX."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"constant_memory": texts_in_cells, "in_memory": not texts_in_cells})
    sheet = book.add_worksheet("Learners")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADINGS)
    for number in range(1, rows + 1):
        for column, value in enumerate(learner(number)):
            if isinstance(value, dt.date):
                sheet.write_datetime(number, column, value, day)
            else:
                sheet.write_string(number, column, value)
    book.close()
    return buffer.getvalue()


def text(rows: int) -> bytes:
    """The list as CSV."""
    lines = (",".join(map(str, learner(number))) for number in range(1, rows + 1))
    return "\r\n".join([",".join(HEADINGS), *lines]).encode()


def seconds(action: Callable[[], int], expected: int, rounds: int = 3) -> float:
    """CPU seconds, the best of some rounds. RuntimeError where the answer is not the expected one."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        answer = action()
        best = min(best, time.process_time() - start)
        if answer != expected:
            raise RuntimeError(f"{answer} rows instead of {expected}")
    return best


def checked(data: bytes) -> int:
    roster = read_roster(data, fields=FIELDS, options=OPTIONS)
    if len(roster.errors) != ROWS // FAULTY:
        raise RuntimeError(f"{len(roster.errors)} faults found instead of {ROWS // FAULTY}")
    return len(roster.rows)


def streamed(data: bytes) -> int:
    rows = iter_roster(io.BytesIO(data), fields=FIELDS, options=OPTIONS)
    for _ in rows:
        pass
    return rows.ready


def read_by_openpyxl(data: bytes) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1


def measure() -> list[Figure]:
    ready = ROWS - ROWS // FAULTY
    note = f"{ROWS:,} rows of 6 cells, {ROWS // FAULTY:,} with a fault"
    found = []
    for what, in_cells in (("texts in a table", False), ("texts in the cells", True)):
        data = workbook(ROWS, texts_in_cells=in_cells)
        ours = seconds(lambda data=data: checked(data), ready)  # type: ignore[misc]
        peer = seconds(lambda data=data: read_by_openpyxl(data), ROWS, rounds=1)  # type: ignore[misc]
        found.append(
            Figure(
                id="S6",
                what=f"XLSX read and checked, {what}",
                unit="s",
                measured=ours,
                target=TARGET,
                peers={"openpyxl, reading alone": peer},
                note=f"{note}; {len(data) / 1e6:.1f} MB",
            )
        )
    lines = text(ROWS)
    found.append(
        Figure(id="S6", what="CSV read and checked", unit="s", measured=seconds(lambda: checked(lines), ready))
    )
    streaming = seconds(lambda: streamed(lines), ready)
    found.append(Figure(id="S6", what="CSV streamed and checked, bounded memory", unit="s", measured=streaming))
    return found


if __name__ == "__main__":
    figures.main(measure)
