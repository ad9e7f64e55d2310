"""What a credential states of each element of Annex I, in single facts that can be looked for in another form of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mikra import messages, vocabulary
from mikra.conversion.wording import label, said
from mikra.model import Credential, Organisation, Person, Qualification, remarks
from mikra.report import words
from mikra.validation.annex1_elements import DEFINITIONS
from mikra.validation.annex1_parts import Learning, Parts, day, gather, notes_of
from mikra.validation.workload import hours, is_ects, points


class Fact(NamedTuple):
    """`kind` is a key of `messages/loss`, `fact.*`; `value` what must be found again."""

    kind: str
    value: str


Facts = Mapping[str, tuple[Fact, ...]]
"""Number of the element ("1" .. "11", "o1" .. "o5") -> its facts; () where the credential does not state it."""


def facts(credential: Credential, language: str) -> Facts:
    """All facts; texts in `language`, or in the nearest there is."""
    parts = gather(credential)
    found: dict[str, list[Fact]] = {definition.number: [] for definition in DEFINITIONS}
    for number, kind, value in _all(parts, language):
        if value and Fact(kind, value) not in found[number]:
            found[number].append(Fact(kind, value))
    return {number: tuple(those) for number, those in found.items()}


_Found = Iterator[tuple[str, str, str]]


def _all(parts: Parts, language: str) -> _Found:
    yield from _learner(parts)
    yield from _issuing(parts, language)
    for learning in parts.learnings:
        yield from _awarded(learning, language)
        yield from _content(learning, language)
        yield from _assessed(learning, language)
        yield from _combined(learning, language)
        yield from _quality(parts, learning, language)


def _learner(parts: Parts) -> _Found:
    learner = parts.learner
    if learner is None:
        return
    yield "1", "name", learner.name.best()
    for point in learner.contact_point:
        for box in point.email_address:
            yield "1", "email", box.id.removeprefix("mailto:")
    yield from (("1", "number", one.notation) for one in learner.identifier)
    if isinstance(learner, Person):
        yield "1", "birth_date", day(learner.date_of_birth)
        yield "1", "national_id", learner.national_id.notation if learner.national_id else ""


def _issuing(parts: Parts, language: str) -> _Found:
    issuer = parts.issuer
    if isinstance(issuer, Organisation):
        yield from (("3", "country", one.id) for one in issuer.countries)
        yield from (("3", "region", label(one, language)) for one in issuer.regions)
    yield "5", "issued", day(parts.credential.issued or parts.credential.valid_from)


def _awarded(learning: Learning, language: str) -> _Found:
    yield "2", "title", said(learning.achievement.title, language)
    yield from (("4", "body", said(body.name, language)) for body in learning.bodies)
    if learning.awarding is not None:
        yield "5", "awarded", day(learning.awarding.awarding_date)


def _content(learning: Learning, language: str) -> _Found:
    for spec in learning.specifications:
        for outcome in spec.learning_outcome:
            yield "6", "outcome", said(outcome.title, language)
            yield from (("6", "skill", one.id) for one in (*outcome.related_esco_skill, *outcome.related_skill))
        amount = hours(spec.volume_of_learning)
        yield "7", "hours", f"{amount.normalize():f}" if amount else ""
        for credit in spec.credit_point:
            number = points(credit)
            yield "7", "credits", f"{number.normalize():f}" if number else ""
            yield "7", "system", "ECTS" if is_ects(credit) else credit.framework.id if credit.framework else ""
        yield from (("10", "mode", one.id) for one in spec.mode)
        if isinstance(spec, Qualification):
            yield "8", "eqf", spec.eqf_level.id if spec.eqf_level else ""
            yield from (("8", "nqf", one.id) for one in spec.nqf_level)
        if spec.entry_requirement is not None:
            yield "o1", "prerequisites", said(spec.entry_requirement.note_literal, language)
    for remark in remarks.find(notes_of(learning), remarks.QfEhea):
        yield "8", "cycle", remark.cycle.value
    for route in remarks.find(notes_of(learning), remarks.Route):
        if route.route is remarks.RouteKind.VALIDATION:
            yield "10", "route", route.route.value


def _assessed(learning: Learning, language: str) -> _Found:
    for assessment in learning.assessments:
        spec = assessment.specified_by
        yield "9", "assessment", spec.dc_type.id if spec and spec.dc_type else ""
        yield "o2", "supervision", assessment.id_verification.id if assessment.id_verification else ""
        yield "o3", "grade", said(assessment.grade.note_literal, language) if assessment.grade else ""
        yield "o3", "scale", said(spec.grading_scheme.title, language) if spec and spec.grading_scheme else ""
        for remark in remarks.find(assessment.additional_note, remarks.Supervision):
            yield "o2", "supervision_kind", remark.supervision.value


def _combined(learning: Learning, language: str) -> _Found:
    for spec in learning.specifications:
        if isinstance(spec, Qualification) and spec.is_partial_qualification is not None:
            yield "o4", "partial", str(spec.is_partial_qualification).lower()
        yield from (("o4", "towards", said(one.title, language)) for one in spec.is_part_of)
        pages = (*spec.homepage, *spec.supplementary_document)
        yield from (("o5", "page", page.content_url) for page in pages)
    notes = tuple(notes_of(learning))
    for stacking in remarks.find(notes, remarks.Stacking):
        yield "o4", "option", stacking.option.value
        yield "o4", "rules", said(stacking.rules, language)
    for further in remarks.find(notes, remarks.FurtherInformation):
        yield "o5", "text", said(further.text, language)
        yield "o5", "page", further.url


def _quality(parts: Parts, learning: Learning, language: str) -> _Found:
    accreditations = [
        one for spec in learning.specifications if isinstance(spec, Qualification) for one in spec.accreditation
    ]
    accreditations += [one for body in parts.organisations(learning) for one in body.accreditation]
    for one in accreditations:
        yield "11", "review", said(one.title, language)
        yield "11", "quality_type", one.dc_type.id if one.dc_type else ""
        yield "11", "agency", said(one.accrediting_agent.name, language) if one.accrediting_agent else ""
    notes = tuple(notes_of(learning))
    for external in remarks.find(notes, remarks.ExternalQuality):
        if external.standard is not remarks.QualityStandard.OTHER:
            yield "11", "standard", external.standard.value
        yield "11", "review", said(external.label, language)
    yield from (("11", "aspect", one.aspect.value) for one in remarks.find(notes, remarks.InternalQuality))


_NOTED = ("cycle", "route", "option", "standard", "aspect", "supervision_kind")


def spoken(fact: Fact, language: str) -> str:
    """How a person would read the fact in a text in that language."""
    if fact.kind == "eqf":
        return words("annex1.value.eqf", level=fact.value.rsplit("/", 1)[-1]).text(language)
    if fact.kind == "hours":
        return words("annex1.value.hours", hours=fact.value).text(language)
    if fact.kind == "credits":
        return f"{fact.value} ECTS"
    if fact.kind == "partial":
        return words("annex1.value.partial" if fact.value == "true" else "annex1.value.whole").text(language)
    if fact.kind in _NOTED:
        return messages.text(f"note.value.{fact.value}", language)
    known = vocabulary.by_iri(fact.value)
    return known.label(language) if known else fact.value
