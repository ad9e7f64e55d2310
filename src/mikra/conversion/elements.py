"""The standard elements of Annex I under our own terms (`terms`): in all languages, the EU's concepts by address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mikra.model import (
    Accreditation,
    Agent,
    Concept,
    Credential,
    LearningAchievementSpecification,
    LearningAssessment,
    Organisation,
    Qualification,
    Text,
    remarks,
)
from mikra.validation.annex1_parts import Learning, Parts, day, gather, notes_of
from mikra.validation.workload import points

Json = dict[str, Any]


def standard_elements(credential: Credential, *, born: bool = True) -> Json:
    """The value of `microCredential`: what the first achievement states. Empty members are left out.

    `born`: with the learner's date of birth, which is left out where the learner stands by digests alone.
    """
    parts = gather(credential)
    learning = next(iter(parts.learnings), None)
    if learning is None:
        return {}
    spec = next(iter(learning.specifications), LearningAchievementSpecification())
    notes = tuple(notes_of(learning))
    cycle = next(iter(remarks.find(notes, remarks.QfEhea)), None)
    return filled(
        {
            "type": "MicroCredential",
            "labels": _texts(learning.achievement.title or spec.title),
            "issuingRegion": _concepts(_regions(parts.issuer)),
            "awardingBodies": [_body(body) for body in learning.bodies],
            "learningOutcomes": list(_outcomes(learning)),
            "notionalWorkload": _workload(learning),
            "frameworkLevels": _concepts(_levels(spec)),
            "higherEducationCycle": cycle.cycle.value if cycle else "",
            "participationForms": _concepts(_modes(learning)),
            "qualityAssurance": list(_quality(parts, learning)),
            "prerequisites": _texts(spec.entry_requirement.note_literal) if spec.entry_requirement else {},
            "stackability": _stackability(spec, learning),
            **_further(spec, learning),
            "assessments": [_assessment(one) for one in learning.assessments],
            "learnerDateOfBirth": day(parts.learner.date_of_birth) if born and parts.learner else "",
        }
    )


def filled(members: Mapping[str, Any]) -> Json:
    """The members that say something; an object that has nothing but its type says nothing."""
    kept = {name: value for name, value in members.items() if value not in (None, "", [], {}, ())}
    return kept if kept.keys() - {"type"} else {}


def _texts(text: Text) -> dict[str, str]:
    return {tag: value for tag, value in text.items() if value}


def _concept(concept: Concept | None) -> Json:
    return filled({"id": concept.id, "labels": _texts(concept.pref_label)}) if concept is not None else {}


def _concepts(found: Iterable[Concept]) -> list[Json]:
    return [_concept(concept) for concept in dict.fromkeys(found) if concept.id]


def _regions(issuer: Agent | None) -> tuple[Concept, ...]:
    return issuer.regions if isinstance(issuer, Organisation) else ()


def _body(body: Agent) -> Json:
    countries = body.countries if isinstance(body, Organisation) else ()
    return filled({"id": body.id, "labels": _texts(body.name), "bodyCountry": _concepts(countries)})


def _outcomes(learning: Learning) -> Iterator[Json]:
    for spec in learning.specifications:
        for outcome in spec.learning_outcome:
            skills = (*outcome.related_esco_skill, *outcome.related_skill)
            yield filled(
                {
                    "id": outcome.id,
                    "type": "LearningOutcome",
                    "labels": _texts(outcome.title),
                    "outcomeType": _concept(outcome.dc_type),
                    "relatedSkills": _concepts(skills),
                }
            )
        if spec.learning_outcome_summary is not None:
            yield filled({"type": "LearningOutcome", "labels": _texts(spec.learning_outcome_summary.note_literal)})


def _workload(learning: Learning) -> Json:
    specs = learning.specifications
    duration = next((spec.volume_of_learning for spec in specs if spec.volume_of_learning), "")
    credits = [credit for spec in specs for credit in spec.credit_point] or learning.achievement.credit_received
    return filled(
        {
            "type": "Workload",
            "workDuration": duration or next((a.workload for a in learning.activities if a.workload), ""),
            "creditAwards": [
                filled(
                    {
                        "type": "CreditAward",
                        "creditNumber": f"{number.normalize():f}",
                        "creditSystem": _concept(credit.framework),
                    }
                )
                for credit in credits
                if (number := points(credit)) is not None
            ],
        }
    )


def _levels(spec: LearningAchievementSpecification) -> tuple[Concept, ...]:
    if not isinstance(spec, Qualification):
        return ()
    return (*((spec.eqf_level,) if spec.eqf_level else ()), *spec.nqf_level)


def _assessment(assessment: LearningAssessment) -> Json:
    spec = assessment.specified_by
    notes = (*assessment.additional_note, *(spec.additional_note if spec else ()))
    seen = next(iter(remarks.find(notes, remarks.Supervision)), None)
    return filled(
        {
            "id": assessment.id,
            "type": "Assessment",
            "labels": _texts(assessment.title or (spec.title if spec else assessment.title)),
            "assessmentType": _concept(spec.dc_type if spec else None),
            "participationForms": _concepts(spec.mode if spec else ()),
            "supervisionAndIdentity": _concept(assessment.id_verification),
            "supervisionKind": seen.supervision.value if seen else "",
            "identityVerified": seen.identity_verified if seen else None,
            "gradeAchieved": _texts(assessment.grade.note_literal) if assessment.grade else {},
            "gradingScale": _texts(spec.grading_scheme.title) if spec and spec.grading_scheme else {},
        }
    )


def _modes(learning: Learning) -> Iterator[Concept]:
    for spec in learning.specifications:
        yield from spec.mode
    for activity in learning.activities:
        if activity.specified_by is not None:
            yield from activity.specified_by.mode


def _quality(parts: Parts, learning: Learning) -> Iterator[Json]:
    found: dict[Accreditation, None] = {}
    for spec in learning.specifications:
        found |= dict.fromkeys(spec.accreditation if isinstance(spec, Qualification) else ())
    for organisation in parts.organisations(learning):
        found |= dict.fromkeys(organisation.accreditation)
    yield from (_accreditation(one) for one in found)
    notes = tuple(notes_of(learning))
    for review in remarks.find(notes, remarks.ExternalQuality):
        yield filled(
            {
                "type": "QualityAssurance",
                "labels": _texts(review.label),
                "qualityStandard": review.standard.value,
                "qualityReport": review.url,
            }
        )
    for inner in remarks.find(notes, remarks.InternalQuality):
        yield filled(
            {
                "type": "QualityAssurance",
                "labels": _texts(inner.evidence),
                "qualityAspect": inner.aspect.value,
                "qualityReport": inner.url,
            }
        )


def _accreditation(one: Accreditation) -> Json:
    return filled(
        {
            "id": one.id,
            "type": "QualityAssurance",
            "labels": _texts(one.title),
            "qualityType": _concept(one.dc_type),
            "qualityAgency": _texts(one.accrediting_agent.name) if one.accrediting_agent else {},
            "qualityReport": one.report.content_url if one.report else "",
        }
    )


def _stackability(spec: LearningAchievementSpecification, learning: Learning) -> Json:
    said = next(iter(remarks.find(notes_of(learning), remarks.Stacking)), None)
    return filled(
        {
            "type": "Stackability",
            "partialQualification": spec.is_partial_qualification if isinstance(spec, Qualification) else None,
            "stackingOption": said.option.value if said else "",
            "stackingTargets": [filled({"id": one.id, "labels": _texts(one.title)}) for one in spec.is_part_of],
            "stackingRules": _texts(said.rules) if said else {},
        }
    )


def _further(spec: LearningAchievementSpecification, learning: Learning) -> Json:
    said = next(iter(remarks.find(notes_of(learning), remarks.FurtherInformation)), None)
    pages = [page.content_url for page in (*spec.homepage, *spec.supplementary_document)]
    pages += [said.url] if said else []
    return {
        "furtherInformation": _texts(said.text) if said else {},
        "furtherPages": list(dict.fromkeys(page for page in pages if page)),
    }
