"""What learners say of an edition in a minute: with no name, and no moment but the month."""

from __future__ import annotations

from typing import Any

from django.db import models


class Feedback(models.Model):
    """One answer. `promised`: 3 all of it, 2 part of it, 1 little. `workload`: less, as, more. `use`: yes, soon, no.

    Nothing in it says whose it is. That a letter was answered stands at the letter (`Delivery.answered`).
    """

    tenant = models.ForeignKey("store.Tenant", on_delete=models.CASCADE, related_name="+")
    edition = models.ForeignKey("store.Edition", on_delete=models.CASCADE, related_name="+")
    month = models.CharField(max_length=7)
    promised = models.PositiveSmallIntegerField(null=True)
    workload = models.CharField(max_length=8, default="", blank=True)
    use = models.CharField(max_length=8, default="", blank=True)
    comment = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        db_table = "feedback"
        indexes = (models.Index(fields=("tenant", "edition")),)

    @classmethod
    def of(cls, tenant: Any) -> models.QuerySet[Feedback]:
        """All answers given to this institution."""
        return cls._default_manager.filter(tenant=tenant)


def before(tenant: Any, month: str) -> models.QuerySet[Feedback]:
    """All on editions of which nobody said anything since that month: those of one edition go together, so that what
    is left of them never shows who said what."""
    rows = Feedback.of(tenant)
    living = rows.filter(month__gte=month).values("edition_id")
    return rows.exclude(edition_id__in=living).order_by("id")
