"""DID documents (W3C DID 1.0, 5; Controlled Identifiers 1.0, 2): read in exactly one way, and written.

What two readers could read differently is refused: a key named twice, a document of another name, a key given in two
forms, a key under another controller. A private part that stands in a document makes the key `compromised`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import strictjson
from mikra.errors import InputError, UnavailableError
from mikra.instants import instant
from mikra.public_keys import base58, jwk, multikey

ASSERTION, AUTHENTICATION = "assertionMethod", "authentication"
"""What a key is for (DID 1.0, 5.3): sealing credentials; proving to be the holder."""

RELATIONSHIPS = (ASSERTION, AUTHENTICATION, "capabilityInvocation", "capabilityDelegation", "keyAgreement")
"""DID 1.0, 5.3.1 to 5.3.5."""

FROM_THE_BEGINNING = datetime.min.replace(tzinfo=UTC)
"""Since when a key is in other hands whose private part its own document shows."""

_TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "JsonWebKey": ("publicKeyJwk",),
        "JsonWebKey2020": ("publicKeyJwk",),
        "Multikey": ("publicKeyMultibase",),
        "Ed25519VerificationKey2020": ("publicKeyMultibase", "publicKeyJwk"),
        "Ed25519VerificationKey2018": ("publicKeyBase58", "publicKeyJwk"),
        "EcdsaSecp256r1VerificationKey2019": ("publicKeyJwk", "publicKeyMultibase"),
    }
)
"""Type of a verification method -> the members in which it may give its key (W3C VC extensions, and practice)."""

_PRIVATE = frozenset(
    {"privateKeyJwk", "secretKeyJwk", "privateKeyMultibase", "secretKeyMultibase", "privateKeyBase58", "privateKeyPem"}
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that passed: the DID, and its methods, not yet read, by absolute DID URL."""

    id: str
    methods: Mapping[str, Mapping[str, Any]]
    purposes: Mapping[str, frozenset[str]]

    def method(self, url: str) -> VerificationMethod:
        """Raises InputError with key_not_found, key_malformed and its kind, issuer_key_mismatch."""
        value = self.methods.get(url)
        if value is None:
            raise InputError("The issuer publishes no key of this name.", where=url, code="key_not_found")
        return _method(value, url, self)


def read(body: bytes, did: str) -> Document:
    """The document of `did`. Raises InputError with did_document_malformed, _id_mismatch, _ambiguous."""
    return _remembered(body, did) if len(body) <= _REMEMBERED else _read(body, did)


_REMEMBERED = 32 * 1024
"""Bytes: the credentials of one batch name the same document, which is read once. Larger ones are read each time."""


def _read(body: bytes, did: str) -> Document:
    value = _json(body, did)
    name = value.get("id")
    if not isinstance(name, str):
        raise malformed("The DID document has no id.", did)
    if name != did:
        raise InputError(
            "The DID document is that of somebody else.",
            where=did,
            found=name[:200],
            expected=did,
            code="did_document_id_mismatch",
        )
    return _document(value, did)


_remembered = lru_cache(maxsize=64)(_read)


def _json(body: bytes, did: str) -> dict[str, Any]:
    try:
        value = strictjson.parse(body)
    except InputError as error:
        raise malformed(f"The DID document cannot be read: {error.message}", did) from error
    if not isinstance(value, dict):
        raise malformed("The DID document is not an object.", did)
    return value


def _document(value: Mapping[str, Any], did: str) -> Document:
    methods: dict[str, Mapping[str, Any]] = {}
    purposes: dict[str, set[str]] = {}
    for relationship, entry in _entries(value, did):
        if isinstance(entry, str) and relationship:
            purposes.setdefault(absolute(entry, did), set()).add(relationship)
            continue
        if not isinstance(entry, Mapping) or not isinstance(entry.get("id"), str):
            raise malformed("A key of the DID document has no id.", did)
        url = absolute(entry["id"], did)
        if url in methods:
            raise ambiguous("Two keys of the DID document have one name.", url)
        methods[url] = entry
        if relationship:
            purposes.setdefault(url, set()).add(relationship)
    return Document(id=did, methods=methods, purposes={url: frozenset(found) for url, found in purposes.items()})


def _entries(value: Mapping[str, Any], did: str) -> Iterator[tuple[str, Any]]:
    """(relationship, or "" for the list of all keys; entry)."""
    for name in ("verificationMethod", *RELATIONSHIPS):
        entries = value.get(name, [])
        if not isinstance(entries, list):
            raise malformed(f"The list {name} of the DID document is not a list.", did)
        for entry in entries:
            yield "" if name == "verificationMethod" else name, entry


def absolute(reference: str, did: str) -> str:
    """DID 1.0, 3.2.2: `#key` belongs to the document in which it stands."""
    return f"{did}{reference}" if reference.startswith("#") else reference


