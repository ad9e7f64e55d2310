"""ETSI TS 119 182-1, 5.3.5: everything that checking a certificate later will need, gathered while it can be had.

For each certificate of its path but the last: who issued it, and an answer that it was not revoked, from its
responder or from its list; and the certificates of the responders. A certificate that stands alone needs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from mikra.trust.loader import Loader
from mikra.trust.revocation import Evidence, Standing, State, Statement
from mikra.trust.revocation_sources import ascend, self_issued, sources, stand
from mikra.trust.statements import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Certificates, lists and responses (DER), each once. `standings` are of all that were asked about.

    `problems`: why something is missing, one sentence part each, with the address where there is one.
    """

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    standings: tuple[Standing, ...] = ()
    problems: tuple[str, ...] = field(default=())

    def joined(self, other: Material) -> Material:
        return Material(
            certificates=_once(self.certificates, other.certificates),
            crls=_once(self.crls, other.crls),
            ocsps=_once(self.ocsps, other.ocsps),
            standings=self.standings + tuple(s for s in other.standings if s not in self.standings),
            problems=tuple(dict.fromkeys(self.problems + other.problems)),
        )


def _once(one: Sequence[bytes], other: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((*one, *other)))


UNKNOWN_ISSUER = "the authority above a certificate could not be found"
NOBODY = "a certificate names nobody who could be asked whether it was revoked"


def gather(
    certificate: bytes, *, by: datetime, candidates: Sequence[bytes], evidence: Evidence, loader: Loader
) -> Material:
    """What checking `certificate` (DER) for the moment `by` needs. What cannot be had is among the problems.

    The path ends at a certificate that issued itself; `candidates` are tried before anybody is asked.
    """
    path = ascend(certificate, candidates, loader=loader)
    found = Material(certificates=path)
    for below, above in pairwise(path):
        standing = stand(below, above, by=by, evidence=evidence, loader=loader)
        found = found.joined(_of(standing))
    if not self_issued(path[-1]):
        found = found.joined(Material(problems=(UNKNOWN_ISSUER,)))
    return found


def _of(standing: Standing) -> Material:
    problems = () if standing.state in (State.GOOD, State.REVOKED, State.HELD) else (_problem(standing),)
    if standing.statement is None:
        return Material(standings=(standing,), problems=problems)
    return _answered(standing, standing.statement, problems)


def _answered(standing: Standing, statement: Statement, problems: tuple[str, ...]) -> Material:
    """The answer and who gave it."""
    listed = statement.source is Source.CRL
    return Material(
        certificates=(statement.signer,),
        crls=(statement.evidence,) if listed else (),
        ocsps=() if listed else (statement.evidence,),
        standings=(standing,),
        problems=problems,
    )


def _problem(standing: Standing) -> str:
    named = sources(standing.certificate)
    if not named.ocsp and not named.crls:
        return NOBODY
    failures = [f"{problem}: {url}" for url, problem in standing.asked if problem]
    if failures:
        return failures[0]
    faults = ", ".join(sorted({one.fault.value for one in standing.unusable}))
    return f"no answer on revocation that counts ({faults or standing.state.value})"
