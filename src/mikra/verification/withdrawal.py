"""ETSI EN 319 102-1, 5.2.6 and 5.5: was the sealing certificate withdrawn, and what does that mean for the seal?

    withdrawn                                 proven time             the seal
    after the proven time                     there is one            holds: it was sealed before
    at or before the proven time              there is one            failed
    the same, and a lapsed timestamp is earlier                       not certain
    at any time                               none; its own word is later            failed: by its own word
    at any time, the key may be elsewhere     none                    failed: it may have been dated back
    at any time, for a harmless reason        none; its own word is earlier          not certain
    suspended                                 -                       not certain
    not known                                 -                       said; not certain only where the policy demands it

An authority above the sealer that was withdrawn is judged by the same table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mikra.trust.loader import OFFLINE
from mikra.trust.revocation import Standing, State
from mikra.trust.revocation_sources import ascend
from mikra.trust.x509 import Path
from mikra.verification.policy import Policy
from mikra.verification.proofs import Bench, standings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """`at`: the moment asked for; `proven`: when the seal surely existed; `claimed`: its own word.

    `lapsed`: an earlier time, once shown by a timestamp that proves nothing any more.
    """

    at: datetime
    proven: datetime | None
    claimed: datetime | None
    lapsed: datetime | None = None


def standings(certificate: bytes, path: Path, bench: Bench, times: Times) -> tuple[Standing, ...]:
    """How the sealing certificate (DER) and those above it stand at the time that counts, the leaf first.

    Nobody is asked about a seal that leads nowhere. A leaf that is trusted by itself is asked about like any other.
    """
    loader = bench.loader if path.anchored else OFFLINE
    chain = path.certificates
    if len(chain) < 2:
        chain = ascend(certificate, bench.chain, loader=loader)
    return standings_of(chain, times.proven or times.at, bench.evidence, loader)


def code_of(found: Iterable[Standing], times: Times, policy: Policy) -> str:
    """What the standings mean for the seal: a code of `codes.CODES`, or ""."""
    codes = [_code(one, times, policy) for one in found]
    order = ("key_compromised", "seal_certificate_revoked", "seal_time_not_proven", "seal_certificate_suspended")
    return next((code for code in (*order, "seal_revocation_unknown") if code in codes), "")


def _code(one: Standing, times: Times, policy: Policy) -> str:
    if one.state is State.REVOKED and one.withdrawn_by(times.at):
        return _revoked(one, times)
    if one.state is State.HELD and one.withdrawn_by(times.proven or times.at):
        return "seal_certificate_suspended"
    unknown = one.state in (State.UNKNOWN, State.STALE)
    return "seal_revocation_unknown" if unknown and policy.revocation_required else ""


def lost(since: datetime | None, times: Times) -> str:
    """The same for a key that its owner says is in other hands `since`, whatever its authority knows (None: it is not).

    It may have been dated back: only an independent proof of time shows that a seal is older.
    """
    if since is None or since > times.at:
        return ""
    if times.proven is not None:
        return "" if times.proven < since else "key_compromised"
    return "seal_time_not_proven" if times.claimed is not None and times.claimed < since else "key_compromised"


def _revoked(one: Standing, times: Times) -> str:
    if times.proven is not None and not one.withdrawn_by(times.proven):
        return ""
    if times.lapsed is not None and not one.withdrawn_by(times.lapsed):
        return "seal_time_not_proven"
    if times.proven is not None:
        return "seal_certificate_revoked"
    if times.claimed is not None and one.withdrawn_by(times.claimed):
        return "seal_certificate_revoked"
    return "key_compromised" if one.compromised else "seal_time_not_proven"
