"""Certificate authorities of the simulated Europe: roots, intermediates, certificates for seals and for timestamps.

Keys come from fixed numbers, so that a failing test fails again; RSA keys are made once per process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from mikra.sealing.keys import Signer, private_key_signer

START = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2030, 1, 1, tzinfo=UTC)

ESEAL, ESIGN, WEB = "0.4.0.1862.1.6.2", "0.4.0.1862.1.6.1", "0.4.0.1862.1.6.3"
COMPLIANCE, SSCD = "0.4.0.1862.1.1", "0.4.0.1862.1.4"
ORGANIZATION_IDENTIFIER = ObjectIdentifier("2.5.4.97")


@cache
def key(kind: str, label: str = "one") -> Any:
    """A private key: RSA (2048), RSA-1024, P-256, P-384, P-521, Ed25519."""
    seed = hashlib.sha512(f"{kind}/{label}".encode()).digest()
    match kind:
        case "RSA":
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "RSA-1024":
            return rsa.generate_private_key(public_exponent=65537, key_size=1024)  # too small on purpose
        case "Ed25519":
            return ed25519.Ed25519PrivateKey.from_private_bytes(seed[:32])
    curves: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    return ec.derive_private_key(int.from_bytes(seed[:30]), curves.get(kind) or ec.BrainpoolP256R1())


def qc_statements(*, compliance: bool = True, kind: str = ESEAL, sscd: bool = False) -> x509.UnrecognizedExtension:
    """ETSI EN 319 412-5, 4: the statements of a qualified certificate."""
    statements: list[list[Any]] = []
    if compliance:
        statements.append([core.ObjectIdentifier(COMPLIANCE)])
    if sscd:
        statements.append([core.ObjectIdentifier(SSCD)])
    if kind:
        statements.append([core.ObjectIdentifier("0.4.0.1862.1.6"), _sequence([core.ObjectIdentifier(kind)])])
    der = _sequence([_sequence(s) for s in statements]).dump()
    return x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.5.5.7.1.3"), der)


def _sequence(parts: Sequence[Any]) -> Any:
    value = core.Any(contents=b"".join(p.dump() for p in parts))
    return core.Sequence.load(b"\x30" + _length(len(value.contents)) + value.contents)


def _length(size: int) -> bytes:
    if size < 128:
        return bytes([size])
    raw = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([0x80 | len(raw)]) + raw


def name(common: str, *, organization: str = "", identifier: str = "", country: str = "IE") -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, country), (NameOID.ORGANIZATION_NAME, organization or common)]
    if identifier:
        parts.append((ORGANIZATION_IDENTIFIER, identifier))
    parts.append((NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What goes into a certificate; `replace` it for a twin with one fault."""

    subject: x509.Name
    start: datetime = START
    end: datetime = END
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    serial: int = 0


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A key with its certificate and the certificates above it, the root last."""

    key: Any
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = field(default=())

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def chain(self) -> tuple[bytes, ...]:
        return tuple(c.public_bytes(serialization.Encoding.DER) for c in self.above)

    @property
    def signer(self) -> Signer:
        return private_key_signer(self.key, self.der, self.chain)

    def issue(self, key: Any, plan: Plan) -> Holder:
        """A certificate by this one's name and key, whether or not it may."""
        return Holder(key=key, certificate=self.certify(key.public_key(), plan), above=(self.certificate, *self.above))

    def certify(self, public: Any, plan: Plan) -> x509.Certificate:
        """The same for a public key alone."""
        return _build(plan, public, self.certificate.subject, self.key)


def self_issued(key: Any, plan: Plan) -> Holder:
    return Holder(key=key, certificate=_build(plan, key.public_key(), plan.subject, key))


def _build(plan: Plan, public: Any, issuer: x509.Name, issuer_key: Any) -> x509.Certificate:
    digest = None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    builder = (
        x509.CertificateBuilder()
        .subject_name(plan.subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(plan.serial or int.from_bytes(hashlib.sha256(repr(plan).encode()).digest()[:8]) >> 1 or 1)
        .not_valid_before(plan.start)
        .not_valid_after(plan.end)
    )
    for extension, critical in plan.extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, digest, ecdsa_deterministic=True if digest and not _is_rsa(issuer_key) else None)


def _is_rsa(key: Any) -> bool:
    return isinstance(key, rsa.RSAPrivateKey)


def usage(*names: str) -> x509.KeyUsage:
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    rest = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{n: n in names for n in every + rest})


def authority_plan(common: str, *, path_length: int | None = None) -> Plan:
    extensions = (
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (usage("key_cert_sign", "crl_sign"), True),
    )
    return Plan(subject=name(common), extensions=extensions)


def seal_plan(common: str = "University of Somewhere", *, qualified: bool = True) -> Plan:
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage("digital_signature", "content_commitment"), True),
    )
    if qualified:
        extensions += ((qc_statements(), False),)
    return Plan(subject=name(common, identifier="VATIE-1234567X"), extensions=extensions)


def timestamp_plan(common: str = "Simulated time") -> Plan:
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
    )
    return Plan(subject=name(common), extensions=extensions)


@cache
def root(label: str = "Simulated root") -> Holder:
    return self_issued(key("P-384", label), authority_plan(label))


@cache
def intermediate(label: str = "Simulated authority") -> Holder:
    return root().issue(key("P-256", label), authority_plan(label, path_length=0))


@cache
def seal(kind: str = "P-256", label: str = "University of Somewhere") -> Holder:
    """A qualified certificate for seals, under the simulated authority."""
    return intermediate().issue(key(kind, label), seal_plan(label))


@cache
def expired_seal(kind: str = "P-256") -> Holder:
    ended = replace(seal_plan(), start=datetime(2022, 1, 1, tzinfo=UTC), end=datetime(2024, 1, 1, tzinfo=UTC))
    return intermediate().issue(key(kind, "expired"), ended)
