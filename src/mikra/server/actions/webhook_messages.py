"""Messages of webhooks: made of events, signed under the secret of their webhook."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence

import orjson

from mikra.server.actions.webhook_events import Event
from mikra.server.installation import Mode, installation
from mikra.server.store import personal
from mikra.server.store.api import Message, Webhook
from mikra.server.store.base import new_id


def may_loopback() -> bool:
    """Whether this machine itself may be told: never in production."""
    return installation().mode is not Mode.PRODUCTION


def secret_of(webhook: Webhook) -> bytes:
    """The key of its signatures."""
    return personal.decrypt(personal.derived("webhook", webhook.tenant_id), bytes(webhook.secret))


def put(webhook: Webhook, events: Sequence[Event], at: dt.datetime) -> list[Message]:
    """Messages on their way; call it inside `work()`."""
    made = [
        Message(
            id=new_id(),
            tenant_id=webhook.tenant_id,
            webhook=webhook,
            event=one.kind,
            body=orjson.dumps({"type": one.kind, "timestamp": one.at, "data": one.data}).decode(),
            due=at - dt.timedelta(microseconds=len(events) - place),  # they go in their order
        )
        for place, one in enumerate(events)
    ]
    return Message._default_manager.bulk_create(made, batch_size=200)


def signature(secret: bytes, message_id: str, seconds: int, body: bytes) -> str:
    """What stands in `webhook-signature`."""
    signed = hmac.digest(secret, f"{message_id}.{seconds}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed).decode()
