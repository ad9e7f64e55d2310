"""W3C VC Data Model 2.0, 5.3: digests of related resources (Subresource Integrity, 3.1), and those of the W3C."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mikra.errors import InputError
from mikra.public_keys import multikey
from mikra.vocabulary.contexts import CREDENTIALS_V1, CREDENTIALS_V2

Digests = Mapping[str, str]
"""Name of the hash ("sha256", "sha384", "sha512") -> digest in hex, of the bytes of one resource."""

PUBLISHED: Mapping[str, Digests] = MappingProxyType(
    {
        CREDENTIALS_V2: {
            "sha256": "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
            "sha384": "97f1eb8e5042356c805fdd61afa2c557663785e0794dcafa21e138fd"
            "38def18cb360133c221aa31d6896a6bf3e65b614",
        },
        CREDENTIALS_V1: {"sha256": "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc"},
    }
)
"""Of the files that the W3C publishes (VC Data Model 2.0, B.1; 1.1, B.1). Files of others may differ in their bytes."""

_SRI = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(?:\?[!-~]*)?")
_MULTIHASH = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}
"""Multicodec of the hash, and its length: sha2-256, sha2-384, sha2-512."""

_BY_LENGTH = {32: "sha256", 48: "sha384", 64: "sha512"}


def digests_of(data: bytes) -> Digests:
    """All that a resource may be named by."""
    return {name: hashlib.new(name, data).hexdigest() for name in _BY_LENGTH.values()}


def check(resource: Mapping[str, Any], known: Digests | None) -> str:
    """ "" where every digest is that of the resource; else the rule that is broken, or "resource_unknown"."""
    stated: list[tuple[str, str]] = []
    try:
        if "digestSRI" in resource:
            stated += _integrity(resource["digestSRI"])
        if "digestMultibase" in resource:
            stated += [_multibase(one) for one in _listed(resource["digestMultibase"])]
    except InputError:
        return "resource_digest_form"
    if not stated:
        return "resource_digest_missing"
    if known is None:
        return "resource_unknown"
    if any(known.get(name, digest) != digest for name, digest in stated):
        return "resource_digest"
    return "" if any(name in known for name, _ in stated) else "resource_unknown"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _integrity(value: object) -> list[tuple[str, str]]:
    """Subresource Integrity, 3.5: one or more, separated by blanks. A digest of another length is that of nothing."""
    found = []
    for text in value.split() if isinstance(value, str) and value.strip() else [""]:
        match = _SRI.fullmatch(text)
        if match is None:
            raise _malformed()
        found.append((match[1], _hex(match[2])))
    return found


def _hex(text: str) -> str:
    """base64 (RFC 4648, 4) as hex; "" where it is none."""
    plain = text.rstrip("=")
    return b64decode(plain + "=" * (-len(plain) % 4)).hex() if len(plain) % 4 != 1 else ""


def _multibase(value: object) -> tuple[str, str]:
    """A multihash; or the digest alone, as the W3C's own test suite writes it."""
    if not isinstance(value, str):
        raise _malformed()
    data = multikey.decode(value)
    name = _MULTIHASH.get(data[:2])
    if name is not None and _BY_LENGTH.get(len(data) - 2) == name:
        return name, data[2:].hex()
    if len(data) not in _BY_LENGTH:
        raise _malformed()
    return _BY_LENGTH[len(data)], data.hex()


def _malformed() -> InputError:
    return InputError("A digest is not written as it must be.", code="credential_malformed")
