"""Answers for programs: their members are those that docs/answers.md promises; nothing else stands beside them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

PAGE = (Path(__file__).parents[2] / "docs" / "answers.md").read_text("utf-8")
VERIFY = ("verify", "credential.jsonld", "--json")
ISSUE = ("issue", "water.yaml", "class.csv", "--key", "seal.p12", "-o", "issued")


def promised(heading: str) -> set[str]:
    """The members that the page names under a heading."""
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section, heading
    first_cells = [line.split("|")[1] for line in section[1].splitlines() if line.startswith("| `")]
    return {name for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.fixture
def desk(run: Run, office: Path) -> Path:
    """An office that has issued."""
    run(*ISSUE)
    (office / "credential.jsonld").write_bytes(min((office / "issued" / "credentials").iterdir()).read_bytes())
    return office


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("mikra verify", VERIFY),
        ("mikra meter", ("meter", "credential.jsonld", "water.yaml", "--json")),
        ("mikra roster check", ("roster", "check", "water.yaml", "messy.csv", "--json")),
        ("mikra roster check", ("roster", "check", "water.yaml", "seal.p12", "--json")),
        ("mikra issue --preview", (*ISSUE, "--preview", "--json")),
        ("mikra issue", (*ISSUE, "--json")),
        ("mikra keys show", ("keys", "show", "seal.p12", "--json")),
        ("mikra vocabulary LIST", ("vocabulary", "eqf", "--json")),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:3]),
)
def test_members_are_those_that_are_promised(run: Run, desk: Path, heading: str, words: tuple[str, ...]) -> None:
    answer = json.loads(run(*words).out)
    entries = answer if isinstance(answer, list) else [answer]
    assert entries
    for entry in entries:
        assert set(entry) == promised(heading)


def test_a_page_that_promises_too_little_is_seen() -> None:
    """The twin: members are read from the page."""
    assert "verdict" in promised("mikra verify")
    assert "verdict" not in promised("mikra issue")


def test_what_is_one_thing_is_called_one_thing(run: Run, desk: Path) -> None:
    checked = json.loads(run("design", "check", "water.yaml", "--json").out)
    metered = json.loads(run("meter", "water.yaml", "--json").out)[0]
    assert {"file", *checked} == set(metered)
    shown = json.loads(run("design", "show", "water.yaml", "--json").out)
    assert (shown["format"], shown["code"]) == ("mikra/design/1", "WATER-Q")


ERRORS = [
    ("design", "check", "nowhere.yaml"),
    ("roster", "check", "nowhere.yaml", "class.csv"),
    ("issue", "draft.yaml", "class.csv", "--key", "seal.p12"),
    ("verify", "nowhere.jsonld"),
    ("meter", "class.csv"),
    ("keys", "show", "class.csv"),
    ("vocabulary", "no-such-list"),
]


@pytest.mark.parametrize("words", ERRORS, ids=lambda words: " ".join(words[:2]))
def test_errors_too_are_answers(run: Run, office: Path, words: tuple[str, ...]) -> None:
    answer = run(*words, "--json")
    told: dict[str, Any] = json.loads(answer.out)["error"]
    assert answer.code == 3
    assert told["what"]
    assert set(told) <= {"code", "what", "where", "found", "expected", "fix"}
    assert run(*words).out == "", "for a person it is said on standard error"


def test_findings_say_all_that_they_promise(run: Run, office: Path) -> None:
    listed = re.search(r"^## Findings\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    assert listed
    found = json.loads(run("roster", "check", "water.yaml", "messy.csv", "--json").out)["findings"]
    assert found
    assert {member for one in found for member in one} <= set(re.findall(r"`([^`]+)`", listed[1]))
