"""Webhooks: where a program is told of events, signed after Standard Webhooks 1.0 (symmetric), tried until it answers.

    webhook-id          the message; the same for each try, so that a receiver takes it once
    webhook-timestamp   seconds since 1970, of this try
    webhook-signature   v1,Base64(HMAC-SHA256(secret, "ID.TIMESTAMP.BODY"))

The secret is told once, as `whsec_` and Base64. 2xx is taken as received; 410 stops the webhook; all else is tried
again after the times of `WAITS`, and after the last one only when a person, or a program, has it sent again.
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from mikra.adapters.clock import chance, now
from mikra.errors import InputError, UnavailableError
from mikra.server.actions import audit, webhooks_sending
from mikra.server.actions.webhook_events import EVENTS, TEST, Event
from mikra.server.actions.webhook_messages import may_loopback, put
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import api, personal
from mikra.server.store.api import Message, Webhook
from mikra.server.store.audit import Head
from mikra.trust.addresses import address_of

MOST = 20
"""Webhooks of one institution."""


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook, and its secret, which is told to nobody again."""

    webhook: Webhook
    secret: str


def checked_url(url: str) -> str:
    """InputError `url_not_allowed` for what may not be asked; the name is looked up when something is sent."""
    try:
        address_of(url, plain=False, loopback=may_loopback())
    except UnavailableError as error:
        raise InputError(
            "This is no address that may be told.",
            where="url",
            found=url[:200],
            expected=error.expected or "https://, a public host, no user, no other port below 1024",
            code="url_not_allowed",
        ) from error
    if len(url) > 500:
        raise InputError("This address is too long.", where="url", expected="at most 500 characters")
    return url


def make(actor: Actor, *, url: str, events: Iterable[str]) -> Made:
    """Tells this address of these events, from now on. InputError."""
    actor.need(Right.CONNECT)
    wanted = _events(events)
    secret = chance(32)
    webhook = Webhook(tenant=actor.tenant, url=checked_url(url.strip()), events=wanted, secret=_sealed(actor, secret))
    with work():
        if Webhook.there(actor.tenant).count() >= MOST:
            raise InputError("There are as many webhooks as there may be.", expected=f"at most {MOST}")
        head = Head._default_manager.filter(tenant=actor.tenant).first()
        webhook.seen = head.number if head else 0
        webhook.save(force_insert=True)
        audit.note(actor, audit.Line(verb="webhook.made", subject=f"webhook:{webhook.id}", detail={"events": wanted}))
    return Made(webhook, "whsec_" + base64.b64encode(secret).decode())


def _events(given: Iterable[str]) -> list[str]:
    wanted = sorted(set(given))
    if not wanted or not set(wanted) <= set(EVENTS):
        raise InputError(
            "There is no such event." if wanted else "Choose what is to be told.",
            where="events",
            found=", ".join(sorted(set(wanted) - set(EVENTS)))[:80],
            expected=", ".join(EVENTS),
        )
    return wanted


def _sealed(actor: Actor, secret: bytes) -> bytes:
    return personal.encrypt(personal.derived("webhook", actor.tenant.id), secret)


def webhooks(actor: Actor) -> list[Webhook]:
    """All of the institution, the newest first."""
    actor.need(Right.CONNECT)
    return list(Webhook.there(actor.tenant))


def webhook(actor: Actor, webhook_id: uuid.UUID | str, *, lock: bool = False) -> Webhook:
    """One of them. NotFoundError, for those that were removed too."""
    actor.need(Right.CONNECT)
    found = Webhook.get(actor.tenant, webhook_id, lock=lock)
    return Webhook.get(actor.tenant, found.id if found.removed is None else uuid.UUID(int=0))


def stop(actor: Actor, webhook_id: uuid.UUID | str) -> Webhook:
    """Nothing is sent; what happens meanwhile waits."""
    return _move(actor, webhook_id, stopped=now())


def start(actor: Actor, webhook_id: uuid.UUID | str) -> Webhook:
    """What waits is sent, and all that comes."""
    return _move(actor, webhook_id, stopped=None)


def _move(actor: Actor, webhook_id: uuid.UUID | str, *, stopped: dt.datetime | None) -> Webhook:
    actor.need(Right.CONNECT)
    with work():
        found = webhook(actor, webhook_id, lock=True)
        if (found.stopped is None) != (stopped is None):
            found.stopped, found.problem = stopped, ""
            found.save(update_fields=("stopped", "problem"))
            line = audit.Line(verb="webhook.stopped", subject=f"webhook:{found.id}")
            if stopped is None:
                line = audit.Line(verb="webhook.started", subject=f"webhook:{found.id}")
            audit.note(actor, line)
    return found


def remove(actor: Actor, webhook_id: uuid.UUID | str) -> None:
    """Takes it away, with what waits for it; a second time changes nothing."""
    actor.need(Right.CONNECT)
    with work():
        found = Webhook.get(actor.tenant, webhook_id, lock=True)
        if found.removed is None:
            found.removed = now()
            found.save(update_fields=("removed",))
            Message.of(actor.tenant).filter(webhook=found).delete()
            audit.note(actor, audit.Line(verb="webhook.removed", subject=f"webhook:{found.id}"))


def messages(
    actor: Actor, webhook_id: uuid.UUID | str, *, before: uuid.UUID | None = None, limit: int = 50
) -> list[Message]:
    """What was sent to it, with each try, the newest first."""
    return api.message_ids(webhook(actor, webhook_id), before, min(limit, 200))


def try_out(actor: Actor, webhook_id: uuid.UUID | str) -> Message:
    """Sends it an event of the kind `webhook.test`, now."""
    found = webhook(actor, webhook_id)
    event = Event(kind=TEST, at=audit.text_of(now()), data={"webhook": str(found.id)})
    with work():
        return put(found, [event], now())[0]


def replay(actor: Actor, webhook_id: uuid.UUID | str, message_id: uuid.UUID | str) -> Message:
    """Sends a message again, whatever became of it: with the same id, so that a receiver may know it."""
    found = webhook(actor, webhook_id)
    with work():
        message = Message.get(actor.tenant, message_id, lock=True)
        if message.webhook_id != found.id:
            message = Message.get(actor.tenant, uuid.UUID(int=0))
        message.state, message.due, message.tries, message.again = Message.State.WAITING, now(), 0, message.again + 1
        message.save(update_fields=("state", "due", "tries", "again"))
        audit.note(actor, audit.Line(verb="webhook.replayed", subject=f"message:{message.id}"))
    return message


def send_due(at: dt.datetime | None = None) -> bool:
    """The task `webhooks`: makes messages of what happened, and sends what is due; whether there is more at once."""
    return webhooks_sending.slice_of(at or now())
