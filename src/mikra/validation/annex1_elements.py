"""The sixteen elements of Annex I: eleven mandatory, five optional, in the order of the law.

Council Recommendation of 16 June 2022 (OJ C 243, 27.6.2022, p. 10), Annex I.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mikra.validation import annex1_award as award
from mikra.validation import annex1_learning as learning
from mikra.validation import annex1_odd_forms as odd_forms
from mikra.validation import annex1_optional as optional
from mikra.validation import annex1_quality as quality
from mikra.validation.annex1_judgement import MISSING, Judgement, together
from mikra.validation.annex1_parts import Learning, Parts
from mikra.vocabulary.annex import annex_term

_SOURCE: Final = "Council Recommendation of 16 June 2022, Annex I"
_OfCredential = Callable[[Parts], Judgement]
_OfAchievement = Callable[[Parts, Learning], Judgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One element: `number` is its place in the law (`1`..`11`, `o1`..`o5`), `expected` where ELM has it."""

    number: str
    key: str
    judge: _OfCredential
    expected: str

    @property
    def rule(self) -> str:
        return f"annex1.{self.number}"

    @property
    def mandatory(self) -> bool:
        return not self.number.startswith("o")

    @property
    def clause(self) -> str:
        kind = "mandatory" if self.mandatory else "optional"
        return f"{_SOURCE}, {kind} element {self.number.removeprefix('o')}"

    def name(self, language: str = "en", *, short: bool = False) -> str:
        """What the Recommendation calls it in that language; shortened for narrow places."""
        return annex_term(f"short.{self.number}" if short else self.number, language)


def _each(judge: _OfAchievement) -> _OfCredential:
    """A judge of one achievement, made a judge of all achievements in a credential, in whatever form they state it."""
    look_again = odd_forms.BY_JUDGE.get(judge)

    def of_one(parts: Parts, learning: Learning) -> Judgement:
        found = judge(parts, learning)
        return look_again(learning) if found is MISSING and look_again else found

    def of_all(parts: Parts) -> Judgement:
        learnings = parts.learnings
        if len(learnings) == 1:
            return of_one(parts, learnings[0])
        return together([of_one(parts, each) for each in learnings])

    return of_all


_CLAIM: Final = "/credentialSubject/hasClaim/0"
_SPEC: Final = f"{_CLAIM}/specifiedBy"

DEFINITIONS: Final = tuple(
    Definition(number=number, key=key, judge=judge, expected=expected)
    for number, key, judge, expected in (
        ("1", "learner", award.learner, "/credentialSubject/fullName"),
        ("2", "title", _each(award.title), f"{_CLAIM}/title"),
        ("3", "country", award.country, "/issuer/location/0/address/0/countryCode"),
        ("4", "awarding-body", _each(award.awarding_body), f"{_CLAIM}/awardedBy/awardingBody"),
        ("5", "date", award.date, "/issued"),
        ("6", "outcomes", _each(learning.outcomes), f"{_SPEC}/learningOutcome"),
        ("7", "workload", _each(learning.workload), f"{_SPEC}/volumeOfLearning"),
        ("8", "level", _each(learning.level), f"{_SPEC}/eqfLevel"),
        ("9", "assessment", _each(learning.assessment), f"{_CLAIM}/provenBy/0/specifiedBy/dcType"),
        ("10", "participation", _each(learning.participation), f"{_SPEC}/mode"),
        ("11", "quality", _each(quality.quality), f"{_SPEC}/accreditation"),
        ("o1", "prerequisites", _each(optional.prerequisites), f"{_SPEC}/entryRequirement"),
        ("o2", "supervision", _each(optional.supervision), f"{_CLAIM}/provenBy/0/idVerification"),
        ("o3", "grade", _each(optional.grade), f"{_CLAIM}/provenBy/0/grade"),
        ("o4", "stackability", _each(optional.stackability), f"{_SPEC}/isPartOf"),
        ("o5", "further-information", _each(optional.further_information), f"{_SPEC}/additionalNote"),
    )
)

GRADE_OF_DESIGN: Final = _each(optional.grade_of_design)
