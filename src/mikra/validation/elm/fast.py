"""The fast path: sure that a document conforms and that the EU's reader takes it, or not sure.

It walks the JSON once, with one function per kind of entry made at first use from the same tables (`plans`). It
answers yes only where every step is of a kind it knows: the two contexts and no more, one known class per entry,
plain members, single members not as lists. Everything else is "not sure"; then the general path decides and speaks.

Entries with one id are one node (JSON-LD). Copies that are equal need no second look; copies that differ are
compared at the end: what may stand once only must be the same in all of them, and what must be there, in one.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from mikra.validation.elm.reader import FULL_DATE

_IRI_STARTS = ("urn:", "http://", "https://", "mailto:", "did:", "tel:")
_DURATION = re.compile(r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?\Z", re.ASCII)
_TAGS = frozenset(a + b for a in string.ascii_lowercase for b in string.ascii_lowercase)


class Walk:
    """What one document has shown so far.

    `seen`: id -> its first entry; `differing`: further entries of an id that are not equal to the first; `lacking`:
    (id, member) that an entry lacks and a copy of it may have; `repeated`: some id stood twice; `nameless`: some
    single member holds an entry without an id, which would be doubled with its parent; `ones`: how many numbers 0
    and 1 were met, which Python takes for equal to true and false; `with_ones`: the ids of entries around them.
    """

    __slots__ = ("differing", "lacking", "nameless", "ones", "repeated", "seen", "with_ones")

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}
        self.differing: list[tuple[str, Any]] = []
        self.lacking: list[tuple[str, str]] = []
        self.repeated = False
        self.nameless = False
        self.ones = 0
        self.with_ones: set[str] = set()


Look = Callable[[Any, Walk], bool]


class Plan(Protocol):
    """How entries of one class are walked."""

    @property
    def members(self) -> Mapping[str, Any]:
        """None needs no look, `str` must be a text, VANISHES is not known to the contexts, else a function."""

    @property
    def many(self) -> set[str]:
        """The members that may be lists."""

    @property
    def required(self) -> Sequence[str]:
        """The members that must be there."""

    @property
    def once(self) -> Sequence[str]:
        """The members that have one value over all copies of the entry."""

    @property
    def texts(self) -> Sequence[str]:
        """The members that have one text per language over all copies of the entry."""


VANISHES: Any = object()


@cache
def vanishes(key: str) -> bool:
    """A member that no context knows is not part of the graph; with a colon it might be, with @ it is grammar."""
    return ":" not in key and not key.startswith("@")


def texts(value: Any, walk: Walk) -> bool:
    """Texts by language."""
    for tag, text in value.items():  # noqa: SIM110 - a generator costs twice as much here
        if tag not in _TAGS or type(text) is not str:
            return False
    return True


def one_text(value: Any, walk: Walk) -> bool:
    return len(value) <= 1 and texts(value, walk)


def date(value: Any, walk: Walk) -> bool:
    try:
        return FULL_DATE.match(value) is not None and datetime.fromisoformat(value) is not None
    except ValueError:
        return False


def duration(value: Any, walk: Walk) -> bool:
    return _DURATION.match(value) is not None


def boolean(value: Any, walk: Walk) -> bool:
    return type(value) is bool


def not_sure(value: Any, walk: Walk) -> bool:
    return False


def number(least: int, most: int) -> Look:
    """A whole number between the two."""

    def look(value: Any, walk: Walk) -> bool:
        if type(value) is not int or not least <= value <= most:
            return False
        if value == 1 or value == 0:
            walk.ones += 1
        return True

    return look


def _members(plan: Plan, value: Mapping[str, Any], ident: str | None, walk: Walk) -> bool:
    """Whether all members of an entry are fine, and none is lacking that no copy of it can have."""
    ones = walk.ones
    wanted_of = plan.members
    for key, held in value.items():
        wanted = wanted_of[key]
        if wanted is None:
            continue
        if wanted is str:
            if type(held) is not str:
                return False
        elif wanted is VANISHES:
            if not vanishes(key):
                return False
        elif type(held) is list:
            if key not in plan.many:
                return False
            for item in held:
                if not wanted(item, walk):
                    return False
        elif not wanted(held, walk):
            return False
    if walk.ones != ones and ident is not None:
        walk.with_ones.add(ident)
    for key in plan.required:
        if not value.get(key):
            if ident is None:
                return False
            walk.lacking.append((ident, key))
    return True


def entry(
    plans: Mapping[str, Plan | None],
    *,
    scheme: Mapping[str, str] | None = None,
    named: bool = False,
    single: bool = True,
    at_least: int = 0,
    with_member: str = "",
) -> Look:
    """The walk over one entry and all under it.

    `plans`: of the classes that may stand here, None for others; `scheme`: the list that a concept must be marked
    with; `named`: it needs an id; `at_least` so many members, and among them `with_member`.
    """

    def look(value: Any, walk: Walk) -> bool:
        plan = plans[value["type"]]
        if plan is None or (scheme is not None and value["inScheme"] != scheme):
            return False
        if len(value) < at_least or (with_member and not value.get(with_member)):
            return False
        ident = value.get("id")
        if ident is None:
            if named or "id" in value:
                return False
            walk.nameless = walk.nameless or single
        else:
            first = walk.seen.get(ident)
            if first is None:
                if not ident.startswith(_IRI_STARTS):
                    return False
                walk.seen[ident] = value
            else:
                walk.repeated = True
                if first == value and ident not in walk.with_ones:
                    return True
                walk.differing.append((ident, value))
        if len(value) == 2 and ident is not None and not plan.required:
            return True
        return _members(plan, value, ident, walk)

    return look


def agree(walk: Walk, plans: Mapping[str, Plan | None]) -> bool:
    """At the end: all ids are plain, and copies that differ make one conforming node for sure."""
    ids = "".join(walk.seen)
    if ids.split() != [ids] or (walk.repeated and walk.nameless):
        return False
    if not walk.differing:
        return not walk.lacking
    copies: dict[str, list[Any]] = {}
    for ident, value in walk.differing:
        copies.setdefault(ident, [walk.seen[ident]]).append(value)
    if not all(_make_one(entries, plans) for entries in copies.values()):
        return False
    return all(any(e.get(key) for e in copies.get(ident, ())) for ident, key in walk.lacking)


def _make_one(entries: list[Any], plans: Mapping[str, Plan | None]) -> bool:
    first = entries[0]
    plan = plans[first["type"]]
    if plan is None or any(e["type"] != first["type"] for e in entries):
        return False
    return all(_same_value(entries, key) for key in plan.once) and all(_one_each(entries, key) for key in plan.texts)


def _same_value(entries: list[Any], key: str) -> bool:
    """Of a member that may have one value: all copies that have it have the same."""
    values = [e[key] for e in entries if e.get(key) is not None]
    return all(_same(v, values[0]) for v in values)


def _same(one: Any, other: Any) -> bool:
    if type(one) is dict and "id" in one:
        return type(other) is dict and other.get("id") == one["id"]
    return bool(one == other)


def _one_each(entries: list[Any], key: str) -> bool:
    """Of texts: one per language over all copies."""
    said: dict[str, str] = {}
    return all(said.setdefault(tag, text) == text for e in entries for tag, text in (e.get(key) or {}).items())
