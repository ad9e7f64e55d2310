"""One learner twice: within the file, and against what was issued."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mikra.issuance.roster import Roster, learner_key, learner_keys
from mikra.issuance.roster.learners import Duplicates
from mikra.report import Severity

Read = Callable[..., Roster]
NAMES = "given_name! family_name! email date_of_birth learner_id"
HEADINGS = "given name,family name,email,born,learner number\n"


def findings(roster: Roster) -> list[tuple[str, str, str]]:
    return [(f.where, f.severity.value, f.what.key) for f in roster.findings]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ana,Pop,a@example.org,,", "Anna,Popp,A@Example.org,,"),
        ("Ana,Pop,a@example.org,,7", "Anna,Popp,b@example.org,,7"),
        ("Ana,Pop,a@example.org,2001-02-03,", "ANA,Pop,b@example.org,3.2.2001,"),
        ("Zoë,Pop,,2001-02-03,", "zoe,pop,,2001-02-03,"),
        ("Ana,Pop,,,", "Ana,Pop,,,"),
    ],
)
def test_one_learner_twice(read: Read, first: str, second: str) -> None:
    roster = read(f"{HEADINGS}{first}\nBob,Doe,bob@example.org,,99\n{second}\n", NAMES)
    assert findings(roster) == [("line 4", "error", "roster.row_duplicate")]
    assert "row 2" in roster.findings[0].what.text("en")
    assert [row.number for row in roster.rows] == [2, 3]
    assert [bad.number for bad in roster.bad] == [4]
    assert roster.code == "row_duplicate"
    accepted = read(f"{HEADINGS}{first}\n{second}\n", NAMES, accept_duplicates=True)
    assert len(accepted.rows) == 2
    assert [f.severity for f in accepted.findings] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ana,Pop,a@example.org,2001-02-03,", "Ana,Pop,b@example.org,2001-02-04,"),
        ("Ana,Pop,a@example.org,,1", "Ana,Pop,b@example.org,,2"),
        ("Ana,Pop,a@example.org,,", "Ana,Popa,b@example.org,,"),
    ],
)
def test_two_learners(read: Read, first: str, second: str) -> None:
    roster = read(f"{HEADINGS}{first}\n{second}\n", NAMES)
    assert (roster.code, roster.findings) == ("rows_ready", ())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ana,Pop,a@example.org,,", "Ana,Pop,b@example.org,,"),
        ("Ana,Pop,a@example.org,2001-02-03,", "Ana,Pop,b@example.org,,"),
        ("Ana,Pop,a@example.org,,", "Ana,Pop,b@example.org,2001-02-03,"),
    ],
)
def test_perhaps_one_learner(read: Read, first: str, second: str) -> None:
    """One name with two addresses: a question, and both rows are kept."""
    roster = read(f"{HEADINGS}{first}\n{second}\n", NAMES)
    assert findings(roster) == [("line 3", "warning", "roster.row_same_name")]
    assert len(roster.rows) == 2


def test_a_bad_row_is_no_double(read: Read) -> None:
    """It is compared once it is mended; a row that is kept back must not keep another one back."""
    roster = read(f"{HEADINGS}Ana,Pop,a@example.org,x,\nAna,Pop,a@example.org,2001-02-03,\n", NAMES)
    assert [f.rule for f in roster.errors] == ["cell_date_invalid"]
    assert [row.number for row in roster.rows] == [3]


def test_against_what_was_issued(read: Read) -> None:
    data = f"{HEADINGS}Ana,Pop,a@example.org,2001-02-03,\nBob,Doe,b@example.org,2001-02-04,\n"
    first = read(data, NAMES)
    for kept in ([learner_key(first.rows[0].values)], list(learner_keys(first.rows[0].values)), ["mail:a@example.org"]):
        again = read(data, NAMES, already=kept)
        assert findings(again) == [("line 2", "error", "roster.row_already_issued")]
        assert [row.number for row in again.rows] == [3]
    assert read(data, NAMES, already=["mail:c@example.org"]).findings == ()


def test_asking_whether_it_was_issued() -> None:
    asked: list[str] = []

    def has(key: str) -> bool:
        asked.append(key)
        return key == "mail:a@example.org"

    doubles = Duplicates(has)
    found = doubles.check(2, {"full_name": "Ana", "email": "A@example.org"})
    assert found is not None
    assert found.key == "row_already_issued"
    assert doubles.check(3, {"full_name": "Bob", "email": "b@example.org"}) is None
    assert "learner:bob||b@example.org" in asked


def test_keys() -> None:
    import datetime as dt

    values = {
        "given_name": "Zoë",
        "family_name": "O'Brien",
        "email": "Zoe@Example.org",
        "date_of_birth": dt.date(2001, 2, 3),
    }
    assert learner_key(values) == "learner:zoe o'brien|2001-02-03|zoe@example.org"
    assert learner_keys(values) == ("mail:zoe@example.org", "person:zoe o'brien|2001-02-03")
    numbered = {**values, "learner_id": "007", "learner_id_scheme": "KTU", "national_id": "X1"}
    assert learner_key(numbered) == "id:ktu:007"
    assert learner_keys(numbered)[:2] == ("id:ktu:007", "nid:x1")
    assert learner_key({"full_name": "Zoë O'Brien"}) == "learner:zoe o'brien||"
    assert learner_key({**values, "full_name": "Other"}) == learner_key(values)


def test_two_forms_of_one_name_have_one_key() -> None:
    assert learner_key({"full_name": "Ana Pop"}) == learner_key({"given_name": "Ana", "family_name": "Pop"})
