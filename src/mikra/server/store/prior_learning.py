"""Validation of prior learning: cases, their evidence, and what was decided on them (Recommendation, 5(d)-(f), 8(c)).

All that a person wrote or gave stands encrypted under the key of its case: it is destroyed with that key.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models

from mikra.adapters.clock import now
from mikra.server.store.base import Owned


class PriorCase(Owned):
    """A person who asks that what they can do already be validated, for one edition.

    `secret` is `{"row": {field: text}, "findings": {outcome: finding}}`; outcomes are numbered from 0, as
    they stand in the edition.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        """Being put together; also while more evidence was asked for."""
        ASSESSMENT = "assessment"
        DECISION = "decision"
        """Assessed; somebody has to decide."""
        AWARDED = "awarded"
        NOT_AWARDED = "not_awarded"

    edition = models.ForeignKey("store.Edition", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    key = models.ForeignKey("store.Wrapped", null=True, on_delete=models.SET_NULL, related_name="+")
    secret = models.BinaryField(null=True)
    assessor = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    hands = models.JSONField(default=list)
    """Names of all actors who wrote in it or assessed it: where four eyes are asked for, none of them can seal."""
    batch = models.ForeignKey("store.Batch", null=True, on_delete=models.SET_NULL, related_name="+")
    """The batch of one that came of a positive decision."""
    changed = models.DateTimeField(default=now)

    class Meta:
        db_table = "prior_case"
        indexes = (models.Index(fields=("tenant", "state", "-changed")),)

    @property
    def is_decided(self) -> bool:
        return self.state in (self.State.AWARDED, self.State.NOT_AWARDED)

    @classmethod
    def to_assess(cls, tenant: Any, person_id: Any) -> models.QuerySet[Self]:
        """Those that wait for this person's assessment."""
        return cls.of(tenant).filter(state=cls.State.ASSESSMENT, assessor_id=person_id, assessor__isnull=False)

    @classmethod
    def listed(cls, tenant: Any) -> models.QuerySet[Self]:
        """With what a list shows, the last changed first."""
        return cls.of(tenant).select_related("edition", "key", "assessor", "batch").order_by("-changed", "-id")


class PriorEvidence(Owned):
    """A piece of evidence. `secret`: `{"title", "text", "url", "name", "outcomes"}`; `content`: the file, encrypted."""

    class Kind(models.TextChoices):
        FILE = "file"
        LINK = "link"
        DESCRIPTION = "description"

    case = models.ForeignKey(PriorCase, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    secret = models.BinaryField()
    content = models.BinaryField(null=True)
    media = models.CharField(max_length=80, default="", blank=True)
    size = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "prior_evidence"


class PriorDecision(Owned):
    """What was decided, by whom, when: added, never edited. `secret` is `{"reason"}`.

    WITHDRAWN takes back the one before it.
    """

    class Outcome(models.TextChoices):
        AWARDED = "awarded"
        NOT_AWARDED = "not_awarded"
        MORE = "more"
        WITHDRAWN = "withdrawn"

    case = models.ForeignKey(PriorCase, on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    secret = models.BinaryField()
    by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "prior_decision"


def kept_long_enough(tenant: Any, before: dt.datetime) -> models.QuerySet[PriorCase]:
    """Cases on which nothing was done since then, and of which nothing waits to be sealed."""
    from mikra.server.store.batches import OPEN_STATES

    found = PriorCase.of(tenant).filter(changed__lt=before).exclude(batch__state__in=OPEN_STATES)
    return found.order_by("id")


def follow(old: Any, new: Any) -> None:
    """The batch of a case was done once more: its case goes with the new one."""
    PriorCase.of(old.tenant_id).filter(batch=old).update(batch=new)
