"""Events for programs, out of the audit trail: what was noted in the transaction of a deed is told once it is done.

A line of the trail becomes part of an event of `EVENTS`; sealed and changed awards go together, 500 in a message. A
message says ids, states and counts: who a learner is, a program asks with its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from mikra.server.actions.audit import text_of
from mikra.server.store.audit import Entry

TOGETHER = 500
_CHANGES = {
    "award.suspended": "suspended",
    "award.resumed": "valid",
    "award.revoked": "revoked",
    "award.superseded": "superseded",
}
_KINDS = {
    "batch.done": "batch.done",
    "batch.reverted": "batch.reverted",
    "award.sealed": "award.sealed",
    **dict.fromkeys(_CHANGES, "award.changed"),
    "award.claimed": "award.claimed",
    "delivery.bounced": "delivery.bounced",
    "edition.published": "edition.published",
}
"""Verb of the trail -> event."""

TEST = "webhook.test"
EVENTS = tuple(dict.fromkeys(_KINDS.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is told. `at` is as the trail writes it."""

    kind: str
    at: str
    data: dict[str, Any] = field(default_factory=dict)


def events_of(lines: Iterable[Entry]) -> Iterator[Event]:
    """The events in these lines, in their order."""
    told = (one for one in lines if one.verb in _KINDS)
    for (kind, about), group in groupby(told, key=lambda one: (_KINDS[one.verb], _about(one))):
        members = list(group)
        for start in range(0, len(members), TOGETHER):
            piece = members[start : start + TOGETHER]
            yield Event(kind=kind, at=text_of(piece[-1].at), data=_data(kind, about, piece))


def _about(line: Entry) -> str:
    """What goes together: awards of one batch, changes to one state; all else stands alone."""
    if line.verb == "award.sealed":
        return str(line.detail.get("batch", ""))
    return _CHANGES.get(line.verb) or f"{line.number}"


def _data(kind: str, about: str, lines: list[Entry]) -> dict[str, Any]:
    ids = [one.subject.partition(":")[2] for one in lines]
    if kind == "award.sealed":
        return {"batch": about, "awards": ids} if about else {"awards": ids}
    if kind == "award.changed":
        return {"state": about, "awards": ids}
    if kind == "batch.done":
        counts = {name: lines[0].detail[name] for name in ("sealed", "failed") if name in lines[0].detail}
        return {"batch": ids[0], **counts}
    if kind == "edition.published":
        return {"design": ids[0], "edition": lines[0].detail.get("edition")}
    return {lines[0].subject.partition(":")[0]: ids[0]}
