"""What an institution says of itself to wallets, and the same sealed by its own key (OpenID4VCI 1.0, 12.2).

told(tenant, profile, at)         JSON
signed(tenant, profile, at)       a JWT with the certificates of the key; the same for five minutes
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mikra.exchange import oid4vci_metadata, signed_claims
from mikra.exchange.oid4vci import PROFILES, Profile
from mikra.server.actions import seal_keys, wallet_copies, wallet_encryption
from mikra.server.store.tenants import Tenant

TYPE = "openidvci-issuer-metadata+jwt"
_KEPT = 300
"""Seconds: nobody makes the signer work by asking often."""


def told(tenant: Tenant, profile: Profile, at: dt.datetime) -> dict[str, Any]:
    """12.2.4."""
    issuer = wallet_copies.issuer_of(tenant, profile)
    return oid4vci_metadata.issuer_metadata(replace(issuer, encrypted_for=wallet_encryption.public(at)))


def signed(tenant: Tenant, profile: Profile, at: dt.datetime) -> str:
    """12.2.3. UnavailableError, NotAllowedError where the signer does not seal it."""
    return _signed(tenant.pk, profile.name, int(at.timestamp()) // _KEPT)


@lru_cache(maxsize=256)
def _signed(tenant_id: uuid.UUID, profile_name: str, period: int) -> str:
    tenant, profile = Tenant._default_manager.get(pk=tenant_id), PROFILES[profile_name]
    at = dt.datetime.fromtimestamp(period * _KEPT, dt.UTC)
    identifier = wallet_copies.identifier(tenant, profile)
    signer = seal_keys.signer_of(wallet_copies.key(tenant, "ES256", profile))
    x5c = [base64.b64encode(one).decode() for one in (signer.certificate, *signer.chain)]
    claims = {"iss": identifier, "sub": identifier, "iat": int(at.timestamp()), **told(tenant, profile, at)}
    return signed_claims.make(signer, {"typ": TYPE, "x5c": x5c}, claims)
