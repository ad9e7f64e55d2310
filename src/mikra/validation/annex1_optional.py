"""Annex I, the five optional elements: prerequisites, supervision, grade, stackability, further information."""

from __future__ import annotations

from mikra.model import (
    LearningAchievement,
    LearningAchievementSpecification,
    LearningAssessment,
    Note,
    Organisation,
    Qualification,
    remarks,
)
from mikra.validation.annex1_judgement import AT_AWARD, MISSING, Judgement, Sight, known, present, weak
from mikra.validation.annex1_parts import Learning, Parts, find, remark_kind, said

_Described = LearningAchievementSpecification | LearningAchievement


def prerequisites(parts: Parts, learning: Learning) -> Judgement:
    """Optional element 1. "None" is an answer too."""
    for specification in learning.specifications:
        requirement = specification.entry_requirement
        if requirement is not None and said(requirement.note_literal):
            return present((requirement, "note_literal"))
    return MISSING


def supervision(parts: Parts, learning: Learning) -> Judgement:
    """Optional element 2. One of the EU's four concepts, or our remark; another's own word is weak."""
    for assessment in learning.assessments:
        if known(assessment.id_verification, "supervision"):
            return present((assessment, "id_verification"))
        if any(find(assessment.additional_note, remarks.Supervision)):
            return present((assessment, "additional_note"))
    for assessment in learning.assessments:
        if assessment.id_verification is not None:
            return weak("own-term", (assessment, "id_verification"))
    return MISSING


def grade(parts: Parts, learning: Learning) -> Judgement:
    """Optional element 3. A grade with the scale that it is on; without it, weak."""
    graded = [a for a in learning.assessments if a.grade is not None and said(a.grade.note_literal)]
    for assessment in graded:
        if _has_scale(assessment):
            return present((assessment, "grade"))
    return weak("no-scale", (graded[0], "grade")) if graded else MISSING


def _has_scale(assessment: LearningAssessment) -> bool:
    scale = assessment.specified_by.grading_scheme if assessment.specified_by else None
    return scale is not None and (said(scale.title) or said(scale.description) or bool(scale.supplementary_document))


def grade_of_design(parts: Parts, learning: Learning) -> Judgement:
    """Optional element 3 of a design: the grade comes at award, where there is an assessment at all."""
    found = grade(parts, learning)
    assessed = learning.assessments or any(s.proven_by for s in learning.specifications)
    return AT_AWARD if found is MISSING and assessed else found


def stackability(parts: Parts, learning: Learning) -> Judgement:
    """Optional element 4. What it is part of, or opens the way to; or that it stands alone."""
    sights: list[Sight] = []
    owners: tuple[_Described, ...] = (*learning.specifications, learning.achievement)
    for owner in owners:
        if isinstance(owner, Qualification) and owner.is_partial_qualification is not None:
            sights.append((owner, "is_partial_qualification"))
        sights += [(owner, field) for field in ("is_part_of", "has_part", "entitles_to") if getattr(owner, field)]
        sights += [(note, "note_literal") for note in owner.additional_note if _is_on_stacking(note)]
    return present(*sights) if sights else MISSING


def _is_on_stacking(note: Note) -> bool:
    return remark_kind(note) is remarks.Stacking and said(note.note_literal)


def further_information(parts: Parts, learning: Learning) -> Judgement:
    """Optional element 5. A page, document or note about the learning; the provider's home page alone is weak."""
    achievement = learning.achievement
    for specification in learning.specifications:
        for field in ("homepage", "supplementary_document"):
            if getattr(specification, field):
                return present((specification, field))
    owners: tuple[_Described, ...] = (*learning.specifications, achievement)
    for owner in owners:
        for note in owner.additional_note:
            if remark_kind(note) in (None, remarks.FurtherInformation) and said(note.note_literal):
                return present((note, "note_literal"))
    for field in ("supplementary_document", "learning_opportunity"):
        if getattr(achievement, field):
            return present((achievement, field))
    for organisation in parts.organisations(learning):
        if isinstance(organisation, Organisation) and organisation.homepage:
            return weak("provider-only", (organisation, "homepage"))
    return MISSING
