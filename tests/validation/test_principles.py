"""The ten principles of Annex II: every question asked, and answered, by example."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra import messages
from mikra.model import Text, decode, remarks
from mikra.model.remarks import QualityAspect
from mikra.validation.annex1 import Stage
from mikra.validation.principles import Standing, check_principles, principles_of
from tests.validation.mutations import MUTATIONS, mutated
from tests.validation.samples import (
    REMOVED,
    accreditation,
    changed,
    concept,
    credential,
    en,
    note,
    organisation,
    private,
    remark,
)


def internal(aspect: QualityAspect, **more: Any) -> remarks.InternalQuality:
    members = {"date": "2025-10-01", "evidence": Text(en="Minutes of the board"), **more}
    return remarks.InternalQuality(aspect=aspect, **members)


REMARKS: list[remarks.Remark] = [
    *(internal(aspect) for aspect in QualityAspect),
    remarks.ExternalQuality(standard=remarks.QualityStandard.ESG, reviewed="2024-01-01", next_review="2029-01-01"),
    remarks.Need(statement=Text(en="Workshops lack people who know batteries.")),
    remarks.Endorsement(by=Text(en="Guild of bicycle makers")),
    remarks.ReviewBy(date="2028-01-01"),
    remarks.Route(route=remarks.RouteKind.COURSE),
    remarks.QfEhea(cycle=remarks.Cycle.SHORT),
]
PAGE = {"type": "DisplayDetail", "page": 1, "image": {"type": "MediaObject", "content": "AA=="}}


def exemplary(
    *, without: type[remarks.Remark] | None = None, also: tuple[remarks.Remark, ...] = (), **changes: Any
) -> dict[str, Any]:
    """A document that answers every question; but for the changes, and without the remarks of one kind."""
    kept = [r for r in REMARKS if without is None or not isinstance(r, without)]
    written = [remark(r) for r in (*kept, *also)]
    start = {
        "s__additionalNote": written,
        "s__targetGroup": [concept("target_group", "migrants")],
        "p__specifiedBy__supplementaryDocument": [
            {"type": "WebResource", "contentURL": "https://hills.example/criteria"}
        ],
        "p__specifiedBy__description": en("Ten faults in an hour."),
        "p__assessedBy": [organisation("urn:uuid:guild", "Guild of bicycle makers")],
        "issuer__location__0__spatialCode": [concept("atu", "AUT_BLD_TIROL")],
        "displayParameter__individualDisplay": [{"type": "IndividualDisplay", "displayDetail": [PAGE]}],
    }
    given = {**start, **changes}
    return changed(**{place: v for place, v in given.items() if v is not REMOVED or place not in start})


def asked(document: dict[str, Any], **more: Any) -> list[str]:
    return [finding.rule for finding in check_principles(decode(document), **more)]


def test_an_exemplary_credential_meets_all_ten() -> None:
    found = principles_of(decode(exemplary()))
    assert [principle.number for principle in found if principle.standing is not Standing.MET] == []
    assert [principle.rule for principle in found] == [f"principle.{number}" for number in range(1, 11)]


VALIDATED = (remarks.Route(route=remarks.RouteKind.VALIDATION),)
CASES: list[tuple[str, dict[str, Any]]] = [
    ("1.external", {"without": remarks.ExternalQuality, "s__accreditation": REMOVED}),
    (
        "1.external.review",
        {"also": (remarks.ExternalQuality(standard=remarks.QualityStandard.ESG, next_review="2026-01-01"),)},
    ),
    ("1.external.review", {"s__accreditation": [accreditation(reviewDate="2026-05-19T00:00:00Z")]}),
    ("1.internal.date", {"also": (internal(QualityAspect.COURSE, date=""),)}),
    ("1.internal.evidence", {"also": (internal(QualityAspect.COURSE, evidence=Text()),)}),
    ("2.outcomes", {"s__learningOutcome": REMOVED}),
    ("2.workload", {"s__volumeOfLearning": REMOVED, "s__creditPoint": REMOVED}),
    ("2.level", {"without": remarks.QfEhea, "s__eqfLevel": REMOVED}),
    ("2.content", {"s__description": REMOVED}),
    ("2.ects", {"s__creditPoint": REMOVED}),
    ("2.cycle", {"without": remarks.QfEhea}),
    ("3.need", {"without": remarks.Need}),
    ("3.endorsement", {"without": remarks.Endorsement}),
    ("3.review-by", {"without": remarks.ReviewBy}),
    ("3.review-by.passed", {"without": remarks.ReviewBy, "also": (remarks.ReviewBy(date="2026-05-19"),)}),
    (
        "4.criteria",
        {"p__specifiedBy__description": REMOVED, "p__specifiedBy__supplementaryDocument": REMOVED},
    ),
    ("4.criteria.link", {"p__specifiedBy__supplementaryDocument": REMOVED}),
    ("4.assessor", {"p__assessedBy": REMOVED}),
    ("5.stackability", {"s__isPartialQualification": REMOVED}),
    ("5.route", {"without": remarks.Route, "a__influencedBy": REMOVED}),
    ("6.elements", {"p__specifiedBy": {"title": en(" ")}, "p__title": en(" ")}),
    ("7.format", {"@context": ["https://elsewhere.example/context"]}),
    ("7.display", {"displayParameter__individualDisplay": REMOVED}),
    ("8.target-group", {"s__targetGroup": REMOVED}),
    ("9.holder", {"credentialSubject__fullName": REMOVED}),
    ("9.holder", {"credentialSubject__fullName": REMOVED, "credentialSubject__givenName": en("Žofie")}),
    ("9.legal-identity", {"issuer__eIDASIdentifier": REMOVED}),
    ("9.legal-identity", {"issuer__legalName": REMOVED, "issuer__prefLabel": en("Hills")}),
    ("9.date", {"issued": REMOVED, "a__awardedBy__awardingDate": REMOVED}),
    ("9.place", {"issuer__location__0__spatialCode": REMOVED}),
    ("10.page", {"s__homepage": REMOVED}),
    ("10.contact", {"issuer__homepage": REMOVED}),
]


@pytest.mark.parametrize(("rule", "changes"), CASES, ids=[f"{r}-{i}" for i, (r, _) in enumerate(CASES)])
def test_what_is_not_stated_is_asked(rule: str, changes: dict[str, Any]) -> None:
    found = asked(exemplary(**changes))
    assert f"principle.{rule}" in found
    assert f"principle.{rule}" not in asked(exemplary())


@pytest.mark.parametrize("aspect", QualityAspect)
def test_every_aspect_of_internal_quality_assurance_is_asked(aspect: QualityAspect) -> None:
    others = tuple(internal(other) for other in QualityAspect if other is not aspect)
    found = asked(exemplary(without=remarks.InternalQuality, also=others))
    learner = ["principle.8.feedback"] if aspect is QualityAspect.LEARNER_FEEDBACK else []
    assert found == [f"principle.1.internal.{aspect.value}", *learner]


def test_a_validated_achievement_needs_no_course() -> None:
    others = tuple(internal(other) for other in QualityAspect if other is not QualityAspect.COURSE)
    kept = {"without": remarks.InternalQuality, "also": (*others, *VALIDATED)}
    assert asked(exemplary(**kept)) == ["principle.1.internal.course"], "a course and a validation: both are looked at"
    document = exemplary(without=remarks.InternalQuality, also=others)
    notes = document["credentialSubject"]["hasClaim"][0]["specifiedBy"]["additionalNote"]
    notes[:] = [n for n in notes if n["subject"]["notation"] != "route"] + [remark(VALIDATED[0])]
    assert asked(document) == []


def test_dates_that_contradict_are_warnings_and_told() -> None:
    document = exemplary(without=remarks.ReviewBy, also=(remarks.ReviewBy(date="2026-05-19"),))
    (finding,) = check_principles(decode(document))
    assert finding.severity.value == "warning"
    assert finding.what.text() == "It was to be reviewed by 19 May 2026; it was awarded after that."
    assert check_principles(decode(document), at_award=date(2026, 5, 19)) == ()
    assert len(check_principles(decode(document), at_award=date(2026, 5, 20))) == 1


def test_questions_never_block_and_name_their_clause() -> None:
    for finding in check_principles(credential()):
        assert finding.severity.value == "question"
        number = finding.rule.split(".")[1]
        assert finding.clause == f"Council Recommendation of 16 June 2022, Annex II, principle {number}"
        assert finding.where.startswith("/")


def test_standings() -> None:
    floor = changed(
        a__specifiedBy=REMOVED,
        a__provenBy=REMOVED,
        a__influencedBy=REMOVED,
        issuer={"id": "did:web:zed.example", "type": "Organisation"},
        credentialSubject__fullName=REMOVED,
        issued=REMOVED,
        a__awardedBy__awardingDate=REMOVED,
    )
    found = {p.number: p.standing for p in principles_of(decode(floor))}
    nothing = {number for number, standing in found.items() if standing is Standing.NOT_STATED}
    assert nothing == {1, 2, 3, 4, 5, 8, 9, 10}
    assert found[6] is Standing.PARTLY
    plain = {p.number: p.standing for p in principles_of(credential())}
    assert plain[1] is Standing.PARTLY
    assert plain[2] is Standing.PARTLY
    assert plain[10] is Standing.MET


def test_of_a_design_nothing_is_asked_that_comes_with_the_award() -> None:
    design = exemplary(
        credentialSubject__fullName=REMOVED,
        issued=REMOVED,
        validFrom=REMOVED,
        a__awardedBy__awardingDate=REMOVED,
        p__assessedBy=REMOVED,
        displayParameter=REMOVED,
        displayParameter__individualDisplay=REMOVED,
    )
    assert asked(design, stage=Stage.DESIGN) == []
    at_award = {"principle.9.holder", "principle.9.date", "principle.4.assessor", "principle.7.display"}
    assert at_award <= set(asked(design))
    portable = principles_of(decode(design), stage=Stage.DESIGN)[6]
    assert portable.standing is Standing.NOT_APPLICABLE


def test_the_place_of_the_award_is_a_place() -> None:
    bare = {"issuer__location__0__spatialCode": REMOVED}
    assert asked(exemplary(**bare)) == ["principle.9.place"]
    held = {"type": "Location", "address": [{"type": "Address", "countryCode": concept("country", "LT")}]}
    assert asked(exemplary(a__awardedBy__location=held, **bare)) == []
    street = {"type": "Address", "countryCode": concept("country", "CZ"), "fullAddress": note("1 Hill Road, Brno")}
    assert asked(exemplary(issuer__location__0__address=[street], **bare)) == []


def test_other_signs_of_higher_education() -> None:
    """A cycle is asked for only where ECTS meet a level from 5 on."""
    low = {"without": remarks.QfEhea, "s__eqfLevel": concept("eqf", "4")}
    assert asked(exemplary(**low)) == []
    hours = {"without": remarks.QfEhea, "s__creditPoint": REMOVED}
    assert asked(exemplary(**hours)) == []
    own = {"without": remarks.QfEhea, "s__eqfLevel": private("five")}
    assert asked(exemplary(**own)) == []


def test_every_question_has_words_and_every_word_its_question() -> None:
    keys = set(messages.catalogue("principles", "en"))
    asked_for = {f"{rule}" for rule, _ in CASES} | {f"1.internal.{aspect.value}" for aspect in QualityAspect}
    asked_for |= {"8.feedback"}
    expected = {key for rule in asked_for for key in (rule, f"{rule}.fix")}
    expected |= {f"{number}.why" for number in range(1, 11)}
    expected |= {f"standing.{standing.value.replace(' ', '-')}" for standing in Standing}
    assert keys == expected


def test_names_are_those_of_the_law() -> None:
    found = principles_of(credential())
    assert found[8].name("ro") == "Autenticitate"
    assert found[2].name("bg") == "Значимост"
    told = json.loads(json.dumps([p.as_dict("cs") for p in found]))
    assert told[2]["standing"] == "not stated"
    assert told[2]["findings"][0]["what"] == "Není uvedena potřeba, na kterou odpovídá."


@settings(max_examples=150)
@given(MUTATIONS, st.sampled_from(Stage))
def test_odd_documents_are_taken(mutations: list[tuple[tuple[Any, ...], Any]], stage: Stage) -> None:
    found = principles_of(decode(mutated(mutations)), stage=stage)
    assert len(found) == 10
    json.dumps([principle.as_dict("lt") for principle in found])


@pytest.mark.published
def test_the_official_sample(published: Path) -> None:
    document = json.loads((published / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes())
    found = principles_of(decode(json.loads(document["payload"])))
    assert {p.number for p in found if p.standing is Standing.MET} == {5, 7, 9}
    assert {p.number for p in found if p.standing is Standing.NOT_STATED} == {1, 3, 8}
