"""RFC 5280 and ETSI EN 319 412-3: certificates for seals that we make ourselves, and when a certificate may seal.

A certificate of our own making says who holds it and that nobody else has confirmed it: the seals under it are
"seal, level not determined". It can be replaced by a qualified one later; nothing sealed needs to change.

A demonstration certificate says "Demonstration, no value" as an organisational unit, where every viewer shows it.
It seals demonstration credentials and nothing else, and no other certificate seals those (`check_use`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from mikra.errors import InputError, NotAllowedError
from mikra.sealing.keys import PrivateKey, Signer, private_key_signer

DEMONSTRATION = "Demonstration, no value"
NOTICE = "Seal, level not determined: this certificate was made by its holder, and nobody else has confirmed it."

_ORGANIZATION_IDENTIFIER = x509.ObjectIdentifier("2.5.4.97")
_ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
_IDENTIFIER = re.compile(r"(?:(?:VAT|NTR|PSD)[A-Z]{2}|LEIXG|[A-Z]{2}:[A-Z]{2})-[^\s].*")
_MAX_NAME = 64
"""RFC 5280, appendix A.1: ub-common-name, ub-organization-name."""


class KeyKind(StrEnum):
    """What a new key may be."""

    P256 = "P-256"
    P384 = "P-384"
    ED25519 = "Ed25519"
    RSA3072 = "RSA-3072"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealKey:
    """A new key with its certificate (DER). The key leaves this value only encrypted (`adapters.signers`)."""

    key: PrivateKey
    certificate: bytes

    @property
    def signer(self) -> Signer:
        return private_key_signer(self.key, self.certificate)


def new_key(kind: KeyKind = KeyKind.P256) -> PrivateKey:
    """A fresh key, from the randomness of the operating system."""
    match kind:
        case KeyKind.RSA3072:
            return rsa.generate_private_key(public_exponent=65537, key_size=3072)
        case KeyKind.ED25519:
            return ed25519.Ed25519PrivateKey.generate()
        case KeyKind.P384:
            return ec.generate_private_key(ec.SECP384R1())
    return ec.generate_private_key(ec.SECP256R1())


def make_seal_certificate(
    *,
    organization: str,
    organization_identifier: str,
    country: str,
    at: datetime,
    common_name: str = "",
    days: int = 730,
    kind: KeyKind = KeyKind.P256,
    demonstration: bool = False,
    did: str = "",
) -> SealKey:
    """A new key and a certificate for it, made by its holder, valid from `at` for `days`.

    `organization_identifier` is that of EN 319 412-1, 5.1.4 ("VATIE-1234567X", "NTREE-17207834"), `country` the two
    letters of ISO 3166-1. `did` names the DID whose published keys are the holder's too (a key for status lists, say).
    Raises InputError where a name cannot stand in a certificate.
    """
    _check_names(organization, common_name, organization_identifier, country)
    key = new_key(kind)
    subject = _subject(organization, common_name or organization, organization_identifier, country, demonstration)
    builder = (
        begun(subject, subject, key, at=at, days=days, demonstration=demonstration)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
    )
    if did:
        name = x509.UniformResourceIdentifier(did)
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = builder.sign(key, digest)
    return SealKey(key=key, certificate=certificate.public_bytes(serialization.Encoding.DER))


def begun(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, *, at: datetime, days: int, demonstration: bool
) -> x509.CertificateBuilder:
    """What all our certificates have: names, key, serial number, `days` from `at` on, and the honest label."""
    public = key.public_key()
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    start = at.replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(int.from_bytes(hashlib.sha256(spki).digest()[:16]) | 1 << 120)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(_notice(demonstration), critical=False)
    )


def _check_names(organization: str, common_name: str, identifier: str, country: str) -> None:
    check_holder(organization, common_name, country)
    if not _IDENTIFIER.fullmatch(identifier):
        raise InputError(
            "This is not the identifier of an organisation.",
            where="organization_identifier",
            found=identifier,
            expected="VAT, NTR or PSD with the country, LEIXG, or a national scheme, a hyphen and the number",
            fix="Write a VAT number as VATIE-1234567X, a register number as NTREE-17207834.",
        )


def check_holder(organization: str, common_name: str, country: str) -> None:
    """Raises InputError where these cannot stand in a certificate (RFC 5280, appendix A.1; ISO 3166-1)."""
    for where, name in (("organization", organization), ("common_name", common_name or organization)):
        if not name.strip() or len(name) > _MAX_NAME:
            raise InputError(
                "This name cannot stand in a certificate.",
                where=where,
                found=f"{len(name)} characters",
                expected=f"1 to {_MAX_NAME} characters",
                fix="Give the official name in a shorter form.",
            )
    if not re.fullmatch(r"[A-Z]{2}", country):
        raise InputError(
            "This is not a country code.", where="country", found=country, expected="two capital letters, as in IE"
        )


def _subject(organization: str, common_name: str, identifier: str, country: str, demonstration: bool) -> x509.Name:
    """EN 319 412-3, 4.2.1: country, organization, organizationIdentifier and common name."""
    parts = [
        (NameOID.COUNTRY_NAME, country),
        (NameOID.ORGANIZATION_NAME, organization),
        (_ORGANIZATION_IDENTIFIER, identifier),
    ]
    if demonstration:
        parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION))
    parts.append((NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _usage() -> x509.KeyUsage:
    """EN 319 412-2, 4.3.2: digitalSignature and nonRepudiation, and no other."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _notice(demonstration: bool) -> x509.CertificatePolicies:
    """RFC 5280, 4.2.1.4: the honest label, as a notice to whoever looks."""
    text = f"{DEMONSTRATION}. {NOTICE}" if demonstration else NOTICE
    notice = x509.UserNotice(notice_reference=None, explicit_text=text)
    return x509.CertificatePolicies([x509.PolicyInformation(_ANY_POLICY, [notice])])


@lru_cache(maxsize=256)
def is_demonstration(certificate: bytes) -> bool:
    """Whether the certificate (DER) says that it is for demonstrations."""
    subject = x509.load_der_x509_certificate(certificate).subject
    return any(a.value == DEMONSTRATION for a in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME))


def check_use(certificate: bytes, *, demonstration: bool) -> None:
    """Raises NotAllowedError where a demonstration key meets a real credential, or the other way round."""
    marked = is_demonstration(certificate)
    if marked and not demonstration:
        raise NotAllowedError(
            "A demonstration key seals demonstration credentials only.",
            found=f"a certificate marked “{DEMONSTRATION}”",
            fix="Seal with your own key (`mikra keys new` makes one), or mark the credential as a demonstration.",
        )
    if demonstration and not marked:
        raise NotAllowedError(
            "A demonstration credential is sealed with a demonstration key only.",
            found="a certificate that is not marked as a demonstration",
            fix="Use a demonstration key, or take the mark off the credential.",
        )


def check_validity(certificate: bytes, at: datetime) -> None:
    """Raises NotAllowedError where the certificate (DER) is not valid at the time of sealing."""
    loaded = x509.load_der_x509_certificate(certificate)
    first, last = loaded.not_valid_before_utc, loaded.not_valid_after_utc
    if not first <= at <= last:
        raise NotAllowedError(
            "The sealing certificate is not valid at the time of sealing.",
            found=f"valid from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC, sealing at {at:%Y-%m-%d %H:%M %Z}",
            fix="Renew the sealing certificate, and seal with the new one.",
            code="seal_certificate_expired",
        )
