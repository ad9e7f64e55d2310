"""Who works now: the lease of the embedded runner, and what was asked once already (Idempotency-Key)."""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned


class Lease(models.Model):
    """One holder of a name at a time, until `until`."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()

    class Meta:
        db_table = "lease"


class Beat(models.Model):
    """The last time that a periodic task ran, and how it ended; the health page reads it."""

    task = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    good = models.BooleanField()
    said = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        db_table = "beat"


class Asked(Owned):
    """An answer that was given to an Idempotency-Key: asked again, it is given again (`request` is its digest)."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    request = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)

    class Meta:
        db_table = "asked"
        constraints = (models.UniqueConstraint(fields=("tenant", "caller", "key"), name="asked_once"),)
