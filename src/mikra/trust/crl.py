"""RFC 5280, 5 and 6.3: what a certificate revocation list says of one certificate.

A list counts for a certificate when all of this holds; the first that does not is the fault:

    1. it can be read, with all its extensions                                               malformed
    2. its issuer is the certificate's issuer (indirect lists are not followed)              another issuer
    3. it is sealed with SHA-256 or better, by that issuer's key, which may seal lists       method, seal does not fit
    4. nothing critical is in it that we do not process (5.2)                                demands what we do not know
    5. its scope covers the certificate: kind, address, all reasons; it is no delta          does not cover
    6. of a certificate that had expired, only where the list keeps expired ones (X.509, 8.5.2.12)   too late
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID

from mikra.public_keys.certificate import UNREADABLE, quietly
from mikra.trust.certificates import load
from mikra.trust.statements import (
    DIGESTS,
    Fault,
    Source,
    Statement,
    Unfit,
    Unusable,
    Withdrawn,
    generalized_time,
    withdrawn_for,
)

EXPIRED_CERTS = x509.ObjectIdentifier("2.5.29.60")
"""X.509 (10/2019), 9.5.2.12: expiredCertsOnCRL, the day since which expired certificates are kept on the list."""

_PROCESSED = {ExtensionOID.ISSUING_DISTRIBUTION_POINT, ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER}
_ENTRY_PROCESSED = {CRLEntryExtensionOID.CRL_REASON, CRLEntryExtensionOID.INVALIDITY_DATE}


@lru_cache(maxsize=64)
def load_list(der: bytes) -> x509.CertificateRevocationList | None:
    """The list; None where it cannot be read."""
    try:
        found = x509.load_der_x509_crl(der)
        with quietly():
            _ = (found.issuer, found.last_update_utc, found.next_update_utc, found.extensions)
    except UNREADABLE:
        return None
    return found


@lru_cache(maxsize=1024)
def read(der: bytes, certificate: bytes, issuer: bytes) -> Statement | Unusable:
    """What the list (DER) says of `certificate`, issued by `issuer` (both DER). Never raises."""
    try:
        with quietly():
            return _read(der, certificate, issuer)
    except Unfit as error:
        return Unusable(source=Source.CRL, fault=error.fault)
    except (*UNREADABLE, UnsupportedAlgorithm):
        return Unusable(source=Source.CRL, fault=Fault.MALFORMED)


def _read(der: bytes, certificate: bytes, issuer: bytes) -> Statement | Unusable:
    listed, subject, authority = load_list(der), load(certificate), load(issuer)
    if listed is None or subject is None or authority is None:
        raise Unfit(Fault.MALFORMED)
    if listed.issuer != subject.issuer or listed.issuer != authority.subject:
        raise Unfit(Fault.OTHER_ISSUER)
    _check_seal(listed, authority)
    _check_extensions(listed)
    _check_scope(listed, subject)
    entry = listed.get_revoked_certificate_by_serial_number(subject.serial_number)
    if entry is None:
        if not _keeps(listed, subject):
            raise Unfit(Fault.TOO_LATE)
        return _statement(listed, der, issuer, Withdrawn.NO)
    return _entry_statement(listed, entry, der, issuer)


def _check_seal(listed: x509.CertificateRevocationList, authority: x509.Certificate) -> None:
    """3.: RFC 5280, 6.3.3 (f) and (g)."""
    key = authority.public_key()
    digest = listed.signature_hash_algorithm
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise Unfit(Fault.METHOD)
    if digest is not None and digest.name not in DIGESTS:
        raise Unfit(Fault.METHOD)
    with contextlib.suppress(x509.ExtensionNotFound):
        if not authority.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
            raise Unfit(Fault.RESPONDER)
    try:
        whole = listed.is_signature_valid(key)
    except (InvalidSignature, TypeError):
        whole = False
    if not whole:
        raise Unfit(Fault.SIGNATURE)


def _check_extensions(listed: x509.CertificateRevocationList) -> None:
    """4. and the delta of 5."""
    for extension in listed.extensions:
        if extension.oid == ExtensionOID.DELTA_CRL_INDICATOR:
            raise Unfit(Fault.SCOPE)
        if extension.critical and extension.oid not in _PROCESSED:
            raise Unfit(Fault.CRITICAL)


def _check_scope(listed: x509.CertificateRevocationList, subject: x509.Certificate) -> None:
    """5.: RFC 5280, 5.2.5 and 6.3.3 (b)."""
    try:
        point = listed.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return
    authority = _is_authority(subject)
    unfit = (
        point.indirect_crl
        or point.only_contains_attribute_certs
        or point.only_some_reasons
        or point.relative_name
        or (point.only_contains_ca_certs and not authority)
        or (point.only_contains_user_certs and authority)
    )
    if unfit or (point.full_name and not set(point.full_name) & _points(subject)):
        raise Unfit(Fault.SCOPE)


def _is_authority(subject: x509.Certificate) -> bool:
    try:
        return subject.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _points(subject: x509.Certificate) -> set[x509.GeneralName]:
    """Where the certificate says that its list is to be found."""
    try:
        points = subject.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return set()
    return {name for point in points for name in point.full_name or ()}


def _keeps(listed: x509.CertificateRevocationList, subject: x509.Certificate) -> bool:
    """6.: whether the list still speaks of this certificate."""
    ended = subject.not_valid_after_utc
    if listed.last_update_utc <= ended:
        return True
    try:
        value = listed.extensions.get_extension_for_oid(EXPIRED_CERTS).value
    except x509.ExtensionNotFound:
        return False
    return isinstance(value, x509.UnrecognizedExtension) and generalized_time(value.value) <= ended


def _entry_statement(
    listed: x509.CertificateRevocationList, entry: x509.RevokedCertificate, der: bytes, issuer: bytes
) -> Statement:
    """The entry of the certificate: since when, and why (5.3)."""
    reason, since = None, entry.revocation_date_utc
    for extension in entry.extensions:
        if extension.critical and extension.oid not in _ENTRY_PROCESSED:
            raise Unfit(Fault.CRITICAL)
        if isinstance(extension.value, x509.CRLReason):
            reason = extension.value.reason
        elif isinstance(extension.value, x509.InvalidityDate):
            since = min(since, extension.value.invalidity_date_utc)
    withdrawn = withdrawn_for(reason)
    if withdrawn is Withdrawn.NO:
        return _statement(listed, der, issuer, withdrawn)
    return _statement(listed, der, issuer, withdrawn, since, reason.value if reason else "")


def _statement(
    listed: x509.CertificateRevocationList,
    der: bytes,
    issuer: bytes,
    withdrawn: Withdrawn,
    since: datetime | None = None,
    reason: str = "",
) -> Statement:
    return Statement(
        source=Source.CRL,
        withdrawn=withdrawn,
        as_of=listed.last_update_utc,
        until=listed.next_update_utc,
        signer=issuer,
        evidence=der,
        since=since,
        reason=reason,
    )
