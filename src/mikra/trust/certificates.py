"""RFC 5280, 4 and ETSI EN 319 412-3, 319 412-5: what a certificate says of itself and of its holder."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from mikra.errors import InputError
from mikra.public_keys.certificate import UNREADABLE, parsed, quietly

ORGANIZATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")


class QcType(StrEnum):
    """EN 319 412-5, 4.2.3: what a qualified certificate is for."""

    ESIGN = "0.4.0.1862.1.6.1"
    ESEAL = "0.4.0.1862.1.6.2"
    WEB = "0.4.0.1862.1.6.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class QcStatements:
    """EN 319 412-5, 4: what the certificate *states*; only a trusted list can confirm it.

    `limit` is in `currency`; `retention` in years after expiry; `disclosures` are (address, language);
    `legislation` names countries outside the EU whose law it follows. `others` are further statements (OIDs).
    """

    compliance: bool = False
    types: tuple[QcType, ...] = ()
    device: bool = False
    limit: Decimal | None = None
    currency: str = ""
    retention: int | None = None
    disclosures: tuple[tuple[str, str], ...] = ()
    legislation: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    malformed: bool = False

    @property
    def states_seal(self) -> bool:
        """It states: qualified in the EU, for seals."""
        return self.compliance and QcType.ESEAL in self.types and not self.legislation


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The facts of a certificate that a reader needs. Names are "" where it does not state them."""

    der: bytes
    fingerprint: str
    common_name: str
    organization: str
    organization_identifier: str
    country: str
    subject: str
    issuer: str
    serial: int
    valid_from: datetime
    valid_to: datetime
    self_issued: bool
    qualified: QcStatements = field(default_factory=QcStatements)

    def valid_at(self, at: datetime) -> bool:
        return self.valid_from <= at <= self.valid_to


@lru_cache(maxsize=512)
def load(der: bytes) -> x509.Certificate | None:
    """The certificate, with extensions that can be read; None where it cannot."""
    try:
        with quietly():
            certificate = parsed(der)
            _ = (certificate.extensions, certificate.subject, certificate.issuer)
    except UNREADABLE:
        return None
    return certificate


def fingerprint(der: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(der).hexdigest()


def normal_fingerprint(text: str) -> str:
    """A SHA-256 fingerprint as people copy it ("AB:CD:...", with spaces) in our form. Raises InputError."""
    plain = re.sub(r"[\s:]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise InputError(
            "This is not the fingerprint of a certificate.",
            found=text[:80],
            expected="the SHA-256 fingerprint: 64 digits from 0 to 9 and a to f",
            fix="Copy it again from the certificate, or from the report that shows it.",
        )
    return plain


def split(data: bytes) -> tuple[bytes, ...]:
    """The certificates (DER) in a file: one in DER, or any number in PEM. Raises InputError."""
    try:
        with quietly():
            pem = b"-----BEGIN CERTIFICATE-----" in data
            found = x509.load_pem_x509_certificates(data) if pem else [parsed(data)]
    except UNREADABLE:
        raise InputError(
            "This file holds no certificate that can be read.",
            expected="a certificate in PEM or DER",
            fix="Export the certificate again, without its key.",
        ) from None
    return tuple(c.public_bytes(serialization.Encoding.DER) for c in found)


def read(der: bytes) -> Certificate:
    """Raises InputError where the certificate cannot be read."""
    certificate = load(der)
    if certificate is None:
        raise InputError("A certificate cannot be read.", expected="a certificate in DER")
    return Certificate(
        der=der,
        fingerprint=fingerprint(der),
        common_name=_first(certificate.subject, NameOID.COMMON_NAME),
        organization=_first(certificate.subject, NameOID.ORGANIZATION_NAME),
        organization_identifier=_first(certificate.subject, ORGANIZATION_IDENTIFIER),
        country=_first(certificate.subject, NameOID.COUNTRY_NAME),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        serial=certificate.serial_number,
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
        self_issued=certificate.subject == certificate.issuer,
        qualified=qc_statements(certificate),
    )


@lru_cache(maxsize=256)
def named_dids(der: bytes) -> tuple[str, ...]:
    """The DIDs among the alternative names of its holder (RFC 5280, 4.2.1.6): whose published keys are its own too."""
    certificate = load(der)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName) if certificate else None
    except x509.ExtensionNotFound:
        return ()
    values = names.value.get_values_for_type(x509.UniformResourceIdentifier) if names else []
    return tuple(value for value in values if value.startswith("did:"))


def _first(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def qc_statements(certificate: x509.Certificate) -> QcStatements:
    """The statements of a certificate; none where it has none; `malformed` where they cannot be read."""
    try:
        value = certificate.extensions.get_extension_for_oid(QC_STATEMENTS).value
    except x509.ExtensionNotFound:
        return QcStatements()
    from asn1crypto import core  # costly to load, and certificates of our own making have no statements

    try:
        members: dict[str, Any] = {}
        for statement in core.SequenceOf.load(value.public_bytes(), spec=core.Sequence, strict=True):
            oid = core.ObjectIdentifier.load(statement[0].dump()).dotted
            _state(members, oid, statement[1] if len(statement) > 1 else core.Null())
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        return QcStatements(malformed=True)
    return QcStatements(**members)


def _state(members: dict[str, Any], oid: str, value: Any) -> None:
    """One statement: its OID and its value."""
    match oid:
        case "0.4.0.1862.1.1":
            members["compliance"] = True
        case "0.4.0.1862.1.2":
            members["currency"], members["limit"] = _money(value)
        case "0.4.0.1862.1.3":
            members["retention"] = int(value.native)
        case "0.4.0.1862.1.4":
            members["device"] = True
        case "0.4.0.1862.1.5":
            members["disclosures"] = tuple((str(p[0].native), str(p[1].native)) for p in _parts(value))
        case "0.4.0.1862.1.6":
            named = [o.dotted for o in _parts(value)]
            members["types"] = tuple(kind for kind in QcType if kind in named)
        case "0.4.0.1862.1.7":
            members["legislation"] = tuple(str(country.native) for country in _parts(value))
        case _:
            members["others"] = (*members.get("others", ()), oid)


def _parts(value: Any) -> list[Any]:
    if value.tag != 16:  # SEQUENCE
        raise ValueError("not a list")
    return [value[i] for i in range(len(value))]


def _money(value: Any) -> tuple[str, Decimal]:
    """EN 319 412-5, 4.3.2: MonetaryValue ::= SEQUENCE { currency, amount, exponent }: amount times 10^exponent."""
    currency, amount, exponent = (part.native for part in _parts(value))
    if not -20 <= exponent <= 20:
        raise ValueError("exponent")
    return str(currency), Decimal(amount).scaleb(exponent)
