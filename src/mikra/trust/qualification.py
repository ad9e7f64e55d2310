"""ETSI TS 119 615, 4.4 and 4.5: is this certificate a qualified one for seals, at a time, as the trusted lists say?

     1. a path from the certificate to a service of a list that issues qualified certificates (CA/QC)
     2. the list reaches as far as the time asked for
     3. the service was granted when the certificate was issued, and at the time asked for, for seals
     4. the certificate says that it is qualified, for seals; the list may say otherwise, and then the list counts
     5. the key lies in a certified device, as the certificate says, or the list

    all of it            a qualified seal (Regulation (EU) 910/2014, article 3 (27))
    without 5            an advanced seal with a qualified certificate
    else                 level not determined, and why

Several services that say different things leave it undetermined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import NameOID

from mikra.trust.certificates import QcStatements, QcType, load, qc_statements
from mikra.trust.trusted_list import CA_QC, FOR_SEALS, GRANTED, QTST, Service, State, TrustedList
from mikra.trust.trusted_list_criteria import Qualifier, leaf_of
from mikra.trust.trusted_lists import TrustedLists
from mikra.trust.x509 import Path, build_path

EIDAS = datetime(2016, 6, 30, 22, tzinfo=UTC)
"""1 July 2016 in Brussels: since then there are qualified seals (Regulation (EU) 910/2014, article 52)."""


class Level(StrEnum):
    """What a seal may be called."""

    QUALIFIED = "qualified"
    ADVANCED_QUALIFIED = "advanced_qualified"
    NOT_DETERMINED = "not_determined"


class Reason(StrEnum):
    """Why; each value is a key of `messages/trust`, `reason.*`. GRANTED and NO_DEVICE are the good ones."""

    GRANTED = "granted"
    NO_DEVICE = "no_device"
    NOT_LISTED = "not_listed"
    OUTDATED = "outdated"
    NOT_YET = "not_yet"
    WITHDRAWN = "withdrawn"
    NOT_THEN = "not_then"
    NOT_UNDERSTOOD = "not_understood"
    NOT_FOR_SEALS = "not_for_seals"
    NOT_QUALIFIED = "not_qualified"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the lists say of one certificate at `at`: by which list, which service, in which state.

    `path` leads to the service where it was granted at that time, whatever the certificate is: it shows who vouches
    for the name in it.
    """

    at: datetime
    level: Level = Level.NOT_DETERMINED
    reason: Reason = Reason.NOT_LISTED
    source: TrustedList | None = None
    service: Service | None = None
    state: State | None = None
    path: Path | None = None

    @property
    def vouched(self) -> bool:
        """Whether a service that was granted at that time issued it."""
        return self.path is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    source: TrustedList
    service: Service
    path: Path


def assess(leaf: bytes, *, at: datetime, chain: Sequence[bytes], lists: TrustedLists) -> Answer:
    """What the lists say of a certificate for seals (DER) at a time; `chain` stands above it. Never raises."""
    certificate = load(leaf)
    if certificate is None:
        return Answer(at=at)
    answers = [_of_service(found, certificate, at) for found in _services(leaf, at, chain, lists, CA_QC)]
    if not answers:
        return Answer(at=at)
    best = [answer for answer in answers if answer.vouched] or answers
    if len({(answer.level, answer.reason) for answer in best}) == 1:
        return best[0]
    return replace(best[0], level=Level.NOT_DETERMINED, reason=Reason.CONTRADICTORY)


def assess_timestamp(leaf: bytes, *, at: datetime, chain: Sequence[bytes], lists: TrustedLists) -> Answer:
    """What the lists say of a timestamp authority (QTST) at the time of its token. Never raises."""
    found = Answer(at=at)
    for each in _services(leaf, at, chain, lists, QTST):
        found = _granted(each, at, QTST)
        if found.vouched:
            return found
    return found


def _services(leaf: bytes, at: datetime, chain: Sequence[bytes], lists: TrustedLists, kind: str) -> Iterator[_Found]:
    """1.: each service of that kind, now or once, that stands above the certificate, or is it."""
    known = [c for c in map(load, (leaf, *chain)) if c is not None]
    own = {known[0].subject.public_bytes()} if kind == QTST else set()  # a timestamp unit may be listed itself
    names = own | {c.issuer.public_bytes() for c in known}
    countries = [str(a.value) for c in known for a in c.issuer.get_attributes_for_oid(NameOID.COUNTRY_NAME)]
    for entry, opened in lists.naming(names, countries):
        table = lists.services(entry, opened)
        candidates = [(der, s) for name in sorted(names) for der, s in table.get(name, ()) if _is_ever(s, kind)]
        seen: list[Service] = []
        for der, service in candidates:
            path = build_path(leaf, at=at, anchors=(der,), intermediates=chain)
            listed_itself = len(path.certificates) == 1 and kind != QTST
            if path.anchored and not listed_itself and service not in seen:
                seen.append(service)
                yield _Found(source=opened.content, service=service, path=path)


