"""Which place of which list a credential gets: random, free, never given twice; and what stands there since when.

Pure rules over a small store. The store keeps two promises: one writer at a time (`Store.work` is a transaction that
is durable when it is left), and a place is taken once (`Session.take` says no the second time).

    - several lists are open at once, and the credentials of one batch are spread over them
    - a list holds credentials that end in one year, so that it can be retired when the year is over
    - a list is closed at three quarters, so that a free place is found by chance; the rest stays as a crowd to hide in
    - a place that was given is never given again, whatever became of its credential
    - withdrawn is for good; only a suspension ends
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.status.bitstring import MIN_ENTRIES, Entry, Purpose
from mikra.status.table import Table, Value, pack

NO_END = "open"
"""The group of credentials that do not end."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`size` places a list, `at_once` lists open, closed when `full` of their places (a share) are taken."""

    size: int = MIN_ENTRIES
    at_once: int = 4
    full: float = 0.75

    def __post_init__(self) -> None:
        if self.size < MIN_ENTRIES or self.size % 8 or self.at_once < 2 or not 0 < self.full <= 0.9:
            raise InputError(
                "These rules would tell on people.",
                found=f"{self.size} places, {self.at_once} lists at once, full at {self.full}",
                expected=f"at least {MIN_ENTRIES} places (a multiple of 8), 2 lists at once, full at 0.9 or less",
            )


@dataclass(frozen=True, slots=True)
class Place:
    """Where the status of one credential stands: `base` is the address of the list without its encoding."""

    base: str
    index: int

    @property
    def text(self) -> str:
        """As it stands in a journal: address, hash sign, index."""
        return f"{self.base}#{self.index}"

    @classmethod
    def read(cls, text: str) -> Place:
        """From `text`. InputError for what is none."""
        base, _, index = text.rpartition("#")
        if not (index.isascii() and index.isdigit() and len(index) < 12):
            raise InputError("This is no place in a status list.", found=text[:160], expected="ADDRESS#INDEX")
        return cls(check_address(base), int(index))

    def address(self, encoding: str) -> str:
        """The address of the list in one encoding: `revocation`, `suspension`, `token`."""
        return f"{self.base}/{encoding}"

    @property
    def reference(self) -> str:
        """Where the issuer says more, once there is more to say."""
        return f"{self.base}/{self.index}"


def left_out(found: Sequence[Entry]) -> Entry | None:
    """The entry for suspension that a form with room for one entry leaves out (Open Badges 3.0, B.1.2).

    It stands beside the one for withdrawal: at the same place of the list beside. Only where that one entry itself says
    that its lists are laid out as `Place` has them; else None.
    """
    if len(found) != 1 or found[0].purpose != Purpose.REVOCATION or found[0].size != 1:
        return None
    (one,) = found
    try:
        place = Place(one.list_url.rpartition("/")[0], one.position())
    except InputError:
        return None
    laid_out = one.list_url == place.address(Purpose.REVOCATION)
    if not laid_out or one.members.get("statusReference") != place.reference:
        return None
    return replace(one, purpose=Purpose.SUSPENSION, list_url=place.address(Purpose.SUSPENSION))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A list as the store keeps it."""

    number: int
    group: str
    size: int
    taken: int
    open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was decided on one place: value, when, by whom, why; `successor` of a superseded credential, `link` to it.

    `sealed` is the tombstone, once it was published.
    """

    value: Value
    at: str
    who: str = ""
    why: str = ""
    successor: str = ""
    link: str = ""
    sealed: bytes = b""


class Session(Protocol):
    """A store inside one transaction."""

    def lists(self, group: str = "") -> Sequence[ListRow]:
        """All lists, or those of a group, by number."""
        ...

    def open_list(self, group: str, size: int) -> ListRow:
        """A new list."""
        ...

    def close_list(self, number: int) -> None: ...

    def take(self, number: int, index: int, award: str) -> bool:
        """Marks the place as given to an award. False where it was given before."""
        ...

    def places(self, award: str) -> Sequence[tuple[int, int]]:
        """(list, index) of all places that an award has."""
        ...

    def is_taken(self, number: int, index: int) -> bool: ...

    def change(self, number: int, index: int, change: Change) -> None:
        """Adds to the history of a place; the last one counts."""
        ...

    def changes(self, number: int) -> Mapping[int, Sequence[Change]]:
        """The history of each place of a list that has one, oldest first."""
        ...

    def seal(self, number: int, index: int, sealed: bytes) -> None:
        """Keeps the tombstone of the last change."""
        ...


