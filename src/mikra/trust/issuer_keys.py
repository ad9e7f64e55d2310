"""Key sets of https issuers (SD-JWT VC, draft-ietf-oauth-sd-jwt-vc, 5: `/.well-known/jwt-vc-issuer`); RFC 8615.

Also a key that stands alone at an address (Open Badges 3.0, 8.2.4.1: `kid` is the address of a JWK). Whoever controls
the host published the key; that is all it shows. The ends of keys (`exp`, `revoked`) are read as OpenID Federation 1.0,
8.7.2 writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from mikra import strictjson
from mikra.codes import CODES
from mikra.errors import InputError, UnavailableError
from mikra.public_keys import jwk
from mikra.trust.addresses import refuse_address
from mikra.trust.did_document import (
    ASSERTION,
    FROM_THE_BEGINNING,
    VerificationMethod,
    ambiguous,
    malformed,
    unavailable,
)
from mikra.trust.loader import Loader

ACCEPT = "application/json, application/jwk-set+json, application/jwk+json"

_WELL_KNOWN = "/.well-known/jwt-vc-issuer"
_LAST = 253402300799


def address_of(issuer: str) -> str:
    """Where the keys of an https issuer stand: between host and path. UnavailableError `url_not_allowed`."""
    refuse_address(issuer)
    parts = urlsplit(issuer)
    if parts.query or parts.fragment:
        raise UnavailableError("This issuer has no address of its own.", where=issuer, code="url_not_allowed")
    return f"https://{parts.netloc}{_WELL_KNOWN}{parts.path.rstrip('/')}"


def resolve_key(issuer: str, key_id: str, *, loader: Loader) -> VerificationMethod:
    """The key of an https issuer by its `kid`; with no `kid`, its only one.

    Raises as `did.resolve_method` does: InputError with key_not_found and others, UnavailableError.
    """
    address = address_of(issuer)
    metadata = _json(address, loader)
    if metadata.get("issuer") != issuer:
        raise InputError(
            "The published keys are those of somebody else.",
            where=address,
            found=str(metadata.get("issuer"))[:200],
            expected=issuer,
            code="did_document_id_mismatch",
        )
    keys = _keys(metadata, address, loader)
    found = [key for key in keys if key.get("kid") == key_id] if key_id else keys
    if not found:
        raise InputError("The issuer publishes no key of this name.", where=address, found=key_id, code="key_not_found")
    if len(found) > 1:
        raise ambiguous("The issuer publishes several keys of this name.", address)
    return _method(found[0], f"{issuer}#{found[0].get('kid', '')}", issuer)


def key_at(address: str, issuer: str, *, loader: Loader) -> VerificationMethod:
    """The one key that stands at an address of the issuer's own host. Raises as `resolve_key` does."""
    refuse_address(address)
    if urlsplit(address)[:2] != urlsplit(issuer)[:2]:
        raise InputError(
            "The key does not stand at an address of the issuer.",
            where=address,
            expected=f"an address of the host of {issuer}",
            code="issuer_key_mismatch",
        )
    return _method(_json(address, loader), address, issuer)


def _keys(metadata: Mapping[str, Any], address: str, loader: Loader) -> list[Mapping[str, Any]]:
    """The draft demands exactly one of `jwks` and `jwks_uri`."""
    if ("jwks" in metadata) == ("jwks_uri" in metadata):
        raise ambiguous("The issuer must publish its keys in one place.", address)
    found = metadata.get("jwks")
    if found is None:
        elsewhere = metadata["jwks_uri"]
        if not isinstance(elsewhere, str):
            raise malformed("The address of the keys is no text.", address)
        refuse_address(elsewhere)
        found = _json(elsewhere, loader)
    keys = found.get("keys") if isinstance(found, Mapping) else None
    if not isinstance(keys, list) or not all(isinstance(key, Mapping) for key in keys):
        raise malformed("The published keys are no key set.", address)
    return keys


def _json(address: str, loader: Loader) -> Mapping[str, Any]:
    try:
        body = loader.load(address, accept=ACCEPT).body
    except UnavailableError as error:
        if error.code in CODES:
            raise
        raise unavailable(error, address) from error
    try:
        value = strictjson.parse(body)
    except InputError as error:
        raise malformed(f"The published keys cannot be read: {error.message}", address) from error
    if not isinstance(value, dict):
        raise malformed("The published keys are not an object.", address)
    return value


def _method(value: Mapping[str, Any], url: str, issuer: str) -> VerificationMethod:
    key = jwk.read(value, url)
    operations = value.get("key_ops", ["verify"])
    usable = value.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations
    if not usable:
        message = "The key is published, but not for this purpose."
        raise InputError(message, where=url, expected="a key for signatures", code="key_purpose_mismatch")
    revoked = value.get("revoked")
    return VerificationMethod(
        id=url,
        controller=issuer,
        key=key,
        purposes=frozenset({ASSERTION}),
        expires=_moment(value.get("exp"), url),
        revoked=_moment(revoked.get("revoked_at"), url) if isinstance(revoked, Mapping) else None,
        compromised=FROM_THE_BEGINNING if jwk.has_private_part(value) else None,
    )


def _moment(value: object, url: str) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST:
        raise malformed("The end of a key names no moment.", url)
    return datetime.fromtimestamp(value, UTC)
