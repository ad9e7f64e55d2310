"""Every list of the corpus gets the answer that its index states."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from mikra.codes import CODES
from mikra.errors import InputError
from mikra.issuance.fields import RosterField, standard_field
from mikra.issuance.roster import (
    Roster,
    RosterOptions,
    iter_roster,
    read_roster,
    write_corrections,
    write_corrections_csv,
)
from tests.issuance.roster.workbooks import ods, xlsx

CORPUS = Path(__file__).parents[2] / "corpus"
INDEX = json.loads((CORPUS / "index.json").read_text("utf-8"))
LISTS = [case for case in INDEX["cases"] if case["kind"] in ("csv", "xlsx")]
NAMES = next(case for case in INDEX["cases"] if case["name"] == "names-that-must-survive")


def test_the_index_has_lists() -> None:
    assert {case["kind"] for case in LISTS} == {"csv", "xlsx"}
    assert len(LISTS) >= 16


def answer(case: dict[str, Any], fields: Sequence[RosterField], options: RosterOptions) -> Roster | InputError:
    data = (CORPUS / case["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == case["sha256"]
    try:
        return read_roster(data, fields=fields, options=options, name=case["file"])
    except InputError as refused:
        return refused


@pytest.mark.parametrize("case", LISTS, ids=[c["name"] for c in LISTS])
def test_stated_answer(case: dict[str, Any], fields: Sequence[RosterField], options: RosterOptions) -> None:
    expected = case["expected"]
    started = time.process_time()
    found = answer(case, fields, options)
    assert time.process_time() - started < expected.get("max_seconds", 5)
    assert found.code == expected["code"]
    assert str(CODES[found.code][1]) == expected["verdict"]
    if isinstance(found, InputError):
        assert expected["outcome"] == "reject"
        assert found.message
        assert found.fix
    else:
        check_roster(found, expected)


def check_roster(roster: Roster, expected: dict[str, Any]) -> None:
    """One line per bad cell: where, what, what to do; and the good rows beside."""
    assert len(roster.errors) == expected.get("report_lines", len(roster.errors))
    assert len(roster.rows) == expected.get("rows_good", len(roster.rows))
    assert len(roster.rows) + len(roster.bad) >= 1
    assert (not roster.errors) == (expected["outcome"] == "accept")
    for finding in roster.errors:
        told = finding.as_dict()
        assert told["where"]
        assert told["what"]
        assert told["fix"]


@pytest.mark.parametrize("case", LISTS, ids=[c["name"] for c in LISTS])
def test_streaming_says_the_same(case: dict[str, Any], fields: Sequence[RosterField], options: RosterOptions) -> None:
    from mikra.issuance.roster.result import code_of

    stream = io.BytesIO((CORPUS / case["file"]).read_bytes())
    try:
        rows = iter_roster(stream, fields=fields, options=options, name=case["file"])
        list(rows)
        found = code_of(rows.findings)
    except InputError as refused:
        found = refused.code
    assert found == case["expected"]["code"]


def survives(name: str) -> str | None:
    """What must come out of a name that goes in; None where it must be refused."""
    exception = NAMES["expected"]["exceptions"].get(name, "")
    return None if exception and "warn" not in exception else unicodedata.normalize("NFC", name.strip())


SURVIVORS: list[str] = json.loads((CORPUS / NAMES["file"]).read_text("utf-8"))
HEADINGS = ["Full name", "Learner number"]
PLAIN = (standard_field("full_name", required=True), standard_field("learner_id", required=True))


def as_csv(names: Sequence[str]) -> bytes:
    lines = [",".join(HEADINGS)] + ['"{}",{}'.format(n.replace('"', '""'), i) for i, n in enumerate(names, start=100)]
    return "\r\n".join(lines).encode()


def as_tabs(names: Sequence[str]) -> bytes:
    return "\n".join(["\t".join(HEADINGS)] + [f"{n}\t{i}" for i, n in enumerate(names, start=100)]).encode("utf-16")


def as_inline(names: Sequence[str]) -> bytes:
    return xlsx({"Names": [HEADINGS, *[[n, str(i)] for i, n in enumerate(names, start=100)]]})


def as_ods(names: Sequence[str]) -> bytes:
    return ods({"Names": [HEADINGS, *[[n.strip(), str(i)] for i, n in enumerate(names, start=100)]]})


def as_program_writes(names: Sequence[str]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, (name, number) in enumerate([HEADINGS, *[(n, str(i)) for i, n in enumerate(names, start=100)]]):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, number)
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize("made", [as_csv, as_tabs, as_inline, as_program_writes, as_ods])
def test_names_that_must_survive(made: Callable[[Sequence[str]], bytes], options: RosterOptions) -> None:
    roster = read_roster(made(SURVIVORS), fields=PLAIN, options=options)
    out = {row.values["learner_id"]: row.values["full_name"] for row in roster.rows}
    for number, name in enumerate(SURVIVORS, start=100):
        assert out.get(str(number)) == survives(name), name
    assert len(SURVIVORS) > 35


@pytest.mark.parametrize("made", [as_csv, as_inline])
def test_exceptions_among_the_names(made: Callable[[Sequence[str]], bytes], options: RosterOptions) -> None:
    exceptions = NAMES["expected"]["exceptions"]
    roster = read_roster(made(list(exceptions)), fields=PLAIN, options=options)
    found = {one.severity.value: one.rule for one in roster.findings}
    assert found == {"error": "cell_control_character", "warning": "cell_control_character"}
    assert len(roster.rows) == sum("warn" in said for said in exceptions.values())


def test_no_warning_without_reason(options: RosterOptions) -> None:
    names = [name for name in SURVIVORS if name not in NAMES["expected"]["exceptions"]]
    roster = read_roster(as_csv(names), fields=PLAIN, options=options)
    assert roster.code == "rows_ready"
    assert roster.findings == ()


def test_bad_rows_come_back_and_go_in_again(fields: Sequence[RosterField], options: RosterOptions) -> None:
    """csv-mixed-2-good-3-bad: the bad rows in a file, corrected, uploaded again."""
    data = (CORPUS / "csv/csv-mixed-2-good-3-bad.csv").read_bytes()
    roster = read_roster(data, fields=fields, options=options)
    for written in (write_corrections_csv(roster), write_corrections(roster)):
        again = read_roster(written, fields=fields, options=options)
        assert [f.rule for f in again.errors] == [f.rule for f in roster.errors]
        assert [bad.cells[:6] for bad in again.bad] == [bad.cells for bad in roster.bad]
    mended = write_corrections_csv(roster).decode("utf-8-sig")
    mended = mended.replace(",x,", ",2001-02-03,").replace("\r\n,NoGiven", "\r\nNow,NoGiven")
    mended = mended.replace("zoe@example.test,2001-02-03,NO-SUCH-COURSE", "z@example.test,2001-02-04,DATA-ETHICS")
    last = read_roster(mended.encode(), fields=fields, options=options)
    assert [row.values["given_name"] for row in last.rows] == ["Zoë", "Now", "Zoë"]
    assert last.code == "rows_ready"


def test_exports_run_nothing(fields: Sequence[RosterField], options: RosterOptions) -> None:
    """xlsx-formula-text, made bad by its date: what we export starts no formula, and comes back as it was."""
    data = (CORPUS / "xlsx/xlsx-formula-text.xlsx").read_bytes()
    roster = read_roster(data, fields=fields, options=RosterOptions(today=dt.date(1999, 1, 1)))
    assert len(roster.bad) == 1
    for line in write_corrections_csv(roster).decode("utf-8-sig").splitlines()[1:]:
        assert not line.lstrip('"').startswith(("=", "+", "-", "@", "\t"))
    for written in (write_corrections_csv(roster), write_corrections(roster)):
        again = read_roster(written, fields=fields, options=options)
        assert again.rows[0].values["given_name"] == '=HYPERLINK("http://evil.example.test","x")'
        assert again.rows[0].values["family_name"] == "+1+cmd|' /C calc'!A0"
