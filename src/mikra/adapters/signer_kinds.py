"""What it is that is to be sealed, as the signer itself sees it: never what the client says.

A client sends what is to be sealed, whole; a JWS shows its header and its content, so that a key for status lists
seals status lists and nothing else. Where a format gives digests alone (PDF, Data Integrity, the fast path of a batch),
nothing can be seen: that is a kind of its own, and a key has it only where somebody gave it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from mikra import base64url, strictjson
from mikra.errors import InputError


class Kind(StrEnum):
    """What a key may be allowed to seal. `DIGEST` is anything of which only a digest is shown."""

    EDC = "edc"
    VC = "vc"
    SD_JWT = "sd-jwt"
    STATUS_LIST = "status-list"
    TOKEN_LIST = "token-list"
    """A status list in a token (IETF) alone: what keys for wallets may seal. Keys for status lists seal it too."""
    RECEIPT = "receipt"
    MANIFEST = "manifest"
    AUDIT_HEAD = "audit-head"
    REPORT = "report"
    """The report of a verification, as the verifier's page gives it to keep."""
    TRANSFER = "transfer"
    """A learner's credentials on their way to a home institution, as one file."""
    REQUEST = "request"
    METADATA = "metadata"
    PDF = "pdf"
    DATA_INTEGRITY = "data-integrity"
    DIGEST = "digest"


_BY_TYPE = {
    "statuslist+jwt": Kind.TOKEN_LIST,
    "dc+sd-jwt": Kind.SD_JWT,
    "vc+sd-jwt": Kind.SD_JWT,
    "oauth-authz-req+jwt": Kind.REQUEST,
    "openidvci-issuer-metadata+jwt": Kind.METADATA,
    "audit-head+jwt": Kind.AUDIT_HEAD,
}
_CREDENTIALS = frozenset({"jose+json", "jose", "vc+jwt", "vp+jwt", "jwt", ""})
_LISTS = frozenset({"BitstringStatusListCredential", "StatusList2021Credential"})
_OURS = {
    "mikra/receipt/": Kind.RECEIPT,
    "mikra/report/": Kind.REPORT,
    "mikra/transfer/": Kind.TRANSFER,
    "mikra/tombstone/": Kind.STATUS_LIST,
    "mikra/manifest/": Kind.MANIFEST,
}

_DIGESTS = frozenset({64, 96, 99})
"""Bytes: what a Data Integrity suite signs is two digests of SHA-256 or of SHA-384; of ecdsa-sd-2023, a key between."""

_HEADER = re.compile(rb"e[A-Za-z0-9_-]{9,}\.")
"""A JWS begins with the base64url of an object and a dot. Digests do not; one in five holds some dot or other."""

_LIMITS = strictjson.Limits(max_bytes=6 * 1024 * 1024)


def kind_of(data: bytes) -> Kind:
    """What this is. InputError for what nobody should seal: text that can be read in two ways, or is nothing known."""
    if len(data) in _DIGESTS and not _HEADER.match(data) and data[:2] != bytes([0x31, len(data) - 2]):
        return Kind.DATA_INTEGRITY
    if data[:1] == b"\x31" and len(data) < 64 * 1024:
        return Kind.PDF  # CMS SignedAttributes (RFC 5652, 5.4): a SET in DER, with a digest inside
    head, dot, rest = data.partition(b".")
    if not dot:
        raise _unknown("no header")
    header = _object(base64url.decode(head.decode("ascii", "replace")))
    kind = str(header.get("typ", "")).lower().removeprefix("application/")
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if kind not in _CREDENTIALS:
        raise _unknown(kind[:40])
    return _credential(
        _object(rest if header.get("b64") is False else base64url.decode(rest.decode("ascii", "replace")))
    )


def _credential(document: Mapping[str, Any]) -> Kind:
    inner = document.get("vc")
    claims = inner if isinstance(inner, dict) else document
    types = claims.get("type", [])
    names = set(types) if isinstance(types, list) and all(isinstance(one, str) for one in types) else {str(types)}
    subject = claims.get("credentialSubject")
    ours = subject.get("format", "") if isinstance(subject, dict) else ""
    for start, kind in _OURS.items():
        if isinstance(ours, str) and ours.startswith(start):
            return kind
    if names & _LISTS:
        return Kind.STATUS_LIST
    if "EuropeanDigitalCredential" in names:
        return Kind.EDC
    if names & {"VerifiableCredential", "VerifiablePresentation"}:
        return Kind.VC
    raise _unknown("a text that is no credential")


def _object(text: bytes) -> Mapping[str, Any]:
    value = strictjson.parse(text, _LIMITS)
    if not isinstance(value, dict):
        raise _unknown(type(value).__name__)
    return value


def _unknown(found: str) -> InputError:
    return InputError(
        "The signer does not know what this is, so it seals it under no key.",
        found=found,
        expected="a credential, a status list, a receipt, a report, a transfer, a manifest or an audit head of Mikra",
        code="request_malformed",
    )