def _is_ever(service: Service, kind: str) -> bool:
    return any(state.kind == kind for state in service.states)


def _granted(found: _Found, at: datetime, kind: str) -> Answer:
    """2 and half of 3: whether the service was granted at a time, and is what it should be."""
    state = found.service.at(at)
    reason = Reason.GRANTED
    if not found.source.covers(at):
        reason = Reason.OUTDATED
    elif state is None:
        reason = Reason.NOT_YET
    elif state.kind != kind or state.status != GRANTED:
        earlier = any(s.status == GRANTED and s.since <= at for s in found.service.states)
        reason = Reason.WITHDRAWN if earlier else Reason.NOT_YET
    elif not state.understood:
        reason = Reason.NOT_UNDERSTOOD
    path = found.path if reason is Reason.GRANTED else None
    return Answer(at=at, reason=reason, source=found.source, service=found.service, state=state, path=path)


def _of_service(found: _Found, certificate: x509.Certificate, at: datetime) -> Answer:
    """2 to 5 for one service."""
    then = _granted(found, at, CA_QC)
    if not then.vouched:
        return then
    issued = certificate.not_valid_before_utc
    first = found.service.at(issued)
    if first is None or first.kind != CA_QC or first.status != GRANTED or issued < EIDAS:
        return _with(then, Reason.NOT_THEN)
    outcomes = [_certificate(state, certificate) for state in dict.fromkeys((then.state, first)) if state]
    bad = [reason for reason in outcomes if reason not in (Reason.GRANTED, Reason.NO_DEVICE)]
    if bad:
        return _with(then, bad[0])
    device = _certificate(then.state or first, certificate) is Reason.GRANTED
    return _with(then, Reason.GRANTED if device else Reason.NO_DEVICE)


def _with(answer: Answer, reason: Reason) -> Answer:
    levels = {Reason.GRANTED: Level.QUALIFIED, Reason.NO_DEVICE: Level.ADVANCED_QUALIFIED}
    return replace(answer, level=levels.get(reason, Level.NOT_DETERMINED), reason=reason)


def _certificate(state: State, certificate: x509.Certificate) -> Reason:
    """4 and 5, under one state of the service."""
    if FOR_SEALS not in state.purposes:
        return Reason.NOT_FOR_SEALS
    said, decided = _qualifiers(state, certificate)
    if not decided:
        return Reason.NOT_UNDERSTOOD
    stated = qc_statements(certificate)
    qualified, types = _qualified(said, stated), _types(said, stated)
    if qualified is None or len(types) > 1:
        return Reason.CONTRADICTORY
    if not qualified:
        return Reason.NOT_QUALIFIED
    if types != {QcType.ESEAL}:
        return Reason.NOT_FOR_SEALS
    device = _device(said, stated)
    return Reason.CONTRADICTORY if device is None else Reason.GRANTED if device else Reason.NO_DEVICE


def _qualifiers(state: State, certificate: x509.Certificate) -> tuple[frozenset[str], bool]:
    """What the list says of this certificate, and whether all of it could be decided."""
    leaf = leaf_of(certificate)
    said: set[str] = set()
    decided = True
    for qualification in state.qualifications:
        met = qualification.criteria.met(leaf)
        decided = decided and met is not None
        said |= qualification.qualifiers if met else set()
    return frozenset(said), decided and said <= set(Qualifier)


def _qualified(said: frozenset[str], stated: QcStatements) -> bool | None:
    """None where the list says both."""
    if {Qualifier.QC_STATEMENT, Qualifier.NOT_QUALIFIED} <= said:
        return None
    if Qualifier.NOT_QUALIFIED in said or stated.malformed or stated.legislation:
        return False
    return Qualifier.QC_STATEMENT in said or stated.compliance


_TYPES = {
    Qualifier.FOR_SEALS: QcType.ESEAL,
    Qualifier.FOR_SIGNATURES: QcType.ESIGN,
    Qualifier.FOR_WEB: QcType.WEB,
}


def _types(said: frozenset[str], stated: QcStatements) -> set[QcType]:
    """For what it is: as the list says, else as the certificate does; silent ones are for signatures (EN 319 412-5)."""
    named = {kind for qualifier, kind in _TYPES.items() if qualifier in said}
    return named or set(stated.types) or {QcType.ESIGN}


def _device(said: frozenset[str], stated: QcStatements) -> bool | None:
    """Whether the key lies in a device; None where the list says both yes and no."""
    yes = said & {Qualifier.WITH_DEVICE, Qualifier.WITH_SSCD, Qualifier.DEVICE_MANAGED}
    no = said & {Qualifier.NO_DEVICE, Qualifier.NO_SSCD}
    if yes and no:
        return None
    return bool(yes) or (not no and stated.device)
