"""RFC 3161, RFC 5816, RFC 5652: timestamps, asked for and checked.

A token is good when all of this holds, and `verify_token` names the first that does not:

    1. it is a whole CMS message over one TSTInfo, signed by one signer                          malformed
    2. its digests are SHA-256, SHA-384 or SHA-512                                               method
    3. the imprint is the digest of what it is said to cover                                     imprint
    4. the certificate that the signed attributes name (ESSCertID, RFC 5035) is at hand          certificate
    5. that certificate is for timestamping alone, and says so critically (RFC 3161, 2.3)        purpose
    6. it was valid at the token's own time                                                      dates
    7. the signed attributes carry the digest of the TSTInfo, and the signature holds            signature
    8. what it covers is known at all, so that step 3 could be made                              not_covered

Who made it is another question: `trust.x509` builds the path from `certificate` to an anchor at `time`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from mikra.errors import ProtocolError, UnavailableError
from mikra.public_keys.certificate import parsed
from mikra.sealing.cms import BROKEN, HASHES, attributes_of, verify


class Timestamper(Protocol):
    """A timestamp authority, however reached."""

    def timestamp(self, imprint: bytes) -> bytes:
        """The TimeStampToken (DER) over a SHA-256 digest. Raises TimeoutError or ConnectionError, or our own errors."""
        ...


class TimestampFault(StrEnum):
    """Each value is also the key of a sentence, `sealing.timestamp.<value>`."""

    MALFORMED = "malformed"
    METHOD = "method"
    IMPRINT = "imprint"
    NOT_COVERED = "not_covered"
    CERTIFICATE = "certificate"
    PURPOSE = "purpose"
    DATES = "dates"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampResult:
    """What a token says, and the first thing wrong with it (None: nothing). Certificates are DER.

    With a fault, the other members are what could be read, and prove nothing.
    """

    fault: TimestampFault | None
    time: datetime | None = None
    policy: str = ""
    serial: int | None = None
    certificate: bytes | None = None
    chain: tuple[bytes, ...] = ()
    digest: str = ""

    @property
    def message(self) -> str:
        """The key of the sentence that says what is wrong; "" when nothing is."""
        return f"sealing.timestamp.{self.fault}" if self.fault else ""


class _Broken(Exception):
    """A step of the list above did not hold."""

    def __init__(self, fault: TimestampFault) -> None:
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _Token:
    """The parts of a token that the checks need."""

    info: Any
    content: bytes
    signer: Any
    certificates: tuple[bytes, ...]


def verify_token(token: bytes, *, covered: bytes | None, certificates: Sequence[bytes] = ()) -> TimestampResult:
    """Check a token (DER) by the list above. `certificates` are candidates from elsewhere, beside the token's own."""
    try:
        parts = _read(token)
        time, policy, serial = _says(parts)
    except BROKEN:
        return TimestampResult(fault=TimestampFault.MALFORMED)
    candidates = tuple(dict.fromkeys((*parts.certificates, *certificates)))
    certificate, fault = None, None
    try:
        _check_imprint(parts, covered)
        certificate = _certificate(parts, candidates)
        _check_certificate(certificate, time)
        _check_signature(parts, certificate)
        fault = TimestampFault.NOT_COVERED if covered is None else None
    except _Broken as broken:
        fault = broken.fault
    except BROKEN:
        fault = TimestampFault.MALFORMED
    return TimestampResult(
        fault=fault,
        time=time,
        policy=policy,
        serial=serial,
        certificate=certificate,
        chain=tuple(c for c in candidates if c != certificate),
        digest=_digest(parts) if fault is None else "",
    )


def _digest(parts: _Token) -> str:
    """The digest that the imprint rests on: "sha256"."""
    return str(parts.info["message_imprint"]["hash_algorithm"]["algorithm"].native)


