"""Reading the audit trail: page by page, as a file to take away, and whether its chain holds."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import orjson

from mikra import audit_check
from mikra.server.actions.audit import text_of
from mikra.server.rights import Actor, Right
from mikra.server.store import audit_rows
from mikra.server.store.audit import Entry
from mikra.server.store.people import Membership

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it is shown: `who` is a name where the person works or worked here, else what they are."""

    entry: Entry
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Whether the chain holds: what does not fit, how many lines there are, how many sealed heads are in it."""

    faults: tuple[str, ...]
    lines: int
    heads: int


def lines(actor: Actor, *, before: int = 0, limit: int = PAGE, **narrowed: Any) -> list[Line]:
    """Lines of the trail, newest first, from the one before number `before`."""
    actor.need(Right.AUDIT)
    rows = audit_rows.entries(actor.tenant, **narrowed)
    if before:
        rows = rows.filter(number__lt=before)
    found = list(rows[:limit])
    names = _names(actor, {one.actor for one in found})
    return [Line(entry=one, who=names.get(one.actor, one.actor)) for one in found]


def people(actor: Actor) -> list[tuple[str, str]]:
    """Who may stand in the trail, for choosing: (`person:UUID`, name)."""
    actor.need(Right.AUDIT)
    rows = Membership.of(actor.tenant).select_related("person").order_by("person__name")
    return [(f"person:{one.person_id}", one.person.name or one.person.email) for one in rows]


def _names(actor: Actor, known: set[str]) -> dict[str, str]:
    return {name: said for name, said in people(actor) if name in known}


def exported(actor: Actor) -> Iterator[bytes]:
    """The whole trail as JSON Lines, oldest first: what `audit_check.py` takes."""
    actor.need(Right.AUDIT)
    for one in audit_rows.in_order(actor.tenant):
        yield orjson.dumps(_members(one)) + b"\n"


def _members(one: Entry) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": text_of(one.at),
        "actor": one.actor,
        "verb": one.verb,
        "subject": one.subject,
        "reason": one.reason,
        "detail": one.detail,
        "digest": bytes(one.digest).hex(),
    }


def heads_file(actor: Actor) -> bytes:
    """All sealed heads and the checker, as a ZIP: to be kept by somebody else."""
    actor.need(Right.AUDIT)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("audit_check.py", files("mikra").joinpath("audit_check.py").read_bytes())
        for head in audit_rows.heads(actor.tenant):
            members = {"day": head.day.isoformat(), "number": head.number, "digest": bytes(head.digest).hex()}
            archive.writestr(f"heads/{head.day}.json", orjson.dumps(members))
            archive.writestr(f"heads/{head.day}.jwt", bytes(head.sealed))
    return buffer.getvalue()


def check(actor: Actor) -> Held:
    """Goes through the whole chain with the checker that others use, and holds it against the sealed heads."""
    actor.need(Right.AUDIT)
    heads = [{"number": one.number, "digest": bytes(one.digest).hex()} for one in audit_rows.heads(actor.tenant)]
    count = 0

    def counted() -> Iterator[str]:
        nonlocal count
        for line in exported(actor):
            count += 1
            yield line.decode()

    found = audit_check.faults(counted(), heads)
    end = audit_rows.head_of(actor.tenant)
    if not found and end is not None and end.number != count:
        found = [f"line {count + 1} is missing: the trail knows of {end.number}"]
    return Held(faults=tuple(found), lines=count, heads=len(heads))


def day_bounds(since: dt.date | None, until: dt.date | None) -> dict[str, dt.datetime]:
    """Days of a form as the instants between which lines are shown, both days included."""
    bounds = {}
    if since:
        bounds["since"] = dt.datetime.combine(since, dt.time(), dt.UTC)
    if until:
        bounds["until"] = dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), dt.UTC)
    return bounds
