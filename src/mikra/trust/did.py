"""W3C Decentralized Identifiers 1.0 (DID): did:key, did:jwk, did:web, as far as seals need them: keys, purposes.

did:key (W3C CCG, 0.9) and did:jwk hold the key in the name itself. did:web is a document at an https address, fetched
by the loader.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import orjson
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url, strictjson
from mikra.codes import CODES
from mikra.errors import InputError, UnavailableError
from mikra.public_keys import jwk, multikey
from mikra.trust import did_document, did_web
from mikra.trust.did_document import (
    ASSERTION,
    AUTHENTICATION,
    FROM_THE_BEGINNING,
    PublishedKey,
    VerificationMethod,
)
from mikra.trust.loader import Loader

__all__ = [
    "ASSERTION",
    "AUTHENTICATION",
    "PublishedKey",
    "VerificationMethod",
    "did_jwk",
    "did_key",
    "document_address",
    "is_did",
    "key_url",
    "resolve_method",
    "write",
]

ACCEPT = "application/did+json, application/did+ld+json, application/json"

MAX_URL = 4096
"""Characters: a did:jwk with an RSA key has under 1,500."""

_URL = re.compile(r"(did:[a-z0-9]+:[^\s#?/]+)#([^\s#]+)")
"""DID 1.0, 3.1 and 3.2: a name and a fragment. Paths and queries name other things than keys."""

_SIGNING = frozenset({ASSERTION, AUTHENTICATION, "capabilityInvocation", "capabilityDelegation"})
"""did:key, 3.1.3 and did:jwk: what a key for signatures serves."""


def resolve_method(url: str, *, loader: Loader, purpose: str = ASSERTION) -> VerificationMethod:
    """The key that a DID URL names, fit for `purpose`.

    Raises InputError with key_not_found, key_purpose_mismatch, issuer_key_mismatch, did_document_*, key_malformed,
    key_too_weak, key_type_not_supported, key_compromised, proof_not_supported (an unknown DID method);
    UnavailableError where the document cannot be had (`url_not_allowed`, `key_unavailable` and others of `CODES`).
    """
    method = _resolve(url, loader)
    if purpose not in method.purposes:
        raise InputError(
            "The key is published, but not for this purpose.",
            where=url,
            found=", ".join(sorted(method.purposes)) or "no purpose",
            expected=purpose,
            code="key_purpose_mismatch",
        )
    return method


def _resolve(url: str, loader: Loader) -> VerificationMethod:
    if url.lower().startswith("did:web:"):
        did = url.partition("#")[0]
        address = did_web.address_of(did)
        _parts(url)
        return did_document.read(_load(address, loader), did).method(url)
    return _in_the_name(url)


def _load(address: str, loader: Loader) -> bytes:
    try:
        return loader.load(address, accept=ACCEPT).body
    except UnavailableError as error:
        if error.code in CODES:
            raise
        raise did_document.unavailable(error, address) from error


@lru_cache(maxsize=1024)
def _in_the_name(url: str) -> VerificationMethod:
    did, fragment = _parts(url)
    method, _, name = did.removeprefix("did:").partition(":")
    if method == "key":
        return _did_key(did, name, fragment)
    if method == "jwk":
        return _did_jwk(did, name, fragment)
    raise InputError(
        "DIDs of this method are not read.",
        where=url[:200],
        found=f"did:{method}",
        expected="did:web, did:key or did:jwk",
        code="proof_not_supported",
    )


def _parts(url: str) -> tuple[str, str]:
    match = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if match is None:
        raise InputError(
            "This does not name a key.",
            where=url[:200],
            expected="a DID, #, and the name of the key",
            code="key_not_found",
        )
    return match[1], match[2]


def _did_key(did: str, name: str, fragment: str) -> VerificationMethod:
    if not name.startswith("z"):
        raise InputError("A did:key is written in base58.", where=did[:200], expected="z first", code="key_malformed")
    key = multikey.read(name, did)
    if fragment != name:
        raise _no_such_key(did, fragment)
    return VerificationMethod(id=f"{did}#{fragment}", controller=did, key=key, purposes=_SIGNING)


def _did_jwk(did: str, name: str, fragment: str) -> VerificationMethod:
    try:
        value = strictjson.parse(base64url.decode(name, where=did, code="key_malformed"))
    except InputError as error:
        raise InputError("The key in the DID cannot be read.", where=did[:200], code="key_malformed") from error
    key = jwk.read(value, did[:200])
    if fragment != "0":
        raise _no_such_key(did, fragment)
    leaked = jwk.has_private_part(value)
    return VerificationMethod(
        id=f"{did}#0",
        controller=did,
        key=key,
        purposes=frozenset() if value.get("use", "sig") != "sig" else _SIGNING,
        compromised=FROM_THE_BEGINNING if leaked else None,
    )


def _no_such_key(did: str, fragment: str) -> InputError:
    return InputError("The DID holds no key of this name.", where=did[:200], found=fragment[:80], code="key_not_found")


def is_did(text: object) -> bool:
    """Whether this is a DID or begins as one."""
    return isinstance(text, str) and text.startswith("did:")


def did_key(key: PublicKeyTypes) -> str:
    """The did:key of a public key. Raises InputError key_type_not_supported for RSA, P-521 and others."""
    return f"did:key:{multikey.write(key)}"


def did_jwk(key: PublicKeyTypes) -> str:
    """The did:jwk of a public key: required members alone, sorted, so that one key has one name."""
    return f"did:jwk:{base64url.encode(orjson.dumps(jwk.write(key), option=orjson.OPT_SORT_KEYS))}"


def is_of_key(did: str, key: PublicKeyTypes) -> bool:
    """Whether the DID is made of this very key (did:key, did:jwk)."""
    for name in (did_key, did_jwk):
        try:
            if name(key) == did:
                return True
        except InputError:
            continue
    return False


def key_url(did: str) -> str:
    """The DID URL of the one key of a did:key or did:jwk. Raises InputError key_not_found for other methods."""
    if did.startswith("did:key:"):
        return f"{did}#{did.removeprefix('did:key:')}"
    if did.startswith("did:jwk:"):
        return f"{did}#0"
    raise InputError(
        "A DID of this method may have many keys.", where=did, expected="did:key or did:jwk", code="key_not_found"
    )


def document_address(did: str) -> str:
    """Where the document of a did:web must be served. UnavailableError `url_not_allowed` where it cannot be."""
    return did_web.address_of(did)


def write(did: str, keys: Sequence[PublishedKey]) -> bytes:
    """The did.json of a did:web, read back before it is given out. Raises InputError, UnavailableError for a bad name.

    Serve it at `document_address(did)` as application/did+json.
    """
    did_web.address_of(did)
    body = orjson.dumps(did_document.to_publish(did, keys), option=orjson.OPT_INDENT_2)
    document = did_document.read(body, did)
    for key in keys:
        document.method(f"{did}#{key.name}")
    return body
