"""Annex I, mandatory elements 6 to 11: outcomes, workload, level, assessment, participation, quality assurance."""

from __future__ import annotations

from typing import Final

from mikra.model import (
    Concept,
    LearningAchievementSpecification,
    LearningActivitySpecification,
    LearningAssessment,
    Note,
    Qualification,
    Specification,
    remarks,
)
from mikra.model.text import Node
from mikra.validation import workload as measure
from mikra.validation.annex1_judgement import MISSING, Judgement, Sight, State, known, present, weak
from mikra.validation.annex1_parts import Learning, Parts, find, notes_of, said

EQF: Final = "http://data.europa.eu/snb/eqf/"
FORMAL: Final = "http://data.europa.eu/snb/learning-setting/6fd4685715"
NON_FORMAL: Final = "http://data.europa.eu/snb/learning-setting/e207a81fc7"


def outcomes(parts: Parts, learning: Learning) -> Judgement:
    """Element 6. Outcomes one by one; a summary in prose, or skills alone, are weak."""
    for specification in learning.specifications:
        for outcome in specification.learning_outcome:
            if said(outcome.title):
                return present((specification, "learning_outcome"))
    for specification in learning.specifications:
        summary = specification.learning_outcome_summary
        if summary and said(summary.note_literal):
            return weak("summary-only", (summary, "note_literal"))
        if any(o.related_esco_skill or o.related_skill for o in specification.learning_outcome):
            return weak("skills-only", (specification, "learning_outcome"))
    return MISSING


def workload(parts: Parts, learning: Learning) -> Judgement:
    """Element 7. Hours, with or without credits, are present; credits alone, or without a known unit, are weak."""
    for specification in learning.specifications:
        if measure.states_hours(specification.volume_of_learning):
            if specification.credit_point:
                return present((specification, "volume_of_learning"), (specification, "credit_point"))
            return present((specification, "volume_of_learning"))
    for activity in learning.activities:
        if measure.states_hours(activity.workload):
            return present((activity, "workload"))
        if activity.specified_by and measure.states_hours(activity.specified_by.volume_of_learning):
            return present((activity.specified_by, "volume_of_learning"))
    return _credits_alone(learning)


def _credits_alone(learning: Learning) -> Judgement:
    owners: list[Sight] = [(s, "credit_point") for s in learning.specifications if s.credit_point]
    if learning.achievement.credit_received:
        owners.append((learning.achievement, "credit_received"))
    credits = [credit for owner, field in owners for credit in getattr(owner, field)]
    if any(measure.has_unit(credit) and measure.points(credit) for credit in credits):
        return weak("credits-without-hours", *owners)
    if any(measure.points(credit) for credit in credits):
        return weak("unit-unknown", *owners)
    return _no_hours(learning, owners)


def _no_hours(learning: Learning, unreadable: list[Sight]) -> Judgement:
    durations: list[Sight] = [(s, "volume_of_learning") for s in learning.specifications]
    durations += [(activity, "workload") for activity in learning.activities]
    descriptions = [activity.specified_by for activity in learning.activities if activity.specified_by]
    durations += [(description, "volume_of_learning") for description in descriptions]
    given = [sight for sight in durations if getattr(*sight)]
    for sight in given:
        found = measure.duration(getattr(*sight))
        if found and found.calendar:
            return weak("calendar", sight)
    if given or unreadable:
        return weak("unreadable", *given, *unreadable)
    for description in descriptions:
        if description.contact_hour:
            return weak("contact-hours-only", (description, "contact_hour"))
    return MISSING


def level(parts: Parts, learning: Learning) -> Judgement:
    """Element 8. A level of the EQF or a cycle of the QF-EHEA; a national level alone, or an unknown one, is weak.

    Not applicable only where the credential itself says why: the learning was non-formal or informal, no level of
    any kind is stated, no credits of higher or vocational education are given (they exist only at a level), and it
    is not said to be part of a qualification (a part has the level of the whole).
    """
    for specification in learning.specifications:
        if isinstance(specification, Qualification) and known(specification.eqf_level, "eqf"):
            return present((specification, "eqf_level"))
    if cycle_note(learning):
        return present((_owner_of(cycle_note(learning), learning), "additional_note"))
    return _other_level(learning)


def cycle_note(learning: Learning) -> Note | None:
    """The note that states a cycle of the QF-EHEA: ELM has no property for it."""
    for note in notes_of(learning):
        if any(find((note,), remarks.QfEhea)):
            return note
    return None


