"""The one sentence that a person needs, from the verdict's code and what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mikra.codes import CODES, Effect
from mikra.messages.spoken import Day, Listed, Said, Sentences, Speaks
from mikra.report import Check, Stated, Words, words
from mikra.verification import dates, issuer
from mikra.verification.case import Case
from mikra.verification.issuer import Owner
from mikra.verification.seals import Validity

_PRECISE = {
    "seal_not_trusted": "verdict.unconfirmed",
    "credential_suspended": "verdict.suspended",
    "credential_superseded": "supersession.replaced.only",
    "seal_time_not_proven": "verdict.time_not_proven",
    "proof_missing": "verdict.unsealed.credential",
    "proof_not_supported": "verdict.not_read_yet",
    "key_unavailable": "verdict.key_unavailable",
    "seal_certificate_revoked": "revocation.verdict.revoked",
    "seal_certificate_suspended": "revocation.verdict.held",
    "seal_revocation_unknown": "revocation.verdict.unknown",
}
"""Codes with a sentence of their own; all others speak through their family."""


def for_code(code: str) -> Words:
    """The sentence of a code, where nothing more is known."""
    return words(_PRECISE.get(code) or f"verdict.{CODES[code][0]}")


def for_refusal(code: str) -> Words:
    """The sentence for a file that could not be taken at all."""
    return words("verdict.nothing_inside") if code == "credential_malformed" else for_code(code)


def for_case(code: str, case: Case, checks: Sequence[Check], summary: Mapping[str, Stated]) -> Speaks:
    """The sentence for a credential that could be opened; a demonstration is called one, whatever the verdict."""
    if CODES[code][1] is not Effect.PASSED and case.demonstration:
        return Sentences((_for_case(code, case, checks, summary), words("verdict.demonstration")))
    return _for_case(code, case, checks, summary)


def _for_case(code: str, case: Case, checks: Sequence[Check], summary: Mapping[str, Stated]) -> Speaks:
    by_id = {check.id: check for check in checks}
    if CODES[code][1] is Effect.PASSED:
        noted = (words("verdict.page_note"),) if code == "pdf_page_not_verified" else ()
        return Sentences((*_genuine(case, by_id["status"], summary).items, *noted))
    if code not in {check.code for check in checks}:
        return words("verdict.content_fails")
    if code in ("credential_expired", "credential_not_yet_valid"):
        return _outside(code, case)
    if code in ("credential_revoked", "credential_superseded"):
        return by_id["status"].reason
    if code == by_id["status"].code and code != "credential_suspended":
        return words("verdict.unknown")
    return for_code(code)


def _genuine(case: Case, status: Check, summary: Mapping[str, Stated]) -> Sentences:
    demonstration = words("verdict.demonstration") if case.demonstration else None
    parts = [
        words("verdict.genuine.short"),
        demonstration,
        _award(summary),
        _sealer(case, summary),
        _still(case, status),
    ]
    return Sentences(tuple(part for part in parts if part is not None))


def _award(summary: Mapping[str, Stated]) -> Words | None:
    found = {
        "body": _listed(summary.get("awarding_body")),
        "person": _listed(summary.get("learner")),
        "day": _listed(summary.get("awarded_on")),
    }
    values = {place: value for place, value in found.items() if value is not None}
    if "body" not in values:
        values.pop("day", None)
    return words(f"verdict.award.{'_'.join(values)}", **values) if values else None


def _listed(stated: Stated | None) -> Listed | None:
    return Listed(stated.values) if stated is not None and stated.values else None


def _sealer(case: Case, summary: Mapping[str, Stated]) -> Words | None:
    """Named wherever the sealer is not the one awarding body by name: what is said of others is the sealer's word."""
    owner = case.leading.owner if case.leading is not None else Owner()
    bodies = summary["awarding_body"].values if "awarding_body" in summary else ()
    names = [name for body in bodies if isinstance(body, Said) for name in body.texts.values()]
    if not owner.name or (len(bodies) == 1 and issuer.same_name(names, owner)):
        return None
    return words("verdict.sealed_by", sealer=Said({"": owner.name}))


def _still(case: Case, status: Check) -> Words:
    """ "Still valid" only where the status was asked and nothing is set."""
    if isinstance(status.reason, Words) and status.reason.key == "verify.status.not_offered":
        return words("verdict.validity.unsaid")
    if status.code:
        return words("verdict.validity.unchecked")
    if case.question.today:
        return words("verdict.validity.today")
    return words("verdict.validity.on", day=Day(case.question.at))


def _outside(code: str, case: Case) -> Words:
    if case.leading is not None and case.leading.validity is Validity.LATER:
        return words("verdict.sealed_later")
    period = dates.period_of(case.document)
    if code == "credential_expired" and period.end is not None:
        return words("verdict.expired_on", day=Day(period.end))
    if period.start is not None:
        return words("verdict.not_before", day=Day(period.start))
    return words("verdict.dates")
