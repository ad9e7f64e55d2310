"""The audit trail: who, what, when, why, in a chain of digests (BAR, R11). It holds pseudonyms and no personal data."""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned


class Entry(models.Model):
    """One line. `digest` is SHA-256 over the line before and this one (`actions.audit.digest_of`)."""

    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    """`person:UUID`, `key:UUID`, `system`, `operator`."""
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    """`kind:id`."""
    reason = models.TextField(default="", blank=True)
    detail = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_entry"
        constraints = (models.UniqueConstraint(fields=("tenant", "number"), name="entry_number_once"),)
        indexes = (models.Index(fields=("tenant", "subject")),)


class Head(models.Model):
    """The end of a tenant's chain; whoever appends holds this row."""

    tenant = models.OneToOneField("store.Tenant", primary_key=True, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_head"


class DailyHead(Owned):
    """The end of the chain on a day, sealed: whoever holds it can prove that nothing before was changed."""

    day = models.DateField()
    number = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    sealed = models.BinaryField()

    class Meta:
        db_table = "audit_daily_head"
        constraints = (models.UniqueConstraint(fields=("tenant", "day"), name="daily_head_once"),)
