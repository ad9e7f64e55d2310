"""Keys of programs: made by an administrator, shown once, kept as a digest, with as few rights as they need.

made = make(actor, name="Student system", scopes=["prepare"], expires=day)   made.secret is told to nobody again
actor = actor_of("mikra_...", at)                                             whoever bears the key
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from mikra.adapters.clock import chance, now
from mikra.errors import InputError, NotAllowedError
from mikra.server.actions import audit
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.api import ApiKey

SCOPES: dict[str, frozenset[Right]] = {
    "read": frozenset({Right.VIEW}),
    "design": frozenset({Right.VIEW, Right.DESIGN}),
    "publish": frozenset({Right.VIEW, Right.PUBLISH}),
    "prepare": frozenset({Right.VIEW, Right.PREPARE}),
    "learners": frozenset({Right.VIEW, Right.LEARNERS}),
    "seal": frozenset({Right.VIEW, Right.SEAL}),
    "correct": frozenset({Right.VIEW, Right.CORRECT}),
    "recognise": frozenset({Right.VIEW, Right.RECOGNISE}),
    "webhooks": frozenset({Right.VIEW, Right.CONNECT}),
}
"""No scope gives what only people do: roles, settings, reviews, the stop switch, the cases of the GDPR."""

PREFIX = "mikra_"
LONGEST = dt.timedelta(days=731)
DEFAULT = dt.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Made:
    """A new key, and its secret: 32 random bytes in Base64url after `PREFIX`."""

    key: ApiKey
    secret: str


def make(
    actor: Actor, *, name: str, scopes: Iterable[str], expires: dt.date | None = None, at: dt.datetime | None = None
) -> Made:
    """A new key, until the end of the day `expires` (a year, where it is None). InputError."""
    actor.need(Right.ADMINISTER)
    at = at or now()
    called, wanted = " ".join(name.split()), sorted(set(scopes))
    _check(called, wanted)
    secret = PREFIX + base64.urlsafe_b64encode(chance(32)).rstrip(b"=").decode()
    key = ApiKey(
        tenant=actor.tenant,
        name=called,
        start=secret[:12],
        digest=digest_of(secret),
        scopes=wanted,
        made_by_id=actor.person_id,
        expires=_end(expires, at),
    )
    with work():
        key.save(force_insert=True)
        detail = {"scopes": wanted, "until": key.expires.date().isoformat()}
        audit.note(actor, audit.Line(verb="api_key.made", subject=f"key:{key.id}", detail=detail), at=at)
    return Made(key, secret)


def _check(name: str, scopes: list[str]) -> None:
    if not name or len(name) > 120:
        raise InputError("Say in a few words what the key is for.", where="name", expected="1 to 120 characters")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise InputError(
            "Choose what the key may do." if not scopes else "There is no such scope.",
            where="scopes",
            found=", ".join(sorted(set(scopes) - set(SCOPES)))[:80],
            expected=", ".join(SCOPES),
        )


def _end(day: dt.date | None, at: dt.datetime) -> dt.datetime:
    if day is None:
        return at + DEFAULT
    end = dt.datetime.combine(day, dt.time.max, tzinfo=dt.UTC)
    if not at < end <= at + LONGEST:
        raise InputError(
            "A key ends on a day to come, within two years.",
            where="expires",
            found=day.isoformat(),
            expected=f"up to {(at + LONGEST).date().isoformat()}",
        )
    return end


def digest_of(secret: str) -> bytes:
    """A fast digest suffices: 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def keys(actor: Actor) -> list[ApiKey]:
    """All keys of the institution, those that ended too."""
    actor.need(Right.ADMINISTER)
    return ApiKey.listed(actor.tenant)


def revoke(actor: Actor, key_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> ApiKey:
    """It opens nothing any more, from the next request on."""
    actor.need(Right.ADMINISTER)
    at = at or now()
    with work():
        key = ApiKey.get(actor.tenant, key_id, lock=True)
        if key.revoked is None:
            key.revoked = at
            key.save(update_fields=("revoked",))
            audit.note(actor, audit.Line(verb="api_key.revoked", subject=f"key:{key.id}"), at=at)
    return key


def actor_of(secret: str, *, language: str = "en", at: dt.datetime | None = None) -> Actor:
    """Whoever bears this key. NotAllowedError `not_signed_in`, the same for every key that opens nothing."""
    at = at or now()
    key = ApiKey.by_digest(digest_of(secret)) if secret.startswith(PREFIX) else None
    if key is None or not key.counts(at):
        raise no_key()
    if key.last_used != at.date():  # one write a day
        with work():
            ApiKey.of(key.tenant_id).filter(pk=key.pk).update(last_used=at.date())
    return Actor(
        tenant=key.tenant,
        name=f"key:{key.id}",
        rights=rights_of(key.scopes),
        language=language,
        scopes=frozenset(key.scopes),
        made_by=f"person:{key.made_by_id}" if key.made_by_id else "",
    )


def rights_of(scopes: Iterable[str]) -> frozenset[Right]:
    """All rights of these scopes; unknown ones give none."""
    return frozenset().union(*(SCOPES[one] for one in scopes if one in SCOPES))


def no_key() -> NotAllowedError:
    """There is no key, or it opens nothing."""
    return NotAllowedError(
        "This needs a key that is in force.",
        where="Authorization",
        expected="Bearer mikra_...",
        fix="Ask an administrator of your institution for a key.",
        code="not_signed_in",
    )
