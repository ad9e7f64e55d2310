"""RFC 5280, 4.2.1.6 and OpenID4VC HAIP 1.0, 6.1.1: certificates for wallets, from an authority of our own.

A wallet takes a key from `x5c` where the certificate stands for the issuer by name and is not signed by itself. So an
installation has one small authority, whose certificate relying parties may take as an anchor, and under it a key for
each institution (`names`: its Credential Issuer Identifiers, its DID, its host) and one for presentation requests.
Nobody outside has confirmed these certificates either, and each says so.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mikra.errors import InputError
from mikra.public_keys.certificate import parsed
from mikra.sealing.certificates import DEMONSTRATION, KeyKind, SealKey, begun, check_holder, new_key
from mikra.sealing.keys import PrivateKey

AUTHORITY_DAYS = 3650
LEAF_DAYS = 825
"""Shorter than the authority: a leaf that outlived it would be of no use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose key it is, and what it stands for: `names` are web addresses and DIDs, to the letter."""

    name: str
    country: str
    names: tuple[str, ...] = ()
    demonstration: bool = False


def make_authority(subject: Subject, *, at: datetime, days: int = AUTHORITY_DAYS) -> SealKey:
    """A new authority (P-256) that certifies keys and no further authority. InputError for names that cannot stand."""
    key = new_key()
    name = _name(subject)
    builder = begun(name, name, key, at=at, days=days, demonstration=subject.demonstration).add_extension(
        x509.BasicConstraints(True, 0), critical=True
    )
    builder = builder.add_extension(_usage(certifies=True), critical=True)
    return _made(key, builder, key)


def certified(authority: SealKey, subject: Subject, *, at: datetime, kind: KeyKind = KeyKind.P256) -> SealKey:
    """A new key with a certificate of the authority for all `names`, valid for `LEAF_DAYS`, never longer than it.

    InputError where there is no name, or the authority is no authority, or none at this time.
    """
    if not subject.names:
        raise InputError("A certificate for wallets stands for a name.", where="names", expected="a web address or DID")
    above = x509.load_der_x509_certificate(authority.certificate)
    if not _is_authority(above):
        raise InputError("This certificate may not certify others.", where="authority", code="certificate_mismatch")
    days = min(LEAF_DAYS, (above.not_valid_after_utc - at).days)
    if days < 1 or at < above.not_valid_before_utc:
        raise InputError(
            "The certificate of the authority is not valid at this time.",
            where="authority",
            found=f"until {above.not_valid_after_utc:%Y-%m-%d}",
            fix="Make a new authority.",
            code="certificate_mismatch",
        )
    key = new_key(kind)
    builder = (
        begun(_name(subject), above.subject, key, at=at, days=days, demonstration=subject.demonstration)
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(_usage(certifies=False), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternative_names(subject.names)), critical=False)
        .add_extension(_above(above), critical=False)
    )
    return _made(key, builder, authority.key)


def alternative_names(names: tuple[str, ...]) -> list[x509.GeneralName]:
    """Each name as URI, and each host once as dNSName (older clients look there alone; an address too)."""
    hosts = dict.fromkeys(host for name in names if (host := urlsplit(name).hostname))
    found: list[x509.GeneralName] = [x509.UniformResourceIdentifier(name) for name in names]
    for host in hosts:
        with suppress(ValueError):
            found.append(x509.IPAddress(ipaddress.ip_address(host)))
        if ":" not in host:
            found.append(x509.DNSName(host))
    return found


def names_of(certificate: bytes) -> tuple[str, ...]:
    """What a certificate (DER) names as URI, in order."""
    try:
        found = parsed(certificate).extensions
        held = found.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return ()
    return tuple(held.get_values_for_type(x509.UniformResourceIdentifier))


def stands_for(certificate: bytes, names: tuple[str, ...]) -> bool:
    """Whether a certificate (DER) names all of these as URI."""
    return set(names) <= set(names_of(certificate))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _name(subject: Subject) -> x509.Name:
    check_holder(subject.name, "", subject.country)
    parts = [(NameOID.COUNTRY_NAME, subject.country), (NameOID.ORGANIZATION_NAME, subject.name)]
    if subject.demonstration:
        parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION))
    parts.append((NameOID.COMMON_NAME, subject.name))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _above(certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    held = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(held)


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


def _made(key: PrivateKey, builder: x509.CertificateBuilder, by: PrivateKey) -> SealKey:
    if not isinstance(by, ec.EllipticCurvePrivateKey):
        raise InputError("An authority of ours has an EC key.", where="authority", code="key_type_not_supported")
    certificate = builder.sign(by, hashes.SHA256())
    return SealKey(key=key, certificate=certificate.public_bytes(serialization.Encoding.DER))
