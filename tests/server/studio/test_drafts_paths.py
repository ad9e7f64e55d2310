"""Places in a draft: what is written is read there, nothing else moves, and two drafts are told apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.server.actions import drafts_paths as paths

_TEXTS = st.dictionaries(st.sampled_from(["en", "cs", "bg"]), st.text(min_size=1, max_size=4), min_size=1)
_DRAFTS = st.fixed_dictionaries(
    {},
    optional={
        "code": st.text(min_size=1, max_size=4),
        "title": _TEXTS,
        "outcomes": st.lists(st.fixed_dictionaries({"title": _TEXTS}), min_size=1, max_size=3),
        "workload": st.fixed_dictionaries({"ects": st.integers(1, 9)}),
    },
)


def test_what_is_written_is_read() -> None:
    data: dict[str, Any] = {}
    paths.write(data, "outcomes[0].title.en", "One")
    paths.write(data, "outcomes[1].title.en", "Two")
    paths.write(data, "workload.ects", "3")
    assert data == {"outcomes": [{"title": {"en": "One"}}, {"title": {"en": "Two"}}], "workload": {"ects": "3"}}
    assert paths.read(data, "outcomes[1].title.en") == "Two"
    assert paths.read(data, "outcomes[7].title") is None
    paths.write(data, "workload.ects", None)
    assert "workload" not in data


@pytest.mark.parametrize(
    "path", ["outcomes[5].title.en", "a b", "[", "a..b", "a[1", "a[-1]", "x." * 20 + "x", "outcomes.x"]
)
def test_what_is_no_place_is_refused(path: str) -> None:
    data: dict[str, Any] = {"outcomes": [{}]}
    with pytest.raises(InputError):
        paths.write(data, path, "x")


def test_nothing_where_nothing_is_wanted() -> None:
    data: dict[str, Any] = {"outcomes": [{}]}
    paths.write(data, "outcomes[1]", None)
    paths.write(data, "need.statement.en", None)
    assert data == {"outcomes": [{}]}


def test_items_move_and_go() -> None:
    data: dict[str, Any] = {"a": [1, 2, 3]}
    for place, by in (("a[0]", -1), ("a[2]", 1), ("a[9]", 1), ("b[0]", 1)):
        paths.move(data, place, by)
    assert data == {"a": [1, 2, 3]}
    paths.move(data, "a[0]", 1)
    paths.remove(data, "a[2]")
    assert data == {"a": [2, 1]}
    for _ in range(3):
        paths.remove(data, "a[0]")
    assert data == {}


def test_a_member_of_any_name_can_be_taken_out() -> None:
    data = {"odd name": 1, "list": [{"x y": 2, "z": 3}]}
    assert paths.drop(data, "odd name")
    assert paths.drop(data, "list[0].x y")
    assert not paths.drop(data, "nowhere")
    assert data == {"list": [{"z": 3}]}


@given(_DRAFTS, _DRAFTS)
def test_all_of_the_other_taken_is_the_other(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Whoever takes every value of the other version has the other version; whoever takes none, their own."""
    settled = paths.copied(mine)
    for path, _ours, value in list(paths.contrasts(mine, theirs)):
        paths.write(settled, path, value)
    assert settled == theirs
    assert list(paths.contrasts(mine, mine)) == []
    assert paths.differences(mine, mine) == {}
