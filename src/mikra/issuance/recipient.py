"""A row of a class list -> the person who is awarded. What the design does not ask for does not get in.

Names are never split, and have one value, in the learner's language: the shapes of EDC allow one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from mikra.errors import InputError
from mikra.issuance.award_id import AwardId, Part
from mikra.issuance.design import Ask, Design
from mikra.issuance.prototype import coded, concept, day
from mikra.model import (
    NO_TEXT,
    Concept,
    ContactPoint,
    Identifier,
    LearningAchievement,
    LegalIdentifier,
    Mailbox,
    Person,
    Text,
)


class Verbatim(str):
    """A text that is written as it is, where a day or an amount would be formatted first: a hole of a template."""

    __slots__ = ()


def asked(design: Design, row: Mapping[str, Any]) -> dict[str, Any]:
    """What the design takes of a row: empty values left out, and personal data that it has no purpose for."""
    learner = design.learner
    off = {
        "email": learner.email is Ask.OFF,
        "learner_id": learner.learner_id is Ask.OFF,
        "date_of_birth": not learner.date_of_birth,
        "national_id": not learner.national_id,
        "gender": not learner.gender,
        "nationality": not learner.nationality,
    }
    return {name: value for name, value in row.items() if value not in (None, "") and not off.get(name)}


def language_of(design: Design, row: Mapping[str, Any]) -> str:
    """The learner's language; the design's first where none is given. InputError for one that the design lacks."""
    language = row.get("language") or design.primary_language
    if language not in design.languages:
        raise InputError(
            "The design has no text in this learner's language.",
            where="language",
            found=str(language)[:20],
            expected=", ".join(design.languages),
            fix="Choose one of these, or leave it out.",
            code="design_language",
        )
    return str(language)


def calendar_day(value: Any, name: str) -> str:
    """xsd:dateTime of a day given as date or as text (ISO 8601). InputError for anything else."""
    if isinstance(value, Verbatim):
        return value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return day(value)
    try:
        if isinstance(value, str) and len(value) == 10:
            return day(dt.date.fromisoformat(value))
    except ValueError:
        pass
    raise InputError(
        "This is not a day.",
        where=name,
        found=str(value)[:40],
        expected="a date such as 2026-05-20",
        fix="Give the day alone, without a time.",
        code="cell_date_invalid",
    )


def person(design: Design, row: Mapping[str, Any], award_id: AwardId, achievement: LearningAchievement) -> Person:
    """The learner with the claim. `row` is what `asked` left of it."""
    language = language_of(design, row)

    def named(name: str) -> Text:
        return Text({language: str(row[name])}) if name in row else NO_TEXT

    joined = " ".join(str(row[name]) for name in ("given_name", "family_name") if name in row)
    return Person(
        id=award_id.node(Part.PERSON),
        given_name=named("given_name"),
        family_name=named("family_name"),
        full_name=named("full_name") or (Text({language: joined}) if joined else NO_TEXT),
        date_of_birth=calendar_day(row["date_of_birth"], "date_of_birth") if "date_of_birth" in row else "",
        gender=_coded("human_sex", row.get("gender")),
        citizenship_country=tuple(filter(None, [_coded("country", row.get("nationality"))])),
        national_id=_national_id(design, row, award_id),
        identifier=_learner_id(row, award_id),
        contact_point=_contact(row, award_id),
        has_claim=(achievement,),
    )


def _coded(scheme: str, value: Any) -> Concept | None:
    return coded(scheme, str(value)) if value else None


def _national_id(design: Design, row: Mapping[str, Any], award_id: AwardId) -> LegalIdentifier | None:
    """EDC demands the country of a national number: the issuer's, where these are given."""
    if "national_id" not in row:
        return None
    identifier = award_id.node(Part.NATIONAL_ID)
    return LegalIdentifier(id=identifier, notation=str(row["national_id"]), spatial=concept(design.issuer.country))


def _learner_id(row: Mapping[str, Any], award_id: AwardId) -> tuple[Identifier, ...]:
    if "learner_id" not in row:
        return ()
    identifier = award_id.node(Part.LEARNER_ID)
    return (Identifier(id=identifier, notation=str(row["learner_id"]), scheme_name="Learner number"),)


def _contact(row: Mapping[str, Any], award_id: AwardId) -> tuple[ContactPoint, ...]:
    if "email" not in row:
        return ()
    mailbox = Mailbox(id=f"mailto:{row['email']}")
    return (ContactPoint(id=award_id.node(Part.CONTACT), email_address=(mailbox,)),)
