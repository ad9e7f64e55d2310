"""Batches: a class list on its way to credentials. The rows are the truth; every step can be done again."""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned, new_id


class Batch(Owned):
    """A class list for one edition. `secret` holds, encrypted under `key`, what may name people: the file's name.

    `mapping`: heading -> field. `options`: how the file was read. `note` is the approval sentence as it was shown.
    """

    class State(models.TextChoices):
        WHO = "who"
        """A list is wanted, or its columns."""
        CHECK = "check"
        """Rows are being mended."""
        APPROVAL = "approval"
        """Ready; a second person must approve."""
        SCHEDULED = "scheduled"
        SEALING = "sealing"
        PAUSED = "paused"
        DONE = "done"
        CANCELLED = "cancelled"
        REVERTED = "reverted"

    edition = models.ForeignKey("store.Edition", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WHO)
    key = models.ForeignKey("store.Wrapped", null=True, on_delete=models.SET_NULL, related_name="+")
    secret = models.BinaryField(null=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    """On the file as a whole; no cell's content."""
    trial = models.BooleanField(default=False)
    awarded_on = models.DateField(null=True, blank=True)
    """The day of award where the rows do not say one."""
    note = models.TextField(default="", blank=True)
    prepared_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    approved_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    approved = models.DateTimeField(null=True, blank=True)
    scheduled = models.DateTimeField(null=True, blank=True)
    """Not before this moment."""
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    release = models.DateTimeField(null=True, blank=True)
    """Letters go out from then on; until then the whole batch can be undone (the grace period)."""
    problem = models.TextField(default="", blank=True)
    """Why sealing waits, in words; empty: it does not."""
    total = models.PositiveIntegerField(default=0)
    sealed = models.PositiveIntegerField(default=0)
    receipt = models.BinaryField(null=True)
    source = models.CharField(max_length=16, default="page")
    """page, api, folder, case."""

    class Meta:
        db_table = "batch"
        indexes = (models.Index(fields=("tenant", "-created")), models.Index(fields=("state", "scheduled")))


class BatchRow(models.Model):
    """A row of a class list. `cells` holds, encrypted under `key`, the cells as given, the values, and what is wrong.

    From INTENT on, award id and status place are fixed: a crash burns them, and nothing is sealed twice.
    """

    class State(models.TextChoices):
        READY = "ready"
        FIX = "fix"
        HAS = "has"
        """Already has it."""
        LEFT = "left"
        """Left out by a person."""
        INTENT = "intent"
        SEALED = "sealed"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()
    """The row as the person sees it in the file, from 1."""
    state = models.CharField(max_length=8, choices=State.choices)
    key = models.ForeignKey("store.Wrapped", null=True, on_delete=models.SET_NULL, related_name="+")
    cells = models.BinaryField(null=True)
    same = models.BinaryField(max_length=16, null=True)
    """Keyed digest of what makes this learner the same learner: one award of one edition each."""
    award_stem = models.CharField(max_length=36, default="", blank=True)
    list_number = models.PositiveIntegerField(null=True, blank=True)
    list_index = models.PositiveIntegerField(null=True, blank=True)
    warned = models.BooleanField(default=False)

    class Meta:
        db_table = "batch_row"
        constraints = (
            models.UniqueConstraint(fields=("batch", "number"), name="row_once"),
            models.UniqueConstraint(
                fields=("list_number", "list_index"),
                name="row_place_once",
                condition=models.Q(list_index__isnull=False),
            ),
        )
        indexes = (models.Index(fields=("batch", "state", "number")),)
