"""Who sealed, and when, as far as it can be known: certificate, path to an anchor, timestamps; or key and controller.

The time that counts (ETSI EN 319 102-1, 5.5): the earliest timestamp over the seal whose authority is trusted. What the
seal says of its own time is a claim: it can speak against the seal, never for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from mikra.codes import CODES, Effect
from mikra.model import Agent
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.etsiu import Token, ValidationData
from mikra.sealing.jades import Seal, key_name
from mikra.trust import certificates
from mikra.trust.certificates import Certificate
from mikra.trust.did import is_of_key
from mikra.trust.loader import OFFLINE, Loader
from mikra.trust.revocation import Standing
from mikra.trust.revocation_sources import ascend
from mikra.trust.x509 import Outcome, Path
from mikra.verification import listed, withdrawal
from mikra.verification.issuer import Match, Owner, compare
from mikra.verification.policy import Policy
from mikra.verification.proofs import Bench, Proof, existed, faded, name_of, once_shown, path_of, prove, read
from mikra.verification.withdrawal import Times

if TYPE_CHECKING:
    from mikra.trust.qualification import Answer

NOTHING = ValidationData()
NO_PATH = Path(outcome=Outcome.NOT_ANCHORED)


class Trust(StrEnum):
    """Why a seal is believed: its fingerprint was named, its chain ends at an anchor, or not at all."""

    NAMED = "named"
    ANCHORED = "anchored"
    NONE = "none"


class Validity(StrEnum):
    """The certificate's dates against the time of sealing; each value is a key of `messages/verify`, `time.*`."""

    NOW = "now"
    THEN = "then"
    NOT_PROVEN = "not_proven"
    ATTESTED = "attested"
    OUTSIDE = "outside"
    LATER = "later"


