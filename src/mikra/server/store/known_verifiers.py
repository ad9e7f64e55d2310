"""Verifiers that an institution knows, so that its learners are told who asks (OpenID4VP 1.0, 5.9)."""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned


class KnownVerifier(Owned):
    """An organisation, and one mark by which its requests are known. `name`: as the institution calls it.

    `mark`: a host to which answers go, the SHA-256 (hex) of a certificate that seals requests, or a DID.
    """

    class Kind(models.TextChoices):
        HOST = "host"
        CERTIFICATE = "certificate"
        DID = "did"

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    mark = models.CharField(max_length=300)

    class Meta:
        db_table = "known_verifier"
        constraints = (models.UniqueConstraint(fields=("tenant", "kind", "mark"), name="known_verifier_once"),)
        indexes = (models.Index(fields=("kind", "mark")),)
