"""Requests of learners about their own data (GDPR, Articles 15 to 21), each with its clock."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from mikra.server.store.base import Owned


class RightsCase(Owned):
    """One request. `secret` holds, encrypted under `key`, who asked, what they said, and how identity was proved.

    Of a learner who was erased the secret goes too: kind, dates and outcome stay, as proof that it was answered.
    """

    class Kind(models.TextChoices):
        ACCESS = "access"
        RECTIFICATION = "rectification"
        RESTRICTION = "restriction"
        OBJECTION = "objection"
        PORTABILITY = "portability"
        ERASURE = "erasure"

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    received = models.DateField()
    due = models.DateField()
    extended = models.DateTimeField(null=True, blank=True)
    """When the learner was told that it takes two months more (Article 12(3))."""
    learner = models.ForeignKey("store.Learner", null=True, on_delete=models.SET_NULL, related_name="cases")
    key = models.ForeignKey("store.Wrapped", null=True, on_delete=models.SET_NULL, related_name="+")
    secret = models.BinaryField(null=True)
    proven = models.DateTimeField(null=True, blank=True)
    """When somebody noted that identity was proved."""
    exported = models.DateTimeField(null=True, blank=True)
    decided = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("store.Person", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "rights_case"
        indexes = (models.Index(fields=("tenant", "state", "due")),)

    @classmethod
    def listed(cls, tenant: Any, *, open_ones: bool) -> models.QuerySet[Self]:
        """Those that wait, the most urgent first; or those that were answered, the newest first."""
        rows = cls.of(tenant).select_related("key", "learner")
        if open_ones:
            return rows.filter(state=cls.State.OPEN).order_by("due", "id")
        return rows.exclude(state=cls.State.OPEN).order_by("-decided", "-id")
