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
    upload = models.BinaryField(null=True)
    """The file as it was given, encrypted under `key`, until the list is decided on: its columns may yet be mapped."""
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    """On the file as a whole; no cell's content."""
    trial = models.BooleanField(default=False)
    awarded_on = models.DateField(null=True, blank=True)
    """The day of award where the rows do not say one."""
    note = models.TextField(default="", blank=True)
    prepared_by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    hands = models.JSONField(default=list)
    """Names of all actors who had a hand in the list: where four eyes are asked for, none of them can seal it."""
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
    """The sealed receipt of batches that ended before `ReceiptPart` was there."""
    source = models.CharField(max_length=16, default="page")
    """page, api, folder, case."""

    class Meta:
        db_table = "batch"
        indexes = (models.Index(fields=("tenant", "-created")), models.Index(fields=("state", "scheduled")))

    @property
    def by_validation(self) -> bool:
        """Whether it comes of a case of prior learning: then its credentials say so."""
        return self.source == "case"


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
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="rows", db_index=False)
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
    keys = models.BinaryField(default=b"")
    """Keyed digests by which doubles in the list are found, 8 bytes each; the first is that of the name."""
    double_of = models.PositiveIntegerField(null=True, blank=True)
    """The row whose double it is (FIX), or whose name it bears (READY)."""
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    """Which worker has taken it up: whoever holds the slot of its batch (`store.held`)."""

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


class ReceiptPart(Owned):
    """A part of the sealed receipt of a batch, a file by itself: a long receipt is never one value in memory."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    """From 1."""
    content = models.BinaryField()

    class Meta:
        db_table = "receipt_part"
        constraints = (models.UniqueConstraint(fields=("batch", "number"), name="receipt_part_once"),)


class KnownColumns(Owned):
    """What a person said that the columns of a list mean, remembered for the next list with the same headings."""

    edition = models.ForeignKey("store.Edition", on_delete=models.CASCADE, related_name="+")
    headings = models.BinaryField(max_length=16)
    """`personal.token` of all headings."""
    mapping = models.JSONField()

    class Meta:
        db_table = "known_columns"
        constraints = (models.UniqueConstraint(fields=("edition", "headings"), name="columns_once"),)


OPEN_STATES = (Batch.State.APPROVAL, Batch.State.SCHEDULED, Batch.State.SEALING, Batch.State.PAUSED)
"""A batch in one of these is decided on: its learners will have the edition."""


def take_hand(batch: Batch, name: str) -> None:
    """Notes that this actor had a hand in the list; call it with the batch locked."""
    if name not in batch.hands:
        batch.hands = [*batch.hands, name]
        batch.save(update_fields=("hands",))


def counted(batch: Batch) -> dict[str, int]:
    """State -> rows."""
    found = batch.rows.values("state").annotate(count=models.Count("id")).order_by()
    return {one["state"]: one["count"] for one in found}


def committed(batch: Batch, same: list[bytes]) -> set[bytes]:
    """Of these learners, those who stand in another batch of the edition that is decided on."""
    taken = BatchRow._default_manager.filter(
        batch__edition_id=batch.edition_id,
        batch__trial=False,
        batch__state__in=OPEN_STATES,
        state__in=(BatchRow.State.READY, BatchRow.State.INTENT),
    ).exclude(batch_id=batch.id)
    if not taken.exists():
        return set()
    return {bytes(one) for one in taken.filter(same__in=same).values_list("same", flat=True) if one is not None}
