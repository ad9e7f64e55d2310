"""RFC 7519 as protocols use it: a short-lived JWT that a wallet signed, read through the gate of `sealing.jws`.

    read = Reader(profile, code="invalid_dpop_proof", most=8192)
    found = read.open(text)              the header, and the claims; no signature was checked yet
    read.check_signature(found, key)
    read.check_fresh(found.claims, at)   `iat` is of now; `exp` and `nbf`, where they stand, hold

Each failure is a ProtocolError with the code of the reader.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url, strictjson
from mikra.errors import InputError, ProtocolError
from mikra.public_keys import jwk
from mikra.sealing import jws
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import Signer
from mikra.trust import certificates

SKEW = timedelta(seconds=60)
MOST_CERTIFICATES = 8
_LAST_SECOND = 253402300799


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A JWT that passed the gate."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signature: jws.Signature
    signed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How one kind of JWT is read. `most`: characters; `age`: how old `iat` may be, besides the skew of clocks."""

    profile: jws.Profile
    code: str
    most: int = 16 * 1024
    age: timedelta = timedelta(minutes=5)

    def open(self, text: str) -> Found:
        """The parts of a JWT."""
        if len(text) > self.most:
            raise self.refuse("This is larger than we accept.", "size")
        try:
            found = jws.read_compact(text.encode("utf-8", "surrogatepass"), self.profile)
            claims = strictjson.parse(found.payload)
        except InputError as error:
            raise self.refuse(error.message, error.where or "header", found=error.found) from error
        if not isinstance(claims, dict):
            raise self.refuse("It holds no claims.", "payload")
        (signature,) = found.signatures
        signed = found.signing_input(signature)
        return Found(header=signature.header, claims=claims, signature=signature, signed=signed)

    def key(self, given: object, where: str) -> PublicKeyTypes:
        """A public key written as JWK, with nothing private in it."""
        if isinstance(given, Mapping) and jwk.has_private_part(given):
            raise self.refuse("It gives away the private key.", where, fix="Make a new key; this one is lost.")
        try:
            return jwk.read(given, where)
        except InputError as error:
            raise self.refuse(error.message, error.where or where, found=error.found) from error

    def chain(self, header: Mapping[str, Any]) -> tuple[bytes, ...]:
        """The certificates of `x5c` (RFC 7515, 4.1.6), leaf first, as DER; nothing about trust."""
        given = header.get("x5c")
        if not isinstance(given, list) or not 1 <= len(given) <= MOST_CERTIFICATES:
            raise self.refuse("The certificates of who signed it are missing.", "x5c")
        try:
            chain = tuple(base64.b64decode(one, validate=True) for one in given)
        except (binascii.Error, ValueError, TypeError):
            raise self.refuse("A certificate cannot be read.", "x5c") from None
        if any(certificates.load(one) is None for one in chain):
            raise self.refuse("A certificate cannot be read.", "x5c")
        return chain

    def check_signature(self, found: Found, key: PublicKeyTypes) -> None:
        """That `key` signed it."""
        signature = found.signature
        if fault := signature_fault(signature.algorithm, key, signature.value, found.signed):
            raise self.refuse("The signature does not hold.", "signature", found=fault)

    def check_fresh(self, claims: Mapping[str, Any], at: datetime) -> datetime:
        """When it was made."""
        made = self.moment(claims, "iat")
        if made is None:
            raise self.refuse("It does not say when it was made.", "iat")
        now, skew = at.timestamp(), SKEW.total_seconds()
        if made > now + skew or made < now - self.age.total_seconds() - skew:
            raise self.refuse("It is not of now.", "iat", found=f"{int(made - now)} seconds from our clock")
        self.check_counts(claims, at)
        return datetime.fromtimestamp(made, at.tzinfo)

    def check_counts(self, claims: Mapping[str, Any], at: datetime) -> None:
        """`exp` and `nbf`, where they stand."""
        now, skew = at.timestamp(), SKEW.total_seconds()
        ends, begins = self.moment(claims, "exp"), self.moment(claims, "nbf")
        if (ends is not None and ends < now - skew) or (begins is not None and begins > now + skew):
            raise self.refuse("It does not count at this time.", "exp")

    def moment(self, claims: Mapping[str, Any], name: str) -> float | None:
        """Seconds since 1970; None where the claim is not there."""
        value = claims.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND:
            raise self.refuse("This is no moment.", name)
        return float(value)

    def text(self, claims: Mapping[str, Any], name: str, most: int = 400) -> str:
        """A claim that has to be a text."""
        value = claims.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= most:
            raise self.refuse("This claim is missing, or is no text that we take.", name)
        return value

    def refuse(self, message: str, where: str, *, found: str = "", expected: str = "", fix: str = "") -> ProtocolError:
        """A refusal with this reader's code."""
        return ProtocolError(message, where=where, found=found, expected=expected, fix=fix, code=self.code)


def make(signer: Signer, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """A JWT in compact form; `alg` is the signer's."""
    parts = ({"alg": signer.algorithm, **header}, claims)
    covered = ".".join(base64url.encode(orjson.dumps(part)) for part in parts)
    return f"{covered}.{base64url.encode(signer.sign(covered.encode()))}"
