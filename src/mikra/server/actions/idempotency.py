"""Asked once, done once: the answer to a request with an Idempotency-Key is given again when it is sent again.

The answer is stored in the transaction of the deed itself, so that a crash leaves both or neither; a second request
with the key waits for the first. What failed is not remembered. Answers are kept for two days, encrypted.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.server.actions.work import work
from mikra.server.rights import Actor
from mikra.server.store import personal
from mikra.server.store.work import Asked

KEPT = dt.timedelta(days=2)
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` are those that belong to the answer itself, such as Location."""

    status: int
    body: bytes
    headers: dict[str, str]
    again: bool = False


class _Failed(Exception):
    """Undoes the transaction around an answer that tells of a failure."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def once(actor: Actor, key: str, request: bytes, do: Callable[[], Answer], *, at: dt.datetime | None = None) -> Answer:
    """What `do` gives, done once for this caller and key. `request` is the digest of all that was asked.

    ConflictError `idempotency_conflict`: the key was used for something else. InputError for what is no key.
    """
    if not 0 < len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise InputError(
            "This is no key for a request.",
            where="Idempotency-Key",
            expected=f"1 to {LONGEST} printable characters of ASCII",
            fix="Send a new random UUID with each new request.",
            code="request_malformed",
        )
    try:
        with work():
            return _answered(actor, key, request, do, at or now())
    except _Failed as failed:
        return failed.answer


def _answered(actor: Actor, key: str, request: bytes, do: Callable[[], Answer], at: dt.datetime) -> Answer:
    rows = Asked.of(actor.tenant).filter(caller=actor.name)
    rows.filter(created__lt=at - KEPT).delete()
    asked = Asked(tenant=actor.tenant, caller=actor.name, key=key, request=request, created=at)
    try:
        with transaction.atomic():  # PostgreSQL waits here until the first one is through
            asked.save(force_insert=True)
    except IntegrityError:
        known = rows.filter(key=key).first()
        return _known(actor, known, request)
    answer = do()
    if answer.status >= 400:
        raise _Failed(answer)
    asked.status, asked.answer = answer.status, _put_away(actor, answer)
    asked.save(update_fields=("status", "answer"))
    return answer


def _known(actor: Actor, known: Asked | None, request: bytes) -> Answer:
    if known is None or bytes(known.request) != request or known.status is None:
        raise ConflictError(
            "This key was used for another request.",
            where="Idempotency-Key",
            fix="Send a new key with each new request, and the old one only with the same request.",
            code="idempotency_conflict",
        )
    found = _take_out(actor, known.answer)
    return Answer(known.status, base64.b64decode(found["body"]), found["headers"], again=True)


def _put_away(actor: Actor, answer: Answer) -> dict[str, Any]:
    content = orjson.dumps({"body": base64.b64encode(answer.body).decode(), "headers": answer.headers})
    sealed = personal.encrypt(personal.derived("asked", actor.tenant.id), content)
    return {"encrypted": base64.b64encode(sealed).decode()}


def _take_out(actor: Actor, kept: Any) -> dict[str, Any]:
    blob = base64.b64decode(kept["encrypted"])
    found: dict[str, Any] = orjson.loads(personal.decrypt(personal.derived("asked", actor.tenant.id), blob))
    return found
