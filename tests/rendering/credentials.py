"""Credentials to draw: an ordinary one, with anything that a test wants to be otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mikra import messages, vocabulary
from mikra.model import (
    Accreditation,
    Address,
    AwardingProcess,
    Concept,
    Credential,
    CreditPoint,
    LearningAchievement,
    LearningActivity,
    LearningActivitySpecification,
    LearningAssessment,
    LearningAssessmentSpecification,
    LearningOutcome,
    Location,
    Note,
    Organisation,
    Person,
    Qualification,
    Text,
    remarks,
)

OUTCOMES = (
    "Plan a sampling campaign for a catchment of up to 50 km², and defend the choice of sites.",
    "Take, preserve and label surface-water samples so that an accredited laboratory accepts them.",
    "Measure pH, conductivity, dissolved oxygen and nitrate in the field, and state the uncertainty.",
    "Write a two-page finding that a municipality can act on.",
)
TITLE = Text(en="Water quality monitoring in small catchments", cs="Sledování jakosti vody v malých povodích")


def concept(scheme: str, key: str) -> Concept:
    entry = vocabulary.entry(scheme, key)
    return Concept(id=entry.iri, pref_label=Text(dict(entry.official)))


def organisation(name: str, country: str) -> Organisation:
    address = Address(country_code=concept("country", country))
    return Organisation(id=f"urn:{name}", legal_name=Text(en=name), location=(Location(address=(address,)),))


PODYJI = organisation("Podyjí University", "CZ")
ALFOLD = organisation("Alföld University, Szeged", "HU")


def noted(*given: remarks.Remark) -> tuple[Note, ...]:
    return tuple(remarks.write(remark, languages=messages.LANGUAGES) for remark in given)


def specification(outcomes: Sequence[str] = OUTCOMES) -> Qualification:
    bureau = organisation("National Accreditation Bureau", "CZ")
    return Qualification(
        learning_outcome=tuple(LearningOutcome(title=Text(en=words)) for words in outcomes),
        credit_point=(CreditPoint(framework=concept("credit", "ects"), point="3"),),
        volume_of_learning="PT81H",
        eqf_level=concept("eqf", "6"),
        mode=(concept("mode", "blended"),),
        accreditation=(Accreditation(title=Text(en="Institutional accreditation"), accrediting_agent=bureau),),
        additional_note=noted(
            remarks.QfEhea(cycle=remarks.Cycle.FIRST),
            remarks.ExternalQuality(standard=remarks.QualityStandard.ESG, label=Text(en="DEQAR")),
            remarks.InternalQuality(aspect=remarks.QualityAspect.COURSE, date="2026-02-12"),
        ),
    )


def assessment(grade: str = "") -> LearningAssessment:
    supervision = remarks.Supervision(supervision=remarks.SupervisionKind.ON_SITE, identity_verified=True)
    return LearningAssessment(
        title=Text(en="Field practical"),
        specified_by=LearningAssessmentSpecification(
            title=Text(en="Field practical"), dc_type=concept("assessment", "practical-assessment")
        ),
        grade=Note(note_literal=Text(en=grade)) if grade else None,
        additional_note=noted(supervision),
    )


def credential(
    *,
    title: Text = TITLE,
    outcomes: Sequence[str] = OUTCOMES,
    bodies: Sequence[Organisation] = (PODYJI, ALFOLD),
    learner: Person | None = None,
    grade: str = "",
    awarded: str = "",
) -> Credential:
    activity = LearningActivitySpecification(dc_type=(concept("learning_activity", "lab-simulation-practice"),))
    achievement = LearningAchievement(
        title=title,
        specified_by=specification(outcomes),
        proven_by=(assessment(grade),),
        influenced_by=(LearningActivity(title=Text(en="Course"), specified_by=activity, workload="PT81H"),),
        awarded_by=AwardingProcess(awarding_body=tuple(bodies), awarding_date=awarded),
    )
    person = learner or Person()
    return Credential(
        issuer=PODYJI,
        credential_subject=Person(
            full_name=person.full_name,
            given_name=person.given_name,
            family_name=person.family_name,
            date_of_birth=person.date_of_birth,
            has_claim=(achievement,),
        ),
    )


def named(name: str, **more: Any) -> Credential:
    """The ordinary credential of a learner."""
    return credential(learner=Person(full_name=Text(en=name)), **more)
