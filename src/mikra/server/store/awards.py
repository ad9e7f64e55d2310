"""Awards and their sealed credentials. The sealed bytes are the credential; every generation of them is kept."""

from __future__ import annotations

import uuid

from django.db import models

from mikra.server.store import bulk
from mikra.server.store.base import Owned


class Award(Owned):
    """That a learner achieved an edition of a design. The id is that of the award in every form (`urn:uuid:`).

    `awarded_on` is the day of award, `created` the moment of issue; accreditation is judged on the first.
    """

    class State(models.TextChoices):
        VALID = "valid"
        SUSPENDED = "suspended"
        REVOKED = "revoked"
        SUPERSEDED = "superseded"

    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False)
    edition = models.ForeignKey("store.Edition", on_delete=models.PROTECT, related_name="+", db_index=False)
    learner = models.ForeignKey("store.Learner", null=True, on_delete=models.SET_NULL, related_name="awards")
    batch = models.ForeignKey("store.Batch", null=True, on_delete=models.PROTECT, related_name="awards", db_index=False)
    row = models.PositiveIntegerField(null=True)
    awarded_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.VALID)
    changed = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(default="", blank=True)
    """Why it has this state, in words that the learner and a verifier may read; never personal data."""
    supersedes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="successor")
    same = models.BinaryField(max_length=16, null=True)
    facts = models.BinaryField(null=True)
    """The values of its row, encrypted under the learner's key: what a correction begins with."""
    trial = models.BooleanField(default=False)
    route = models.CharField(max_length=32, default="course")
    """A `model.remarks.RouteKind`: course, or validation-of-prior-learning."""
    list_number = models.PositiveIntegerField(null=True)
    list_index = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "award"
        constraints = (
            models.UniqueConstraint(
                fields=("batch", "row"), name="award_row_once", condition=models.Q(batch__isnull=False)
            ),
            models.UniqueConstraint(
                fields=("list_number", "list_index"),
                name="award_place_once",
                condition=models.Q(list_index__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=("tenant", "edition", "-created")),
            models.Index(fields=("tenant", "state", "-created")),
            models.Index(fields=("tenant", "edition", "same")),
        )


class Sealed(Owned):
    """One sealed form of an award, in one generation. `content`: compressed, then encrypted under the learner's key."""

    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="sealed", db_index=False)
    form = models.CharField(max_length=16, default="edc")
    generation = models.PositiveSmallIntegerField(default=1)
    """1 is as sealed; each extension for the long term adds one."""
    content = models.BinaryField(null=True)
    digest = models.BinaryField(max_length=32)
    """SHA-256 of the file; stays when the content is erased. The verifier's page looks it up."""
    payload_digest = models.BinaryField(max_length=32, null=True)
    seal_key = models.ForeignKey("store.SealKey", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "sealed"
        indexes = (models.Index(fields=("digest",), name="sealed_digest"),)
        constraints = (models.UniqueConstraint(fields=("award", "form", "generation"), name="generation_once"),)


class Dictionary(models.Model):
    """What the credentials of one edition have in common, for compressing them (zstd)."""

    edition = models.ForeignKey("store.Edition", on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()
    digest = models.BinaryField(max_length=16, default=b"")
    """Of what it was made for: another certificate makes another one."""
    name = models.BinaryField(max_length=8, default=b"", db_index=True)
    """The beginning of its own SHA-256, by which sealed bytes name it."""

    class Meta:
        db_table = "dictionary"


class Change(Owned):
    """Every change of an award's state, as it was decided: never edited, never deleted."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="changes")
    state = models.CharField(max_length=12, choices=Award.State.choices)
    reason = models.TextField()
    by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    tombstone = models.BinaryField(null=True)

    class Meta:
        db_table = "award_change"


def having(tenant_id: uuid.UUID, edition_id: uuid.UUID, same: list[bytes]) -> set[bytes]:
    """Of these learners, those who have an award of the edition that counts."""
    where = {"tenant_id": tenant_id.hex, "edition_id": edition_id.hex, "trial": False}
    rows = bulk.read(Award, ("same", "state"), same, key="same", where=where)
    return {bytes(one) for one, state in rows if state in (Award.State.VALID, Award.State.SUSPENDED)}
