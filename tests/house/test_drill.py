"""The runner of drills: what it counts, what it calls passed, and how it keeps its page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tools import drill

JUNIT = """<testsuites><testsuite>
<testcase name="a"><properties><property name="mutants" value="60"/></properties></testcase>
<testcase name="b"><properties><property name="mutants" value="40"/><property name="x" value="y"/></properties>{b}
</testcase>
</testsuite></testsuites>"""


def outcome(tmp_path: Path, inside: str = "") -> drill.Outcome:
    file = tmp_path / "results.xml"
    file.write_text(JUNIT.format(b=inside))
    return drill.outcome_of(file)


def test_figures_are_added_up(tmp_path: Path) -> None:
    seen = outcome(tmp_path)
    assert (seen.passed, seen.word, seen.figures) == (2, "passed", {"mutants": 100})


@pytest.mark.parametrize(
    ("inside", "word"),
    [("<failure/>", "FAILED (1 of 2 tests)"), ("<error/>", "FAILED (1 of 2 tests)"), ("<skipped/>", "INCOMPLETE")],
)
def test_what_did_not_pass_is_not_called_passed(tmp_path: Path, inside: str, word: str) -> None:
    assert outcome(tmp_path, inside).word == word


def test_no_tests_is_not_a_pass() -> None:
    assert drill.Outcome().word == "NO TESTS"


def test_the_page_keeps_the_other_drills_and_knows_what_is_done() -> None:
    day = dt.date(2026, 11, 21)
    good = drill.row("R5", drill.Outcome(passed=1), "abc", day)
    bad = drill.row("R3", drill.Outcome(failed=1), "abc", day)
    page = drill.page_with(drill.page_with("", {"R5": good}), {"R3": bad})
    assert list(drill.rows_of(page)) == ["R3", "R5"]
    assert drill.done(page, "R5", "abc")
    assert not drill.done(page, "R5", "def")
    assert not drill.done(page, "R3", "abc")
    assert drill.page_with(page, {"R3": bad}) == page


def test_an_unknown_drill_is_refused() -> None:
    assert drill.main(["R99"]) == 3
