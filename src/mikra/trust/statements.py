"""What one revocation list or OCSP response says of one certificate, after its seal has been checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from cryptography import x509


class Source(StrEnum):
    CRL = "crl"
    OCSP = "ocsp"


class Withdrawn(StrEnum):
    """RFC 5280, 5.3.1: not, for now (certificateHold), for good."""

    NO = "no"
    HELD = "held"
    REVOKED = "revoked"


class Fault(StrEnum):
    """Why an answer says nothing of a certificate."""

    MALFORMED = "malformed"
    OTHER_ISSUER = "another issuer"
    OTHER_CERTIFICATE = "other certificates"
    METHOD = "method not accepted"
    SIGNATURE = "seal does not fit"
    RESPONDER = "responder not authorised"
    SCOPE = "does not cover this certificate"
    CRITICAL = "demands what we do not know"
    NO_ANSWER = "no answer"
    TOO_LATE = "given when expired certificates are no longer kept"


class Unfit(Exception):
    """A step of the list in `crl` or `ocsp` did not hold."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """An answer that does not count, and why."""

    source: Source
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An answer that counts. `as_of` is thisUpdate, `until` nextUpdate; `since` the time of revocation or hold.

    `reason` is that of RFC 5280, 5.3.1, "" where none is given. `signer` is the certificate (DER) that made it,
    `evidence` the answer itself (DER).
    """

    source: Source
    withdrawn: Withdrawn
    as_of: datetime
    until: datetime | None
    signer: bytes
    evidence: bytes
    since: datetime | None = None
    reason: str = ""

    def reaches(self, moment: datetime) -> bool:
        return self.as_of >= moment or (self.until is not None and moment <= self.until)

    @property
    def compromised(self) -> bool:
        return self.withdrawn is Withdrawn.REVOKED and self.reason not in BENIGN


BENIGN = frozenset({"affiliationChanged", "superseded", "cessationOfOperation", "privilegeWithdrawn"})
"""Reasons after which what was sealed before stays good (RFC 3161, 4; privilegeWithdrawn is of RFC 5280 alone).

`unspecified` is left out on purpose: RFC 3161 counts it as harmless where it is written out, but RFC 5280, 5.3.1 has
authorities leave it away instead, and no reason at all is harmful by RFC 3161.
"""

DIGESTS = frozenset({"sha256", "sha384", "sha512"})


def withdrawn_for(reason: x509.ReasonFlags | None) -> Withdrawn:
    """RFC 5280, 5.3.1."""
    if reason is x509.ReasonFlags.certificate_hold:
        return Withdrawn.HELD
    return Withdrawn.NO if reason is x509.ReasonFlags.remove_from_crl else Withdrawn.REVOKED


def generalized_time(der: bytes) -> datetime:
    """RFC 5280, 4.1.2.5.2: GeneralizedTime in DER, "20260101000000Z". ValueError where it is none."""
    if len(der) != 17 or der[:2] != b"\x18\x0f":
        raise ValueError("no GeneralizedTime")
    return datetime.strptime(der[2:].decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
