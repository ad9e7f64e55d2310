"""What stands on the page: a credential in one language, as plain texts in the order in which a person reads.

`page_contents` is the edition's page and takes nothing that is the learner's; `holder_contents` is what a page per
learner adds.
"""

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
from mikra.rendering.mosaic import Tile, mosaic
from mikra.rendering.wording import NO_HYPHEN, best, credit, day, duration, fitting, label
from mikra.vocabulary import supervision_of
from mikra.vocabulary.tables import by_iri

_TITLE, _NAME, _OUTCOME, _VALUE = 220, 110, 320, 120
"""Characters at most."""

_BODIES, _VALUES = 3, 3
"""Awarding bodies, and values of one field, that are written out."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContents:
    """One page. `more[n]` says that n outcomes are left out; what fits is found when the page is set."""

    language: str
    kind: str
    title: str
    notice: Notice | None
    bodies: tuple[Body, ...]
    bodies_left: str
    issuer: str
    heading: str
    outcomes: tuple[str, ...]
    more: tuple[str, ...]
    fields: tuple[Field, ...]
    notes: tuple[str, ...]
    verify: str
    tiles: tuple[Tile, ...]
    with_holder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderContents:
    """The learner's part of a page."""

    language: str
    label: str
    name: str
    fields: tuple[Field, ...]


def page_contents(
    credential: Credential, language: str, *, demonstration: bool, verify_url: str, with_holder: bool
) -> PageContents:
    """The page of a credential, or of a design as a credential; without name, dates, grade, even where it has them."""
    achievement = credential.achievement or LearningAchievement()
    title = best(credential.title, language, _TITLE)
    outcomes = tuple(_outcomes(achievement.specified_by, language))
    bodies = _bodies(achievement)
    return PageContents(
        language=interface_language(language),
        kind=_say("kind", language),
        title=title,
        notice=_notice(language) if demonstration or _says_demonstration(credential) else None,
        bodies=tuple(_body(b, language) for b in bodies[:_BODIES]),
        bodies_left=_left(len(bodies) - _BODIES, language),
        issuer=_issuer(credential, bodies, language),
        heading=_say("outcomes", language),
        outcomes=outcomes or (_say("not_stated", language),),
        more=tuple(_left(n, language) for n in range(len(outcomes) + 1)),
        fields=tuple(_fields(achievement, credential, language)),
        notes=tuple(_say(name, language) for name in ("picture", "elements", "no_claim")),
        verify=_say("verify", language, address=fitting(verify_url, len(verify_url), gap=NO_HYPHEN))
        if verify_url
        else "",
        tiles=mosaic(credential.title.best("en")),
        with_holder=with_holder,
    )


def holder_contents(credential: Credential, language: str) -> HolderContents:
    """Name, date of the award and grade."""
    learner, achievement = credential.learner, credential.achievement or LearningAchievement()
    awarded = achievement.awarded_by.awarding_date if achievement.awarded_by else ""
    grades = [best(a.grade.note_literal, language, 40) for a in achievement.proven_by if a.grade]
    facts = (
        ("awarded_on", day(awarded or credential.issued, language)),
        ("grade", ", ".join(dict.fromkeys(grades))),
    )
    return HolderContents(
        language=interface_language(language),
        label=_say("awarded_to", language),
        name=best(learner.name, language, 160) if learner else "",
        fields=tuple(Field(label=_say(name, language), values=(value,)) for name, value in facts if value),
    )


def interface_language(language: str) -> str:
    """The language of the page's own words: the one asked for, or else English."""
    tag = language.partition("-")[0]
    return tag if tag in messages.LANGUAGES else "en"


def _say(key: str, language: str, /, **values: object) -> str:
    return messages.text(f"page.{key}", interface_language(language), **values)


def _left(count: int, language: str) -> str:
    return _say("more", language, count=count) if count > 0 else ""


def _notice(language: str) -> Notice:
    return Notice(title=_say("demonstration", language), detail=_say("demonstration.detail", language))


def _says_demonstration(credential: Credential) -> bool:
    return any(i.notation == "demonstration" for i in credential.identifier)


def _bodies(achievement: LearningAchievement) -> tuple[Agent, ...]:
    """The awarding bodies; persons are left out, whoever they are."""
    given = achievement.awarded_by.awarding_body if achievement.awarded_by else ()
    return tuple(body for body in given if isinstance(body, Organisation))


def _body(agent: Agent, language: str) -> Body:
    countries = agent.countries if isinstance(agent, Organisation) else ()
    return Body(
        name=best(agent.name, language, _NAME),
        country=", ".join(label(country, language) for country in countries),
    )


def _issuer(credential: Credential, bodies: Iterable[Agent], language: str) -> str:
    """Who issues, where that is not one of the awarding bodies."""
    issuer = credential.issuing_organisation
    if issuer is None or any(issuer.id == body.id or issuer.name == body.name for body in bodies):
        return ""
    body = _body(issuer, language)
    return _say("issued_by", language, name=", ".join(filter(None, (body.name, body.country))))


def _outcomes(spec: LearningAchievementSpecification | None, language: str) -> Iterator[str]:
    if spec is None:
        return
    titles = [best(outcome.title, language, _OUTCOME) for outcome in spec.learning_outcome]
    if not any(titles) and spec.learning_outcome_summary:
        titles = [best(spec.learning_outcome_summary.note_literal, language, 2 * _OUTCOME)]
    yield from filter(None, titles)


