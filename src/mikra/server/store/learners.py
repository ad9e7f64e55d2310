"""Learners: all that is known of a person stands encrypted under a key of their own (DESIGN, 14).

What is searched are keyed digests (`personal.token`): they name nobody, and go with the learner.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import models

from mikra.server.store import bulk
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

    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False)
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=4)
    token = models.BinaryField(max_length=16)

    class Meta:
        db_table = "learner_token"
        # A token is made under a key of its tenant, of its kind and value: no two tenants, and no two kinds, share one.
        indexes = (models.Index(fields=("token",), name="learner_token_found"),)
        constraints = (
            models.UniqueConstraint(fields=("token",), name="learner_same_once", condition=models.Q(kind="same")),
        )


class Known(NamedTuple):
    """A learner as they are found: ids in 32 hex digits, the key as it is stored."""

    id: str
    key_id: str
    profile: bytes
    wrapped: bytes


def known_by(tenant_id: uuid.UUID, tokens: Iterable[bytes]) -> dict[bytes, Known]:
    """Token of kind SAME -> the learner who has it, with the key; those who were erased are nobody's double."""
    where = {"tenant_id": tenant_id.hex, "kind": SAME}
    found = bulk.read(LearnerToken, ("token", "learner_id"), list(tokens), key="token", where=where)
    if not found:
        return {}
    rows = Learner._default_manager.filter(id__in={learner for _, learner in found}, erased=None, key__isnull=False)
    known = {row[0]: Known._make(row) for row in bulk.raw(rows.values_list("id", "key_id", "profile", "key__wrapped"))}
    return {bytes(token): known[learner] for token, learner in found if learner in known}


def changed(known: Iterable[Known]) -> bool:
    """Whether one of these is not as it was found: erased, or told something new. They are held from then on."""
    by_id = {one.id: (one.key_id, bytes(one.profile), None) for one in known}
    rows = bulk.read(Learner, ("id", "key_id", "profile", "erased"), list(by_id), lock=True)
    return {row[0]: (row[1], bytes(row[2]), row[3]) for row in rows} != by_id


def having_all(tenant_id: uuid.UUID, wanted: Sequence[tuple[str, bytes]]) -> models.QuerySet[Learner]:
    """Learners who have every one of these (kind, token), the newest first."""
    found = Learner.of(tenant_id).filter(erased=None)
    for kind, token in wanted:
        having = LearnerToken._default_manager.filter(tenant_id=tenant_id, kind=kind, token=token)
        found = found.filter(id__in=having.values("learner_id"))
    return found.order_by("-id")
