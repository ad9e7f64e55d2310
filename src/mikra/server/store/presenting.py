"""Presentations that somebody asked a wallet for: a row for ten minutes. What came is sealed for the asking browser.

No secret is stored: the addresses are found by a digest, nonce, state and key of a request are derived from its
address and `data.key`, and `answer` opens with what only the browser that asked has in its cookie (docs/adr).
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models

from mikra.server.store.base import Row


class Presentation(Row):
    """`digest`: SHA-256 of the handle in the addresses. `lock`: the public key (X25519) that answers are sealed for.

    `tenant`: the institution whose officer or program asks, none for anybody; `purpose`: what for, in its words.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        CHECKING = "checking"
        """An answer came and is being looked at: no second one is taken."""
        ANSWERED = "answered"
        DECLINED = "declined"
        REFUSED = "refused"
        SHOWN = "shown"

    digest = models.BinaryField(max_length=32, unique=True)
    lock = models.BinaryField(max_length=32)
    client_id = models.TextField()
    mode = models.CharField(max_length=16)
    same_device = models.BooleanField(default=False)
    query = models.JSONField()
    tenant = models.ForeignKey("store.Tenant", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    purpose = models.CharField(max_length=200, default="", blank=True)
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    fault = models.CharField(max_length=60, default="", blank=True)
    answer = models.BinaryField(null=True)
    response_code = models.BinaryField(max_length=32, null=True)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "presentation"


def by_digest(digest: bytes) -> Presentation | None:
    """The row whose handle has this digest."""
    return Presentation._default_manager.filter(digest=digest).select_related("tenant").first()


def by_id(id: uuid.UUID) -> Presentation | None:
    """The row with this id."""
    return Presentation._default_manager.filter(pk=id).select_related("tenant").first()


def moved(row: Presentation, start: str, state: str, **members: object) -> bool:
    """From one state to another, by one of all who try; whether it was this one."""
    rows = Presentation._default_manager.filter(pk=row.pk, state=start)
    return bool(rows.update(state=state, **members))


def ended_before(at: dt.datetime) -> models.QuerySet[Presentation]:
    """What is to be deleted."""
    return Presentation._default_manager.filter(expires__lt=at)
