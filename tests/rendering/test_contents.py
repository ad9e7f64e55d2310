"""What stands on a page: all that Annex I asks for, in the order of reading, and nothing of the learner's."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from mikra import messages
from mikra.model import (
    AwardingProcess,
    Concept,
    Credential,
    Identifier,
    LearningAchievement,
    LearningAssessment,
    Note,
    Person,
    Qualification,
    Text,
    remarks,
)
from mikra.rendering.contents import Field, PageContents, holder_contents, page_contents
from tests.rendering.credentials import ALFOLD, PODYJI, concept, credential, noted, organisation

CANARIES = (
    "Zvonimira Kanarević",
    "Zvonimira",
    "Kanarević",
    "1988-11-29",
    "29 November",
    "Grade-9Q",
    "2026-05-03",
    "3 May",
)


def contents(given: Credential, language: str = "en", **how: object) -> PageContents:
    settings = {"demonstration": False, "verify_url": "", "with_holder": False} | how
    return page_contents(given, language, **settings)


def field(page: PageContents, label: str) -> Field | None:
    return next((f for f in page.fields if f.label == label), None)


def values(given: Credential, label: str, language: str = "en") -> tuple[str, ...]:
    found = field(contents(given, language), label)
    return found.values if found else ()


def with_achievement(achievement: LearningAchievement) -> Credential:
    return Credential(issuer=PODYJI, credential_subject=Person(has_claim=(achievement,)))


def canary() -> Credential:
    person = Person(
        full_name=Text(en=CANARIES[0]),
        given_name=Text(en=CANARIES[1]),
        family_name=Text(en=CANARIES[2]),
        date_of_birth="1988-11-29T00:00:00Z",
    )
    given = credential(learner=person, grade="Grade-9Q", awarded="2026-05-03T00:00:00+02:00")
    return replace(given, issued="2026-05-03T10:00:00Z", valid_until="2030-05-03T10:00:00Z")


@pytest.mark.parametrize("with_holder", [False, True])
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_page_has_nothing_of_the_learners(language: str, with_holder: bool) -> None:
    said = orjson.dumps(contents(canary(), language, with_holder=with_holder)).decode()
    assert [c for c in CANARIES if c in said] == []


def test_the_page_of_a_learner_is_the_page_of_the_edition() -> None:
    assert contents(canary()) == contents(credential())


def test_the_holders_part_has_name_date_and_grade() -> None:
    holder = holder_contents(canary(), "en")
    assert holder.name == "Zvonimira Kanarević"
    assert [(f.label, f.values) for f in holder.fields] == [("Awarded on", ("3 May 2026",)), ("Grade", ("Grade-9Q",))]
    assert "1988" not in orjson.dumps(holder).decode()


def test_without_award_date_the_day_of_issue_is_shown() -> None:
    given = replace(credential(grade="B"), issued="2026-07-01T10:00:00Z")
    assert holder_contents(given, "en").fields[0].values == ("1 July 2026",)


def test_a_credential_without_learner_has_an_empty_holder() -> None:
    assert (holder_contents(Credential(), "en").name, holder_contents(Credential(), "en").fields) == ("", ())


def test_everything_in_the_order_of_reading() -> None:
    page = contents(credential())
    assert (page.kind, page.title) == ("Micro-credential", "Water quality monitoring in small catchments")
    assert [(b.name, b.country) for b in page.bodies] == [
        ("Podyjí University", "Czechia"),
        ("Alföld University, Szeged", "Hungary"),
    ]
    assert len(page.outcomes) == 4
    assert [(f.label, f.values) for f in page.fields] == [
        ("Workload", ("3 ECTS, 81 h",)),
        ("Level", ("EQF level 6", "First cycle")),
        ("Assessment", ("Practical assessment",)),
        ("Identity check", ("Supervised on site, identity verified",)),
        ("Form of participation", ("Blended", "Lab / simulation / practice coursework")),
        (
            "Quality assurance",
            (
                "Institutional accreditation, National Accreditation Bureau",
                "ESG: quality assurance in the European Higher Education Area, DEQAR",
                "Internal: course",
            ),
        ),
    ]


def test_texts_fall_back_and_own_words_follow_the_language() -> None:
    page = contents(credential(), "cs")
    assert page.title == "Sledování jakosti vody v malých povodích"
    assert page.bodies[0].country == "Česko"
    assert page.outcomes[0].startswith("Plan a sampling")
    assert page.heading == "Co držitel zná a umí"
    assert contents(credential(), "de").heading == "What the holder can do"
    assert contents(credential(), "de").language == "en"


def test_what_is_not_stated_is_said_so() -> None:
    page = contents(Credential())
    assert page.outcomes == ("not stated by the issuer",)
    assert [f.label for f in page.fields] == ["Workload", "Assessment", "Form of participation", "Quality assurance"]
    assert all(f.values == ("not stated by the issuer",) and not f.stated for f in page.fields)
    assert all(f.stated for f in contents(credential()).fields)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_note_of_annex_i_is_on_every_page(language: str) -> None:
    page = contents(credential(), language)
    assert messages.text("page.no_claim", language) in page.notes
    assert messages.catalogue("page", language)["no_claim"] == page.notes[-1]


def test_a_demonstration_says_so_when_told_and_by_itself() -> None:
    assert contents(credential()).notice is None
    told = contents(credential(), demonstration=True).notice
    marked = replace(credential(), identifier=(Identifier(notation="demonstration", scheme_name="x"),))
    assert told
    assert told.title == "Demonstration, no value"
    assert contents(marked).notice == told


def test_an_address_is_shown_only_when_there_is_one() -> None:
    assert contents(credential()).verify == ""
    assert contents(credential(), verify_url="https://v.example").verify == "Check it at https://v.example"


def test_an_issuer_by_mandate_is_named_besides() -> None:
    assert contents(credential()).issuer == ""
    agency = organisation("Agency for Learning", "BG")
    assert contents(replace(credential(), issuer=agency)).issuer == "Issued by Agency for Learning, Bulgaria"


def test_persons_among_the_awarding_bodies_are_not_shown() -> None:
    process = AwardingProcess(awarding_body=(Person(full_name=Text(en="Prof. Kanarević")), ALFOLD))
    page = contents(with_achievement(LearningAchievement(title=Text(en="T"), awarded_by=process)))
    assert [b.name for b in page.bodies] == ["Alföld University, Szeged"]


def test_many_bodies_are_counted() -> None:
    page = contents(credential(bodies=[organisation(f"University {n}", "NL") for n in range(8)]))
    assert ([b.name for b in page.bodies], page.bodies_left) == (
        ["University 0", "University 1", "University 2"],
        "and 5 more",
    )


def test_what_is_left_out_has_words_ready() -> None:
    page = contents(credential(outcomes=["Weld"] * 3))
    assert page.more == ("", "and 1 more", "and 2 more", "and 3 more")


def test_a_summary_of_outcomes_stands_in_for_them() -> None:
    spec = Qualification(learning_outcome_summary=Note(note_literal=Text(en="Can weld.")))
    assert contents(with_achievement(LearningAchievement(title=Text(en="T"), specified_by=spec))).outcomes == (
        "Can weld.",
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("unsupervised-without-id", "Unsupervised, identity not verified"),
        ("supervised-with-id", "Supervised, identity verified"),
        ("unsupervised-with-id", "Unsupervised, identity verified"),
    ],
)
def test_the_eus_concept_of_supervision_is_read(key: str, said: str) -> None:
    proven = LearningAssessment(title=Text(en="T"), id_verification=concept("supervision", key))
    assert values(with_achievement(LearningAchievement(proven_by=(proven,))), "Identity check") == (said,)


def test_a_foreign_concept_of_supervision_keeps_its_words() -> None:
    own = Concept(id="urn:epass:concept:1", pref_label=Text(en="Watched by camera"))
    proven = LearningAssessment(title=Text(en="T"), id_verification=own)
    assert values(with_achievement(LearningAchievement(proven_by=(proven,))), "Identity check") == (
        "Watched by camera",
    )
    assert values(with_achievement(LearningAchievement()), "Identity check") == ()


def test_validation_of_prior_learning_is_a_form_of_participation() -> None:
    route = remarks.Route(route=remarks.RouteKind.VALIDATION)
    given = with_achievement(LearningAchievement(additional_note=noted(route)))
    assert values(given, "Form of participation") == ("Validation of prior learning",)
    course = with_achievement(LearningAchievement(additional_note=noted(remarks.Route(route=remarks.RouteKind.COURSE))))
    assert values(course, "Form of participation") == ("not stated by the issuer",)


def test_a_field_names_three_values_and_counts_the_rest() -> None:
    kinds = ("quiz", "portfolio", "oral-examination", "project-work", "peer-review")
    proven = tuple(
        LearningAssessment(title=Text(en=kind.replace("-", " ")), id_verification=None) for kind in (*kinds, "quiz")
    )
    said = values(with_achievement(LearningAchievement(proven_by=proven)), "Assessment")
    assert said == ("Quiz", "Portfolio", "Oral examination", "and 2 more")