def request_token(timestamper: Timestamper, data: bytes) -> bytes:
    """A token over `data`, asked for and checked at once.

    Raises UnavailableError where the authority cannot be had, ProtocolError where its answer is not good.
    """
    try:
        token = timestamper.timestamp(hashlib.sha256(data).digest())
    except (TimeoutError, ConnectionError) as error:
        raise UnavailableError(
            "The timestamp authority did not answer.",
            found=str(error) or type(error).__name__,
            fix="Try again later, or seal without a timestamp and add it afterwards.",
        ) from error
    result = verify_token(token, covered=data)
    if result.fault:
        raise ProtocolError(
            "The timestamp authority gave a timestamp that is not good.",
            found=result.fault.value,
            fix="Use another timestamp authority, and tell this one.",
            code=f"timestamp_{result.fault}",
        )
    return token


def _read(token: bytes) -> _Token:
    from asn1crypto import cms, tsp  # costly to load, and most seals carry no timestamp

    message = cms.ContentInfo.load(token, strict=True)
    if message["content_type"].native != "signed_data":
        raise ValueError("not SignedData")
    signed = message["content"]
    inside = signed["encap_content_info"]
    if inside["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise ValueError("not one TSTInfo signed by one")
    content = bytes(inside["content"])
    listed = signed["certificates"] or ()
    return _Token(
        info=tsp.TSTInfo.load(content, strict=True),
        content=content,
        signer=signed["signer_infos"][0],
        certificates=tuple(c.chosen.dump() for c in listed if c.name == "certificate"),
    )


def _says(parts: _Token) -> tuple[datetime, str, int]:
    time = parts.info["gen_time"].native
    if not isinstance(time, datetime) or time.tzinfo is None:
        raise ValueError("no time")
    return time, parts.info["policy"].dotted, parts.info["serial_number"].native


def _check_imprint(parts: _Token, covered: bytes | None) -> None:
    imprint = parts.info["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in HASHES:
        raise _Broken(TimestampFault.METHOD)
    if covered is not None and imprint["hashed_message"].native != hashlib.new(name, covered).digest():
        raise _Broken(TimestampFault.IMPRINT)


def _certificate(parts: _Token, candidates: Sequence[bytes]) -> bytes:
    """The certificate that the signed attributes name first (RFC 5035, 5.4 and 5.4.1)."""
    attributes = attributes_of(parts.signer)
    named = attributes.get("signing_certificate_v2") or attributes.get("signing_certificate")
    if named is None:
        raise _Broken(TimestampFault.CERTIFICATE)
    first = named["certs"][0]
    digest = first["hash_algorithm"]["algorithm"].native if "signing_certificate_v2" in attributes else "sha1"
    if digest not in {*HASHES, "sha1"} or (digest == "sha1" and "signing_certificate_v2" in attributes):
        raise _Broken(TimestampFault.METHOD)
    for candidate in candidates:
        if hashlib.new(digest, candidate).digest() == first["cert_hash"].native:
            return candidate
    raise _Broken(TimestampFault.CERTIFICATE)


def _check_certificate(certificate: bytes, time: datetime) -> None:
    loaded = parsed(certificate)
    try:
        usage = loaded.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise _Broken(TimestampFault.PURPOSE) from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise _Broken(TimestampFault.PURPOSE)
    if not loaded.not_valid_before_utc <= time <= loaded.not_valid_after_utc:
        raise _Broken(TimestampFault.DATES)


def _check_signature(parts: _Token, certificate: bytes) -> None:
    attributes = attributes_of(parts.signer)
    digest = parts.signer["digest_algorithm"]["algorithm"].native
    if digest not in HASHES:
        raise _Broken(TimestampFault.METHOD)
    named = attributes["message_digest"].native
    if attributes["content_type"].native != "tst_info" or named != hashlib.new(digest, parts.content).digest():
        raise _Broken(TimestampFault.SIGNATURE)
    signed = b"\x31" + parts.signer["signed_attrs"].dump()[1:]  # RFC 5652, 5.4: as SET OF, not as [0]
    try:
        key = parsed(certificate).public_key()
        verify(key, parts.signer["signature"].native, signed, parts.signer["signature_algorithm"], digest)
    except InvalidSignature:
        raise _Broken(TimestampFault.SIGNATURE) from None
    except UnsupportedAlgorithm:
        raise _Broken(TimestampFault.METHOD) from None
