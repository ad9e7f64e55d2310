"""Sanity rules beside the Annex I meter: what is stated, and yet makes a reader ask.

Every finding is a question or a warning; none blocks anything. Rules have stable ids (`sanity.workload.credits-hours`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mikra.model import Credential
from mikra.report import Finding
from mikra.validation import sanity_accreditation, sanity_languages, sanity_level, sanity_workload
from mikra.validation.annex1_parts import Learning, Parts, day, gather
from mikra.validation.outcomes import weakness
from mikra.validation.sanity_question import ask


def check_sanity(credential: Credential, *, awarded_on: date | None = None) -> tuple[Finding, ...]:
    """All questions, in a fixed order. Without `awarded_on` the credential's own day of award counts. Never raises."""
    parts = gather(credential)
    if awarded_on is None and parts.date:
        awarded_on = date.fromisoformat(parts.date)
    return tuple(finding for learning in parts.learnings for finding in _check(parts, learning, awarded_on))


def _check(parts: Parts, learning: Learning, awarded_on: date | None) -> Iterator[Finding]:
    yield from _outcomes(parts.credential, learning)
    yield from sanity_workload.check(parts.credential, learning)
    yield from sanity_level.check(parts.credential, learning)
    yield from sanity_accreditation.check(parts, learning, awarded_on=awarded_on)
    yield from sanity_languages.check(parts.credential, learning)
    yield from _order_of_dates(parts.credential, learning)


def _outcomes(credential: Credential, learning: Learning) -> Iterator[Finding]:
    """One question for each outcome that is none, in the first language that shows it."""
    for specification in learning.specifications:
        for outcome in specification.learning_outcome:
            for language, text in outcome.title.items():
                if fault := weakness(text, language):
                    yield ask(f"outcomes.{fault.value}", credential, (outcome, "title"), found=text, outcome=text)
                    break


def _order_of_dates(credential: Credential, learning: Learning) -> Iterator[Finding]:
    awarded = day(learning.awarding.awarding_date) if learning.awarding else ""
    issued = day(credential.issued or credential.issuance_date)
    if learning.awarding and awarded and issued and awarded > issued:
        yield ask(
            "dates.award-after-issue",
            credential,
            (learning.awarding, "awarding_date"),
            found=awarded,
            expected=issued,
        )
