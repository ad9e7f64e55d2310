"""RFC 5280, 6.3 and RFC 6960, judged after ETSI EN 319 102-1, 5.2.5: was a certificate withdrawn, as of when?

A certificate stands at a moment in one of these ways (`Standing.state`):

    good       an answer says that it is not revoked, and the answer reaches the moment
    stale      the last answer that says so ended before the moment
    held       suspended by its authority (certificateHold), and no later answer lifts it
    revoked    revoked for good, at `Standing.since`; whether that is before the moment is for the reader
    unknown    no answer that can be used

An answer reaches a moment when it was given at or after it, or when its own end (`nextUpdate`) is not before it.
Lists are read in `crl`, responses in `ocsp`; where they are had from, in `revocation_sources`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from mikra.trust import crl, ocsp
from mikra.trust.statements import Fault, Source, Statement, Unusable, Withdrawn


class State(StrEnum):
    GOOD = "good"
    STALE = "stale"
    HELD = "held"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Revocation lists and OCSP responses (DER), unproven, and certificates that may have made them."""

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = ()

    def with_more(self, crls: Iterable[bytes] = (), ocsps: Iterable[bytes] = ()) -> Evidence:
        return Evidence(
            crls=tuple(dict.fromkeys((*self.crls, *crls))),
            ocsps=tuple(dict.fromkeys((*self.ocsps, *ocsps))),
            certificates=self.certificates,
        )


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one certificate stands. `statement` is the answer that decided; `unusable` says why others did not count.

    `asked`: addresses that were asked and what became of it ("" for an answer), where anybody was asked.
    """

    certificate: bytes
    state: State
    statement: Statement | None = None
    unusable: tuple[Unusable, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()

    @property
    def since(self) -> datetime | None:
        """From when on it is revoked or held."""
        return self.statement.since if self.statement else None

    def withdrawn_by(self, moment: datetime) -> bool:
        """Revoked or held at the moment."""
        withdrawn = self.state in (State.REVOKED, State.HELD)
        return withdrawn and self.since is not None and self.since <= moment

    @property
    def compromised(self) -> bool:
        """Revoked because the key is in other hands, or without a reason that excludes it (RFC 3161, 4)."""
        return self.state is State.REVOKED and self.statement is not None and self.statement.compromised


def judge(certificate: bytes, issuer: bytes, *, by: datetime, evidence: Evidence) -> Standing:
    """How `certificate`, issued by `issuer` (both DER), stands at the moment `by`, by what is at hand. Never raises."""
    found: list[Statement] = []
    unusable: list[Unusable] = []
    for said in _read(certificate, issuer, evidence):
        if isinstance(said, Statement):
            found.append(said)
        else:
            unusable.append(said)
    state, decided = _decide(found, by)
    return Standing(certificate=certificate, state=state, statement=decided, unusable=tuple(unusable))


def _read(certificate: bytes, issuer: bytes, evidence: Evidence) -> Iterable[Statement | Unusable]:
    for der in evidence.crls:
        yield crl.read(der, certificate, issuer)
    for der in evidence.ocsps:
        said = ocsp.read(der, certificate, issuer, evidence.certificates)
        if isinstance(said, Statement) and _responder_revoked(said, issuer, evidence):
            said = Unusable(source=Source.OCSP, fault=Fault.RESPONDER)
        yield said


def _responder_revoked(said: Statement, issuer: bytes, evidence: Evidence) -> bool:
    """RFC 6960, 4.2.2.2.1: whether a list at hand says that the authorised responder was revoked when it answered."""
    if said.signer == issuer or not ocsp.checked_elsewhere(said.signer):
        return False
    found = (crl.read(der, said.signer, issuer) for der in evidence.crls)
    return any(isinstance(s, Statement) and s.since is not None and s.since <= said.as_of for s in found)


def _decide(found: Sequence[Statement], by: datetime) -> tuple[State, Statement | None]:
    """Revoked for good wins over all; of hold and good the latest; of good answers one that reaches the moment."""
    if not found:
        return State.UNKNOWN, None
    final = [s for s in found if s.withdrawn is Withdrawn.REVOKED]
    if final:
        return State.REVOKED, min(final, key=lambda s: s.since or s.as_of)
    latest = max(found, key=lambda s: s.as_of)
    if latest.withdrawn is Withdrawn.HELD:
        return State.HELD, latest
    good = [s for s in found if s.withdrawn is Withdrawn.NO]
    reaching = [s for s in good if s.reaches(by)]
    if reaching:
        return State.GOOD, min(reaching, key=lambda s: (s.as_of < by, abs((s.as_of - by).total_seconds())))
    return State.STALE, max(good, key=lambda s: s.as_of)


def links(path: Sequence[bytes]) -> tuple[tuple[bytes, bytes], ...]:
    """Each certificate of a path with its issuer; the last (the anchor) answers for itself and is not asked about."""
    return tuple(pairwise(path))


__all__ = ["NO_EVIDENCE", "Evidence", "Source", "Standing", "State", "Statement", "judge", "links"]
