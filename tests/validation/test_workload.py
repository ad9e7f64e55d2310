"""Credits, hours and durations, and the questions that they raise: each beside the twin that raises none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.model import Concept, CreditPoint, Text
from mikra.validation import workload
from mikra.validation.sanity import check_sanity
from tests.validation.samples import ACTIVITY, REMOVED, concept, credential, private


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT60H", "60"),
        ("PT1H30M", "1.5"),
        ("PT90M", "1.5"),
        ("PT5400S", "1.5"),
        ("PT2.5H", "2.5"),
        (" PT60H ", "60"),
        ("P0DT60H", "60"),
    ],
)
def test_hours(text: str, expected: str) -> None:
    assert workload.hours(text) == Decimal(expected)
    assert workload.states_hours(text)


@pytest.mark.parametrize(
    "text",
    ["", "P60M", "P2D", "P1W", "P1DT4H", "PT0H", "P", "PT", "60", "60 hours", "PT60", "-PT60H", "PT60HH", "PT６0H"],
)
def test_what_is_not_hours(text: str) -> None:
    assert workload.hours(text) is None
    assert not workload.states_hours(text)


def test_months_are_a_length_in_the_calendar() -> None:
    assert workload.duration("P60M") == workload.Duration(Decimal(0), calendar=True)
    assert workload.duration("PT60M") == workload.Duration(Decimal(1), calendar=False)
    assert workload.duration("P1DT4H") == workload.Duration(Decimal(4), calendar=True)
    assert workload.duration("sixty") is None


@settings(max_examples=100)
@given(st.integers(0, 5000), st.integers(0, 59))
def test_hours_and_minutes_come_back(hours: int, minutes: int) -> None:
    found = workload.hours(f"PT{hours}H{minutes}M")
    assert found == (Decimal(hours) + Decimal(minutes) / 60 or None)


def credit(point: str, framework: Concept | None = None) -> CreditPoint:
    return CreditPoint(point=point, framework=framework)


@pytest.mark.parametrize(
    ("text", "expected"), [("3", "3"), ("2.5", "2.5"), ("2,5", "2.5"), (" 3 ", "3"), ("0.5", "0.5")]
)
def test_points(text: str, expected: str) -> None:
    assert workload.points(credit(text)) == Decimal(expected)


@pytest.mark.parametrize("text", ["", "lots", "0", "0.0", "-3", "3 ECTS", "1e3", "NaN", "Infinity", "٣", "9" * 400])
def test_what_is_no_number_of_credits(text: str) -> None:
    assert workload.points(credit(text)) is None


def test_credit_systems() -> None:
    assert workload.is_ects(credit("3", Concept(id=workload.ECTS)))
    assert workload.is_ects(credit("3", Concept(pref_label=Text(en=" ects "))))
    assert not workload.is_ects(credit("3", Concept(id=workload.ECVET)))
    assert workload.has_unit(credit("3", Concept(id=workload.ECVET)))
    assert not workload.has_unit(credit("3", Concept(id="urn:x", pref_label=Text(en="stars"))))
    assert not workload.is_ects(credit("3"))


def rules(**changes: Any) -> list[str]:
    return [finding.rule for finding in check_sanity(credential(**changes))]


def with_ects(points: str, hours: str) -> list[str]:
    return rules(s__creditPoint__0__point=points, s__volumeOfLearning=hours)


@pytest.mark.parametrize(
    ("points", "hours", "asked"),
    [
        ("3", "PT75H", False),
        ("3", "PT90H", False),
        ("3", "PT74H", True),
        ("3", "PT91H", True),
        ("2.5", "PT62H30M", False),
        ("3", "PT3H", True),
    ],
)
def test_ects_against_hours(points: str, hours: str, *, asked: bool) -> None:
    assert ("sanity.workload.credits-hours" in with_ects(points, hours)) is asked


def test_the_question_names_the_figures() -> None:
    finding = next(iter(check_sanity(credential(s__volumeOfLearning="PT20H"))))
    assert finding.what.text() == "3 ECTS usually mean 75 to 90 hours, but 20 hours are stated."
    assert finding.what.text("lt") == "3 ECTS paprastai reiškia 75–90 val., o nurodyta 20 val."
    assert finding.where == "/credentialSubject/hasClaim/0/specifiedBy/creditPoint"
    assert finding.severity.value == "question"


def test_ecvet_is_not_measured_by_the_hours_of_ects() -> None:
    assert rules(s__creditPoint__0__framework=concept("credit", "ecvet"), s__volumeOfLearning="PT20H") == []
    assert rules(s__creditPoint__0__framework=private("stars"), s__volumeOfLearning="PT20H") == []


def test_sixty_months_are_asked_about() -> None:
    assert rules(a__influencedBy__0__specifiedBy__volumeOfLearning="P60M") == ["sanity.workload.calendar"]
    assert rules(a__influencedBy__0__specifiedBy__volumeOfLearning="PT60H") == []
    assert rules(a__influencedBy__0__workload="P2M") == ["sanity.workload.calendar"]


@pytest.mark.parametrize(
    ("taught", "asked"), [(["30"], False), (["79"], True), (["PT79H"], True), (["40", "39 h"], True)]
)
def test_teaching_against_the_whole(taught: list[str], *, asked: bool) -> None:
    found = rules(a__influencedBy__0__specifiedBy__contactHour=taught)
    assert (found == ["sanity.workload.contact-hours"]) is asked
    assert bool(found) is asked


def test_activities_against_the_whole() -> None:
    many = [{**ACTIVITY, "workload": "PT80H"}, {**ACTIVITY, "workload": "PT80H"}]
    assert rules(a__influencedBy=many) == ["sanity.workload.activities"]
    assert rules(a__influencedBy=many[:1]) == []


def course(start: str, end: str, workload: str = "PT78H") -> dict[str, Any]:
    return {**ACTIVITY, "workload": workload, "temporal": [{"startDate": start, "endDate": end}]}


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("2026-05-04T09:00:00Z", "2026-05-05T17:00:00Z", True),
        ("2026-05-04T09:00:00Z", "2026-05-15T17:00:00Z", False),
        ("2026-05-04T09:00:00Z", "yesterday", False),
        ("2026-05-04T09:00:00Z", "2026-05-01T17:00:00Z", False),
    ],
)
def test_hours_against_days(start: str, end: str, *, asked: bool) -> None:
    assert rules(a__influencedBy=[course(start, end)]) == (["sanity.workload.pace"] if asked else [])


def test_a_micro_credential_that_is_not_small_is_a_question() -> None:
    assert "sanity.size.credits" in with_ects("16", "PT400H")
    assert "sanity.size.credits" not in with_ects("15", "PT400H")
    assert rules(s__creditPoint=REMOVED, s__volumeOfLearning="PT401H") == ["sanity.size.hours"]
    assert rules(s__creditPoint=REMOVED, s__volumeOfLearning="PT400H") == []
    assert all(f.severity.value == "question" for f in check_sanity(credential(s__creditPoint__0__point="60")))
