"""W3C Decentralized Identifiers 1.0 (DID): did:key, did:jwk, did:web, as far as seals need them: keys, purposes.

did:key and did:jwk hold the key in the name itself. did:web is a document at an https address, fetched by the loader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.errors import InputError
from mikra.trust.loader import Loader

ASSERTION, AUTHENTICATION = "assertionMethod", "authentication"
"""What a key is for (DID 1.0, 5.3): sealing credentials; proving to be the holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationMethod:
    """One key of a DID document. `id` is the absolute DID URL, `controller` the DID; `purposes` are those it serves.

    `expires`, `revoked`: the controller's own word (Controlled Identifiers 1.0, 2.2). `compromised`: since when the key
    is in other hands (a private part that stands in the document: from the beginning).
    """

    id: str
    controller: str
    key: PublicKeyTypes
    purposes: frozenset[str] = field(default_factory=frozenset)
    expires: datetime | None = None
    revoked: datetime | None = None
    compromised: datetime | None = None


def resolve_method(url: str, *, loader: Loader, purpose: str = ASSERTION) -> VerificationMethod:
    """The key that a DID URL names, fit for `purpose`.

    Raises InputError with key_not_found, key_purpose_mismatch, did_document_*, key_malformed, key_too_weak,
    key_type_not_supported; UnavailableError where the document cannot be had (`url_not_allowed` and others).
    """
    raise InputError("DIDs are not read yet.", where=url, code="proof_not_supported")
