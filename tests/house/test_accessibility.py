"""`docs/accessibility.md` names a test or a protocol for each clause, and each test that it names is there."""

from __future__ import annotations

import ast
import re

import pytest

from tools.house import tree

PAGE = (tree.ROOT / "docs" / "accessibility.md").read_text("utf-8")
CRITERIA = {
    "1.1": (1,),
    "1.2": (1, 2, 3, 4, 5),
    "1.3": (1, 2, 3, 4, 5),
    "1.4": (1, 2, 3, 4, 5, 10, 11, 12, 13),
    "2.1": (1, 2, 4),
    "2.2": (1, 2),
    "2.3": (1,),
    "2.4": (1, 2, 3, 4, 5, 6, 7),
    "2.5": (1, 2, 3, 4),
    "3.1": (1, 2),
    "3.2": (1, 2, 3, 4),
    "3.3": (1, 2, 3, 4),
    "4.1": (1, 2, 3),
}
"""The fifty success criteria of WCAG 2.1, levels A and AA: clause 9 of EN 301 549 has them under the same numbers."""


def rows(page: str) -> dict[str, str]:
    """Clause -> what stands behind it."""
    found = {}
    for line in page.splitlines():
        cells = [one.strip() for one in line.strip("|").split("|")]
        if line.startswith("|") and re.match(r"\d+(\.\d+)+", cells[0]):
            found.update(dict.fromkeys(re.split(r",\s*", cells[0]), cells[-1]))
    return found


def missing(page: str) -> list[str]:
    """Tests that the page names and nobody wrote."""
    gone = []
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page):
        path = tree.ROOT / file
        known = (
            {one.name for one in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(one, ast.FunctionDef)}
            if path.exists()
            else set()
        )
        if name not in known:
            gone.append(f"{file}::{name}")
    return gone


def test_every_criterion_has_its_row() -> None:
    said = rows(PAGE)
    assert [f"9.{part}.{n}" for part, all_of in CRITERIA.items() for n in all_of if not said.get(f"9.{part}.{n}")] == []


def test_every_test_that_is_named_is_there() -> None:
    assert missing(PAGE) == []


@pytest.mark.parametrize("name", ["tests/house/test_accessibility.py::test_none", "tests/none.py::test_page"])
def test_a_test_that_is_not_there_is_noticed(name: str) -> None:
    assert missing(f"`{name}`") == [name]


def test_every_protocol_that_is_named_is_written() -> None:
    assert set(re.findall(r"\bM\d\b", PAGE)) == set(re.findall(r"\*\*(M\d),", PAGE))