def _method(value: Mapping[str, Any], url: str, document: Document) -> VerificationMethod:
    if url.partition("#")[0] != document.id or value.get("controller") != document.id:
        raise InputError(
            "The key stands in the DID document, but somebody else controls it.",
            where=url,
            found=str(value.get("controller"))[:200],
            expected=document.id,
            code="issuer_key_mismatch",
        )
    name = _key_member(value, url)
    leaked = bool(_PRIVATE & value.keys()) or _is_private(value[name])
    return VerificationMethod(
        id=url,
        controller=document.id,
        key=_key(value, name, url),
        purposes=_usable(document.purposes.get(url, frozenset()), value.get("publicKeyJwk")),
        expires=_moment(value, "expires", url),
        revoked=_moment(value, "revoked", url),
        compromised=FROM_THE_BEGINNING if leaked else None,
    )


def _key_member(value: Mapping[str, Any], url: str) -> str:
    """The one member that holds the key."""
    kind = value.get("type")
    allowed = _TYPES.get(kind) if isinstance(kind, str) else None
    if allowed is None:
        raise jwk.not_supported(str(kind), url)
    present = [name for name in ("publicKeyJwk", "publicKeyMultibase", "publicKeyBase58") if name in value]
    if len(present) > 1:
        raise ambiguous("A key of the DID document is given in two forms.", url)
    if not present or present[0] not in allowed:
        raise InputError(
            "A key of the DID document is not given in the form of its type.",
            where=url,
            expected=" or ".join(allowed),
            code="key_malformed",
        )
    return present[0]


def _key(value: Mapping[str, Any], name: str, url: str) -> PublicKeyTypes:
    found = value[name]
    if name == "publicKeyJwk":
        return jwk.read(found, url)
    if name == "publicKeyMultibase" and not multikey.is_private(found):
        return multikey.read(found, url)
    if isinstance(found, str) and name == "publicKeyBase58":
        return jwk.ed25519_key(base58.decode(found, where=url), url)
    raise InputError(
        "The DID document gives a private key in place of a public one.", where=url, code="key_compromised"
    )


def _is_private(found: object) -> bool:
    return isinstance(found, Mapping) and jwk.has_private_part(found)


def _usable(purposes: frozenset[str], key: object) -> frozenset[str]:
    """RFC 7517, 4.2 and 4.3: a key for encryption alone verifies nothing."""
    if not isinstance(key, Mapping):
        return purposes
    operations = key.get("key_ops")
    verifies = "verify" in operations if isinstance(operations, list) else operations is None
    return purposes if verifies and key.get("use", "sig") == "sig" else purposes & {"keyAgreement"}


def _moment(value: Mapping[str, Any], name: str, url: str) -> datetime | None:
    if name not in value:
        return None
    try:
        return instant(value[name], url)
    except InputError as error:
        raise malformed(f"The date {name} of a key names no moment.", url) from error


def malformed(message: str, where: str) -> InputError:
    """The error for a document that cannot be read."""
    fix = "Tell the issuer that its published keys cannot be read."
    return InputError(message, where=where, fix=fix, code="did_document_malformed")


def ambiguous(message: str, where: str) -> InputError:
    """The error for a document that two readers could read differently."""
    return InputError(message, where=where, code="did_document_ambiguous")


def unavailable(error: UnavailableError, address: str) -> UnavailableError:
    """The same error, as one of a key: `key_unavailable`."""
    return UnavailableError(
        "The key of the issuer cannot be had now.",
        where=error.where or address,
        found=error.found or error.message,
        fix="Try again later, or online.",
        code="key_unavailable",
        retry_after=error.retry_after,
    )


def to_publish(did: str, keys: Sequence[PublishedKey]) -> dict[str, Any]:
    """The document of `did`, as did:web serves it."""
    names = [key.name for key in keys]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ambiguous("Two keys have one name.", f"{did}#{twice}")
    document: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": did,
        "verificationMethod": [key.entry(did) for key in keys],
    }
    for purpose in RELATIONSHIPS:
        served = [f"{did}#{key.name}" for key in keys if purpose in key.purposes]
        if served:
            document[purpose] = served
    return document


_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedKey:
    """One key to publish: current, retired (`expires`), or in other hands since `revoked`. Times have a zone.

    A retired key stays in the document as long as credentials under it are to verify.
    """

    name: str
    key: PublicKeyTypes
    purposes: frozenset[str] = frozenset({ASSERTION})
    expires: datetime | None = None
    revoked: datetime | None = None

    def entry(self, did: str) -> dict[str, Any]:
        """Its verification method. Raises InputError for a key that nobody would accept, or a time without a zone."""
        if not _NAME.fullmatch(self.name):
            raise InputError("A key cannot have this name.", found=self.name[:80], expected="letters, digits, . - _")
        public = jwk.write(self.key)
        jwk.read(public)
        entry: dict[str, Any] = {
            "id": f"{did}#{self.name}",
            "type": "JsonWebKey",
            "controller": did,
            "publicKeyJwk": public,
        }
        for name, moment in (("expires", self.expires), ("revoked", self.revoked)):
            if moment is not None:
                entry[name] = _written(moment)
        return entry


def _written(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise InputError("The end of a key has no time zone.", found=moment.isoformat(), expected="a time and zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
