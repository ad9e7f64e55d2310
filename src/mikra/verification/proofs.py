"""ETSI EN 319 102-1, 5.4 and 5.6: which timestamps prove a time at the moment asked for, and through which later ones.

A token is taken at its word while its authority's certificate is in force. After that it needs a later token that
covers it: archive timestamps are judged from the last to the first, each at the time that the next one proves.

    1. it is good by itself (`sealing.timestamps`), and not of a time after the moment
    2. its certificate ends at an anchor at its own time
    3. at the moment that counts, no certificate of that path has ended                    ended
    4. nor was one revoked before the token's time, or in a way that ends its word         withdrawn
    5. nor have its methods faded (`Policy.faded`)                                         faded

The moment that counts is the one asked for, or the time of the earliest later archive timestamp that is proven itself.
What covers nothing, or was changed, proves nothing; what it covered must then stand by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from mikra.errors import InputError
from mikra.sealing.etsiu import Token, ValidationData
from mikra.sealing.jades import key_name
from mikra.sealing.timestamps import TimestampFault, TimestampResult, verify_token
from mikra.trust import certificates
from mikra.trust.certificates import Certificate
from mikra.trust.loader import OFFLINE, Loader
from mikra.trust.revocation import Evidence, Standing, State, links
from mikra.trust.revocation_sources import stand
from mikra.trust.x509 import Path, build_path
from mikra.verification import listed
from mikra.verification.policy import Policy

if TYPE_CHECKING:
    from mikra.trust.qualification import Answer

OVER_THE_SEAL = frozenset({"sigTst", "arcTst", "sigRTst"})
"""Tokens that show that the seal existed. `adoTst` covers the content alone: the seal came later."""

TAMPERED = frozenset({TimestampFault.MALFORMED, TimestampFault.IMPRINT, TimestampFault.SIGNATURE})
"""What only happens to a token that was changed, or taken from elsewhere. Other faults prove nothing either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One timestamp token: what it covers, what it says, whether it is proven at the moment asked for.

    `lapsed` is why a token of a trusted authority proves nothing any more: "ended", "withdrawn", "faded", or "".
    `covered_until`: the time of the later token at which it was judged; None where none covers it. `listed`: what the
    policy's trusted lists say of its authority.
    """

    kind: str
    result: TimestampResult
    trusted: bool
    authority: str
    where: str = ""
    lapsed: str = ""
    covered_until: datetime | None = None
    standings: tuple[Standing, ...] = ()
    listed: Answer | None = None

    @property
    def tampered(self) -> bool:
        """A changed timestamp over the seal itself. A changed archive timestamp only fails to prove."""
        return self.kind == "sigTst" and self.result.fault in TAMPERED

    @property
    def shows(self) -> datetime | None:
        """When the seal existed, if this token shows it."""
        return self.result.time if self.result.fault is None and self.kind in OVER_THE_SEAL else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What tokens are judged with: the certificates and the evidence at hand, whom to ask, under which policy."""

    chain: tuple[bytes, ...]
    data: ValidationData
    policy: Policy
    loader: Loader = OFFLINE

    @property
    def evidence(self) -> Evidence:
        return Evidence(crls=self.data.crls, ocsps=self.data.ocsps, certificates=self.data.certificates)


def prove(tokens: Sequence[Token], bench: Bench, at: datetime) -> tuple[Proof, ...]:
    """All tokens of a seal, in their order, judged for the moment `at`. Those of one container cover the same."""
    groups = [list(group) for _, group in groupby(tokens, key=lambda token: (token.where, token.covered))]
    judged: list[Proof] = []
    control, covered = at, False
    for group in reversed(groups):
        proofs = [_proof(token, bench, control, covered) for token in group]
        judged[:0] = proofs
        times = [p.result.time for p in proofs if p.kind == "arcTst" and p.trusted and p.result.time is not None]
        if times:
            control, covered = min((control, *times)), True
    return tuple(judged)


