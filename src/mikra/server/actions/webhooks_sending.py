"""Sending to webhooks, a few messages at a time: taken, sent outside of any transaction, noted.

Who takes a message moves its `due` on by a minute; where the worker dies, it is sent again then, under the same id.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter

from django.db import connection
from django.utils.translation import gettext_noop

from mikra.adapters.clock import now
from mikra.adapters.http import HttpLoader, Rules
from mikra.errors import UnavailableError
from mikra.server.actions import webhook_messages
from mikra.server.actions.webhook_events import TEST, events_of
from mikra.server.actions.work import work
from mikra.server.store.api import Attempt, Message, Webhook
from mikra.server.store.audit import Entry, Head

PIECE = 1_000
"""Lines of the trail that are read at once."""

AT_ONCE = 10
EACH = 3
"""Messages for one webhook in one slice: a slow one does not keep the others."""

LEASE = dt.timedelta(minutes=1)
KEPT = dt.timedelta(days=30)
WAITS = (
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
)
"""Between two tries, as Standard Webhooks proposes; some three days in all."""

GONE = 410

NOT_TAKEN = gettext_noop("The address did not take it.")
"""Any status but 2xx, which stands beside it."""


def slice_of(at: dt.datetime, loader: HttpLoader | None = None) -> bool:
    """One slice; whether there is more at once."""
    more = sum(_collect(one, at) for one in _behind()) > 0
    taken = _take(at)
    for one in taken:
        _send(one, at, loader or HttpLoader(Rules(loopback=webhook_messages.may_loopback(), redirects=0)))
    return more or len(taken) == AT_ONCE


def _behind() -> list[Webhook]:
    """Webhooks of tenants whose trail went on since they were looked at."""
    heads = dict(Head._default_manager.values_list("tenant_id", "number"))
    rows = Webhook._default_manager.filter(removed=None)
    return [one for one in rows if heads.get(one.tenant_id, 0) > one.seen]


def _collect(webhook: Webhook, at: dt.datetime) -> bool:
    """Turns the next lines of the trail into messages; whether there are more lines."""
    with work():
        held = Webhook.get(webhook.tenant_id, webhook.id, lock=True)
        rows = Entry._default_manager.filter(tenant_id=held.tenant_id, number__gt=held.seen).order_by("number")
        lines = list(rows[:PIECE])
        if not lines or held.removed is not None:
            return False
        webhook_messages.put(held, [one for one in events_of(lines) if one.kind in held.events], at)
        held.seen = lines[-1].number
        held.save(update_fields=("seen",))
        Message.of(held.tenant_id).filter(webhook=held, created__lt=at - KEPT).delete()
    return len(lines) == PIECE


def _take(at: dt.datetime) -> list[Message]:
    with work():
        due = Message._default_manager.filter(state=Message.State.WAITING, due__lte=at, webhook__stopped=None)
        rows = due.filter(webhook__removed=None).order_by("due", "id")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        each: Counter[object] = Counter()
        taken: list[Message] = []
        for one in rows[: AT_ONCE * 10]:
            each[one.webhook_id] += 1
            if each[one.webhook_id] <= EACH and len(taken) < AT_ONCE:
                taken.append(one)
        Message._default_manager.filter(pk__in=[one.pk for one in taken]).update(due=at + LEASE)
    return taken


def _send(message: Message, at: dt.datetime, loader: HttpLoader) -> None:
    webhook = Webhook.get(message.tenant_id, message.webhook_id)
    seconds, body, name = int(at.timestamp()), message.body.encode(), f"msg_{message.id}"
    headers = (
        ("Content-Type", "application/json"),
        ("webhook-id", name),
        ("webhook-timestamp", str(seconds)),
        ("webhook-signature", webhook_messages.signature(webhook_messages.secret_of(webhook), name, seconds, body)),
    )
    begun, status, problem = time.monotonic(), 0, ""
    try:
        status = loader.tell(webhook.url, body, headers=headers)
    except UnavailableError as error:
        problem = error.message
    if not problem and not 200 <= status < 300:
        problem = NOT_TAKEN
    spent = int((time.monotonic() - begun) * 1000)
    _note(message, webhook, Attempt(at=now(), status=status, problem=problem[:300], milliseconds=spent), at)


def _note(message: Message, webhook: Webhook, attempt: Attempt, at: dt.datetime) -> None:
    with work():
        held = Message.of(message.tenant_id).select_for_update(no_key=True).filter(pk=message.pk).first()
        if held is None:
            return  # removed with its webhook while it was sent
        attempt.message = held
        attempt.save(force_insert=True)
        held.tries += 1
        if not attempt.problem:
            held.state = Message.State.SENT
        elif held.tries > len(WAITS) or held.event == TEST or attempt.status == GONE:
            held.state = Message.State.FAILED
        else:
            held.due = at + WAITS[held.tries - 1]
        held.save(update_fields=("state", "due", "tries"))
        _tell(webhook, attempt)


def _tell(webhook: Webhook, attempt: Attempt) -> None:
    """What the console says of the webhook as a whole."""
    changes: dict[str, object] = {"problem": attempt.problem}
    if attempt.status == GONE:
        changes["stopped"] = attempt.at
    Webhook.of(webhook.tenant_id).filter(pk=webhook.pk).update(**changes)
