"""What is served of status lists: the last publication, from memory too while the database cannot be had.

It is public, and no tenant's question: credentials name these addresses to the whole world.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError

from mikra.errors import NotFoundError
from mikra.server.actions.status_lists import ENCODINGS, credential_id
from mikra.server.actions.work import unavailable
from mikra.server.store.awards import Award
from mikra.server.store.copies import award_at
from mikra.server.store.status import Published, StatusMark
from mikra.status.table import Value

KEPT = 64
"""Publications in memory: some kilobytes each."""

LIST_TYPE, TOKEN_TYPE = "application/vc+jwt", "application/statuslist+jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Bytes as they were sealed. `digest` names them."""

    content: bytes
    content_type: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What is said of a withdrawn credential, sealed and in words. `successor` is the id of the one in its place."""

    served: Served
    superseded: bool
    day: str
    reason: str
    issuer: str
    successor: str


_last: OrderedDict[tuple[int, str], Served] = OrderedDict()


def served(number: int, encoding: str) -> Served:
    """A list as it was published last. NotFoundError, UnavailableError."""
    name = (number, encoding)
    if encoding not in ENCODINGS:
        raise _nothing()
    try:
        row = Published._default_manager.filter(list_id=number, encoding=encoding).values_list("content", flat=True)
        content = row.first()
    except (OperationalError, InterfaceError) as error:
        if name in _last:
            return _last[name]
        raise unavailable() from error
    if content is None:
        raise _nothing()
    found = _as(bytes(content), TOKEN_TYPE if encoding == "token" else LIST_TYPE)
    _last[name] = found
    _last.move_to_end(name)
    if len(_last) > KEPT:
        _last.popitem(last=False)
    return found


def tombstone(number: int, index: int) -> Withdrawn:
    """What became of the credential at a place. NotFoundError while it was not withdrawn, or is not published yet."""
    mark = StatusMark._default_manager.filter(list_id=number, index=index, value=Value.INVALID).first()
    if mark is None or mark.tombstone is None:
        raise _nothing()
    found = award_at(number, index)
    successor = Award._default_manager.filter(supersedes=found).first() if found else None
    return Withdrawn(
        served=_as(bytes(mark.tombstone), LIST_TYPE),
        superseded=found is not None and found.state == Award.State.SUPERSEDED,
        day=mark.at.date().isoformat(),
        reason=found.reason if found else "",
        issuer=found.tenant.name if found else "",
        successor=credential_id(successor) if successor else "",
    )


def _as(content: bytes, content_type: str) -> Served:
    return Served(content=content, content_type=content_type, digest=hashlib.sha256(content).hexdigest()[:32])


def _nothing() -> NotFoundError:
    return NotFoundError("There is nothing here under this address.", fix="Check the address.", code="not_found")