def _owner_of(note: Note | None, learning: Learning) -> Node:
    for specification in learning.specifications:
        if any(each is note for each in specification.additional_note):
            return specification
    return learning.achievement


def _other_level(learning: Learning) -> Judgement:
    for specification in learning.specifications:
        if isinstance(specification, Qualification):
            if any(known(each, "nqf") for each in specification.nqf_level):
                return weak("national-only", (specification, "nqf_level"))
            if specification.eqf_level is not None and _speaks(specification.eqf_level):
                return weak("no-scheme", (specification, "eqf_level"))
            if any(map(_speaks, specification.nqf_level)):
                return weak("no-scheme", (specification, "nqf_level"))
        for member in ("eqfLevel", "EQFLevel", "nqfLevel", "NQFLevel"):
            if specification.extra.get(member):
                return weak("wrong-place", (specification, "eqf_level"))
        if any(map(_speaks, specification.education_level)):
            return weak("no-scheme", (specification, "education_level"))
    return Judgement(State.NOT_APPLICABLE) if _needs_no_level(learning) else MISSING


def _needs_no_level(learning: Learning) -> bool:
    outside = any(s.learning_setting and s.learning_setting.id == NON_FORMAL for s in learning.specifications)
    inside = any(s.learning_setting and s.learning_setting.id == FORMAL for s in learning.specifications)
    for setting in find(notes_of(learning), remarks.Setting):
        outside = outside or setting.setting is not remarks.SettingKind.FORMAL
        inside = inside or setting.setting is remarks.SettingKind.FORMAL
    return outside and not inside and not _has_credits(learning) and not _is_part(learning)


def _has_credits(learning: Learning) -> bool:
    return bool(learning.achievement.credit_received) or any(s.credit_point for s in learning.specifications)


def _is_part(learning: Learning) -> bool:
    if learning.achievement.is_part_of or any(s.is_part_of for s in learning.specifications):
        return True
    return any(isinstance(s, Qualification) and s.is_partial_qualification for s in learning.specifications)


def _speaks(concept: Concept) -> bool:
    return bool(concept.id) or said(concept.pref_label)


def assessment(parts: Parts, learning: Learning) -> Judgement:
    """Element 9. A type of the EU's list; the provider's own word, or only a title, is weak."""
    for each in learning.assessments:
        if each.specified_by and known(each.specified_by.dc_type, "assessment"):
            return present((each.specified_by, "dc_type"))
        if any(known(concept, "assessment") for concept in each.dc_type):
            return present((each, "dc_type"))
    planned = [a for specification in learning.specifications for a in specification.proven_by]
    for plan in planned:
        if known(plan.dc_type, "assessment"):
            return present((plan, "dc_type"))
    described = [a.specified_by for a in learning.assessments if a.specified_by] + planned
    for description in described:
        if description.dc_type and _speaks(description.dc_type):
            return weak("own-term", (description, "dc_type"))
    titled: tuple[LearningAssessment | Specification, ...] = (*learning.assessments, *described)
    for owner in titled:
        if said(owner.title):
            return weak("title-only", (owner, "title"))
    return MISSING


def participation(parts: Parts, learning: Learning) -> Judgement:
    """Element 10. A mode of the EU's list; the provider's own word, or the mode of the assessment alone, is weak.

    Where prior learning was validated there was no activity to take part in: then the assessment's mode is it.
    """
    for specification in learning.specifications:
        if any(known(mode, "mode") for mode in specification.mode):
            return present((specification, "mode"))
    plans = [a.specified_by for a in learning.activities if a.specified_by]
    plans += [plan for specification in learning.specifications for plan in specification.influenced_by]
    for plan in plans:
        if any(known(mode, "mode") for mode in plan.mode):
            return present((plan, "mode"))
    owners: tuple[LearningAchievementSpecification | LearningActivitySpecification, ...]
    owners = (*learning.specifications, *plans)
    for owner in owners:
        if any(map(_speaks, owner.mode)):
            return weak("own-term", (owner, "mode"))
    return _mode_of_assessment(learning)


def _mode_of_assessment(learning: Learning) -> Judgement:
    validated = any(route.route is remarks.RouteKind.VALIDATION for route in find(notes_of(learning), remarks.Route))
    described = [a.specified_by for a in learning.assessments if a.specified_by]
    described += [plan for specification in learning.specifications for plan in specification.proven_by]
    for description in described:
        if validated and any(known(mode, "mode") for mode in description.mode):
            return present((description, "mode"))
        if any(map(_speaks, description.mode)):
            return weak("assessment-only", (description, "mode"))
    return MISSING
