"""ETSI TS 119 182-1, 5.1 and 5.2: the protected header of a JAdES seal, written and read.

Written is the EU's own layout (European Digital Credentials): RFC 7797 raw payload, `sigT`, the leaf alone in `x5c`.
Read is all that the standard defines for a seal that carries its content, in version 1.1.1 (`sigT`) and 1.2.1 (`iat`).
Refused, each for its reason: `sigD` (the seal would cover what is not in the file), `x5u` and `jku` (addresses from
the file itself), `jwk` (a key without a certificate), `x5t` (SHA-1).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from mikra import base64url
from mikra.errors import InputError
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.etsiu import MAX_BYTES
from mikra.sealing.jws import Profile

_OWN = frozenset({"sigT", "adoTst", "srCms", "sigPl", "srAts", "sigPId", "x5t#o", "sigX5ts"})
"""Header members that JAdES itself defines (5.2), `sigD` left out."""

PROFILE = Profile(
    name="JAdES",
    algorithms=frozenset(ALGORITHMS),
    protected=_OWN | {"alg", "cty", "kid", "x5t#S256", "x5c", "typ", "b64", "iat", "crit"},
    types=frozenset({"", "jose", "jose+json", "vc+jwt"}),
    critical=_OWN | {"b64", "iat"},
    unprotected=frozenset({"etsiU"}),
    raw_payload=True,
    max_protected=128 * 1024,
    max_unprotected=MAX_BYTES,
    max_signatures=10,
    too_large="jades_unsigned_too_large",
)

_MAX_CHAIN = 20
_SIG_T = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z")
_DIGESTS = {"S256": "sha256", "S384": "sha384", "S512": "sha512"}


def sig_t(at: datetime) -> str:
    """5.2.1: RFC 3339 in UTC, whole seconds."""
    if at.tzinfo is None:
        raise InputError(
            "The time of sealing has no time zone.", found=at.isoformat(), fix="Give a time with its zone."
        )
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def protected_header(*, algorithm: str, certificate: bytes, at: datetime) -> str:
    """The protected header of the EU's layout, in base64url. `certificate` is the leaf in DER."""
    header = {
        "alg": algorithm,
        "cty": "json",
        "kid": issuer_serial(certificate),
        "x5t#S256": base64url.encode(hashlib.sha256(certificate).digest()),
        "x5c": [base64url.encode_standard(certificate)],
        "typ": "jose+json",
        "b64": False,
        "sigT": sig_t(at),
        "crit": ["b64", "sigT"],
    }
    return base64url.encode(orjson.dumps(header))


def issuer_serial(certificate: bytes) -> str:
    """5.1.4: `kid`, base64 of the DER of IssuerSerial (RFC 5035, 3), the issuer's name byte for byte as certified.

    IssuerSerial ::= SEQUENCE { SEQUENCE { [4] EXPLICIT Name }, INTEGER }
    """
    from asn1crypto import x509  # costly to load, and needed for sealing alone

    body = x509.Certificate.load(certificate)["tbs_certificate"]
    names = _der(0x30, _der(0xA4, body["issuer"].dump()))
    return base64url.encode_standard(_der(0x30, names + body["serial_number"].dump()))


def _der(tag: int, content: bytes) -> bytes:
    """ITU-T X.690, 8.1 and 10.1: tag, length in the shortest form, content."""
    size = len(content)
    length = bytes([size]) if size < 128 else size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag]) + (b"" if size < 128 else bytes([0x80 | len(length)])) + length + content


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A signed digest of the sealing certificate: `x5t#S256`, `x5t#o` or the first of `sigX5ts`."""

    digest: str
    value: bytes

    def names(self, certificate: bytes) -> bool:
        return hmac.compare_digest(hashlib.new(self.digest, certificate).digest(), self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the header says: certificates in DER (the leaf first), references to the leaf, the time of sealing."""

    certificates: tuple[bytes, ...]
    references: tuple[Reference, ...]
    claimed_at: datetime | None


