"""The file of rows to mend: whole, harmless, and read again without loss."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.issuance.fields import standard_field
from mikra.issuance.roster import Roster, RosterOptions, read_roster, write_corrections, write_corrections_csv
from mikra.issuance.roster.corrections import cell_text
from mikra.issuance.roster.neutral import neutral, restored
from mikra.messages import LANGUAGES
from tests.issuance.roster.conftest import TODAY
from tests.issuance.roster.workbooks import xlsx

Read = Callable[..., Roster]
Write = Callable[..., bytes]
BOTH = pytest.mark.parametrize("write", [write_corrections, write_corrections_csv])
NAMES = "full_name! email! date_of_birth"


@settings(max_examples=300)
@given(st.text(max_size=12) | st.text(alphabet="'=+-@\t\r\n＝a ", max_size=6))
def test_neutral_text_comes_back(text: str) -> None:
    safe = neutral(text)
    assert restored(safe) == text
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert safe == text or safe == "'" + text


@BOTH
def test_only_the_bad_rows_with_all_their_cells(read: Read, write: Write) -> None:
    data = "name,shoe size,email,born\nAna,43,ana@example.org,2001-02-03\nBob,'44,x,3.4.99\n"
    roster = read(data + "Cid,=45,cid@example.org,1.1.2001\nDee,46,,\n", NAMES)
    again = read(write(roster), NAMES)
    assert again.headings[:4] == ("name", "shoe size", "email", "born")
    assert again.unused == ("shoe size",)
    assert again.source.own
    assert [bad.cells[:4] for bad in again.bad] == [("Bob", "'44", "x", "3.4.99"), ("Dee", "46", "", "")]
    assert [(f.rule, f.found) for f in again.errors] == [(f.rule, f.found) for f in roster.errors]


@BOTH
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", LANGUAGES)
def test_in_every_language(read: Read, write: Write, language: str, reader: str) -> None:
    roster = read("name,email\nBob,x\n", NAMES)
    again = read(write(roster, language=language), NAMES, language=reader)
    assert again.source.own
    assert again.unused == ()
    assert [f.rule for f in again.errors] == ["cell_email_invalid"]


@BOTH
def test_it_says_what_to_mend_and_where_the_row_was(read: Read, write: Write) -> None:
    roster = read("name,email\nAna,ana@example.org\nBob,x\n", NAMES)
    bad = read(write(roster), NAMES).bad[0]
    assert bad.cells[2] == "3"
    assert "email: This e-mail address has no @." in str(bad.cells[3])


@BOTH
def test_nothing_runs(read: Read, write: Write) -> None:
    hostile = ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "＝1"]
    rows = "".join('"{}",x\n'.format(text.replace('"', '""')) for text in hostile)
    roster = read(f"name,email,=cmd\n{rows}".replace(",x\n", ",x,=9\n"), NAMES)
    assert len(roster.bad) == len(hostile)
    written = write(roster)
    if write is write_corrections:
        sheet = openpyxl.load_workbook(io.BytesIO(written)).worksheets[0]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not any(cell.data_type == "f" for cell in cells)
        texts = [str(cell.value) for cell in cells if cell.value]
    else:
        import csv

        texts = [cell for row in csv.reader(io.StringIO(written.decode("utf-8-sig"))) for cell in row]
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for text in texts)
    again = read(written, NAMES)
    assert [bad.cells[0] for bad in again.bad] == [bad.cells[0] for bad in roster.bad]


@BOTH
def test_apostrophes_in_a_file_of_others_stay(read: Read, write: Write) -> None:
    assert read("name,email\n'=x,a@example.org\n", NAMES).rows[0].values["full_name"] == "'=x"
    roster = read("name,email\n'=x,y\n", NAMES)
    assert read(write(roster), NAMES).bad[0].cells[0] == "'=x"


@BOTH
def test_rows_of_another_width_come_back_whole(read: Read, write: Write) -> None:
    roster = read("name,email\nAna\nBob,bob@example.org,one,more\n", NAMES)
    again = read(write(roster), NAMES)
    assert [f.rule for f in again.errors] == ["cell_missing", "row_wrong_width"]
    assert again.bad[1].cells[:4] == ("Bob", "bob@example.org", "one", "more")


def test_cells_of_a_workbook(read: Read) -> None:
    fields = [standard_field("full_name"), standard_field("email", required=True), standard_field("learner_id")]
    rows = [
        ["name", "email", "learner number", "x", "y"],
        ["Bob", None, 7.5, True, 12],
        ["Ana", "a@example.org", "012345", None, 1.5],
    ]
    roster = read(xlsx({"L": rows}), fields)
    again = read(write_corrections(roster), fields)
    assert again.bad[0].cells[:5] == ("Bob", "", "7.5", "TRUE", "12")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a", "a"),
        (5.0, "5"),
        (5.25, "5.25"),
        (True, "TRUE"),
        (dt.date(2001, 2, 3), "2001-02-03"),
        (dt.datetime.fromisoformat("2001-02-03"), "2001-02-03"),
        (dt.datetime.fromisoformat("2001-02-03T04:05"), "2001-02-03 04:05:00"),
        (dt.time(4, 5), "04:05:00"),
    ],
)
def test_cells_as_text(raw: object, text: str) -> None:
    assert cell_text(raw) == text  # type: ignore[arg-type]


def test_the_faulty_cells_are_marked(read: Read) -> None:
    roster = read("name,email,born\nBob,x,2001-02-03\n,y@example.org,\n", NAMES)
    sheet = openpyxl.load_workbook(io.BytesIO(write_corrections(roster))).worksheets[0]
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "FFFFD9D9"}
    assert marked == {"B2", "A3"}


def test_a_cell_longer_than_a_spreadsheet_holds(read: Read) -> None:
    roster = read(f"name,email\n{'x' * 50_000},a@example.org\n", NAMES)
    assert read(write_corrections(roster), NAMES).code == "cell_too_long"
    assert read(write_corrections_csv(roster), NAMES).bad[0].cells[0] == "x" * 50_000


def test_the_same_rows_give_the_same_file(read: Read) -> None:
    roster = read("name,email\nBob,x\n", NAMES)
    assert write_corrections(roster) == write_corrections(roster)


def test_nothing_to_mend(read: Read) -> None:
    roster = read("name,email\nBob,b@example.org\n", NAMES)
    for write in (write_corrections, write_corrections_csv):
        assert b"Bob" not in write(roster)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_stays(read: Read, delimiter: str) -> None:
    roster = read(f"name{delimiter}email\nBob, jr{delimiter}x\n", NAMES)
    again = read_roster(
        write_corrections_csv(roster),
        fields=roster.fields,
        options=RosterOptions(today=TODAY),
    )
    assert again.bad[0].cells[0] == "Bob, jr"
