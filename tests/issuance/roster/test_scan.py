"""The quick look at a sheet says what the full one says, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.issuance.roster.result import RosterLimits
from mikra.issuance.roster.sheet_quick import ordinary_extent
from mikra.issuance.roster.sheet_scan import full_scan, scan_sheet
from tests.issuance.roster.workbooks import letters, sheet_xml

LIMITS = RosterLimits()


def full(sheet: str) -> tuple[int, int, int]:
    found = full_scan(sheet.encode(), "sheet", LIMITS, {}, "en")
    return found.rows, found.columns, found.cells


cells = st.one_of(st.none(), st.text(max_size=8), st.integers(-5, 5), st.booleans())


@settings(max_examples=150)
@given(st.lists(st.lists(cells, max_size=8), max_size=12))
def test_ordinary_sheets(rows: list[list[object]]) -> None:
    rows = [[None if isinstance(c, str) and not c.isprintable() else c for c in row] for row in rows]
    sheet = sheet_xml(rows)
    quick = ordinary_extent(sheet.encode())
    if quick is not None and quick[2]:
        found = full(sheet)
        assert quick[2] == found[2]
        assert quick[1] == found[1]
        assert quick[0] >= found[0]


@settings(max_examples=100)
@given(st.integers(1, 90_000), st.integers(0, 200), st.integers(1, 90_000), st.integers(0, 200))
def test_cells_anywhere(row: int, column: int, other_row: int, other_column: int) -> None:
    """A cell counts where its reference says, whatever row it stands in."""
    reference = f"{letters(column)}{row}"
    inside = f'<row r="{other_row}"><c r="{reference}"><v>1</v></c></row>'
    sheet = f"<worksheet><sheetData>{inside}</sheetData></worksheet>"
    assert full(sheet) == (row, column + 1, 1)
    quick = ordinary_extent(sheet.encode())
    assert quick is not None
    assert quick[0] >= row
    assert quick[1:] == (column + 1, 1)


PLAIN = '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<v>1</v>", "<f>1</f><v>1</v>"),
        ("<v>1</v>", "<f/><v>1</v>"),
        ('<c r="A1">', "<c>"),
        ('<c r="A1">', "<c r='A1'>"),
        ('<c r="A1">', '<c r = "A1">'),
        ('<c r="A1">', '<c\nr="A1">'),
        ('<c r="A1">', '<c\tr="A1">'),
        ('<c r="A1">', '<c r="&#65;1">'),
        ('<c r="A1">', '<c r="A1" t="e">'),
        ('<c r="A1">', "<c r=\"A1\" t='e'>"),
        ('<row r="1">', "<row>"),
        ("</row>", "<!-- x --></row>"),
        ("<v>1</v>", "<v><![CDATA[1]]></v>"),
        ("<worksheet>", '<worksheet xmlns:x="urn:x">'),
        ("</row>", ' r="Z9"</row>'),
    ],
)
def test_what_is_not_ordinary(old: str, new: str) -> None:
    assert ordinary_extent(PLAIN.encode()) == (1, 1, 1)
    sheet = PLAIN.replace(old, new)
    if new.startswith("<worksheet"):
        sheet = sheet.replace("</row>", '<x:c r="B1"><v>1</v></x:c></row>')
    assert ordinary_extent(sheet.encode()) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_other_encodings(encoding: str) -> None:
    sheet = f'<?xml version="1.0" encoding="{encoding}"?>' + PLAIN
    assert ordinary_extent(sheet.encode(encoding)) is None
    assert ordinary_extent(('<?xml version="1.0" encoding="UTF-8"?>' + PLAIN).encode()) == (1, 1, 1)


def test_formulas_errors_and_padding_have_their_places() -> None:
    sheet = (
        '<worksheet><sheetData><row r="3"><c r="B3"><f>1</f><v>1</v></c><c r="C3" t="e"><v>#N/A</v></c>'
        '<c r="D3" s="2"><v>7</v></c></row><row><c><v>1</v></c></row></sheetData></worksheet>'
    )
    found = scan_sheet(sheet.encode(), "sheet", LIMITS, {"2": 5}, "en")
    assert (found.formulas, found.errors, found.padded) == ([(2, 1)], [(2, 2)], {(2, 3): 5})
    assert (found.rows, found.columns, found.cells) == (4, 4, 4)


def test_a_formula_counts_in_the_namespaces_of_spreadsheets_alone() -> None:
    for namespace, count in (
        ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", 1),
        ("http://purl.oclc.org/ooxml/spreadsheetml/main", 1),
        ("urn:other", 0),
    ):
        sheet = PLAIN.replace("<v>", f'<f xmlns="{namespace}">1</f><v>')
        assert len(full_scan(sheet.encode(), "sheet", LIMITS, {}, "en").formulas) == count
