"""Lists of any length: the same rows and findings as at once, in memory that does not grow."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Sequence
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.issuance.fields import RosterField, standard_field
from mikra.issuance.roster import (
    BadRow,
    Roster,
    RosterOptions,
    RosterStream,
    Row,
    iter_roster,
    read_roster,
    write_corrections_csv,
)
from mikra.issuance.roster.learners import learner_keys
from mikra.issuance.roster.suspects import Suspects, coarse, raw_keys
from mikra.report import Severity
from tests.issuance.roster.conftest import TODAY
from tests.issuance.roster.workbooks import xlsx

FIELDS: Sequence[RosterField] = (
    standard_field("given_name", required=True),
    standard_field("family_name", required=True),
    standard_field("email"),
    standard_field("date_of_birth"),
    standard_field("learner_id"),
)
HEADINGS = "given name,family name,email,born,learner number"
OPTIONS = RosterOptions(today=TODAY)


def stream(text: str | bytes, **more: object) -> RosterStream:
    data = text if isinstance(text, bytes) else text.encode()
    return iter_roster(io.BytesIO(data), fields=FIELDS, options=OPTIONS, **more)  # type: ignore[arg-type]


def long_list(rows: int) -> str:
    lines = (f"Zoë,O'Brien-{i},p{i}@example.org,{1950 + i % 50}-0{1 + i % 9}-1{i % 9},{i:07}" for i in range(rows))
    return "\n".join([HEADINGS, *lines]) + "\n"


cells = st.sampled_from(
    [
        "",
        "Ana",
        "ANA",
        "Zoë",
        "zoe",
        "Bob",
        "a@example.org",
        "A@EXAMPLE.ORG",
        "b@example.org",
        "x",
        "2001-02-03",
        "3.2.2001",
    ]
    + ["03/04/2001", "13/04/2001", "20010203", "7", "007", "=1", "\u202e", '"q, q"']
)


def at_once(data: bytes) -> tuple[Roster | None, str]:
    """The roster, or the code of the refusal."""
    try:
        return read_roster(data, fields=FIELDS, options=OPTIONS), ""
    except InputError as error:
        return None, error.code


@settings(max_examples=150)
@given(st.lists(st.lists(cells, min_size=5, max_size=5) | st.lists(cells, max_size=6), min_size=1, max_size=25))
def test_the_same_as_at_once(rows: list[list[str]]) -> None:
    data = "\n".join([HEADINGS, *(",".join(row) for row in rows)]).encode()
    whole, refused = at_once(data)
    if whole is None:
        with pytest.raises(InputError) as streamed:
            list(stream(data))
        assert streamed.value.code == refused
        return
    rows_found = stream(data)
    out = list(rows_found)
    assert [row for row in out if isinstance(row, Row)] == list(whole.rows)
    assert [row for row in out if isinstance(row, BadRow)] == list(whole.bad)
    assert [row.number for row in out] == sorted(row.number for row in out)
    about_cells = [f for f in whole.findings if f.severity is not Severity.INFORMATION]
    assert rows_found.findings == about_cells
    assert (rows_found.ready, rows_found.bad) == (len(whole.rows), len(whole.bad))
    assert rows_found.columns == whole.columns
    assert rows_found.source == whole.source


def test_longer_than_a_block() -> None:
    data = long_list(5_000) + "Zoë,Other,p17@example.org,,x\n"
    rows = stream(data)
    assert sum(isinstance(row, Row) for row in rows) == 5_000
    assert [(f.where, f.what.values["row"]) for f in rows.findings] == [("line 5002", 19)]


def test_each_iteration_starts_anew() -> None:
    rows = stream(long_list(30))
    assert list(rows) == list(rows)
    assert rows.ready == 30


@pytest.mark.parametrize(("unclear", "proof"), [(0, 2), (2, 0)])
def test_dates_are_settled_by_rows_far_away(unclear: int, proof: int) -> None:
    born = ["05/05/2001"] * 3
    born[unclear], born[proof] = "03/04/2001", "13/04/2001"
    lines = [
        HEADINGS,
        f"Ana,Pop,,{born[0]},",
        *(f"Bob,Doe{i},,{born[1]}," for i in range(4_000)),
        f"Cid,Eve,,{born[2]},",
    ]
    days = [str(row.values["date_of_birth"]) for row in stream("\n".join(lines)) if isinstance(row, Row)]
    assert len(days) == 4_002
    assert (days[0], days[-1])[bool(unclear)] == "2001-04-03"


def test_findings_are_counted_beyond_those_kept() -> None:
    lines = [HEADINGS, *(f"Ana,Pop{i},x," + "," for i in range(3_000))]
    rows = stream("\n".join(lines), keep=10)
    assert sum(isinstance(row, BadRow) for row in rows) == 3_000
    assert len(rows.findings) == 10
    assert rows.counts == {Severity.ERROR: 3_000}


def test_memory_does_not_grow_with_the_list() -> None:
    def peak(rows: int) -> int:
        source = io.BytesIO(long_list(rows).encode())
        tracemalloc.start()
        for _ in iter_roster(source, fields=FIELDS, options=OPTIONS):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small, large = peak(8_000), peak(16_000)
    assert large < small + 400_000


def test_against_what_was_issued() -> None:
    data = long_list(3)
    kept = learner_keys(next(row.values for row in stream(data) if isinstance(row, Row)))
    rows = stream(data, already=set(kept))
    assert [type(row).__name__ for row in rows] == ["BadRow", "Row", "Row"]
    assert [f.what.key for f in rows.findings] == ["roster.row_already_issued"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1257"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    names = ["Živilė", "Šarūnas", "Ąžuolas", "Eglė"]
    text = end.join([HEADINGS, *(f"{name},Žemaitis{i},,," for i, name in enumerate(names))])
    rows = stream(text.encode(encoding))
    assert [row.values["given_name"] for row in rows if isinstance(row, Row)] == names


def test_faults_of_form() -> None:
    for data, code in [
        (b"", "empty_upload"),
        (HEADINGS.encode(), "sheet_empty"),
        (b"x,y\n1,2\n", "header_missing"),
        (b"%PDF-1.7", "file_type_mismatch"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 9000 + "Workbook".encode("utf-16-le"), "file_type_mismatch"),
    ]:
        with pytest.raises(InputError) as error:
            stream(data)
        assert error.value.code == code


def test_a_quote_that_is_never_closed_far_below() -> None:
    with pytest.raises(InputError) as error:
        stream(long_list(3_000) + '"Ana,Pop,,,\n')
    assert (error.value.code, error.value.where) == ("csv_malformed", "line 3002")


def test_a_named_encoding_that_breaks_far_below() -> None:
    data = long_list(3_000).encode("utf-8") + b"Ana,P\xf6p,,,\n"
    with pytest.raises(InputError) as error:
        iter_roster(io.BytesIO(data), fields=FIELDS, options=RosterOptions(today=TODAY, encoding="utf-8"))
    assert error.value.code == "encoding_unclear"


def test_no_limit_of_rows_for_text() -> None:
    from mikra.issuance.roster import RosterLimits

    rows = stream(long_list(60), limits=RosterLimits(rows=10, size=100))
    assert len(list(rows)) == 60


def test_workbooks_have_their_limits() -> None:
    rows = [HEADINGS.split(","), ["Ana", "Pop", "a@example.org", "2001-02-03", "7"], ["Bob", "Doe", "x", None, None]]
    found = stream(xlsx({"L": rows}))
    assert [type(row).__name__ for row in found] == ["Row", "BadRow"]
    assert (found.ready, found.bad, found.counts) == (1, 1, {Severity.ERROR: 1})


def test_our_own_corrections() -> None:
    roster = read_roster(f"{HEADINGS}\n=Ana,Pop,x,,\n".encode(), fields=FIELDS, options=OPTIONS)
    rows = stream(write_corrections_csv(roster))
    (bad,) = list(rows)
    assert isinstance(bad, BadRow)
    assert bad.cells[0] == "=Ana"


def test_the_stream_stays_open() -> None:
    source: BinaryIO = io.BytesIO(long_list(3).encode())
    list(iter_roster(source, fields=FIELDS, options=OPTIONS))
    assert not source.closed


def test_suspects() -> None:
    suspects = Suspects(1_000)
    for i in range(4_000):
        suspects.add([f"mail:p{i}@example.org"])
    kept = sum(f"mail:p{i}@example.org" in suspects for i in range(4_000))
    assert kept < 100
    suspects.add(["mail:p7@example.org"])
    assert "mail:p7@example.org" in suspects
    assert 7 not in suspects


@settings(max_examples=100)
@given(
    st.sampled_from(["2001-02-03", "3.2.2001", "20010203", "03/02/2001", "3 Feb 2001", "2001. 02. 03."]),
    st.sampled_from(["Zoë", "ZOE", "zoë"]),
    st.sampled_from(["a@example.org", "A@Example.org", ""]),
)
def test_every_key_of_a_row_is_among_its_coarse_ones(birth: str, name: str, email: str) -> None:
    """The law on which the stream rests: what two rows have in common shows before they are checked."""
    places = {"given_name": 0, "family_name": 1, "email": 2, "date_of_birth": 3}
    keys = raw_keys([name, "Pop", email, birth], places)
    data = f"given name,family name,email,born\n{name},Pop,{email},{birth}\n".encode()
    row = read_roster(data, fields=FIELDS[:4], options=RosterOptions(today=TODAY, date_order="dmy")).rows[0]  # type: ignore[arg-type]
    assert {coarse(key) for key in learner_keys(row.values)} <= set(keys)
