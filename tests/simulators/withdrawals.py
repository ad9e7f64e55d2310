"""Authorities that publish what they withdrew: revocation lists (RFC 5280) and OCSP (RFC 6960), over a web of answers.

`register("Simulated authority")` is what an authority knows; `web(...)` is a loader that serves it, and counts.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from mikra.errors import UnavailableError
from mikra.trust.loader import Loaded
from tests.simulators.authorities import Holder, Plan, intermediate, key, name, usage

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def address(kind: str, label: str) -> str:
    return f"http://{kind}.{label.lower().replace(' ', '-')}.example"


def published(plan: Plan, label: str, *, kinds: tuple[str, ...] = ("ocsp", "crl", "ca")) -> Plan:
    """The plan of a certificate that names where to ask about it."""
    access = []
    if "ocsp" in kinds:
        access.append(_access(AuthorityInformationAccessOID.OCSP, address("ocsp", label)))
    if "ca" in kinds:
        access.append(_access(AuthorityInformationAccessOID.CA_ISSUERS, f"{address('ca', label)}/ca.cer"))
    more: list[tuple[x509.ExtensionType, bool]] = []
    if access:
        more.append((x509.AuthorityInformationAccess(access), False))
    if "crl" in kinds:
        point = x509.DistributionPoint([crl_name(label)], None, None, None)
        more.append((x509.CRLDistributionPoints([point]), False))
    return replace(plan, extensions=(*plan.extensions, *more))


def crl_name(label: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(f"{address('crl', label)}/list.crl")


def _access(method: Any, url: str) -> x509.AccessDescription:
    return x509.AccessDescription(method, x509.UniformResourceIdentifier(url))


def responder(authority: Holder, *, nocheck: bool = True, purpose: bool = True, **changes: Any) -> Holder:
    """A certificate that may answer for the authority."""
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ((usage("digital_signature"), True),)
    if purpose:
        extensions += ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),)
    if nocheck:
        extensions += ((x509.OCSPNoCheck(), False),)
    plan = replace(Plan(subject=name("Simulated answers"), extensions=extensions), **changes)
    return authority.issue(key("P-256", "responder"), plan)


@dataclass
class Register:
    """What one authority knows. Each member beside `revoked` is a knob for one fault."""

    holder: Holder = field(default_factory=intermediate)
    at: datetime = NOW
    life: timedelta | None = timedelta(days=7)
    revoked: dict[int, tuple[datetime, x509.ReasonFlags | None]] = field(default_factory=dict)
    invalid: dict[int, datetime] = field(default_factory=dict)
    answers: Holder | None = None
    with_certificate: bool = True
    by_name: bool = True
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    entry_extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    response_extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    signing_key: Any = None
    digest: hashes.HashAlgorithm | None = None
    naming: hashes.HashAlgorithm = field(default_factory=hashes.SHA1)
    unknown: bool = False

    def revoke(self, holder: Holder, at: datetime, reason: x509.ReasonFlags | None = None) -> None:
        self.revoked[holder.certificate.serial_number] = (at, reason)

    def crl(self) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.holder.certificate.subject)
            .last_update(self.at)
            .next_update(self.at + (self.life or timedelta(days=7)))
        )
        for serial, (at, reason) in self.revoked.items():
            builder = builder.add_revoked_certificate(self._entry(serial, at, reason))
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical=critical)
        secret = self.signing_key or self.holder.key
        return builder.sign(secret, self.digest or _digest(secret)).public_bytes(serialization.Encoding.DER)

    def _entry(self, serial: int, at: datetime, reason: x509.ReasonFlags | None) -> x509.RevokedCertificate:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        if serial in self.invalid:
            entry = entry.add_extension(x509.InvalidityDate(self.invalid[serial]), critical=False)
        for extension, critical in self.entry_extensions:
            entry = entry.add_extension(extension, critical=critical)
        return entry.build()

    def ocsp(self, certificate: x509.Certificate, issuer: x509.Certificate | None = None) -> bytes:
        at, reason = self.revoked.get(certificate.serial_number, (None, None))
        status = ocsp.OCSPCertStatus.REVOKED if at else ocsp.OCSPCertStatus.GOOD
        signer = self.answers or self.holder
        how = ocsp.OCSPResponderEncoding.NAME if self.by_name else ocsp.OCSPResponderEncoding.HASH
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=certificate,
                issuer=issuer or self.holder.certificate,
                algorithm=self.naming,
                cert_status=ocsp.OCSPCertStatus.UNKNOWN if self.unknown else status,
                this_update=self.at,
                next_update=self.at + self.life if self.life else None,
                revocation_time=None if self.unknown else at,
                revocation_reason=None if self.unknown else reason,
            )
            .responder_id(how, signer.certificate)
        )
        if self.with_certificate and self.answers:
            builder = builder.certificates([signer.certificate])
        for extension, critical in self.response_extensions:
            builder = builder.add_extension(extension, critical=critical)
        secret = self.signing_key or signer.key
        return builder.sign(secret, self.digest or _digest(secret)).public_bytes(serialization.Encoding.DER)


def _digest(secret: Any) -> hashes.HashAlgorithm | None:
    return None if isinstance(secret, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else hashes.SHA256()


@dataclass
class Web:
    """A loader over registers, by label. `down`: hosts that do not answer; `asked`: what was asked for, in order."""

    registers: dict[str, Register]
    down: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    spoil: Callable[[bytes], bytes] = bytes

    def load(self, url: str, *, accept: str = "") -> Loaded:
        self.asked.append(url)
        for label, register in self.registers.items():
            for kind in ("ocsp", "crl", "ca"):
                host = address(kind, label)
                if url.startswith(host) and host not in self.down:
                    return Loaded(body=self.spoil(self._answer(kind, register, url.removeprefix(host))), url=url)
        raise UnavailableError("The address gave no answer.", where=url, code="timeout")

    def _answer(self, kind: str, register: Register, rest: str) -> bytes:
        if kind == "crl":
            return register.crl()
        if kind == "ca":
            return register.holder.der
        request = ocsp.load_der_ocsp_request(base64.b64decode(unquote(rest.lstrip("/"))))
        return register.ocsp(_Named(request.serial_number, register), register.holder.certificate)


def _Named(serial: int, register: Register) -> x509.Certificate:
    """The certificate of that serial number, as far as a response needs it."""
    plan = Plan(subject=name("asked"), serial=serial, start=NOW - timedelta(days=9000), end=NOW + timedelta(days=9000))
    return register.holder.certify(key("P-256", "asked").public_key(), plan)
