"""The loop of drill R3 itself: it sees what it must see."""

from __future__ import annotations

import pytest

from tests.drills.mutants import tried

DATA = b"sealed"


def test_what_refuses_everything_else_forges_nothing() -> None:
    assert tried(DATA, lambda data: data if data == DATA else None, count=200, seed=1)[1] == []


def test_what_takes_everything_is_seen() -> None:
    refused, forged = tried(DATA, lambda data: data, count=200, seed=1)
    assert refused == 0
    assert len(forged) > 150


def test_what_refuses_even_the_whole_is_no_drill() -> None:
    with pytest.raises(AssertionError, match="must pass"):
        tried(DATA, lambda _: None, count=1, seed=1)
