"""Claims of a learning credential in a wallet (the EU's type and our own), read into the model as far as they go.

What the two types say in words only (the form of participation, the type of assessment) stays words: no value of the
EU's lists is guessed from its label.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mikra import vocabulary
from mikra.formats.loose import Json, listed, text, texts
from mikra.formats.open_badges import UNKNOWN_LANGUAGE
from mikra.model import (
    Address,
    AwardingProcess,
    Concept,
    Credential,
    CreditPoint,
    Identifier,
    LearningAchievement,
    LearningAssessment,
    LearningOutcome,
    Location,
    Note,
    Organisation,
    Person,
    Qualification,
    WebResource,
)


def read_claims(claims: Mapping[str, Any]) -> Credential:
    """The model of the claims, all disclosed. Nothing raises on what they hold."""
    language = text(claims.get("language")) or UNKNOWN_LANGUAGE
    title = texts(claims.get("achievement_title"), language)
    claim = LearningAchievement(
        id=text(claims.get("award_id")),
        title=title,
        description=texts(claims.get("achievement_description"), language),
        awarded_by=AwardingProcess(
            awarding_body=tuple(
                Organisation(legal_name=texts(name, language)) for name in listed(claims.get("awarding_body"))
            ),
            awarding_date=text(claims.get("date_of_award")),
        ),
        specified_by=_specification(claims, language),
        proven_by=_graded(claims, language),
    )
    return Credential(
        id=text(claims.get("award_id")),
        issuer=Organisation(
            legal_name=texts(claims.get("issuing_authority"), language),
            location=_place(text(claims.get("issuing_country"))),
        ),
        credential_subject=_person(claims, language, claim),
        issued=text(claims.get("date_of_issuance")),
        valid_from=text(claims.get("date_of_issuance")),
        valid_until=text(claims.get("date_of_expiry")),
    )


def _place(code: str) -> tuple[Location, ...]:
    known = vocabulary.entries("country") if len(code) == 2 else ()
    found = [entry.iri for entry in known if entry.slug.casefold() == code.casefold()]
    return tuple(Location(address=(Address(country_code=Concept(id=iri)),)) for iri in found[:1])


def _person(claims: Json, language: str, claim: LearningAchievement) -> Person:
    number = text(claims.get("learner_identification"))
    return Person(
        full_name=texts(claims.get("full_name"), language),
        family_name=texts(claims.get("family_name"), language),
        given_name=texts(claims.get("given_name"), language),
        date_of_birth=text(claims.get("birthdate")),
        identifier=(Identifier(notation=number),) if number else (),
        has_claim=(claim,),
    )


def _specification(claims: Json, language: str) -> Qualification:
    level, ects = claims.get("level_of_learning_experience"), claims.get("ects")
    eqf = next((e.iri for e in vocabulary.entries("eqf") if type(level) is int and e.code == str(level)), "")
    system = Concept(id=vocabulary.entry("credit", "ects").iri)
    wanted = [value for value in listed(claims.get("prerequisites_to_enroll")) if isinstance(value, str)]
    pages = [p for p in listed(claims.get("further_information")) if isinstance(p, str) and p.startswith("http")]
    return Qualification(
        title=texts(claims.get("achievement_title"), language),
        learning_outcome=tuple(
            LearningOutcome(title=texts(one, language)) for one in listed(claims.get("learning_outcomes"))
        ),
        eqf_level=Concept(id=eqf) if eqf else None,
        credit_point=(CreditPoint(point=f"{ects:g}", framework=system),)
        if isinstance(ects, int | float) and not isinstance(ects, bool)
        else (),
        entry_requirement=Note(note_literal=texts("; ".join(wanted), language)) if wanted else None,
        homepage=tuple(WebResource(content_url=page) for page in pages),
    )


def _graded(claims: Json, language: str) -> tuple[LearningAssessment, ...]:
    grade = texts(claims.get("assessment_grade"), language)
    return (LearningAssessment(grade=Note(note_literal=grade)),) if grade else ()
