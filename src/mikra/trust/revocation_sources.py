"""RFC 5280, 4.2.1.13 and 4.2.2.1: where answers on revocation, and missing authorities, are had from.

A certificate names its responders (AIA, OCSP), its lists (CRL distribution points) and its issuer (AIA, caIssuers).
They are asked through the loader and proven by their own seals, so it does not matter over which way they come.
Nobody is asked where the answers at hand reach the moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID

from mikra.errors import MikraError
from mikra.public_keys.certificate import UNREADABLE, parsed
from mikra.trust import ocsp, revocation
from mikra.trust.certificates import load
from mikra.trust.loader import OFFLINE, Loader
from mikra.trust.revocation import Evidence, Standing, State

MAX_ADDRESSES = 4
"""Addresses of one kind that one certificate may make us ask."""

MAX_ABOVE = 6
"""Certificates looked for above one: paths are shorter (`x509.MAX_LENGTH`)."""

MAX_FETCHED = 3
"""Certificates of authorities that are fetched for one path."""

_ACCEPT = {
    "ocsp": "application/ocsp-response",
    "crl": "application/pkix-crl",
    "issuer": "application/pkix-cert, application/pkcs7-mime",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Addresses as the certificate names them."""

    ocsp: tuple[str, ...] = ()
    crls: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()


def sources(certificate: bytes) -> Sources:
    """What the certificate (DER) names; nothing where it cannot be read."""
    loaded = load(certificate)
    if loaded is None:
        return Sources()
    access = _access(loaded)
    return Sources(
        ocsp=access.get(AuthorityInformationAccessOID.OCSP, ()),
        crls=_points(loaded),
        issuers=access.get(AuthorityInformationAccessOID.CA_ISSUERS, ()),
    )


def _access(loaded: x509.Certificate) -> dict[x509.ObjectIdentifier, tuple[str, ...]]:
    try:
        listed = loaded.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return {}
    found: dict[x509.ObjectIdentifier, tuple[str, ...]] = {}
    for one in listed:
        if isinstance(one.access_location, x509.UniformResourceIdentifier):
            known = found.get(one.access_method, ())
            found[one.access_method] = (*known, one.access_location.value)[:MAX_ADDRESSES]
    return found


def _points(loaded: x509.Certificate) -> tuple[str, ...]:
    try:
        listed = loaded.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return ()
    whole = (point for point in listed if not point.reasons and not point.crl_issuer)
    names = (name for point in whole for name in point.full_name or ())
    return tuple(n.value for n in names if isinstance(n, x509.UniformResourceIdentifier))[:MAX_ADDRESSES]


def stand(certificate: bytes, issuer: bytes, *, by: datetime, evidence: Evidence, loader: Loader = OFFLINE) -> Standing:
    """As `revocation.judge`; where what is at hand does not reach, responders and lists are asked. Never raises."""
    standing = revocation.judge(certificate, issuer, by=by, evidence=evidence)
    asked: list[tuple[str, str]] = []
    for kind, url in _addresses(certificate, issuer):
        if standing.state not in (State.UNKNOWN, State.STALE):
            break
        body, problem = _load(loader, url, kind)
        asked.append((url, problem))
        if body:
            evidence = evidence.with_more(**{"ocsps" if kind == "ocsp" else "crls": (body,)})
            standing = revocation.judge(certificate, issuer, by=by, evidence=evidence)
    return replace(standing, asked=tuple(asked))


def _addresses(certificate: bytes, issuer: bytes) -> Iterator[tuple[str, str]]:
    """Responders first: their answers are small and of the minute."""
    named = sources(certificate)
    for responder in named.ocsp:
        if url := ocsp.request_url(responder, certificate, issuer):
            yield "ocsp", url
    for url in named.crls:
        yield "crl", url


def _load(loader: Loader, url: str, kind: str) -> tuple[bytes, str]:
    """(body, "") or (nothing, why)."""
    try:
        body = loader.load(url, accept=_ACCEPT[kind]).body
    except MikraError as error:
        return b"", error.code or error.message
    return (_list_der(body) if kind == "crl" else body), ""


def _list_der(body: bytes) -> bytes:
    """RFC 5280, 4.2.1.13 has lists in DER; some authorities serve PEM."""
    if not body.startswith(b"-----BEGIN"):
        return body
    try:
        return x509.load_pem_x509_crl(body).public_bytes(serialization.Encoding.DER)
    except UNREADABLE:
        return body


def issuer_among(certificate: bytes, candidates: Sequence[bytes]) -> bytes | None:
    """The certificate (DER) among `candidates` that issued this one, its seal checked; None where there is none."""
    return next((der for der in candidates if der != certificate and issued(certificate, der)), None)


@lru_cache(maxsize=1024)
def issued(certificate: bytes, issuer: bytes) -> bool:
    """Whether `issuer` (DER) made this certificate (DER): names and seal; not whether it may."""
    below, above = load(certificate), load(issuer)
    if below is None or above is None or below.issuer != above.subject:
        return False
    try:
        below.verify_directly_issued_by(above)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def self_issued(certificate: bytes) -> bool:
    """Whether nobody else stands above it."""
    return issued(certificate, certificate)


def ascend(certificate: bytes, candidates: Sequence[bytes], *, loader: Loader = OFFLINE) -> tuple[bytes, ...]:
    """The certificates from this one upwards, as far as candidates and addresses lead: unproven against any anchor."""
    found, fetched = [certificate], 0
    while len(found) <= MAX_ABOVE and not self_issued(found[-1]):
        above = issuer_among(found[-1], candidates)
        if above is None and fetched < MAX_FETCHED:
            fetched += 1
            above = _fetched_issuer(found[-1], loader)
        if above is None or above in found:
            break
        found.append(above)
    return tuple(found)


def _fetched_issuer(certificate: bytes, loader: Loader) -> bytes | None:
    if loader is OFFLINE:
        return None
    for url in sources(certificate).issuers:
        body, _ = _load(loader, url, "issuer")
        above = issuer_among(certificate, _certificates(body))
        if above is not None:
            return above
    return None


def _certificates(body: bytes) -> list[bytes]:
    """RFC 5280, 4.2.2.1: one certificate in DER, or a bundle of PKCS#7."""
    try:
        loaded = [parsed(body)]
    except UNREADABLE:
        try:
            loaded = pkcs7.load_der_pkcs7_certificates(body)
        except (*UNREADABLE, UnsupportedAlgorithm):
            return []
    return [one.public_bytes(serialization.Encoding.DER) for one in loaded]
