"""Whose key sealed a JWS (RFC 7515, 4.1.4 and 4.1.6; SD-JWT VC, draft 26, 2.5), and the seal that it made.

x5c in the header                      a certificate, judged by its path
kid is the address of a key in a DID   that key: for seals, or for holders
kid, and an https issuer               the issuer's published key set
no kid, and a did:key or did:jwk       the one key in the name
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.errors import InputError
from mikra.sealing import jades
from mikra.trust import did, did_document, issuer_keys
from mikra.trust.did_document import VerificationMethod
from mikra.trust.loader import Loader
from mikra.verification.seals import PlainSeal

Found = tuple[PublicKeyTypes, PlainSeal]
"""A key, and the seal that it made, as far as the key tells."""


def certified(algorithm: str, certificates: Sequence[bytes], claimed_at: datetime | None = None) -> Found:
    """The key in the first of the certificates (DER). Raises InputError where it cannot be used.

    `claimed_at`: what the seal says of its own time, where that is known already.
    """
    leaf, *chain = certificates
    key = jades.public_key(leaf)
    if isinstance(key, str):
        raise InputError("The key in the sealing certificate cannot be used.", where="/x5c/0", code=key)
    return key, PlainSeal(algorithm=algorithm, certificate=leaf, chain=tuple(chain), claimed_at=claimed_at)


def published(
    algorithm: str, key_id: str, party: str, *, purpose: str, loader: Loader, claimed_at: datetime | None = None
) -> Found:
    """The key that `party` publishes as `key_id`. Raises InputError and UnavailableError as `did.resolve_method`."""
    method = _method(key_id, party, purpose, loader)
    seal = PlainSeal(
        algorithm=algorithm,
        claimed_at=claimed_at,
        key_id=method.id,
        controller=method.controller,
        expires=method.expires,
        revoked=method.revoked,
        compromised=method.compromised,
    )
    return method.key, seal


def _method(key_id: str, party: str, purpose: str, loader: Loader) -> VerificationMethod:
    if key_id.startswith("did:"):
        return did.resolve_method(key_id, loader=loader, purpose=purpose)
    if did.is_did(party):
        named = did_document.absolute(key_id if key_id.startswith("#") else f"#{key_id}", party)
        return did.resolve_method(named if key_id else did.key_url(party), loader=loader, purpose=purpose)
    if not party.startswith("https://"):
        raise InputError("Nothing says whose key it is.", where="/kid", code="key_not_found")
    if key_id.startswith("https://"):
        return issuer_keys.key_at(key_id, party, loader=loader)
    return issuer_keys.resolve_key(party, key_id, loader=loader)
