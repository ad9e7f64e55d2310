"""What a check comes down to where the content is that of a known shape: all that its answer still depends on.

A key holds every input of the check that is not the content, so that an answer is kept for that very question and no
other: who sealed, how far the seal is trusted now, what the policy asks. What is decided anew for each credential stays
so: mathematics, path, dates, revocation, status. None stands for "make the check".

Of what is no European credential only the checks of content are kept: faults of the data model may quote a learner.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from mikra.report import Check
from mikra.verification import checks, dates
from mikra.verification.case import Case
from mikra.verification.form import check_format
from mikra.verification.seals import Judged

MOST_KEPT = 128
"""Answers that are kept for one shape."""

Key = Hashable | None


def made(check: Callable[[Case], Check], case: Case) -> Check:
    """One check; for a credential of a known shape the answer to the same question, where there was one."""
    twin = case.twin
    if twin is None:
        return check(case)
    key = _KEYS[check](case, twin) if twin.is_edc or check in checks.OF_CONTENT else None
    if key is None:
        return check(case)
    place = (check.__name__, key)
    found = twin.made.get(place)
    if found is None:
        if len(twin.made) >= MOST_KEPT:
            twin.made.clear()
        found = twin.made[place] = check(case)
    return found


def _content(case: Case, twin: Case) -> Key:
    """Nothing but the content."""
    return ""


def _format(case: Case, twin: Case) -> Key:
    return None if case.notes else (case.format, bool(case.seals))


def _plain(case: Case) -> Judged | None:
    """The seal, where there is one, under a certificate and without any proof of time, revocation or list besides."""
    if len(case.seals) != 1:
        return None
    own = case.seals[0]
    more = own.proofs or own.standings or own.listed is not None
    return None if own.certificate is None or more else own


def _integrity(case: Case, twin: Case) -> Key:
    own = _plain(case)
    return own and (own.seal.algorithm, own.seal.where, case.question.policy.algorithms)


def _certificate(case: Case, twin: Case) -> Key:
    own = _plain(case)
    if own is None or own.certificate is None:
        return None
    return own.certificate.der, own.trust, own.path, own.validity, own.code, own.seal.where


def _timestamp(case: Case, twin: Case) -> Key:
    own = _plain(case)
    return own and (own.seal.claimed_at, own.seal.claimed_at and own.seal.claimed_at.tzinfo)


def _dates(case: Case, twin: Case) -> Key:
    """No leaf that is renamed is a date of the credential, so that the twin's period is its own."""
    period = twin.period
    return period and dates.side(period, case.question.at, case.question.policy.clock_skew)


def _status(case: Case, twin: Case) -> Key:
    return "" if case.seals and case.own_status is None and not twin.offers_status else None


def _issuer(case: Case, twin: Case) -> Key:
    own = _plain(case)
    asked = case.question.policy.register is not None or "iss" in twin.document
    if own is None or own.certificate is None or asked:
        return None
    return own.certificate.der, own.trust, own.authority


def _holder(case: Case, twin: Case) -> Key:
    proven = case.proof_of_holder is not None or case.presenter or case.question.session.asks
    return None if proven else ""


_KEYS: Mapping[Callable[[Case], Check], Callable[[Case, Case], Key]] = {
    check_format: _format,
    checks.check_integrity: _integrity,
    checks.check_certificate: _certificate,
    checks.check_timestamp: _timestamp,
    checks.check_dates: _dates,
    checks.check_status: _status,
    checks.check_issuer: _issuer,
    checks.check_holder: _holder,
    checks.check_profile: _content,
    checks.check_annex1: _content,
    checks.check_principles_and_sanity: _content,
}
