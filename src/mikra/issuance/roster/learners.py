"""Who is who: the keys of a learner, and rows that are one learner twice.

A person is told apart by learner number, national number, e-mail address, or name and date of birth. Names are folded
for this alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Container, Mapping, Sequence

from mikra.issuance.roster.faults import Fault, fault, warning
from mikra.issuance.roster.result import Value
from mikra.vocabulary import fold

Issued = Collection[str] | Callable[[str], bool]
"""The keys of learners who have it already, or the question whether one has."""


def learner_key(values: Mapping[str, Value]) -> str:
    """The one stable key of a learner, for journals: by number where there is one, else by all that is known.

    It holds personal data in the clear; who keeps it makes it irreversible first.
    """
    if numbers := number_keys(values):
        return numbers[0]
    return f"learner:{whole_name(values)}|{_birth(values)}|{str(values.get('email', '')).casefold()}"


def learner_keys(values: Mapping[str, Value]) -> tuple[str, ...]:
    """Every key by which this learner is known: any one of them in common means one learner."""
    return tuple(_keys(values, whole_name(values)))


def named_keys(values: Mapping[str, Value]) -> tuple[str, list[str]]:
    """The folded name, and `learner_keys`."""
    name = whole_name(values)
    return name, _keys(values, name)


def number_keys(values: Mapping[str, Value]) -> list[str]:
    """Those of `learner_keys` that are made of numbers: each of them by itself means one learner for sure."""
    keys = []
    if number := values.get("learner_id"):
        keys.append(f"id:{values.get('learner_id_scheme', '')}:{number}".casefold())
    if number := values.get("national_id"):
        keys.append(f"nid:{number}".casefold())
    return keys


def _keys(values: Mapping[str, Value], name: str) -> list[str]:
    keys = number_keys(values)
    if address := values.get("email"):
        keys.append(f"mail:{address}".casefold())
    if birth := _birth(values):
        keys.append(f"person:{name}|{birth}")
    return keys or [f"learner:{name}||"]


def _birth(values: Mapping[str, Value]) -> str:
    day = values.get("date_of_birth")
    return day.isoformat() if isinstance(day, dt.date) else ""


def whole_name(values: Mapping[str, Value]) -> str:
    """The folded name, whole or in halves: both forms of one person give the same."""
    given, family = values.get("given_name"), values.get("family_name")
    if given and family:
        return f"{fold(str(given))} {fold(str(family))}"
    return fold(str(values.get("full_name") or given or family or ""))


def _numbered(values: Mapping[str, Value]) -> tuple[str, str]:
    return str(values.get("learner_id_scheme", "")).casefold(), str(values["learner_id"]).casefold()


def _has_birth(values: Mapping[str, Value]) -> bool:
    return "date_of_birth" in values


def is_told_apart(values: Mapping[str, Value]) -> bool:
    """Whether more than the name tells a learner apart. An address does not: one learner may have two."""
    return "date_of_birth" in values or "learner_id" in values or "national_id" in values


class Duplicates:
    """Rows as they come, held against those before them and against what was issued."""

    def __init__(self, already: Issued, *, accepted: bool = False, among: Container[str] | None = None) -> None:
        """`among`: the keys that may be doubles, where that is known; others are not kept."""
        self._among = among
        self._issued = already if callable(already) else already.__contains__
        self._any_issued = callable(already) or bool(already)
        self._accepted = accepted
        self._seen: dict[str, int] = {}
        self._named: dict[str, int] = {}
        """Name -> the first row of that name; negative where only an e-mail address tells it apart from others."""

    def none_among(self, rows: Sequence[Mapping[str, Value]]) -> bool:
        """Whether, of rows that are all there are, none is anybody's double, nor perhaps one.

        The short way, by whole columns: where it says no, each row is to be checked.
        """
        if self._any_issued or self._among is not None:
            return False
        names = list(map(whole_name, rows))
        columns: tuple[list[object], ...] = (
            [str(values["email"]).casefold() for values in rows if "email" in values],
            [_numbered(values) for values in rows if "learner_id" in values],
            [str(values["national_id"]).casefold() for values in rows if "national_id" in values],
            [(name, values["date_of_birth"]) for name, values in zip(names, rows, strict=True) if _has_birth(values)],
        )
        if any(len(set(keys)) != len(keys) for keys in columns):
            return False
        return all(map(is_told_apart, rows)) or len(set(names)) == len(names)

    def check(self, number: int, values: Mapping[str, Value]) -> Fault | None:
        """What there is to say about this row as another's double; it counts for those after it if it is none."""
        name = whole_name(values)
        keys = _keys(values, name)
        if self._any_issued and any(map(self._issued, (learner_key(values), *keys))):
            return fault("row_duplicate", "row_already_issued")
        if self._among is not None:
            keys = [key for key in keys if key in self._among]
        seen = self._seen
        for key in keys:
            if key in seen:
                return (warning if self._accepted else fault)("row_duplicate", "row_duplicate", row=seen[key])
        for key in keys:
            seen[key] = number
        if self._among is not None and f"name:{name}" not in self._among:
            return None
        told_apart = is_told_apart(values)
        first = self._named.setdefault(name, number if told_apart else -number)
        if abs(first) == number or (told_apart and first > 0):
            return None
        return warning("row_duplicate", "row_same_name", row=abs(first))
