"""The columns of a class list: what differs per learner, and only what the design asks for."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from mikra import messages, vocabulary
from mikra.issuance.columns import fields_of
from mikra.issuance.design import Ask, Grading, LearnerData, NameForm
from mikra.issuance.fields import FieldKind, RosterField
from mikra.model import Text
from tests.issuance.designs import EXAMPLES, example

WATER, WELDING, DIGITAL = map(example, EXAMPLES)
PERSONAL = ("date_of_birth", "national_id", "gender", "nationality")


def columns(**learner: Any) -> dict[str, RosterField]:
    design = dataclasses.replace(WATER, learner=LearnerData(**learner))
    return {field.name: field for field in fields_of(design)}


def test_the_examples() -> None:
    assert [[field.name for field in fields_of(design)] for design in (WATER, WELDING, DIGITAL)] == [
        [
            *("given_name", "family_name", "full_name", "email", "learner_id", "date_of_birth", "course", "completed"),
            *("grade", "supervision", "identity_verified", "language"),
        ],
        [
            *("given_name", "family_name", "email", "learner_id", "course", "completed"),
            *("grade", "supervision", "identity_verified", "language"),
        ],
        ["full_name", "email", "course", "completed", "grade", "supervision", "identity_verified", "language"],
    ]


@pytest.mark.parametrize("member", PERSONAL)
def test_personal_data_is_asked_for_where_it_has_a_purpose_alone(member: str) -> None:
    assert member not in columns()
    asked = columns(**{member: Text(en="To tell learners apart")})
    assert asked[member].required
    assert asked[member].note == "To tell learners apart"
    assert not {*PERSONAL} - {member} & asked.keys() - {member}


@pytest.mark.parametrize("member", ["email", "learner_id"])
@pytest.mark.parametrize("ask", list(Ask))
def test_what_is_asked_for(member: str, ask: Ask) -> None:
    found = columns(**{member: ask})
    assert (member in found) == (ask is not Ask.OFF)
    assert member not in found or found[member].required == (ask is Ask.REQUIRED)


def test_name_forms() -> None:
    names = ("given_name", "family_name", "full_name")
    forms = {form: [(n, c[n].required) for n in names if n in c] for form in NameForm for c in [columns(name=form)]}
    assert forms[NameForm.GIVEN_AND_FAMILY] == [("given_name", True), ("family_name", True)]
    assert forms[NameForm.FULL] == [("full_name", True)]
    assert forms[NameForm.EITHER] == [("given_name", True), ("family_name", True), ("full_name", False)]


def test_grades() -> None:
    def grade(grading: Grading) -> RosterField:
        first = dataclasses.replace(WATER.assessment[0], grading=grading)
        return {f.name: f for f in fields_of(dataclasses.replace(WATER, assessment=(first,)))}["grade"]

    passing = Text(en="5")
    assert (grade(Grading(grades=("5", "6"))).choices, grade(Grading(grades=("5", "6"))).required) == (("5", "6"), True)
    assert not grade(Grading(grades=("5", "6"), passing=passing)).required
    assert (grade(Grading()).kind, grade(Grading()).required) == (FieldKind.TEXT, True)
    assert not grade(Grading(passing=passing)).required
    assert "grade" not in {f.name for f in fields_of(dataclasses.replace(WATER, assessment=()))}


def test_supervision_is_understood_in_five_languages() -> None:
    (field,) = (f for f in fields_of(WATER) if f.name == "supervision")
    assert field.choices == ("none", "online", "on-site")
    for language in messages.LANGUAGES:
        for kind in field.choices:
            assert field.choice_labels[vocabulary.fold(messages.text(f"note.value.{kind}", language))] == kind


def test_language_and_course() -> None:
    found = {field.name: field for field in fields_of(WATER)}
    assert found["language"].choices == WATER.languages
    assert found["course"].choices == ("WATER-Q",)
    one = dataclasses.replace(WATER, languages=("en",))
    assert "language" not in {field.name for field in fields_of(one)}
