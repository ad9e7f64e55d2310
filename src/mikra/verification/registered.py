"""What registers know of an issuer, and what accreditations cover its award: check 7 in two lines.

What the credential says of itself and what a register says of it are never mixed. A register confirms the owner of a
seal where the seal bears an identifier that the register knows. Where only the credential states it, anybody could have
written it there, and that is said. Nothing of this decides a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mikra.messages.spoken import Day, Listed, Speaks, harmless
from mikra.model import Organisation, Qualification
from mikra.report import Finding, Severity, Words, words
from mikra.trust.accreditation import Award, Judgement, Outcome, judge, qualification_ids, scope_of
from mikra.trust.identity import Identity, of_agent, of_seal
from mikra.trust.register import Answer, Certainty, Register
from mikra.validation.annex1_parts import Learning, Parts
from mikra.validation.annex1_quality import accreditations
from mikra.verification.case import Case
from mikra.verification.issuer import issuer_id
from mikra.verification.seals import Trust

MOST_ANSWERS = 5
MOST_SCOPES = 3
"""Answers, and accreditations of one answer, that are told. Those that cover the award come first."""

_ORDER = (Outcome.WITHIN, Outcome.UNKNOWN, Outcome.OUTSIDE)


def findings(case: Case) -> tuple[Finding, ...]:
    """What the credential says of accreditations; then what the registers of the policy know."""
    said = tuple(_said(case))
    register = case.question.policy.register
    return (*said, *_known(case, register)) if register is not None else said


def _said(case: Case) -> Iterator[Finding]:
    """Accreditations that stand in the credential: its own words."""
    parts = case.parts
    if parts is None:
        return
    judged = [
        judge(scope_of(accreditation), award_of(parts, learning))
        for learning in parts.learnings
        for _, _, accreditation in accreditations(parts, learning)
    ]
    yield from _scopes("issuer.accreditation.said", words("register.credential"), judged)


def _known(case: Case, register: Register) -> Iterator[Finding]:
    own, issuer = case.leading, case.issuer
    sealed: tuple[Identity, ...] = ()
    if own is not None and own.trust is not Trust.NONE:
        sealed = of_seal(own.owner.identifier, own.owner.country)
        sealed += (Identity("DID", own.controller),) if own.controller else ()
    named = of_agent(issuer) if issuer is not None else ()
    other = issuer_id(case.document)
    named += (Identity("DID", other),) if other.startswith("did:") else ()
    names = tuple(issuer.name.values()) if issuer is not None else ()
    country = _country(case)
    answers = register.find((*sealed, *named), names, country)[:MOST_ANSWERS]
    if not answers:
        yield _nobody(register)
    for answer in answers:
        yield from _answer(answer, case, confirmed=answer.by in sealed)


def _country(case: Case) -> str:
    from mikra import vocabulary

    issuer = case.issuer
    countries = issuer.countries if isinstance(issuer, Organisation) else ()
    return (vocabulary.country_code(countries[0].id) or "") if countries else ""


def _nobody(register: Register) -> Finding:
    asked = tuple(words("register.listed", source=harmless(s.title), day=Day(s.as_of)) for s in register.sources)
    what = words("register.nobody", sources=Listed(asked))
    return Finding(rule="issuer.register", severity=Severity.INFORMATION, what=what)


def _answer(answer: Answer, case: Case, *, confirmed: bool) -> Iterator[Finding]:
    source, provider = answer.source, answer.provider
    key = "possibly" if answer.certainty is Certainty.POSSIBLY else "known_seal" if confirmed else "known_said"
    places = {"source": harmless(source.title), "day": Day(source.as_of)}
    by = f"{answer.by.scheme} {answer.by.value}"
    what = words(f"register.{key}", **places, name=harmless(provider.names[0]), by=harmless(by))
    yield Finding(rule="issuer.register", severity=Severity.INFORMATION, what=what, found=harmless(provider.key))
    if provider.says:
        text = words("register.says", source=places["source"], text=harmless(provider.says))
        yield Finding(rule="issuer.register.says", severity=Severity.INFORMATION, what=text)
    if provider.closed and provider.closed <= case.question.at.date():
        closed = words("register.closed", source=places["source"], day=Day(provider.closed))
        yield Finding(rule="issuer.register.closed", severity=Severity.WARNING, what=closed)
    if answer.certainty is Certainty.KNOWN and case.parts is not None and case.parts.learnings:
        award = award_of(case.parts, case.parts.learnings[0])
        judged = [judge(scope, award) for scope in provider.scopes]
        yield from _scopes("issuer.accreditation.register", harmless(source.title), judged)


def award_of(parts: Parts, learning: Learning) -> Award:
    """What a credential states of its award, as far as accreditations can be limited by it."""
    specification = learning.specifications[0] if learning.specifications else None
    level = specification.eqf_level if isinstance(specification, Qualification) else None
    places = [
        place.code
        for body in parts.organisations(learning)
        for place in (*body.countries, *body.regions)
        if "/country/" in place.id or "/atu/" in place.id
    ]
    return Award(
        on=date.fromisoformat(parts.date) if parts.date else None,
        level=level.code if level else "",
        fields=tuple(field.code for field in specification.thematic_area) if specification else (),
        places=tuple(dict.fromkeys(places)),
        qualifications=qualification_ids(specification) if specification else (),
        titles=tuple(specification.title.values()) if specification else (),
        credentials=tuple(profile.code for profile in parts.credential.credential_profiles),
    )


def _scopes(rule: str, who: Speaks | str, judged: list[Judgement]) -> Iterator[Finding]:
    """The accreditations of one voice, those that cover the award first; the first reason of those that do not."""
    for one in sorted(judged, key=lambda each: _ORDER.index(each.outcome))[:MOST_SCOPES]:
        agency: Speaks | str = harmless(one.scope.agency) if one.scope.agency else words("register.unnamed")
        places: dict[str, object] = {"who": who, "agency": agency}
        if one.outcome is not Outcome.WITHIN:
            places["because"] = _because(one)
        yield Finding(
            rule=rule,
            severity=Severity.INFORMATION,
            what=words(f"register.{one.outcome.value}", **places),
            found=harmless(one.scope.title),
        )


def _because(one: Judgement) -> Words:
    first = next(each for each in one.dimensions if each.outcome is one.outcome)
    dimension = words(f"register.dimension.{first.dimension.value}")
    return words("register.because", dimension=dimension, why=words(f"register.why.{first.why}"))
