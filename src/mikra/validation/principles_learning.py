"""Annex II, principles 2 (transparency), 4 (valid assessment), 5 (learning pathways), 10 (information and guidance)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mikra.model import LearningAssessmentSpecification, Organisation, Qualification, remarks
from mikra.validation import workload
from mikra.validation.annex1 import State
from mikra.validation.annex1_judgement import known
from mikra.validation.annex1_parts import Learning, said
from mikra.validation.principles_asked import SPECIFICATION, Asked, Case, Question


def _element(number: str, rule: str) -> Question:
    """An element of Annex I that the principle names as well."""

    def ask(case: Case) -> Asked:
        return case.asked_of(number, rule, State.PRESENT, State.WEAK)

    return ask


def _content(case: Case) -> Asked:
    """What the learning was about: a description, a field of study."""
    texts = [
        *(learning.achievement.description for learning in case.learnings),
        *(specification.description for learning in case.learnings for specification in learning.specifications),
        *(activity.description for learning in case.learnings for activity in learning.activities),
    ]
    described = any(map(said, texts))
    field = any(s.thematic_area for learning in case.learnings for s in learning.specifications)
    return Asked(rule="content", answered=described or field, expected=f"{SPECIFICATION}/description")


def _levels(case: Case) -> Iterator[int]:
    for learning in case.learnings:
        for specification in learning.specifications:
            level = specification.eqf_level if isinstance(specification, Qualification) else None
            if level is not None and known(level, "eqf"):
                yield int(level.code)


def _credits(learning: Learning) -> bool:
    credits = [credit for s in learning.specifications for credit in s.credit_point]
    return any(map(workload.is_ects, (*credits, *learning.achievement.credit_received)))


def _ects(case: Case) -> Asked:
    """Higher education uses ECTS. It is known to be higher education where a cycle is stated."""
    higher = any(case.remarks(remarks.QfEhea))
    answered = any(map(_credits, case.learnings)) if higher else None
    return Asked(rule="ects", answered=answered, expected=f"{SPECIFICATION}/creditPoint")


def _cycle(case: Case) -> Asked:
    """Higher education states the cycle. ECTS at EQF levels 5 to 8 points to it."""
    points_to_it = any(map(_credits, case.learnings)) and any(level >= 5 for level in _levels(case))
    answered = any(case.remarks(remarks.QfEhea)) if points_to_it else None
    return Asked(rule="cycle", answered=answered)


def _assessments(case: Case) -> list[LearningAssessmentSpecification]:
    found = [a.specified_by for learning in case.learnings for a in learning.assessments if a.specified_by]
    return found + [a for learning in case.learnings for s in learning.specifications for a in s.proven_by]


def _criteria(case: Case) -> Asked:
    """What the assessment is measured against."""
    stated = any(said(c.criteria) or c.url for c in _stated_criteria(case)) or any(
        said(a.description) or a.supplementary_document or (a.grading_scheme and said(a.grading_scheme.description))
        for a in _assessments(case)
    )
    return Asked(rule="criteria", answered=stated, expected="/credentialSubject/hasClaim/0/provenBy/0/specifiedBy")


def _stated_criteria(case: Case) -> list[remarks.Criteria]:
    return list(case.remarks(remarks.Criteria))


def _criteria_published(case: Case) -> Asked:
    """Where they are published."""
    linked = any(c.url for c in _stated_criteria(case)) or any(
        a.homepage or a.supplementary_document or (a.grading_scheme and a.grading_scheme.supplementary_document)
        for a in _assessments(case)
    )
    expected = "/credentialSubject/hasClaim/0/provenBy/0/specifiedBy/supplementaryDocument"
    return Asked(rule="criteria.link", answered=bool(linked), expected=expected)


def _assessor(case: Case) -> Asked:
    """Who assessed: the provider, or another one (point 5(i)). Of a design it is not asked."""
    if case.is_design:
        return Asked(rule="assessor", answered=None)
    assessors = [agent for learning in case.learnings for a in learning.assessments for agent in a.assessed_by]
    named = any(said(agent.name) for agent in assessors)
    return Asked(rule="assessor", answered=named, expected="/credentialSubject/hasClaim/0/provenBy/0/assessedBy")


def _route(case: Case) -> Asked:
    """How it was reached: by a course, or by validation of prior learning."""
    stated = any(case.remarks(remarks.Route)) or any(learning.activities for learning in case.learnings)
    return Asked(rule="route", answered=stated, expected="/credentialSubject/hasClaim/0/influencedBy")


def _page(case: Case) -> Asked:
    """Where to read more about the learning."""
    linked = any(
        s.homepage or s.supplementary_document for learning in case.learnings for s in learning.specifications
    ) or any(further.url for further in case.remarks(remarks.FurtherInformation))
    offered = any(learning.achievement.learning_opportunity for learning in case.learnings)
    return Asked(rule="page", answered=linked or offered, expected=f"{SPECIFICATION}/homepage")


def _contact(case: Case) -> Asked:
    """Whom to ask."""
    agents = [case.parts.issuer, *(body for learning in case.learnings for body in learning.bodies)]
    reachable = any(
        agent.contact_point or (isinstance(agent, Organisation) and agent.homepage) for agent in agents if agent
    )
    return Asked(rule="contact", answered=reachable, expected="/issuer/contactPoint")


TRANSPARENCY: Final[tuple[Question, ...]] = (
    _element("6", "outcomes"),
    _element("7", "workload"),
    _element("8", "level"),
    _content,
    _ects,
    _cycle,
)
ASSESSMENT: Final[tuple[Question, ...]] = (_criteria, _criteria_published, _assessor)
PATHWAYS: Final[tuple[Question, ...]] = (_element("o4", "stackability"), _route)
GUIDANCE: Final[tuple[Question, ...]] = (_page, _contact)
