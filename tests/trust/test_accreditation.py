"""Does an accreditation cover an award? Each dimension says within, outside or unknown, and why."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.model import Accreditation, Concept, Qualification, Text
from mikra.trust.accreditation import (
    Award,
    Decision,
    Dimension,
    Judged,
    Kind,
    Outcome,
    Scope,
    day_of,
    decision_of,
    judge,
    scope_of,
)

SCOPE = Scope(
    kind=Kind.INSTITUTION,
    decision=Decision.POSITIVE,
    starts=date(2025, 1, 1),
    ends=date(2030, 12, 31),
    levels=("6", "7"),
    fields=("06", "0711"),
    places=("ROU",),
    qualifications=("https://unized.ro/q/1",),
    credentials=("e34929035b",),
)
AWARD = Award(
    on=date(2026, 5, 3),
    level="6",
    fields=("0613",),
    places=("ROU",),
    qualifications=("https://unized.ro/q/1",),
    credentials=("e34929035b",),
)
IN, OUT, OPEN = Outcome.WITHIN, Outcome.OUTSIDE, Outcome.UNKNOWN


def of(dimension: Dimension, scope: Scope = SCOPE, award: Award = AWARD) -> tuple[Outcome, str]:
    one: Judged = next(d for d in judge(scope, award).dimensions if d.dimension is dimension)
    return one.outcome, one.why


def test_all_within() -> None:
    found = judge(SCOPE, AWARD)
    assert found.outcome is IN
    assert [one.dimension for one in found.dimensions] == list(Dimension)


@pytest.mark.parametrize(
    ("dimension", "scope", "award", "expected"),
    [
        (Dimension.TYPE, {"kind": Kind.PROGRAMME}, {}, (IN, "programme")),
        (Dimension.TYPE, {"kind": Kind.PROGRAMME, "qualifications": (), "fields": ()}, {}, (OPEN, "programme_unnamed")),
        (Dimension.TYPE, {"kind": Kind.UNSTATED}, {}, (OPEN, "type_unstated")),
        (Dimension.DECISION, {"decision": Decision.NEGATIVE}, {}, (OUT, "negative")),
        (Dimension.DECISION, {"decision": Decision.CONDITIONAL}, {}, (IN, "conditional")),
        (Dimension.DECISION, {"decision": Decision.IMPLIED}, {}, (IN, "implied")),
        (Dimension.DECISION, {"decision": Decision.UNSTATED}, {}, (OPEN, "unstated")),
        (Dimension.VALIDITY, {}, {"on": date(2025, 1, 1)}, (IN, "in_time")),
        (Dimension.VALIDITY, {}, {"on": date(2030, 12, 31)}, (IN, "in_time")),
        (Dimension.VALIDITY, {}, {"on": date(2024, 12, 31)}, (OUT, "too_early")),
        (Dimension.VALIDITY, {}, {"on": date(2031, 1, 1)}, (OUT, "too_late")),
        (Dimension.VALIDITY, {"ends": None}, {"on": date(2099, 1, 1)}, (IN, "in_time")),
        (Dimension.VALIDITY, {"starts": None}, {}, (OPEN, "start_unstated")),
        (Dimension.VALIDITY, {"starts": None}, {"on": date(2031, 1, 1)}, (OUT, "too_late")),
        (Dimension.VALIDITY, {}, {"on": None}, (OPEN, "day_unstated")),
        (Dimension.LEVEL, {}, {"level": "5"}, (OUT, "outside")),
        (Dimension.LEVEL, {}, {"level": ""}, (OPEN, "unsaid")),
        (Dimension.LEVEL, {"levels": ()}, {"level": ""}, (IN, "no_limit")),
        (Dimension.FIELD, {}, {"fields": ("06",)}, (IN, "inside")),
        (Dimension.FIELD, {}, {"fields": ("0711",)}, (IN, "inside")),
        (Dimension.FIELD, {}, {"fields": ("071",)}, (OPEN, "wider")),
        (Dimension.FIELD, {}, {"fields": ("0712",)}, (OUT, "outside")),
        (Dimension.FIELD, {}, {"fields": ("0712", "0613")}, (IN, "inside")),
        (Dimension.FIELD, {}, {"fields": ()}, (OPEN, "unsaid")),
        (Dimension.JURISDICTION, {}, {"places": ("ROU_B",)}, (IN, "inside")),
        (Dimension.JURISDICTION, {"places": ("ROU_B",)}, {}, (OPEN, "wider")),
        (Dimension.JURISDICTION, {"places": ("ROU_B",)}, {"places": ("ROU_C",)}, (OPEN, "wider")),
        (Dimension.JURISDICTION, {}, {"places": ("BGR",)}, (OUT, "outside")),
        (Dimension.JURISDICTION, {}, {"places": ()}, (OPEN, "unsaid")),
        (Dimension.QUALIFICATION, {}, {"qualifications": ("https://unized.ro/q/2",)}, (OUT, "outside")),
        (Dimension.QUALIFICATION, {}, {"qualifications": ()}, (OPEN, "unsaid")),
        (Dimension.QUALIFICATION, {"qualifications": ()}, {}, (IN, "no_limit")),
        (Dimension.CREDENTIAL, {}, {"credentials": ("other",)}, (OUT, "outside")),
        (Dimension.CREDENTIAL, {}, {"credentials": ()}, (OPEN, "unsaid")),
    ],
)
def test_each_dimension(
    dimension: Dimension, scope: dict[str, Any], award: dict[str, Any], expected: tuple[Outcome, str]
) -> None:
    assert of(dimension, replace(SCOPE, **scope), replace(AWARD, **award)) == expected


def test_titles_are_hints() -> None:
    limited = replace(SCOPE, qualifications=(), titles=("Data Ethics",))
    assert of(Dimension.QUALIFICATION, limited, replace(AWARD, titles=("DATA ethics",))) == (OPEN, "same_title")
    assert of(Dimension.QUALIFICATION, limited, replace(AWARD, titles=("Water",))) == (OPEN, "other_title")


def test_outside_weighs_more_than_unknown() -> None:
    assert judge(SCOPE, replace(AWARD, level="5", fields=())).outcome is OUT
    assert judge(SCOPE, replace(AWARD, fields=())).outcome is OPEN


CODES = st.lists(st.sampled_from(["0", "06", "061", "0613", "07"]), max_size=3).map(tuple)


@given(limits=CODES, more=CODES, fields=CODES)
def test_a_wider_accreditation_never_covers_less(
    limits: tuple[str, ...], more: tuple[str, ...], fields: tuple[str, ...]
) -> None:
    rank = {OUT: 0, OPEN: 1, IN: 2}
    narrow = of(Dimension.FIELD, replace(SCOPE, fields=limits), replace(AWARD, fields=fields))[0]
    wide = of(Dimension.FIELD, replace(SCOPE, fields=(*limits, *more)), replace(AWARD, fields=fields))[0]
    if limits:
        assert rank[wide] >= rank[narrow]


@given(st.permutations(["06", "0613", "0711"]))
def test_the_order_of_limits_says_nothing(order: list[str]) -> None:
    for fields in itertools.product(["06", "07", "0711"], repeat=2):
        award = replace(AWARD, fields=fields)
        given_order = of(Dimension.FIELD, replace(SCOPE, fields=tuple(order)), award)
        assert given_order == of(Dimension.FIELD, replace(SCOPE, fields=tuple(sorted(order))), award)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("positive", Decision.POSITIVE),
        ("positive with conditions or restrictions", Decision.CONDITIONAL),
        ("negative", Decision.NEGATIVE),
        ("not applicable", Decision.UNSTATED),
        ("Not accredited", Decision.NEGATIVE),
        ("", Decision.UNSTATED),
    ],
)
def test_words_of_decisions(text: str, expected: Decision) -> None:
    assert decision_of(text) is expected


def test_days() -> None:
    assert day_of("2026-05-03T10:00:00+02:00") == date(2026, 5, 3)
    assert day_of("2026-02-30") is None
    assert day_of("") is None


def test_an_accreditation_of_a_credential() -> None:
    base = "http://data.europa.eu/snb/"
    accreditation = Accreditation(
        id="urn:a",
        title=Text({"en": "Quality label"}),
        dc_type=Concept(id=f"{base}accreditation/820101cba6"),
        limit_eqf_level=(Concept(id=f"{base}eqf/6"),),
        limit_field=(Concept(id=f"{base}isced-f/0613"),),
        limit_jurisdiction=(Concept(id="http://publications.europa.eu/resource/authority/atu/ROU_B"),),
        limit_qualification=Qualification(id="https://unized.ro/q/1", title=Text({"en": "Data Ethics"})),
        date_issued="2025-01-01T00:00:00Z",
        expiry_date="2030-01-01T00:00:00Z",
    )
    scope = scope_of(accreditation)
    assert (scope.title, scope.kind, scope.decision) == ("Quality label", Kind.PROGRAMME, Decision.IMPLIED)
    assert (scope.levels, scope.fields, scope.places) == (("6",), ("0613",), ("ROU_B",))
    assert (scope.qualifications, scope.titles) == (("https://unized.ro/q/1",), ("Data Ethics",))
    assert (scope.starts, scope.ends) == (date(2025, 1, 1), date(2030, 1, 1))
    refused = replace(accreditation, decision=Concept(id="urn:d", pref_label=Text({"en": "Negative"})))
    assert scope_of(refused).decision is Decision.NEGATIVE
    assert scope_of(Accreditation(id="urn:b")).kind is Kind.UNSTATED
