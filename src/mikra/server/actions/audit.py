"""The audit trail: a chain of SHA-256 digests per tenant, appended inside the transaction that it speaks of.

A line's digest is SHA-256 over the digest before it and the line in JCS (RFC 8785): number, at, actor, verb, subject,
reason, detail. `docs/audit.md` says it again for whoever writes a checker of their own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mikra.adapters.clock import now
from mikra.sealing.jcs import canonical
from mikra.server.rights import Actor
from mikra.server.store import bulk
from mikra.server.store.audit import Entry, Head
from mikra.server.store.tenants import Tenant

_COLUMNS = ("tenant_id", "number", "at", "actor", "verb", "subject", "reason", "detail", "digest")

START = bytes(32)
"""The digest before the first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is to be noted. `subject` is `kind:id`; `detail` holds no personal data."""

    verb: str
    subject: str
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def text_of(at: dt.datetime) -> str:
    """An instant as the digest takes it: UTC, microseconds."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of(before: bytes, number: int, at: dt.datetime, actor: str, line: Line) -> bytes:
    """The digest of one line of the chain."""
    members: dict[str, Any] = {
        "number": number,
        "at": text_of(at),
        "actor": actor,
        "verb": line.verb,
        "subject": line.subject,
        "reason": line.reason,
        "detail": dict(line.detail),
    }
    return hashlib.sha256(before + canonical(members)).digest()


def note(actor: Actor, *lines: Line, at: dt.datetime | None = None) -> None:
    """Appends lines to the chain of the actor's tenant; call it inside `work()`."""
    note_all(actor.tenant, actor.name, lines, at or now())


def note_all(tenant: Tenant, actor: str, lines: Sequence[Line], at: dt.datetime) -> None:
    """The same for whoever has no actor; many lines in one statement."""
    head, _ = Head._default_manager.select_for_update().get_or_create(
        tenant=tenant, defaults={"number": 0, "digest": START}
    )
    made = chained(bytes(head.digest), head.number, at, actor, lines)
    moment, of = bulk.moment(at), tenant.pk.hex
    entries = [
        (of, number, moment, actor, line.verb, line.subject, line.reason, detail, digest)
        for line, (number, detail, digest) in zip(lines, made, strict=True)
    ]
    bulk.insert(Entry, _COLUMNS, entries, written=True)
    if made:
        head.number, _text, head.digest = made[-1]
    head.save(update_fields=("number", "digest"))


def chained(
    before: bytes, number: int, at: dt.datetime, actor: str, lines: Sequence[Line]
) -> list[tuple[int, str, bytes]]:
    """Number, detail as JSON, and `digest_of` each of these lines, which follow line `number` of digest `before`.

    What the lines have in common is written once: JCS sorts the members of a line, and these are always the same.
    """
    start = b'{"actor":%b,"at":%b,"detail":' % (canonical(actor), canonical(text_of(at)))
    said = {text: canonical(text) for text in {text for line in lines for text in (line.reason, line.verb)}}
    made: list[tuple[int, str, bytes]] = []
    for line in lines:
        number += 1
        detail = _object(dict(line.detail))
        text = b'%b%b%b,"number":%d,"reason":%b,"subject":%b,"verb":%b}' % (
            before, start, detail, number, said[line.reason], _text(line.subject), said[line.verb],
        )  # fmt: skip
        before = hashlib.sha256(text).digest()
        made.append((number, detail.decode(), before))
    return made


def _text(said: str) -> bytes:
    """`canonical` of a text."""
    return orjson.dumps(said) if said.isascii() else canonical(said)


_MOST = 2**53 - 1


def _object(said: dict[str, Any]) -> bytes:
    """`canonical` of an object; the short way where all is ASCII, and nothing but texts and small numbers."""
    for name, value in said.items():
        if not (value.__class__ is str and value.isascii()) and not (
            value.__class__ is int and -_MOST <= value <= _MOST
        ):
            return canonical(said)
        if not name.isascii():
            return canonical(said)
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
