"""What is said of a paper copy by its code: whether its credential counts; what it says, to whoever knows the name too.

The code alone tells the institution, and whether seal and status hold: nothing of a person. With the family name, as it
stands on the paper, also what a forger would change on it. Why so much and no more: docs/adr/0019.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mikra.errors import MikraError
from mikra.server.actions import awards_content, verifying, verifying_own
from mikra.server.actions.rate_limits import Buckets
from mikra.server.store import personal
from mikra.server.store.awards import Award
from mikra.verification import sentence
from mikra.vocabulary.folding import words

NAMES = Buckets(a_minute=1, burst=10)
"""By the award: a name is not guessed."""
SHOWN = ("title", "learner", "awarding_body", "awarded_on", "valid_until", "workload", "level", "grade")
"""What stands on every paper and is worth forging."""
TOLD = ("seal.integrity", "seal.certificate", "dates", "status")
"""Checks that are told without a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """`report`: with the content only where the name fits. `named`: None where none was given."""

    award: Award
    report: Mapping[str, Any] | None
    own: verifying_own.Own | None
    named: bool | None


def answer(award: Award, family_name: str, language: str) -> Typed:
    """Judges the stored credential now. `report` is None where it was erased. UnavailableError rate_limited."""
    named = None
    if family_name.strip():
        NAMES.take(str(award.pk))
        named = _fits(award, family_name)
    try:
        checked = verifying.check(awards_content.file_of(award), languages=(language,))
    except MikraError as error:
        if error.code != "not_found":
            raise
        return Typed(award=award, report=None, own=None, named=named)
    whole = checked.reports[0][language]
    own = verifying_own.own(whole)
    return Typed(award=award, report=_named(whole) if named else _nameless(whole, language), own=own, named=named)


def _named(report: Mapping[str, Any]) -> Mapping[str, Any]:
    content = report["credential"] or {}
    return {**report, "credential": {name: content[name] for name in SHOWN if name in content}}


def _nameless(report: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """Nothing of a person: the sentence names them, and so may reasons of other checks."""
    checks = [{**one, "findings": ()} for one in report["checks"] if one["id"] in TOLD]
    said = sentence.for_code(report["code"]).text(language)
    return {**report, "sentence": said, "credential": None, "checks": checks}


def _fits(award: Award, typed: str) -> bool:
    """The same words as in a family name that this award's learner has, whatever the accents and capitals."""
    learner = award.learner
    if learner is None or learner.key is None:
        return False
    profile = personal.look_into(personal.opened(learner.key), bytes(learner.profile))
    asked = sorted(words(typed[:200]))
    names = (str(one.get("family_name") or one.get("full_name") or "") for one in profile.get("names", ()))
    return bool(asked) and any(sorted(words(name)) == asked for name in names)
