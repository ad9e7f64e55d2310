"""What stands on the page: a credential in one language, as plain texts in the order in which a person reads.

`page_contents` is the edition's page and takes nothing that is the learner's; `holder_contents` is what a page per
learner adds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mikra.model import Credential, LearningAchievement, LearningAchievementSpecification
from mikra.rendering import facts
from mikra.rendering.facts import Body, Field, Notice, interface_language
from mikra.rendering.mosaic import Tile, mosaic
from mikra.rendering.wording import NO_HYPHEN, best, day, fitting

TITLE = 220
"""Characters at most."""

_BODIES = 3
"""Awarding bodies that are written out."""


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
    title = best(credential.title, language, TITLE)
    outcomes = tuple(facts.outcomes(achievement.specified_by, language))
    bodies = facts.awarding_bodies(achievement)
    return PageContents(
        language=interface_language(language),
        kind=facts.say("kind", language),
        title=title,
        notice=facts.notice_of(language) if demonstration or facts.says_demonstration(credential) else None,
        bodies=tuple(facts.body_of(b, language) for b in bodies[:_BODIES]),
        bodies_left=facts.left(len(bodies) - _BODIES, language),
        issuer=facts.issued_by(credential, bodies, language),
        heading=facts.say("outcomes", language),
        outcomes=outcomes or (facts.say("not_stated", language),),
        more=tuple(facts.left(n, language) for n in range(len(outcomes) + 1)),
        fields=tuple(_fields(achievement, credential, language)),
        notes=tuple(facts.say(name, language) for name in ("picture", "elements", "no_claim")),
        verify=facts.say("verify", language, address=fitting(verify_url, len(verify_url), gap=NO_HYPHEN))
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
    told = (
        ("awarded_on", day(awarded or credential.issued, language)),
        ("grade", ", ".join(dict.fromkeys(grades))),
    )
    return HolderContents(
        language=interface_language(language),
        label=facts.say("awarded_to", language),
        name=best(learner.name, language, 160) if learner else "",
        fields=tuple(Field(label=facts.say(name, language), values=(value,)) for name, value in told if value),
    )


def _fields(achievement: LearningAchievement, credential: Credential, language: str) -> Iterator[Field]:
    """Workload, level, assessment, identity check, participation, quality assurance (Annex I, 7-11 and optional 2)."""
    spec = achievement.specified_by or LearningAchievementSpecification()
    level, identity = tuple(facts.level(spec, language)), tuple(facts.identity(achievement, language))
    yield facts.field_of("workload", facts.workload(achievement, spec, language), language)
    if level:
        yield facts.field_of("level", level, language)
    yield facts.field_of("assessment", facts.assessment(achievement, spec, language), language)
    if identity:
        yield facts.field_of("identity", identity, language)
    yield facts.field_of("participation", facts.participation(achievement, spec, language), language)
    yield facts.field_of("quality", facts.quality(spec, credential, language), language)
