"""An institution's own sign-in: its OpenID Connect or SAML service. Its secrets are encrypted (`personal`)."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models

from mikra.server.store import personal
from mikra.server.store.base import Owned


class SignOn(Owned):
    """One service. `secret` is a JSON object under a key of the tenant: client_id, secret, ... as `kind` needs them."""

    class Kind(models.TextChoices):
        OIDC = "oidc"
        SAML = "saml"

    kind = models.CharField(max_length=4, choices=Kind.choices)
    label = models.CharField(max_length=100)
    secret = models.BinaryField()
    enabled = models.BooleanField(default=True)

    class Meta:
        db_table = "sign_on"
        constraints = (models.UniqueConstraint(fields=("tenant", "kind"), name="sign_on_once"),)

    @property
    def members(self) -> dict[str, Any]:
        """What was decided."""
        key = personal.derived("sign-on", self.tenant_id)
        found: dict[str, Any] = orjson.loads(personal.decrypt(key, bytes(self.secret), about=self.id.bytes))
        return found

    @members.setter
    def members(self, given: dict[str, Any]) -> None:
        key = personal.derived("sign-on", self.tenant_id)
        self.secret = personal.encrypt(key, orjson.dumps(given), about=self.id.bytes)

    @classmethod
    def enabled_ones(cls) -> list[SignOn]:
        """All that are enabled, of tenants that are open: what the page for signing in offers."""
        rows = cls._default_manager.select_related("tenant").filter(enabled=True, tenant__closed=None)
        return list(rows.order_by("tenant__name", "kind"))
