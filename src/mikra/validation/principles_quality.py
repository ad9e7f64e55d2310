"""Annex II, principles 1 (quality), 3 (relevance) and 8 (learner-centred)."""

from __future__ import annotations

from datetime import date
from typing import Final

from mikra.messages.spoken import Day
from mikra.model import remarks
from mikra.model.remarks import QualityAspect
from mikra.validation.annex1_parts import day, said
from mikra.validation.annex1_quality import accreditations, fault_of
from mikra.validation.principles_asked import SPECIFICATION, Asked, Case, Question


def _internal(aspect: QualityAspect) -> Question:
    """Internal quality assurance covers the aspect, on a date, with evidence."""

    def ask(case: Case) -> Asked:
        rule = f"internal.{aspect.value}"
        if aspect is QualityAspect.COURSE and case.by_validation:
            return Asked(rule=rule, answered=None)
        stated = [remark for remark in case.remarks(remarks.InternalQuality) if remark.aspect is aspect]
        return Asked(rule=rule, answered=bool(stated))

    return ask


def _dated(case: Case) -> Asked:
    """Every statement on internal quality assurance has its date."""
    stated = list(case.remarks(remarks.InternalQuality))
    return Asked(rule="internal.date", answered=all(day(s.date) for s in stated) if stated else None)


def _evidenced(case: Case) -> Asked:
    """Every statement on internal quality assurance has its evidence."""
    stated = list(case.remarks(remarks.InternalQuality))
    return Asked(rule="internal.evidence", answered=all(said(s.evidence) or s.url for s in stated) if stated else None)


def _external(case: Case) -> Asked:
    """External quality assurance is named: a standard, or an accreditation by somebody else."""
    named = any(case.remarks(remarks.ExternalQuality)) or any(
        fault_of(case.parts, accreditation) in ("", "expired", "not-yet")
        for learning in case.learnings
        for _, _, accreditation in accreditations(case.parts, learning)
    )
    return Asked(rule="external", answered=named, expected=f"{SPECIFICATION}/accreditation")


def _external_review(case: Case) -> Asked:
    """No date for the next external review has passed at the day of award."""
    reviews = [external.next_review for external in case.remarks(remarks.ExternalQuality) if external.next_review]
    reviews += [
        day(accreditation.review_date)
        for learning in case.learnings
        for _, _, accreditation in accreditations(case.parts, learning)
        if accreditation.review_date
    ]
    passed = [review for review in reviews if case.is_before(review)]
    if not passed:
        return Asked(rule="external.review", answered=None)
    return Asked(rule="external.review", answered=False, contradicts=True, found=passed[0], values=_on(passed[0]))


def _on(text: str) -> dict[str, object]:
    return {"day": Day(date.fromisoformat(text[:10]))}


def _need(case: Case) -> Asked:
    """Why it is offered is stated."""
    stated = any(said(need.statement) or said(need.source) or need.url for need in case.remarks(remarks.Need))
    return Asked(rule="need", answered=stated)


def _endorsed(case: Case) -> Asked:
    """Employers, social partners or others stand behind it."""
    return Asked(rule="endorsement", answered=any(said(e.by) for e in case.remarks(remarks.Endorsement)))


def _review_by(case: Case) -> Asked:
    """The day by which it is looked at again is stated."""
    return Asked(rule="review-by", answered=any(day(review.date) for review in case.remarks(remarks.ReviewBy)))


def _review_not_passed(case: Case) -> Asked:
    """That day has not passed at the award."""
    passed = [review.date for review in case.remarks(remarks.ReviewBy) if case.is_before(review.date)]
    if not passed:
        return Asked(rule="review-by.passed", answered=None)
    return Asked(rule="review-by.passed", answered=False, contradicts=True, found=passed[0], values=_on(passed[0]))


def _target_group(case: Case) -> Asked:
    """For whom it is made."""
    stated = any(s.target_group for learning in case.learnings for s in learning.specifications)
    return Asked(rule="target-group", answered=stated, expected=f"{SPECIFICATION}/targetGroup")


def _feedback(case: Case) -> Asked:
    """Learners' feedback is taken up."""
    stated = any(r.aspect is QualityAspect.LEARNER_FEEDBACK for r in case.remarks(remarks.InternalQuality))
    return Asked(rule="feedback", answered=stated)


QUALITY: Final[tuple[Question, ...]] = (
    *(_internal(aspect) for aspect in QualityAspect),
    _dated,
    _evidenced,
    _external,
    _external_review,
)
RELEVANCE: Final[tuple[Question, ...]] = (_need, _endorsed, _review_by, _review_not_passed)
LEARNER_CENTRED: Final[tuple[Question, ...]] = (_target_group, _feedback)
