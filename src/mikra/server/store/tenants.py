"""Tenants: institutions (or parts of a country) that share an installation and see nothing of each other."""

from __future__ import annotations

from django.db import models

from mikra.server.store.base import Owned, Row


class Tenant(Row):
    """An institution. `settings` is read and written by `actions.tenant_settings` alone.

    `stopped` is its stop switch: nothing is sealed while it is set, and verifying goes on.
    """

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=12, default="en")
    languages = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    demonstration = models.BooleanField(default=False)
    stopped = models.DateTimeField(null=True, blank=True)
    issuing_blocked = models.CharField(max_length=200, default="", blank=True)
    """Why nothing may be issued (after an old backup was restored); empty: it may."""
    closed = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "tenant"

    def __str__(self) -> str:
        return self.slug


class Provider(Owned):
    """An organisation that a tenant speaks for: issuer, awarding body, assessor, accrediting agent.

    `body` is an `issuance.design.Body` as `issuance.design_form.write` writes it. `policy` is its policy on
    recognising others' micro-credentials, by language. `logo`: PNG or SVG in base64; `accent`: its colour, #rrggbb.
    """

    name = models.CharField(max_length=200)
    body = models.JSONField()
    policy = models.JSONField(default=dict, blank=True)
    logo = models.TextField(default="", blank=True)
    accent = models.CharField(max_length=7, default="", blank=True)
    issues = models.BooleanField(default=False)
    """Whether credentials are sealed in its name."""
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "provider"

    @classmethod
    def named(cls, tenant: Tenant) -> list[Provider]:
        """All of a tenant, by name."""
        return list(cls.of(tenant).order_by("name", "id"))


class SealKey(Owned):
    """A key that seals for a provider, as the signer holds it: `address` is `signer:SOCKET#NAME`."""

    class Use(models.TextChoices):
        CREDENTIALS = "credentials"
        STATUS = "status"
        TRIAL = "trial"
        """The demonstration key, for trial runs."""
        RECEIPTS = "receipts"
        WALLETS = "wallets"
        """For what wallets fetch, sealed without a person (docs/design.md, decision 12)."""

    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    use = models.CharField(max_length=16, choices=Use.choices)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=300)
    certificate = models.BinaryField()
    label = models.CharField(max_length=200)
    """What kind of seal it is, in the words that are honest (DESIGN, "Words")."""
    not_after = models.DateTimeField()
    retired = models.DateTimeField(null=True, blank=True)
    compromised = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "seal_key"


class Wrapped(Row):
    """The key of one learner, or of one row of a class list that is not issued yet, wrapped under `data.key`.

    To destroy it is to make all that was written under it unreadable, in every backup too.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    wrapped = models.BinaryField()

    class Meta:
        db_table = "personal_key"
