"""Who issues the forms of an award that are not EDC, and where it links back to: small values, made once per batch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url
from mikra.errors import InputError
from mikra.trust import did


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The issuer of these forms: its id (DID or https) and the key that seals.

    `namespace` is the address under which our own terms are served (docs/design.md, 13); it ends with "/".
    `status`: the status entries of this award, the most important first. `official`: who may speak for the issuer.
    """

    issuer: str
    verification_method: str = ""
    namespace: str = ""
    status: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    official: str = ""

    def __post_init__(self) -> None:
        if not (did.is_did(self.issuer) or self.issuer.startswith("https://")):
            raise InputError(
                "The issuer has no name that a wallet can look up.",
                where="issuer",
                found=self.issuer,
                expected="a DID, or an https address",
            )
        if self.namespace:
            check_namespace(self.namespace)


def check_namespace(namespace: str) -> str:
    """The namespace, if our terms can stand under it. InputError."""
    parts = urlsplit(namespace)
    if parts.scheme != "https" or not parts.hostname or not namespace.endswith("/") or parts.query or parts.fragment:
        raise InputError(
            "Our own terms need an address of yours to stand under.",
            where="namespace",
            found=namespace,
            expected="https://HOST/ns/, with the slash at its end",
        )
    return namespace


def of_key(key: PublicKeyTypes, *, namespace: str = "") -> Identity:
    """The identity that a key alone gives: did:key, or did:jwk where did:key has no form for it (RSA)."""
    try:
        name = did.did_key(key)
    except InputError:
        name = did.did_jwk(key)
    return Identity(issuer=name, verification_method=did.key_url(name), namespace=namespace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The sealed European Digital Credential that a form was made from.

    `digest` is the SHA-256 of the sealed content (the JWS payload), which later extensions of the seal never change;
    `award` the id that all forms of the award share.
    """

    credential: str
    award: str
    digest: bytes

    @classmethod
    def of(cls, payload: bytes, *, credential: str, award: str) -> Origin:
        return cls(credential=credential, award=award, digest=hashlib.sha256(payload).digest())

    @property
    def integrity(self) -> str:
        """As Subresource Integrity has it (W3C SRI, 3.1), the form of `digestSRI` in VC 2.0."""
        return f"sha256-{base64url.encode_standard(self.digest)}"

    @property
    def hexadecimal(self) -> str:
        return self.digest.hex()