def _proof(token: Token, bench: Bench, control: datetime, covered: bool) -> Proof:
    result = verify_token(token.der, covered=token.covered, certificates=bench.data.certificates)
    trusted, lapsed, standings, answer = False, "", tuple[Standing, ...](), None
    if result.certificate is not None and result.fault is None and result.time is not None:
        chain = (*result.chain, *bench.chain)
        answer = listed.of_timestamp(result.certificate, chain, result.time, bench.policy)
        path = path_of(result.certificate, result.time, chain, bench.policy)
        if not path.anchored and answer is not None and answer.path is not None:
            path = answer.path
        if path.anchored and result.time - control <= bench.policy.clock_skew:
            standings = standings_of(path.certificates, control, bench.evidence, bench.loader)
            lapsed = _lapsed(path.certificates, result, control, standings, bench.policy)
            trusted = not lapsed
    return Proof(
        kind=token.kind,
        result=result,
        trusted=trusted,
        authority=name_of(result.certificate) if result.certificate is not None else "",
        where=token.where,
        lapsed=lapsed,
        covered_until=control if covered else None,
        standings=standings,
        listed=answer,
    )


def standings_of(path: Sequence[bytes], by: datetime, evidence: Evidence, loader: Loader) -> tuple[Standing, ...]:
    """How each certificate of a path but its anchor stands."""
    return tuple(stand(one, above, by=by, evidence=evidence, loader=loader) for one, above in links(path))


def _lapsed(
    path: Sequence[bytes], result: TimestampResult, control: datetime, standings: Iterable[Standing], policy: Policy
) -> str:
    """Steps 3 to 5."""
    below = path[:-1] or path
    if not all(_in_force(der, control) for der in below):
        return "ended"
    if any(_withdrawn(one, result.time or control, control, policy) for one in standings):
        return "withdrawn"
    methods = {result.digest, key_name(path[0])}
    return "faded" if faded(methods, control, policy) else ""


def _in_force(der: bytes, at: datetime) -> bool:
    certificate = read(der)
    return certificate is not None and certificate.valid_at(at)


def _withdrawn(one: Standing, time: datetime, control: datetime, policy: Policy) -> bool:
    """RFC 3161, 4: a revoked authority's earlier tokens stay good only where its key stayed its own.

    A compromised key can date back, so the token itself must be shown to be older than the revocation.
    """
    if one.withdrawn_by(time):
        return True
    if one.compromised and one.withdrawn_by(control):
        return True
    return policy.revocation_required and one.state in (State.UNKNOWN, State.STALE)


def faded(methods: Iterable[str], moment: datetime, policy: Policy) -> bool:
    """Whether one of the methods proves nothing at the moment."""
    return any(policy.faded[name] <= moment for name in methods if name in policy.faded)


def existed(proofs: Iterable[Proof], policy: Policy) -> datetime | None:
    """The earliest time at which the seal surely existed: the best signature time of EN 319 102-1, 5.5."""
    times = [p.shows for p in proofs if p.shows and (p.trusted or not policy.timestamps_anchored)]
    return min(times, default=None)


def once_shown(proofs: Iterable[Proof]) -> datetime | None:
    """The earliest time that a trusted authority's token showed, which has lapsed since."""
    return min((p.shows for p in proofs if p.shows and p.lapsed), default=None)


@lru_cache(maxsize=256)
def read(der: bytes) -> Certificate | None:
    """What a certificate says; None where it cannot be read in full."""
    try:
        return certificates.read(der)
    except InputError:
        return None


def name_of(der: bytes) -> str:
    certificate = read(der)
    return certificate.common_name or certificate.organization if certificate else ""


def path_of(der: bytes, at: datetime, others: Iterable[bytes], policy: Policy) -> Path:
    return _path_of(der, at, tuple(others), policy.anchors, policy.trusted_seals)


@lru_cache(maxsize=128)
def _path_of(
    der: bytes, at: datetime, others: tuple[bytes, ...], anchors: tuple[bytes, ...], trusted: frozenset[str]
) -> Path:
    """The credentials of one batch are under one certificate: its path is looked for once."""
    return build_path(der, at=at, anchors=anchors, intermediates=others, trusted=trusted)