def _fields(achievement: LearningAchievement, credential: Credential, language: str) -> Iterator[Field]:
    """Workload, level, assessment, identity check, participation, quality assurance (Annex I, 7-11 and optional 2)."""
    spec = achievement.specified_by or LearningAchievementSpecification()
    level, identity = tuple(_level(spec, language)), tuple(_identity(achievement, language))
    yield _field("workload", _workload(achievement, spec, language), language)
    if level:
        yield _field("level", level, language)
    yield _field("assessment", _assessment(achievement, spec, language), language)
    if identity:
        yield _field("identity", identity, language)
    yield _field("participation", _participation(achievement, spec, language), language)
    yield _field("quality", _quality(spec, credential, language), language)


def _field(name: str, values: Iterable[str], language: str) -> Field:
    """The first values, each once; what the issuer does not state is said so."""
    found = list(dict.fromkeys(filter(None, values)))
    left = _left(len(found) - _VALUES, language)
    shown = (*found[:_VALUES], *([left] if left else []))
    return Field(label=_say(name, language), values=shown or (_say("not_stated", language),), stated=bool(shown))


def _workload(
    achievement: LearningAchievement, spec: LearningAchievementSpecification, language: str
) -> tuple[str, ...]:
    points = [credit(point, language) for point in spec.credit_point or achievement.credit_received]
    volumes = [spec.volume_of_learning] if spec.volume_of_learning else [a.workload for a in achievement.influenced_by]
    hours = [duration(volume, interface_language(language)) for volume in volumes if volume]
    return (", ".join(dict.fromkeys((*points, *hours))),)


def _level(spec: LearningAchievementSpecification, language: str) -> Iterator[str]:
    if isinstance(spec, Qualification):
        if spec.eqf_level:
            yield _say("eqf", language, level=fitting(spec.eqf_level.code, 20))
        yield from (label(level, language) for level in spec.nqf_level)
    for remark in remarks.find(spec.additional_note, remarks.QfEhea):
        yield _sentence(_value(remark.cycle, language))


def _assessment(
    achievement: LearningAchievement, spec: LearningAchievementSpecification, language: str
) -> Iterator[str]:
    for assessment in achievement.proven_by:
        stated = assessment.specified_by
        kind = label(stated.dc_type, language) if stated else ""
        yield _sentence(kind or best(assessment.title, language, _VALUE))
    if not achievement.proven_by:
        yield from (_sentence(label(a.dc_type, language) or best(a.title, language, _VALUE)) for a in spec.proven_by)


def _identity(achievement: LearningAchievement, language: str) -> Iterator[str]:
    for assessment in achievement.proven_by:
        yield _supervision(assessment, language)


def _supervision(assessment: LearningAssessment, language: str) -> str:
    """Our own remark tells online from on site; the EU's concept does not; a foreign concept says it in its words."""
    for remark in remarks.find(assessment.additional_note, remarks.Supervision):
        checked = "verified" if remark.identity_verified else "unverified"
        return _say(f"supervision.{remark.supervision}.{checked}", language)
    concept = assessment.id_verification
    known = by_iri(concept.id) if concept else None
    if known and known.scheme == "supervision":
        supervised, verified = supervision_of(known.code)
        checked = "verified" if verified else "unverified"
        return _say(f"supervision.{'supervised' if supervised else 'none'}.{checked}", language)
    return label(concept, language, _VALUE)


def _participation(
    achievement: LearningAchievement, spec: LearningAchievementSpecification, language: str
) -> Iterator[str]:
    for route in remarks.find((*achievement.additional_note, *spec.additional_note), remarks.Route):
        if route.route is not remarks.RouteKind.COURSE:
            yield _sentence(_value(route.route, language))
    activities = [a.specified_by for a in achievement.influenced_by if a.specified_by] or list(spec.influenced_by)
    modes = (*spec.mode, *(mode for activity in activities for mode in activity.mode))
    types = (kind for activity in activities for kind in activity.dc_type)
    yield from (_sentence(label(concept, language)) for concept in (*modes, *types))


def _quality(spec: LearningAchievementSpecification, credential: Credential, language: str) -> Iterator[str]:
    given = spec.accreditation if isinstance(spec, Qualification) else ()
    issuer = credential.issuing_organisation
    for accreditation in (*given, *(issuer.accreditation if issuer else ())):
        yield _accreditation(accreditation, language)
    for external in remarks.find(spec.additional_note, remarks.ExternalQuality):
        standard = _value(external.standard, language) if external.standard is not remarks.QualityStandard.OTHER else ""
        yield ", ".join(filter(None, (standard, best(external.label, language, _VALUE))))
    internal = [_value(r.aspect, language) for r in remarks.find(spec.additional_note, remarks.InternalQuality)]
    if internal:
        yield _say("quality.internal", language, aspects=", ".join(dict.fromkeys(internal)))


def _accreditation(accreditation: Accreditation, language: str) -> str:
    agent = accreditation.accrediting_agent
    name = best(agent.name, language, _VALUE) if agent else ""
    return ", ".join(filter(None, (best(accreditation.title, language, _VALUE), name)))


def _value(value: str, language: str) -> str:
    """The words for a closed value (`messages/note`)."""
    return messages.text(f"note.value.{value}", interface_language(language))


def _sentence(text: str) -> str:
    """The text with a capital first letter, as a value that stands alone has."""
    return text[:1].upper() + text[1:]