class Store(Protocol):
    """Where the table is kept. `base` is the address under which all its lists are published, with a slash at the end.

    What `work` gives is alone in the store, and what it did is durable when it is left without an error.
    """

    @property
    def base(self) -> str: ...

    def work(self) -> AbstractContextManager[Session]: ...


def check_address(url: str) -> str:
    """InputError for an address that cannot stand in a credential as it is: https, ASCII; no user, query, fragment."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or not set(url) <= _PLAIN:
        raise InputError(
            "Status lists cannot be published at this address.",
            found=url[:160],
            expected="an https address such as https://status.example.org/lists",
        )
    return url


def group_of(ends: dt.date | None) -> str:
    """Lists are kept by the year in which their credentials end."""
    return str(ends.year) if ends else NO_END


def reserve(
    store: Store, awards: Sequence[str], *, group: str, chance: Callable[[int], bytes], rules: Rules | None = None
) -> list[Place]:
    """A place for each award, spread over the open lists of the group, in one transaction. What crashes is burnt."""
    rules = rules or Rules()
    with store.work() as session:
        open_ones = [one for one in session.lists(group) if one.open]
        room = {one.number: int(one.size * rules.full) - one.taken for one in open_ones}
        sizes = {one.number: one.size for one in open_ones}
        places = []
        for award in awards:
            _replace_full(session, room, sizes, group, rules)
            number, index = _draw(session, award, sizes, chance)
            room[number] -= 1
            places.append(Place(f"{store.base}{number}", index))
        _replace_full(session, room, sizes, group, rules)
    return places


def _replace_full(session: Session, room: dict[int, int], sizes: dict[int, int], group: str, rules: Rules) -> None:
    for number in [number for number, left in room.items() if left <= 0]:
        session.close_list(number)
        del room[number], sizes[number]
    while len(room) < rules.at_once:
        new = session.open_list(group, rules.size)
        room[new.number], sizes[new.number] = int(new.size * rules.full), new.size


def _draw(session: Session, award: str, sizes: Mapping[int, int], chance: Callable[[int], bytes]) -> tuple[int, int]:
    """A free place by chance. Lists are at most 90 % full, so that 2,000 misses mean broken dice."""
    numbers = tuple(sizes)
    for _ in range(2_000):
        drawn = chance(12)
        number = numbers[int.from_bytes(drawn[:4]) % len(numbers)]
        index = int.from_bytes(drawn[4:]) % sizes[number]
        if session.take(number, index, award):
            return number, index
    raise ConflictError("No free place was found in the status lists.", fix="Check the source of chance.")


def number_of(store: Store, place: Place) -> int:
    """The list of a place in this store. NotFoundError for a list of another one."""
    text = place.base.removeprefix(store.base)
    if not text.isascii() or not text.isdigit() or len(text) > 12 or place.base != f"{store.base}{text}":
        raise NotFoundError(
            "This credential's status stands in lists of another store.", found=place.base, expected=store.base
        )
    return int(text)


def decide(store: Store, places: Iterable[Place], change: Change) -> None:
    """Writes a decision to places, all or none. ConflictError where one is withdrawn already; it cannot be undone.

    VALID ends a suspension. NotFoundError for a place that was never given.
    """
    with store.work() as session:
        for place in places:
            number = number_of(store, place)
            if not session.is_taken(number, place.index):
                raise NotFoundError("No credential has this place in the status list.", found=place.text)
            _refuse(place, session.changes(number).get(place.index, ()), change)
            session.change(number, place.index, change)


def _refuse(place: Place, history: Sequence[Change], change: Change) -> None:
    now = history[-1].value if history else Value.VALID
    if now is Value.INVALID:
        raise ConflictError(
            "This credential is withdrawn already, and that cannot be undone.",
            where=place.text,
            found=f"since {history[-1].at}",
            fix="To put it right, issue a new credential.",
        )
    if now is change.value:
        raise ConflictError(
            "Nothing would change: this credential has that status already.", where=place.text, found=now.name.lower()
        )


def table_of(session: Session, row: ListRow) -> Table:
    """The list as it is to be published now."""
    now: dict[int, list[int]] = {Value.INVALID: [], Value.SUSPENDED: []}
    for index, history in session.changes(row.number).items():
        if history[-1].value in now:
            now[history[-1].value].append(index)
    return pack(row.size, now)
