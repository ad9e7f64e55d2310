"""Learners: all that is known of a person stands encrypted under a key of their own (DESIGN, 14).

What is searched are keyed digests (`personal.token`): they name nobody, and go with the learner.
"""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned
from mikra.server.store.tenants import Wrapped


class Learner(Owned):
    """A person who was awarded something. `profile` is `personal.seal_away` of names, dates, addresses, identifiers."""

    key = models.ForeignKey(Wrapped, null=True, on_delete=models.SET_NULL, related_name="+")
    profile = models.BinaryField()
    erased = models.DateTimeField(null=True, blank=True)
    restricted = models.DateTimeField(null=True, blank=True)
    """Article 18 of the GDPR: kept, and used for nothing else."""

    class Meta:
        db_table = "learner"


class LearnerToken(models.Model):
    """One keyed digest by which a learner is found. `kind`: "same" (one learner for sure), "mail", "name", "word"."""

    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=4)
    token = models.BinaryField(max_length=16)

    class Meta:
        db_table = "learner_token"
        indexes = (models.Index(fields=("tenant", "kind", "token")),)
