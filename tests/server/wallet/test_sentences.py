"""What the wallet's actions refuse with is said to learners in their language: every sentence of them is collected."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mikra import adapters, exchange
from mikra.server import actions
from tools import words

FOLDER = Path(actions.__file__).parent
FILES = sorted(
    [
        *FOLDER.glob("wallets*.py"),
        *FOLDER.glob("transfers*.py"),
        *(FOLDER / f"{name}.py" for name in ("claims", "feedback", "shares", "rate_limits")),
    ]
    + [
        FOLDER / f"wallet_{name}.py"
        for name in (
            "answer_choices",
            "answer_questions",
            "answers",
            "bundle",
            "consents",
            "forms",
            "identity",
            "moving",
            "next",
            "owner",
            "return",
            "sign_in",
        )
    ]
    + [FOLDER / "presenting.py", Path(adapters.__file__).parent / "http.py"]
    + [Path(exchange.__file__).parent / f"{name}.py" for name in ("dcql", "dcql_match", "oid4vp_wallet")]
)
"""A verifier's question is read by the core, and fetched by the adapter: what they say is on the page."""
REFUSERS = ("Error", "_refuse", "_refused")


def sentences(source: str) -> Iterator[str]:
    """The message, and what to do, of each error that is made with words."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith(REFUSERS):
            continue
        said = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "fix")]
        yield from (one.value for one in said if isinstance(one, ast.Constant) and str(one.value)[:1].isupper())


@cache
def known() -> frozenset[str]:
    """All that is collected from the code; it takes seconds."""
    return frozenset(str(one.id) for one in words.collected() if one.id)


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.stem)
def test_every_refusal_can_be_translated(file: Path) -> None:
    assert sorted(set(sentences(file.read_text("utf-8"))) - known()) == []


def test_a_sentence_that_is_missed_is_seen() -> None:
    source = 'raise InputError("Never said.", where="x", fix="Never done.")\nraise ValueError(f"{y}")\nraise Z'
    assert list(sentences(source)) == ["Never said.", "Never done."]
