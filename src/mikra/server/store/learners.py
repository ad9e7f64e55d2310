"""Learners: all that is known of a person stands encrypted under a key of their own (DESIGN, 14).

What is searched are keyed digests (`personal.token`): they name nobody, and go with the learner.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import models

from mikra.server.store.base import Owned
from mikra.server.store.tenants import Wrapped

SAME, MAIL, WORD, NUMBER = "same", "mail", "word", "id"
"""Kinds of tokens. SAME: one learner for sure; NUMBER: a learner number or national number, however it is typed."""


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
    """One keyed digest by which a learner is found; `kind` as above."""

    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=4)
    token = models.BinaryField(max_length=16)

    class Meta:
        db_table = "learner_token"
        indexes = (models.Index(fields=("tenant", "kind", "token")),)
        constraints = (
            models.UniqueConstraint(
                fields=("tenant", "token"), name="learner_same_once", condition=models.Q(kind="same")
            ),
        )


def known_by(tenant_id: uuid.UUID, tokens: Iterable[bytes]) -> dict[bytes, Learner]:
    """Token of kind SAME -> the learner who has it, with the key; those who were erased are nobody's double."""
    rows = LearnerToken._default_manager.select_related("learner__key").filter(
        tenant_id=tenant_id, kind=SAME, token__in=list(tokens), learner__erased=None
    )
    return {bytes(row.token): row.learner for row in rows if row.token is not None}


def having_all(tenant_id: uuid.UUID, wanted: Sequence[tuple[str, bytes]]) -> models.QuerySet[Learner]:
    """Learners who have every one of these (kind, token), the newest first."""
    found = Learner.of(tenant_id).filter(erased=None)
    for kind, token in wanted:
        having = LearnerToken._default_manager.filter(tenant_id=tenant_id, kind=kind, token=token)
        found = found.filter(id__in=having.values("learner_id"))
    return found.order_by("-id")
