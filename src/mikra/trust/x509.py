"""RFC 5280, 6: from a certificate to an anchor, at a time. What a certificate says is read in `certificates`.

`cryptography.x509.verification` serves the web: it demands server or client purposes and names of hosts, and tells no
outcome apart from another. A certificate for seals has neither, so the part of RFC 5280 that seals need stands here:

    1. names chain, and each signature holds, with SHA-256 or better
    2. every certificate below the anchor is valid at the time; the anchor is trusted, whatever its dates (6.1.1 d)
    3. whoever issues is an authority: basicConstraints, path length, keyUsage keyCertSign
    4. the leaf may seal: keyUsage, where stated, has digitalSignature or nonRepudiation
    5. nothing critical is passed over that we do not process; name constraints are not processed, so they end the path

Not here: revocation (`status`, and the revocation values of a seal) and whether an anchor is on a trusted list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtensionOID

from mikra.trust.certificates import QC_STATEMENTS, fingerprint, load

MAX_LENGTH = 8
"""Certificates on a path, leaf and anchor included."""

MAX_TRIES = 200
"""Signatures checked while looking for a path: a file may bring many certificates of one name."""

_HASHES = {"sha256", "sha384", "sha512"}
_PROCESSED = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.CERTIFICATE_POLICIES,
    QC_STATEMENTS,
}
"""What may be critical: processed here, or read elsewhere (policies are shown, not demanded)."""


class Outcome(StrEnum):
    """What became of the search; the dates are those of the leaf, at the time asked for."""

    ANCHORED = "anchored"
    NOT_ANCHORED = "not anchored"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """`certificates` run from the leaf to the anchor (DER), empty where no path was found.

    A leaf out of its dates still has its path, so that a reader can say both: `anchored` and `outcome`.
    """

    outcome: Outcome
    certificates: tuple[bytes, ...] = ()

    @property
    def anchored(self) -> bool:
        """Whether a path to an anchor was found, whatever the dates of the leaf."""
        return bool(self.certificates)

    @property
    def anchor(self) -> bytes | None:
        return self.certificates[-1] if self.certificates else None


def build_path(
    leaf: bytes,
    *,
    at: datetime,
    anchors: Sequence[bytes] = (),
    intermediates: Sequence[bytes] = (),
    trusted: Set[str] = frozenset(),
) -> Path:
    """Look for a path from `leaf` to one of `anchors` that holds at the time `at`. Certificates are DER.

    `trusted` holds SHA-256 fingerprints (hex, lower case) of leaves that the reader trusts directly.
    """
    certificate = load(leaf)
    if certificate is None:
        return Path(outcome=Outcome.MALFORMED)
    search = _Search(at=at, anchors=_loaded(anchors), others=_loaded(intermediates))
    if fingerprint(leaf) in trusted or leaf in anchors:
        path: tuple[x509.Certificate, ...] = (certificate,)
    else:
        path = search.path(certificate) if _may_seal(certificate) else ()
    ders = tuple(c.public_bytes(serialization.Encoding.DER) for c in path)
    return Path(outcome=_outcome(certificate, at, bool(path)), certificates=ders)


def _loaded(certificates: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Those that can be read, each once; one that cannot be read leads nowhere."""
    return tuple(c for c in map(load, dict.fromkeys(certificates)) if c is not None)


def _outcome(leaf: x509.Certificate, at: datetime, anchored: bool) -> Outcome:
    if at < leaf.not_valid_before_utc:
        return Outcome.NOT_YET_VALID
    if at > leaf.not_valid_after_utc:
        return Outcome.EXPIRED
    return Outcome.ANCHORED if anchored else Outcome.NOT_ANCHORED


class _Search:
    """Depth first, anchors before other certificates, within `MAX_LENGTH` and `MAX_TRIES`."""

    def __init__(
        self, *, at: datetime, anchors: tuple[x509.Certificate, ...], others: tuple[x509.Certificate, ...]
    ) -> None:
        self.at = at
        self.anchors = anchors
        self.others = others
        self.tries = 0

    def path(self, leaf: x509.Certificate) -> tuple[x509.Certificate, ...]:
        return next(self._paths((leaf,)), ())

    def _paths(self, so_far: tuple[x509.Certificate, ...]) -> Iterator[tuple[x509.Certificate, ...]]:
        below = so_far[-1]
        if len(so_far) >= MAX_LENGTH or not _processed(below):
            return
        for issuer in self.anchors:
            if self._issued(below, issuer) and _may_issue(issuer, so_far):
                yield (*so_far, issuer)
        for issuer in self.others:
            known = issuer in so_far or not self._holds(issuer)
            if not known and self._issued(below, issuer) and _may_issue(issuer, so_far):
                yield from self._paths((*so_far, issuer))

    def _holds(self, certificate: x509.Certificate) -> bool:
        return certificate.not_valid_before_utc <= self.at <= certificate.not_valid_after_utc

    def _issued(self, below: x509.Certificate, issuer: x509.Certificate) -> bool:
        if below.issuer != issuer.subject or self.tries >= MAX_TRIES:
            return False
        self.tries += 1
        try:
            digest = below.signature_hash_algorithm
            if digest is not None and digest.name not in _HASHES:
                return False
            below.verify_directly_issued_by(issuer)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
            return False
        return True


def _extension(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> x509.ExtensionType | None:
    try:
        return certificate.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return None


def _processed(certificate: x509.Certificate) -> bool:
    """5.: RFC 5280, 4.2 and 6.1.4 (o)."""
    for extension in certificate.extensions:
        if extension.oid == ExtensionOID.NAME_CONSTRAINTS:
            return False
        if extension.critical and extension.oid not in _PROCESSED:
            return False
    return True


def _may_seal(certificate: x509.Certificate) -> bool:
    """4.: RFC 5280, 4.2.1.3."""
    usage = _extension(certificate, ExtensionOID.KEY_USAGE)
    return not isinstance(usage, x509.KeyUsage) or usage.digital_signature or usage.content_commitment


def _may_issue(certificate: x509.Certificate, below: Sequence[x509.Certificate]) -> bool:
    """3.: RFC 5280, 6.1.4 (k) to (n). `below` runs from the leaf; the leaf does not count for the path length."""
    constraints = _extension(certificate, ExtensionOID.BASIC_CONSTRAINTS)
    usage = _extension(certificate, ExtensionOID.KEY_USAGE)
    if not isinstance(constraints, x509.BasicConstraints) or not constraints.ca or not _processed(certificate):
        return False
    if isinstance(usage, x509.KeyUsage) and not usage.key_cert_sign:
        return False
    between = sum(c.issuer != c.subject for c in below[1:])
    return constraints.path_length is None or between <= constraints.path_length
