"""The principles check: what a micro-credential shows of the ten European principles.

Council Recommendation of 16 June 2022 (OJ C 243, 27.6.2022), Annex II. Each principle is met, partly shown, not stated,
or not applicable, as far as the credential itself can tell: nobody's practice is judged, and nothing here ever blocks.
Rules have stable ids: `principle.1` .. `principle.10`, with what is asked behind (`principle.1.internal.course`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from mikra.model import Credential
from mikra.report import Finding, Severity, words
from mikra.validation import annex1_places as places
from mikra.validation import principles_award as award
from mikra.validation import principles_learning as learning
from mikra.validation import principles_quality as quality
from mikra.validation.annex1 import Stage, measure
from mikra.validation.principles_asked import Asked, Case, Question
from mikra.vocabulary.annex import annex_term

_SOURCE: Final = "Council Recommendation of 16 June 2022, Annex II"


class Standing(StrEnum):
    """How much of a principle the credential shows."""

    MET = "met"
    PARTLY = "partly"
    NOT_STATED = "not stated"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Principle:
    """One principle: what was asked of the credential, and what it answered."""

    number: int
    asked: tuple[Asked, ...]
    credential: Credential

    @property
    def rule(self) -> str:
        return f"principle.{self.number}"

    @property
    def clause(self) -> str:
        return f"{_SOURCE}, principle {self.number}"

    def name(self, language: str = "en") -> str:
        """What the Recommendation calls it in that language."""
        return annex_term(self.rule, language)

    @property
    def standing(self) -> Standing:
        """Met where everything applicable is answered; partly where something is."""
        answers = [asked.answered for asked in self.asked if asked.answered is not None]
        if not answers:
            return Standing.NOT_APPLICABLE
        if all(answers):
            return Standing.MET
        something = any(answers) or any(asked.partly for asked in self.asked)
        return Standing.PARTLY if something else Standing.NOT_STATED

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """One for each question without an answer."""
        return tuple(self._finding(asked) for asked in self.asked if asked.answered is False)

    def _finding(self, asked: Asked) -> Finding:
        rule = f"{self.rule}.{asked.rule}"
        key = f"principles.{self.number}.{asked.rule}"
        where = places.pointer(self.credential, *asked.sight) if asked.sight else ""
        return Finding(
            rule=rule,
            severity=Severity.WARNING if asked.contradicts else Severity.QUESTION,
            what=words(key, **asked.values),
            why=words(f"principles.{self.number}.why"),
            fix=words(f"{key}.fix"),
            where=where or asked.expected,
            found=asked.found,
            clause=self.clause,
        )

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Plain values, in one language."""
        return {
            "rule": self.rule,
            "name": self.name(language),
            "standing": self.standing.value,
            "clause": self.clause,
            "findings": [finding.as_dict(language) for finding in self.findings],
        }


_QUESTIONS: Final[tuple[tuple[Question, ...], ...]] = (
    quality.QUALITY,
    learning.TRANSPARENCY,
    quality.RELEVANCE,
    learning.ASSESSMENT,
    learning.PATHWAYS,
    award.RECOGNITION,
    award.PORTABILITY,
    quality.LEARNER_CENTRED,
    award.AUTHENTICITY,
    learning.GUIDANCE,
)
"""Principle 1 to 10 -> what is asked."""


def principles_of(
    credential: Credential, *, at_award: date | None = None, stage: Stage = Stage.CREDENTIAL
) -> tuple[Principle, ...]:
    """The ten principles. Without `at_award` the credential's own day of award counts. Never raises.

    Of a design (`Stage.DESIGN`) nothing is asked that only an award can answer.
    """
    case = Case.of(measure(credential, stage=stage), at_award)
    return tuple(
        Principle(number, tuple(question(case) for question in questions), credential)
        for number, questions in enumerate(_QUESTIONS, start=1)
    )


def check_principles(
    credential: Credential, *, at_award: date | None = None, stage: Stage = Stage.CREDENTIAL
) -> tuple[Finding, ...]:
    """All that is not stated or contradicts, principle by principle: questions and warnings, never errors."""
    found = principles_of(credential, at_award=at_award, stage=stage)
    return tuple(finding for principle in found for finding in principle.findings)
