"""Delivery: what became of each letter, per person. Addresses stand in the learner's profile, never here."""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned


class Delivery(Owned):
    """One way of telling a learner of an award. `token` is the SHA-256 of the claim code, which is stored nowhere."""

    class State(models.TextChoices):
        WAITING = "waiting"
        """Not before `due` (grace period, schedule)."""
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        BOUNCED = "bounced"
        OPENED = "opened"
        """The claim page was opened."""
        CLAIMED = "claimed"
        WITHDRAWN = "withdrawn"
        PRINTED = "printed"
        FAILED = "failed"

    class Channel(models.TextChoices):
        MAIL = "mail"
        LETTER = "letter"
        NONE = "none"

    class Kind(models.TextChoices):
        AWARD = "award"
        """There is a credential to claim."""
        CHANGE = "change"
        """What became of it: `Award.state` and `Award.reason` say so."""

    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False)
    award = models.ForeignKey("store.Award", on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.AWARD)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    due = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, default="", blank=True)
    token = models.BinaryField(max_length=32, null=True)
    expires = models.DateTimeField(null=True, blank=True)
    opened = models.DateTimeField(null=True, blank=True)
    claimed = models.DateTimeField(null=True, blank=True)
    guardian = models.DateTimeField(null=True, blank=True)
    """When somebody said, on the claim page of a minor, that they are the guardian and agree; not who."""
    answered = models.BooleanField(default=False, db_default=False)
    """Whether the minute of feedback was given; what it said stands elsewhere, without a name."""
    message_id = models.CharField(max_length=120, default="", blank=True)
    resent_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "delivery"
        indexes = (
            models.Index(fields=("state", "due")),
            models.Index(fields=("tenant", "state", "-created")),
            models.Index(fields=("token",)),
            models.Index(fields=("message_id",)),
        )


class DeliveryStep(models.Model):
    """What happened to a delivery, in order."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=12)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        db_table = "delivery_step"


class NameRequest(Owned):
    """A learner says that something on their award is not right: `text` is what, encrypted under their own key."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DECLINED = "declined"

    award = models.ForeignKey("store.Award", on_delete=models.PROTECT, related_name="requests")
    text = models.BinaryField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(default="", blank=True)
    decided = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "name_request"
        indexes = (models.Index(fields=("tenant", "state", "created")),)
