"""A file of only the rows that are not ready: every cell as it was, what to mend beside it; mended, it is read again.

Two columns are added, for the row in the first file and for what to mend; reading knows them and leaves them out.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

from mikra.issuance.roster.faults import number_text
from mikra.issuance.roster.headings import OWN_COLUMNS
from mikra.issuance.roster.neutral import neutral
from mikra.issuance.roster.package import DESIGN_PROPERTY
from mikra.issuance.roster.result import BadRow, Raw, Roster
from mikra.messages import text

LONGEST_CELL = 32_000
"""Characters; a spreadsheet holds 32,767 in a cell."""

_WIDTHS = (8, 60)
CREATED = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
"""In place of the moment of writing: the same rows give the same file."""


def write_corrections(roster: Roster, *, language: str = "en") -> bytes:
    """The bad rows as XLSX, with the cells that need attention marked."""
    import xlsxwriter

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"created": CREATED.replace(tzinfo=None)})
    if roster.source.for_design:
        workbook.set_custom_property(DESIGN_PROPERTY, roster.source.for_design, "text")
    sheet = workbook.add_worksheet(text("roster.sheet_mend", language))
    plain = workbook.add_format({"num_format": "@"})
    marked = workbook.add_format({"num_format": "@", "bg_color": "#FFD9D9", "border": 1})
    bold = workbook.add_format({"bold": True, "num_format": "@"})
    headings = _headings(roster, language)
    sheet.set_column(0, len(headings) - 3, 22, plain)
    sheet.set_column(len(headings) - 2, len(headings) - 2, _WIDTHS[0], plain)
    sheet.set_column(len(headings) - 1, len(headings) - 1, _WIDTHS[1], plain)
    for position, heading in enumerate(headings):
        sheet.write_string(0, position, neutral(heading)[:LONGEST_CELL], bold)
    for index, bad in enumerate(roster.bad, start=1):
        _write_row(sheet, index, _cells(bad, headings, language), set(bad.places), (plain, marked))
    sheet.freeze_panes(1, 0)
    workbook.close()
    return buffer.getvalue()


def _write_row(sheet: Any, index: int, cells: list[str], wrong: set[int], formats: tuple[Any, Any]) -> None:
    for position, cell in enumerate(cells):
        form = formats[1] if position in wrong else formats[0]
        if cell:
            sheet.write_string(index, position, cell[:LONGEST_CELL], form)
        elif position in wrong:
            sheet.write_blank(index, position, None, form)


def write_corrections_csv(roster: Roster, *, language: str = "en") -> bytes:
    """The bad rows as CSV: UTF-8 with a mark, so that spreadsheet programs read the letters right."""
    buffer = io.StringIO(newline="")
    delimiter = roster.source.delimiter if roster.source.delimiter.isprintable() else ","
    writer = csv.writer(buffer, delimiter=delimiter or ",")
    headings = _headings(roster, language)
    writer.writerow([neutral(heading) for heading in headings])
    writer.writerows(_cells(bad, headings, language) for bad in roster.bad)
    return buffer.getvalue().encode("utf-8-sig")


def _headings(roster: Roster, language: str) -> list[str]:
    """The headings of the file, one without a name for each cell beyond them, and the two that we add."""
    own = [text(f"roster.{key}", language) for key in OWN_COLUMNS]
    widest = max((len(bad.cells) for bad in roster.bad), default=0)
    return [*roster.headings, *[""] * (widest - len(roster.headings)), *own]


def _cells(bad: BadRow, headings: list[str], language: str) -> list[str]:
    texts = [neutral(cell_text(raw)) for raw in bad.cells]
    texts += [""] * (len(headings) - 2 - len(texts))
    return [*texts, str(bad.number), neutral(_what_to_mend(bad, headings, language))]


def _what_to_mend(bad: BadRow, headings: list[str], language: str) -> str:
    said = []
    for finding, position in zip(bad.findings, bad.places, strict=True):
        place = f"{headings[position]}: " if position >= 0 else ""
        fix = f" {finding.fix.text(language)}" if finding.fix else ""
        said.append(f"{place}{finding.what.text(language)}{fix}")
    return " / ".join(said)


def cell_text(raw: Raw) -> str:
    """A cell as text that reads back as what it was."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return number_text(raw)
    if isinstance(raw, dt.datetime):
        return raw.isoformat(sep=" ") if raw.time() != dt.time() else raw.date().isoformat()
    return raw.isoformat() if isinstance(raw, dt.date) else str(raw)
