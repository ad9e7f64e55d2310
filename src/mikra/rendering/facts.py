"""What a credential states, in one language, as plain texts: Annex I as a page and a certificate show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mikra import messages
from mikra.model import (
    Accreditation,
    Agent,
    Credential,
    LearningAchievement,
    LearningAchievementSpecification,
    LearningAssessment,
    Organisation,
    Qualification,
    remarks,
)
from mikra.rendering.wording import best, credit, duration, fitting, label
from mikra.vocabulary import supervision_of
from mikra.vocabulary.tables import by_iri

_NAME, _OUTCOME, _VALUE = 110, 320, 120
"""Characters at most."""

_VALUES = 3
"""Values of one field that are written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An organisation and its country."""

    name: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A label with its values. `stated` is false where the issuer says nothing."""

    label: str
    values: tuple[str, ...]
    stated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A warning above everything else."""

    title: str
    detail: str


def interface_language(language: str) -> str:
    """The language of the page's own words: the one asked for, or else English."""
    tag = language.partition("-")[0]
    return tag if tag in messages.LANGUAGES else "en"


def say(key: str, language: str, /, **values: object) -> str:
    return messages.text(f"page.{key}", interface_language(language), **values)


def left(count: int, language: str) -> str:
    return say("more", language, count=count) if count > 0 else ""


def awarding_bodies(achievement: LearningAchievement) -> tuple[Agent, ...]:
    """The awarding bodies; persons are left out, whoever they are."""
    given = achievement.awarded_by.awarding_body if achievement.awarded_by else ()
    return tuple(body for body in given if isinstance(body, Organisation))


def body_of(agent: Agent, language: str) -> Body:
    countries = agent.countries if isinstance(agent, Organisation) else ()
    return Body(
        name=best(agent.name, language, _NAME),
        country=", ".join(label(country, language) for country in countries),
    )


def issued_by(credential: Credential, bodies: Iterable[Agent], language: str) -> str:
    """Who issues, where that is not one of the awarding bodies."""
    issuer = credential.issuing_organisation
    if issuer is None or any(issuer.id == body.id or issuer.name == body.name for body in bodies):
        return ""
    body = body_of(issuer, language)
    return say("issued_by", language, name=", ".join(filter(None, (body.name, body.country))))


def outcomes(spec: LearningAchievementSpecification | None, language: str) -> Iterator[str]:
    if spec is None:
        return
    titles = [best(outcome.title, language, _OUTCOME) for outcome in spec.learning_outcome]
    if not any(titles) and spec.learning_outcome_summary:
        titles = [best(spec.learning_outcome_summary.note_literal, language, 2 * _OUTCOME)]
    yield from filter(None, titles)


def field_of(name: str, values: Iterable[str], language: str) -> Field:
    """The first values, each once; what the issuer does not state is said so."""
    found = list(dict.fromkeys(filter(None, values)))
    rest = left(len(found) - _VALUES, language)
    shown = (*found[:_VALUES], *([rest] if rest else []))
    return Field(label=say(name, language), values=shown or (say("not_stated", language),), stated=bool(shown))


def workload(
    achievement: LearningAchievement, spec: LearningAchievementSpecification, language: str
) -> tuple[str, ...]:
    points = [credit(point, language) for point in spec.credit_point or achievement.credit_received]
    volumes = [spec.volume_of_learning] if spec.volume_of_learning else [a.workload for a in achievement.influenced_by]
    hours = [duration(volume, interface_language(language)) for volume in volumes if volume]
    return (", ".join(dict.fromkeys((*points, *hours))),)


def level(spec: LearningAchievementSpecification, language: str) -> Iterator[str]:
    if isinstance(spec, Qualification):
        if spec.eqf_level:
            yield say("eqf", language, level=fitting(spec.eqf_level.code, 20))
        yield from (label(level, language) for level in spec.nqf_level)
    for remark in remarks.find(spec.additional_note, remarks.QfEhea):
        yield sentence(value(remark.cycle, language))


def assessment(
    achievement: LearningAchievement, spec: LearningAchievementSpecification, language: str
) -> Iterator[str]:
    for assessment in achievement.proven_by:
        stated = assessment.specified_by
        kind = label(stated.dc_type, language) if stated else ""
        yield sentence(kind or best(assessment.title, language, _VALUE))
    if not achievement.proven_by:
        yield from (sentence(label(a.dc_type, language) or best(a.title, language, _VALUE)) for a in spec.proven_by)


def identity(achievement: LearningAchievement, language: str) -> Iterator[str]:
    for assessment in achievement.proven_by:
        yield _supervision(assessment, language)


def _supervision(assessment: LearningAssessment, language: str) -> str:
    """Our own remark tells online from on site; the EU's concept does not; a foreign concept says it in its words."""
    for remark in remarks.find(assessment.additional_note, remarks.Supervision):
        checked = "verified" if remark.identity_verified else "unverified"
        return say(f"supervision.{remark.supervision}.{checked}", language)
    concept = assessment.id_verification
    known = by_iri(concept.id) if concept else None
    if known and known.scheme == "supervision":
        supervised, verified = supervision_of(known.code)
        checked = "verified" if verified else "unverified"
        return say(f"supervision.{'supervised' if supervised else 'none'}.{checked}", language)
    return label(concept, language, _VALUE)


def participation(
    achievement: LearningAchievement, spec: LearningAchievementSpecification, language: str
) -> Iterator[str]:
    for route in remarks.find((*achievement.additional_note, *spec.additional_note), remarks.Route):
        if route.route is not remarks.RouteKind.COURSE:
            yield sentence(value(route.route, language))
    activities = [a.specified_by for a in achievement.influenced_by if a.specified_by] or list(spec.influenced_by)
    modes = (*spec.mode, *(mode for activity in activities for mode in activity.mode))
    types = (kind for activity in activities for kind in activity.dc_type)
    yield from (sentence(label(concept, language)) for concept in (*modes, *types))


def quality(spec: LearningAchievementSpecification, credential: Credential, language: str) -> Iterator[str]:
    given = spec.accreditation if isinstance(spec, Qualification) else ()
    issuer = credential.issuing_organisation
    for accreditation in (*given, *(issuer.accreditation if issuer else ())):
        yield _accreditation(accreditation, language)
    for external in remarks.find(spec.additional_note, remarks.ExternalQuality):
        standard = value(external.standard, language) if external.standard is not remarks.QualityStandard.OTHER else ""
        yield ", ".join(filter(None, (standard, best(external.label, language, _VALUE))))
    internal = [value(r.aspect, language) for r in remarks.find(spec.additional_note, remarks.InternalQuality)]
    if internal:
        yield say("quality.internal", language, aspects=", ".join(dict.fromkeys(internal)))


def _accreditation(accreditation: Accreditation, language: str) -> str:
    agent = accreditation.accrediting_agent
    name = best(agent.name, language, _VALUE) if agent else ""
    return ", ".join(filter(None, (best(accreditation.title, language, _VALUE), name)))


def value(value: str, language: str) -> str:
    """The words for a closed value (`messages/note`)."""
    return messages.text(f"note.value.{value}", interface_language(language))


def sentence(text: str) -> str:
    """The text with a capital first letter, as a value that stands alone has."""
    return text[:1].upper() + text[1:]


def notice_of(language: str) -> Notice:
    return Notice(title=say("demonstration", language), detail=say("demonstration.detail", language))


def says_demonstration(credential: Credential) -> bool:
    return any(i.notation == "demonstration" for i in credential.identifier)