VALIDITY_CODES = {
    Validity.NOW: "",
    Validity.THEN: "",
    Validity.NOT_PROVEN: "seal_time_not_proven",
    Validity.ATTESTED: "seal_time_not_proven",
    Validity.OUTSIDE: "seal_certificate_expired",
    Validity.LATER: "credential_not_yet_valid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSeal:
    """A whole seal of any kind but JAdES: under a certificate (DER), or under a key that its controller publishes.

    `algorithm` is the JWS name or the cryptosuite; `key_id` the DID URL or key id; `controller` the DID, or the https
    issuer that publishes the key. `expires`, `revoked`, `compromised`: what the controller says of the key's life.
    """

    algorithm: str
    where: str = ""
    claimed_at: datetime | None = None
    certificate: bytes | None = None
    chain: tuple[bytes, ...] = ()
    tokens: tuple[Token, ...] = ()
    validation_data: ValidationData = NOTHING
    key_id: str = ""
    controller: str = ""
    expires: datetime | None = None
    revoked: datetime | None = None
    compromised: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One whole seal with all that is known of it. `certificate` is None where it cannot be read in full, or is none.

    `code` is what is wrong with the key's life: as its controller says, or by revocation (of `codes.CODES`, or "").
    `listed` is what the policy's trusted lists say of the certificate, at the proven time or else the one asked for.
    `standings`: how the sealing certificate and those above it stand, the leaf first; `times` what counts for them.
    """

    seal: Seal | PlainSeal
    certificate: Certificate | None
    trust: Trust
    path: Path
    proofs: tuple[Proof, ...]
    validity: Validity
    code: str = ""
    listed: Answer | None = None
    standings: tuple[Standing, ...] = ()
    times: Times | None = None

    @property
    def controller(self) -> str:
        """The DID or issuer whose published key sealed; "" for a seal under a certificate."""
        return self.seal.controller if isinstance(self.seal, PlainSeal) else ""

    @property
    def owner(self) -> Owner:
        one = self.certificate
        if one is None:
            return Owner(controller=self.controller)
        return Owner(
            identifier=one.organization_identifier,
            organisation=one.organization,
            common_name=one.common_name,
            country=one.country,
        )

    @property
    def proof(self) -> Proof | None:
        """The earliest proof of time, one by a trusted authority first."""
        shown = [proof for proof in self.proofs if proof.shows]
        return min(shown, key=lambda proof: (not proof.trusted, proof.shows), default=None)

    @property
    def authority(self) -> str:
        """Who vouches for the certificate: the name at the end of its path."""
        anchor = self.path.anchor
        return name_of(anchor) if anchor is not None else ""


def judge(seal: Seal | PlainSeal, at: datetime, policy: Policy, loader: Loader = OFFLINE) -> Judged:
    """One seal whose mathematics holds, at the time `at` under `policy`. Never raises.

    `loader` is asked whether certificates were revoked, where what the seal carries does not say so.
    """
    if isinstance(seal, PlainSeal) and seal.certificate is None:
        # A key without a certificate: who publishes it is all there is.
        return _judge_key(seal, at, policy)
    der = seal.certificate or b""
    bench = Bench(chain=seal.chain, data=seal.validation_data, policy=policy, loader=loader)
    proven_by = prove(seal.tokens, bench, at) if seal.tokens else ()
    certificate = read(der)
    times = Times(at=at, proven=existed(proven_by, policy), claimed=seal.claimed_at, lapsed=once_shown(proven_by))
    validity = _validity(certificate, times, proven_by, policy)
    path = _path(seal, times, validity, bench)
    answer = listed.of_seal(der, (*seal.chain, *seal.validation_data.certificates), times.proven or at, policy)
    if not path.anchored and answer is not None and answer.path is not None:
        path = answer.path
    trust = Trust.NONE
    if path.anchored and certificate is not None:
        named = certificate.fingerprint in policy.trusted_seals or certificate.der in policy.anchors
        trust = Trust.NAMED if named else Trust.ANCHORED
    found = withdrawal.standings(der, path, bench, times)
    return Judged(
        seal=seal,
        certificate=certificate,
        trust=trust,
        path=path,
        proofs=proven_by,
        validity=validity,
        code=withdrawal.code_of(found, times, policy)
        or withdrawal.lost(policy.compromised.get(certificate.fingerprint if certificate else ""), times)
        or _faded(seal, der, times, policy),
        listed=answer,
        standings=found,
        times=times,
    )


def _path(seal: Seal | PlainSeal, times: Times, validity: Validity, bench: Bench) -> Path:
    """For the moment asked for; for the proven time where the certificate, or one above it, has ended since.

    Authorities between that the seal does not carry are fetched, where there is somebody to ask and an end in sight.
    """
    der = seal.certificate or b""
    first = times.proven if validity is Validity.THEN and times.proven else times.at
    moments = dict.fromkeys((first, times.proven or first))
    path = _anchored(der, moments, seal.chain, bench.policy)
    if path.anchored or bench.loader is OFFLINE or not bench.policy.anchors:
        return path
    above = ascend(der, (*seal.chain, *bench.policy.anchors), loader=bench.loader)
    return _anchored(der, moments, (*seal.chain, *above), bench.policy)


def _anchored(der: bytes, moments: Iterable[datetime], others: Sequence[bytes], policy: Policy) -> Path:
    paths = [path_of(der, moment, others, policy) for moment in moments]
    return next((path for path in paths if path.anchored), paths[0])


def _faded(seal: Seal | PlainSeal, der: bytes, times: Times, policy: Policy) -> str:
    """Whether the methods of the seal had faded when it is first proven: then it may have been made up later."""
    if not policy.faded:
        return ""
    algorithm = ALGORITHMS.get(seal.algorithm)
    digest = algorithm.digest.name if algorithm and algorithm.digest else ""
    methods = {seal.algorithm, digest, key_name(der)}
    return "seal_time_not_proven" if faded(methods, times.proven or times.at, policy) else ""


def _judge_key(seal: PlainSeal, at: datetime, policy: Policy) -> Judged:
    """A seal under a published key: believed where its controller is named; judged by what it says of the key's life.

    What the seal says of its own time can speak against it. Against a compromised key it cannot speak for it.
    """
    named = seal.controller in policy.trusted_issuers
    bench = Bench(chain=seal.chain, data=seal.validation_data, policy=policy) if seal.tokens else None
    proofs = prove(seal.tokens, bench, at) if bench else ()
    return Judged(
        seal=seal,
        certificate=None,
        trust=Trust.NAMED if named else Trust.NONE,
        path=NO_PATH,
        proofs=proofs,
        validity=Validity.NOW,
        code=_key_code(seal, existed(proofs, policy), at, policy),
    )


def _key_code(seal: PlainSeal, existed: datetime | None, at: datetime, policy: Policy) -> str:
    """What is wrong with the life of the key, at the time of sealing (Controlled Identifiers 1.0, 2.2).

    A key that its controller retired (`expires`) counts for what says that it is older: nobody else has it. One that
    was withdrawn (`revoked`, `compromised`) may be in other hands, which write any time they like: then only an
    independent proof of time shows that a seal is older.
    """
    claimed = seal.claimed_at
    if claimed is not None and claimed - at > policy.clock_skew:
        return "credential_not_yet_valid"
    lost = min((time for time in (seal.revoked, seal.compromised) if time is not None), default=None)
    if lost is not None and lost <= at:
        if existed is not None and existed < lost:
            return "valid_key_retired_later"
        return "seal_time_not_proven" if claimed is not None and claimed < lost else "key_compromised"
    ended = seal.expires
    if ended is None or ended >= at:
        return ""
    sealed = existed or claimed
    return "key_retired_before_sealing" if sealed is None or sealed > ended else "valid_key_retired_later"


def leading(judged: Sequence[Judged], issuer: Agent | None) -> Judged:
    """The seal that counts among several: a trusted one of the issuer's before any other."""
    if len(judged) == 1:
        return judged[0]
    ranks = {Match.SAME: 0, Match.UNKNOWN: 1, Match.OTHER: 3}

    def rank(one: Judged) -> tuple[int, bool]:
        return ranks[compare(issuer, one.owner)], one.trust is Trust.NONE

    return min(judged, key=rank)


def judge_list(
    found: Sequence[Seal | PlainSeal], own: Judged, at: datetime, policy: Policy, *, token: bool = False
) -> str:
    """ "" where one of the seals of a status list is the credential's own sealer's, else a code of `codes.CODES`.

    `token`: it is a list token (IETF).
    """
    named = _named_for_lists(own, policy, token)
    both = replace(policy, trusted_seals=policy.trusted_seals | policy.status_seals)
    for seal in found:
        other = judge(_as_own_key(seal, own), at, both)
        fits = _same_sealer(other, own) if named is None or other.certificate is None else _is_one_of(other, named)
        if fits:
            good = other.validity is Validity.NOW and (not other.code or CODES[other.code][1] is Effect.PASSED)
            return "" if good else "valid_status_unknown"
    return "status_list_issuer_mismatch"


def _named_for_lists(own: Judged, policy: Policy, token: bool) -> frozenset[str] | None:
    """The certificates that the relying party knows of the lists of the issuer whose key sealed; None: it knows none.

    Then nothing else vouches for a list under a certificate: two issuers whose certificates bear no number are not one.
    """
    sealer = own.controller or (own.certificate.fingerprint if own.certificate else "")
    named = policy.lists_of.get(sealer)
    return policy.tokens_of.get(sealer, named) if token else named


def _is_one_of(other: Judged, named: frozenset[str]) -> bool:
    return other.certificate is not None and other.certificate.fingerprint in named


def _as_own_key(seal: Seal | PlainSeal, own: Judged) -> Seal | PlainSeal:
    """A list under a certificate of the very key that the credential's DID is (did:key, did:jwk): under that key."""
    certificate = certificates.load(seal.certificate or b"") if own.controller else None
    if certificate is None or not is_of_key(own.controller, certificate.public_key()):
        return seal
    plain = PlainSeal(algorithm=seal.algorithm, claimed_at=seal.claimed_at)
    return replace(plain, key_id=own.seal.key_id if isinstance(own.seal, PlainSeal) else "", controller=own.controller)


def _same_sealer(other: Judged, own: Judged) -> bool:
    """Whether the sealer of a list is that of the credential: the same key holder, or one that it names itself.

    A published key: of the same controller, or of a DID that the credential's own certificate names. A certificate:
    the same; or another one of the same organisation, where the relying party trusts both.
    """
    if other.controller:
        own_certificate = own.seal.certificate
        named = certificates.named_dids(own_certificate) if own_certificate else ()
        return other.controller in (own.controller, *named)
    if own.controller:
        return False
    if other.seal.certificate == own.seal.certificate:
        return True
    if Trust.NONE in (other.trust, own.trust) or own.owner.identifier != other.owner.identifier:
        return False
    return bool(own.owner.identifier) or other.trust is Trust.NAMED


def _validity(certificate: Certificate | None, times: Times, proofs: Iterable[Proof], policy: Policy) -> Validity:
    if certificate is None:
        return Validity.NOW
    known = [time for time in (times.claimed, times.proven) if time is not None]
    if any(time - times.at > policy.clock_skew for time in known):
        return Validity.LATER
    if any(not certificate.valid_at(time) for time in known):
        in_time = times.lapsed is not None and certificate.valid_at(times.lapsed)
        own_word = times.claimed is None or certificate.valid_at(times.claimed)
        return Validity.ATTESTED if in_time and own_word else Validity.OUTSIDE
    if certificate.valid_at(times.at):
        return Validity.NOW
    if times.at < certificate.valid_from:
        return Validity.LATER if known else Validity.OUTSIDE
    if times.proven is not None:
        return Validity.THEN
    return Validity.ATTESTED if any(p.shows and certificate.valid_at(p.shows) for p in proofs) else Validity.NOT_PROVEN
