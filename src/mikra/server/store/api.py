"""What programs have here: keys, webhooks with what was sent to them, and files that were dropped into a folder."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.db import models

from mikra.server.store.base import Owned, new_id


class ApiKey(Owned):
    """A key of a program. Only the SHA-256 of its secret is kept; `start` is its beginning, by which people know it."""

    name = models.CharField(max_length=120)
    start = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)
    made_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    expires = models.DateTimeField()
    last_used = models.DateField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_key"

    @classmethod
    def by_digest(cls, digest: bytes) -> ApiKey | None:
        """The key whose secret has this digest, of a tenant that is open."""
        return cls._default_manager.select_related("tenant").filter(digest=digest, tenant__closed=None).first()

    @classmethod
    def listed(cls, tenant: object) -> list[Self]:
        """All keys of a tenant, the newest first."""
        return list(cls.of(tenant).select_related("made_by").order_by("-id"))

    def counts(self, at: dt.datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked is None and at < self.expires


class Webhook(Owned):
    """Where a program wants to be told of events. `secret` is encrypted; `seen` is the last line of the audit trail
    that was turned into messages for it."""

    url = models.CharField(max_length=500)
    secret = models.BinaryField()
    events = models.JSONField(default=list)
    seen = models.PositiveBigIntegerField(default=0)
    stopped = models.DateTimeField(null=True, blank=True)
    """Nothing is sent since then; `problem` says why where it was not a person."""
    problem = models.CharField(max_length=300, default="", blank=True)
    removed = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhook"

    @classmethod
    def there(cls, tenant: object) -> models.QuerySet[Self]:
        """Those that nobody removed, the newest first."""
        return cls.of(tenant).filter(removed=None).order_by("-id")


class Message(Owned):
    """One event on its way to one webhook. `body` is what is sent, byte for byte: ids and counts, nothing personal."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"
        """Tried as often as it is tried; a person can send it again."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages")
    event = models.CharField(max_length=40)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    again = models.PositiveSmallIntegerField(default=0)
    """How often a person sent it again."""

    class Meta:
        db_table = "webhook_message"
        indexes = (models.Index(fields=("state", "due")), models.Index(fields=("webhook", "-created")))


class Attempt(models.Model):
    """One try to deliver a message: the status of the answer (0: there was none), and what went wrong."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, default="", blank=True)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "webhook_attempt"


class DroppedFile(Owned):
    """A file that was read from the drop folder: never twice, by the digest of its content and its edition."""

    edition = models.ForeignKey("store.Edition", on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32)
    batch = models.ForeignKey("store.Batch", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "dropped_file"
        constraints = (models.UniqueConstraint(fields=("edition", "digest"), name="dropped_once"),)


def message_ids(webhook: Webhook, before: uuid.UUID | None, limit: int) -> list[Message]:
    """Messages of a webhook with their attempts, the newest first, before one of them."""
    rows = Message.of(webhook.tenant_id).filter(webhook=webhook).prefetch_related("attempts")
    return list((rows.filter(id__lt=before) if before else rows).order_by("-id")[:limit])
