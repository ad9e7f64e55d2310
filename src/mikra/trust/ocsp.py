"""RFC 6960: what an OCSP response says of one certificate, and how one asks by GET (appendix A.1).

A response counts when all of this holds; the first that does not is the fault:

    1. it can be read, and its status is successful                                    malformed, no answer
    2. it speaks of this certificate: serial, and digests of the issuer's name and key other certificates
    3. its seal uses SHA-256 or better                                                 method not accepted
    4. it was made by the issuer itself, or by whom the issuer authorised: a certificate directly under the issuer, with
       the purpose OCSPSigning, in force when it answered (4.2.2.2)                    responder not authorised
    5. the seal fits                                                                   seal does not fit
    6. nothing critical is in it that we do not process                                demands what we do not know
    7. of a certificate that had expired, only within the archive cutoff (4.4.4)       too late
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, OCSPExtensionOID, SignatureAlgorithmOID

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

ARCHIVE_CUTOFF = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.6")
_PROCESSED = {OCSPExtensionOID.NONCE, ARCHIVE_CUTOFF}
_MOST_ANSWERS = 64
"""Answers of one response that are looked at."""


def request_url(responder: str, certificate: bytes, issuer: bytes) -> str:
    """RFC 6960, A.1: the address that asks `responder` by GET about `certificate` (DER); "" where one cannot be read.

    The digests of the request are SHA-1, which is what every responder takes (RFC 5019, 2.1.1); nothing rests on them.
    """
    subject, authority = load(certificate), load(issuer)
    if subject is None or authority is None:
        return ""
    asked = ocsp.OCSPRequestBuilder().add_certificate(subject, authority, hashes.SHA1())
    der = asked.build().public_bytes(serialization.Encoding.DER)
    return f"{responder.rstrip('/')}/{quote(base64.b64encode(der).decode('ascii'), safe='')}"


@lru_cache(maxsize=1024)
def read(der: bytes, certificate: bytes, issuer: bytes, candidates: tuple[bytes, ...] = ()) -> Statement | Unusable:
    """What the response (DER) says of `certificate`, issued by `issuer`. Never raises.

    `candidates` are certificates that may have made it, besides those that it carries.
    """
    try:
        with quietly():
            return _read(der, certificate, issuer, candidates)
    except Unfit as error:
        return Unusable(source=Source.OCSP, fault=error.fault)
    except (*UNREADABLE, UnsupportedAlgorithm):
        return Unusable(source=Source.OCSP, fault=Fault.MALFORMED)


def _read(der: bytes, certificate: bytes, issuer: bytes, candidates: Sequence[bytes]) -> Statement:
    subject, authority = load(certificate), load(issuer)
    if subject is None or authority is None:
        raise Unfit(Fault.MALFORMED)
    response = ocsp.load_der_ocsp_response(der)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise Unfit(Fault.NO_ANSWER)
    answer = _answer(response, subject, authority)
    signer = _signer(response, authority, candidates)
    _check_seal(response, signer)
    _check_extensions(response)
    if answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise Unfit(Fault.NO_ANSWER)
    if answer.certificate_status is ocsp.OCSPCertStatus.GOOD and not _keeps(response, answer, subject):
        raise Unfit(Fault.TOO_LATE)
    return _statement(answer, der, signer)


def _answer(
    response: ocsp.OCSPResponse, subject: x509.Certificate, authority: x509.Certificate
) -> ocsp.OCSPSingleResponse:
    """2.: the latest answer about this certificate."""
    found = []
    for number, one in enumerate(response.responses):
        if number < _MOST_ANSWERS and one.serial_number == subject.serial_number:
            asked = ocsp.OCSPRequestBuilder().add_certificate(subject, authority, _known(one.hash_algorithm)).build()
            if (one.issuer_name_hash, one.issuer_key_hash) == (asked.issuer_name_hash, asked.issuer_key_hash):
                found.append(one)
    if not found or subject.issuer != authority.subject:
        raise Unfit(Fault.OTHER_CERTIFICATE)
    return max(found, key=lambda one: one.this_update_utc)


def _known(digest: hashes.HashAlgorithm) -> hashes.HashAlgorithm:
    if digest.name not in DIGESTS | {"sha1"}:
        raise Unfit(Fault.METHOD)
    return digest


def _signer(response: ocsp.OCSPResponse, authority: x509.Certificate, candidates: Sequence[bytes]) -> x509.Certificate:
    """4.: RFC 6960, 4.2.2.2: the issuer, or one whom it authorised."""
    if _named(response, authority):
        return authority
    for one in (*response.certificates, *(c for c in map(load, candidates) if c is not None)):
        if _named(response, one) and _authorised(one, authority, response.produced_at_utc):
            return one
    raise Unfit(Fault.RESPONDER)


def _named(response: ocsp.OCSPResponse, one: x509.Certificate) -> bool:
    """ResponderID (4.2.1): by name, or by the SHA-1 of the key."""
    if response.responder_name is not None:
        return response.responder_name == one.subject
    return response.responder_key_hash == x509.SubjectKeyIdentifier.from_public_key(one.public_key()).digest


def _authorised(one: x509.Certificate, authority: x509.Certificate, at: datetime) -> bool:
    if one.issuer != authority.subject or not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
        return False
    try:
        purposes = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        one.verify_directly_issued_by(authority)
    except (x509.ExtensionNotFound, InvalidSignature, TypeError):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in purposes


def _check_seal(response: ocsp.OCSPResponse, signer: x509.Certificate) -> None:
    """3. and 5."""
    digest = response.signature_hash_algorithm
    if digest is not None and digest.name not in DIGESTS:
        raise Unfit(Fault.METHOD)
    key, signature, data = signer.public_key(), response.signature, response.tbs_response_bytes
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest is not None:
            key.verify(signature, data, _padding(response, digest), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and digest is not None:
            key.verify(signature, data, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        else:
            raise Unfit(Fault.METHOD)
    except InvalidSignature:
        raise Unfit(Fault.SIGNATURE) from None


def _padding(response: ocsp.OCSPResponse, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if response.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS:
        return padding.PSS(padding.MGF1(digest), padding.PSS.AUTO)
    return padding.PKCS1v15()


def _check_extensions(response: ocsp.OCSPResponse) -> None:
    """6."""
    if any(one.critical and one.oid not in _PROCESSED for one in response.extensions):
        raise Unfit(Fault.CRITICAL)


def _keeps(response: ocsp.OCSPResponse, answer: ocsp.OCSPSingleResponse, subject: x509.Certificate) -> bool:
    """7.: whether the responder still knows of this certificate. A cutoff is read where there is one answer alone."""
    ended = subject.not_valid_after_utc
    if answer.this_update_utc <= ended:
        return True
    if sum(1 for _ in response.responses) != 1:
        return False
    for one in response.single_extensions:
        if one.oid == ARCHIVE_CUTOFF and isinstance(one.value, x509.UnrecognizedExtension):
            return generalized_time(one.value.value) <= ended
    return False


def _statement(answer: ocsp.OCSPSingleResponse, der: bytes, signer: x509.Certificate) -> Statement:
    withdrawn, since, reason = Withdrawn.NO, None, ""
    if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        withdrawn = withdrawn_for(answer.revocation_reason)
        since = answer.revocation_time_utc
        reason = answer.revocation_reason.value if answer.revocation_reason else ""
    return Statement(
        source=Source.OCSP,
        withdrawn=withdrawn,
        as_of=answer.this_update_utc,
        until=answer.next_update_utc,
        signer=signer.public_bytes(serialization.Encoding.DER),
        evidence=der,
        since=since,
        reason=reason,
    )


def checked_elsewhere(responder: bytes) -> bool:
    """4.2.2.2.1: whether the responder's own certificate (DER) may be revoked: it does not say ocsp-nocheck."""
    one = load(responder)
    if one is None:
        return True
    try:
        one.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except x509.ExtensionNotFound:
        return True
    return False
