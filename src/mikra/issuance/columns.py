"""Which columns a class list has for a given design: only what differs per learner, and only what the design asks."""

from __future__ import annotations

from mikra import messages, vocabulary
from mikra.issuance.design import Ask, Design, NameForm
from mikra.issuance.fields import FieldKind, RosterField, standard_field
from mikra.model.remarks import SupervisionKind
from mikra.model.text import Text


def fields_of(design: Design) -> tuple[RosterField, ...]:
    """The fields, in the order of a template. Personal data that has no purpose in the design is not among them."""
    found = [*_names(design), *_contact(design), *_personal(design), standard_field("course", choices=(design.code,))]
    found.append(standard_field("completed"))
    found += _assessment(design)
    if len(design.languages) > 1:
        found.append(standard_field("language", choices=design.languages))
    return tuple(found)


def _names(design: Design) -> list[RosterField]:
    form = design.learner.name
    split = [standard_field(name, required=True) for name in ("given_name", "family_name")]
    if form is NameForm.GIVEN_AND_FAMILY:
        return split
    full = standard_field("full_name", required=form is NameForm.FULL)
    return [full] if form is NameForm.FULL else [*split, full]


def _contact(design: Design) -> list[RosterField]:
    asked = [("email", design.learner.email), ("learner_id", design.learner.learner_id)]
    return [standard_field(name, required=ask is Ask.REQUIRED) for name, ask in asked if ask is not Ask.OFF]


def _personal(design: Design) -> list[RosterField]:
    asked: list[tuple[str, Text]] = [
        ("date_of_birth", design.learner.date_of_birth),
        ("national_id", design.learner.national_id),
        ("gender", design.learner.gender),
        ("nationality", design.learner.nationality),
    ]
    return [
        standard_field(name, required=True, note=purpose.best(design.primary_language))
        for name, purpose in asked
        if purpose
    ]


def _assessment(design: Design) -> list[RosterField]:
    if not design.assessment:
        return []
    first = design.assessment[0]
    found = [_grade(first.grading.grades, bool(first.grading.passing))]
    found.append(standard_field("supervision", choice_labels=_supervision_labels()))
    found.append(standard_field("identity_verified"))
    return found


def _grade(grades: tuple[str, ...], has_default: bool) -> RosterField:
    if grades:
        return standard_field("grade", choices=grades, required=not has_default)
    return standard_field("grade", kind=FieldKind.TEXT, required=not has_default)


def _supervision_labels() -> dict[str, str]:
    labels = {}
    for kind in SupervisionKind:
        for language in messages.LANGUAGES:
            labels[vocabulary.fold(messages.text(f"note.value.{kind.value}", language))] = kind.value
    return labels