def read(header: Mapping[str, Any], where: str) -> Claims:
    """Raises InputError (jws_malformed, base64url_not_canonical) where a member is not written as it must be."""
    return Claims(
        certificates=_chain(header, f"{where}/x5c"),
        references=_references(header, where),
        claimed_at=_claimed_at(header, where),
    )


def leaf(claims: Claims, others: Sequence[bytes]) -> tuple[bytes | None, str]:
    """The sealing certificate, and why it is not sure: "certificate_missing", "certificate_mismatch" or "".

    It is the first of `x5c`, which is itself signed, or the one among `others` that a signed reference names.
    """
    if not claims.certificates and not claims.references:
        return None, "certificate_missing"
    candidates = claims.certificates[:1] or tuple(others)
    for candidate in candidates:
        if all(reference.names(candidate) for reference in claims.references):
            return candidate, ""
    return None, "certificate_mismatch" if claims.certificates else "certificate_missing"


def _chain(header: Mapping[str, Any], where: str) -> tuple[bytes, ...]:
    if "x5c" not in header:
        return ()
    value = header["x5c"]
    if not isinstance(value, list) or not 0 < len(value) <= _MAX_CHAIN:
        raise _malformed(where, "a list of certificates")
    if not all(isinstance(text, str) for text in value):
        raise _malformed(where, "a list of texts")
    return tuple(_certificate(text, f"{where}/{i}") for i, text in enumerate(value))


@lru_cache(maxsize=256)
def _certificate(text: str, where: str) -> bytes:
    """Issuers seal many credentials under one certificate: decoded once."""
    return base64url.decode_standard(text, where=where)


def _references(header: Mapping[str, Any], where: str) -> tuple[Reference, ...]:
    found = []
    if "x5t#S256" in header:
        found.append(_reference("S256", header["x5t#S256"], f"{where}/x5t#S256"))
    if "x5t#o" in header:
        found.append(_other_reference(header["x5t#o"], f"{where}/x5t#o"))
    if "sigX5ts" in header:
        listed = header["sigX5ts"]
        if not isinstance(listed, list) or not listed:
            raise _malformed(f"{where}/sigX5ts", "a list of digests")
        found += [_other_reference(entry, f"{where}/sigX5ts/{i}") for i, entry in enumerate(listed)][:1]
    return tuple(found)


def _other_reference(value: object, where: str) -> Reference:
    """5.2.2: {"digAlg": "S512", "digVal": base64url}."""
    if not isinstance(value, dict) or value.get("digAlg") not in _DIGESTS:
        raise _malformed(where, "digAlg S256, S384 or S512")
    return _reference(value["digAlg"], value.get("digVal"), f"{where}/digVal")


def _reference(algorithm: str, value: object, where: str) -> Reference:
    digest = base64url.decode(value, where=where)
    if len(digest) != hashlib.new(_DIGESTS[algorithm]).digest_size:
        raise _malformed(where, "a whole digest")
    return Reference(digest=_DIGESTS[algorithm], value=digest)


def _claimed_at(header: Mapping[str, Any], where: str) -> datetime | None:
    """5.1.11 and 5.2.1: `iat` in seconds since 1970, or `sigT`; both only where they agree."""
    times = []
    if "sigT" in header:
        times.append(_sig_t(header["sigT"], f"{where}/sigT"))
    if "iat" in header:
        times.append(_iat(header["iat"], f"{where}/iat"))
    if len({time.replace(microsecond=0) for time in times}) > 1:
        raise _malformed(f"{where}/iat", "the same time as sigT")
    return times[0] if times else None


def _sig_t(value: object, where: str) -> datetime:
    if not isinstance(value, str) or not _SIG_T.fullmatch(value):
        raise _malformed(where, "a time in UTC, as in 2026-01-01T00:00:00Z")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise _malformed(where, "a time that exists") from None


def _iat(value: object, where: str) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 253402300800:
        raise _malformed(where, "whole seconds since 1970")
    return datetime.fromtimestamp(value, UTC)


def _malformed(where: str, expected: str) -> InputError:
    return InputError(
        "The header of the seal is not written as it must be.",
        where=where,
        expected=expected,
        fix="Ask the issuer for a corrected file.",
        code="jws_malformed",
    )
