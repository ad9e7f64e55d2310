"""The table of places: random, spread, never twice; what is withdrawn stays so."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.status import indexes
from mikra.status.bitstring import MIN_ENTRIES
from mikra.status.indexes import Change, ListRow, Place, Rules, decide, group_of, reserve, table_of
from mikra.status.table import Value

BASE = "https://zed.example.test/status/"
GONE = Change(value=Value.INVALID, at="2026-06-01T12:00:00Z", who="Registrar", why="Issued in error")


@dataclass
class MemoryStore:
    """A store for tests, with the promises of the real one."""

    base: str = BASE
    rows: dict[int, ListRow] = field(default_factory=dict)
    given: dict[tuple[int, int], str] = field(default_factory=dict)
    history: dict[int, dict[int, list[Change]]] = field(default_factory=dict)

    @contextmanager
    def work(self) -> Iterator[MemoryStore]:
        kept = {n: {i: [*h] for i, h in places.items()} for n, places in self.history.items()}
        try:
            yield self
        except BaseException:
            self.history = kept
            raise

    def lists(self, group: str = "") -> Sequence[ListRow]:
        return [row for row in self.rows.values() if group in ("", row.group)]

    def open_list(self, group: str, size: int) -> ListRow:
        row = ListRow(number=len(self.rows) + 1, group=group, size=size, taken=0)
        self.rows[row.number] = row
        return row

    def close_list(self, number: int) -> None:
        self.rows[number] = replace(self.rows[number], open=False)

    def take(self, number: int, index: int, award: str) -> bool:
        if (number, index) in self.given:
            return False
        self.given[number, index] = award
        self.rows[number] = replace(self.rows[number], taken=self.rows[number].taken + 1)
        return True

    def places(self, award: str) -> Sequence[tuple[int, int]]:
        return [place for place, one in self.given.items() if one == award]

    def is_taken(self, number: int, index: int) -> bool:
        return (number, index) in self.given

    def change(self, number: int, index: int, change: Change) -> None:
        self.history.setdefault(number, {}).setdefault(index, []).append(change)

    def changes(self, number: int) -> Mapping[int, Sequence[Change]]:
        return self.history.get(number, {})

    def seal(self, number: int, index: int, sealed: bytes) -> None:
        self.history[number][index][-1] = replace(self.history[number][index][-1], sealed=sealed)


def awards(count: int) -> list[str]:
    return [f"award-{n}" for n in range(count)]


def test_a_batch_is_spread_and_no_place_is_given_twice() -> None:
    store = MemoryStore()
    places = reserve(store, awards(2_000), group="2031", chance=random.Random(1).randbytes)
    assert len(set(places)) == 2_000
    per_list = Counter(place.base for place in places)
    assert len(per_list) == 4
    assert min(per_list.values()) > 400
    assert {row.size for row in store.rows.values()} == {MIN_ENTRIES}
    first = [place.index for place in places]
    assert sum(a < b for a, b in pairwise(first)) in range(850, 1_150), "in no order"
    more = reserve(store, awards(500), group="2031", chance=random.Random(2).randbytes)
    assert len({*places, *more}) == 2_500
    assert len(store.rows) == 4, "no list of its own for a batch"


def test_years_do_not_mix() -> None:
    store = MemoryStore()
    groups = [group_of(dt.date(2031, 1, 1)), group_of(dt.date(2032, 12, 31)), group_of(None)]
    found = [{p.base for p in reserve(store, awards(50), group=g, chance=os.urandom)} for g in groups]
    assert groups == ["2031", "2032", "open"]
    assert not found[0] & found[1]
    assert not found[1] & found[2]


def test_a_full_list_is_closed_and_another_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "MIN_ENTRIES", 8)
    store, rules = MemoryStore(), Rules(size=80, at_once=2, full=0.75)
    places = reserve(store, awards(500), group="2031", chance=os.urandom, rules=rules)
    assert len(set(places)) == 500
    assert max(row.taken for row in store.rows.values()) == 60
    assert sum(row.open for row in store.rows.values()) == 2


@pytest.mark.parametrize("changes", [{"size": MIN_ENTRIES - 8}, {"size": MIN_ENTRIES + 1}, {"at_once": 1}, {"full": 1}])
def test_rules_that_tell_on_people_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(InputError, match="tell on people"):
        Rules(**changes)  # type: ignore[arg-type]


def test_broken_dice_are_noticed() -> None:
    store = MemoryStore()
    with pytest.raises(ConflictError, match="No free place"):
        reserve(store, awards(2), group="2031", chance=lambda count: bytes(count))


def test_withdrawn_is_for_good_and_suspended_may_end() -> None:
    store = MemoryStore()
    one, other = reserve(store, awards(2), group="2031", chance=os.urandom)
    pause, again = replace(GONE, value=Value.SUSPENDED), replace(GONE, value=Value.VALID)
    decide(store, [one], pause)
    decide(store, [one], again)
    decide(store, [one, other], pause)
    with pytest.raises(ConflictError, match="Nothing would change"):
        decide(store, [one], pause)
    decide(store, [one], GONE)
    for change in (GONE, pause, again):
        with pytest.raises(ConflictError, match="cannot be undone"):
            decide(store, [one], change)
    number = indexes.number_of(store, one)
    with store.work() as session:
        assert table_of(session, store.rows[number]).value(one.index) == Value.INVALID
        assert [c.value for c in session.changes(number)[one.index]] == [2, 0, 2, 1]


def test_all_or_none() -> None:
    store = MemoryStore()
    one, other = reserve(store, awards(2), group="2031", chance=os.urandom)
    decide(store, [other], GONE)
    with pytest.raises(ConflictError):
        decide(store, [one, other], GONE)
    decide(store, [one], GONE)


def test_places_that_nobody_has_cannot_be_withdrawn() -> None:
    store = MemoryStore()
    (place,) = reserve(store, awards(1), group="2031", chance=os.urandom)
    free = replace(place, index=(place.index + 1) % MIN_ENTRIES)
    number = indexes.number_of(store, place)
    bases = ("https://other.example.test/status/1", str(number), f"{BASE}x", f"{BASE}1/1", f"{BASE}{'1' * 5_000}")
    other_digits = f"{BASE}{chr(0x660 + number)}"
    for wrong in (free, *(replace(place, base=base) for base in (*bases, other_digits))):
        with pytest.raises(NotFoundError):
            decide(store, [wrong], GONE)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "https://",
        "https://a.example/ü",
        "https://a.example/x?y=1",
        "https://a.example/x#y",
        "https://user@a.example/x",
        'https://a.example/"',
    ],
)
def test_addresses_that_cannot_stand_in_a_credential(url: str) -> None:
    with pytest.raises(InputError, match="cannot be published"):
        indexes.check_address(url)


@pytest.mark.parametrize(
    "text", ["", "#", "https://a.example/1", "https://a.example/1#", "https://a.example/1#٣", "#5"]
)
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(InputError):
        Place.read(text)
    assert Place.read("https://a.example/1#5") == Place("https://a.example/1", 5)
