"""Findings on a design are placed in the design file, which its author knows, and not in a credential."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from mikra.cli.design import EXAMPLE_NAMES, example_file
from mikra.issuance.design import Design
from mikra.issuance.design_assessment import assess_on
from mikra.issuance.design_file import read_design
from mikra.issuance.design_places import in_design
from tests.cli.conftest import Run

MEMBERS = {field.name for field in dataclasses.fields(Design)}


@pytest.mark.parametrize("example", EXAMPLE_NAMES)
def test_every_element_of_a_design_has_its_member(example: str) -> None:
    judged = assess_on(read_design(example_file(example)), dt.date(2026, 11, 21))
    filled_at_award = {"annex1.1", "annex1.5", "annex1.o3"}
    for element in judged.meter.elements:
        told = element.as_dict("en")
        if told["where"] and element.rule not in filled_at_award:
            member = in_design(told["where"], element.rule).partition(".")[0].partition("[")[0]
            assert member in MEMBERS, (element.rule, told["where"])


def test_the_twin_of_a_place_that_is_none() -> None:
    assert in_design("/credentialSubject/hasClaim/0/somethingElse") == ""
    assert in_design("level.eqf") == "level.eqf"


CHANGES = {
    "level:\n  eqf: 6\n  cycle: first-cycle\n": ("", "level.eqf"),
    "Report findings so that a municipality can decide what to do": ("Know about rivers", "outcomes[3]"),
    "ects: 3, hours: 78": ("ects: 3, hours: 300", "workload"),
    "expires: 2030-02-28\n      report": ("expires: 2025-02-28\n      report", "issuer.accreditations[0]"),
}


@pytest.mark.parametrize("old", CHANGES)
def test_a_fault_is_said_where_it_was_made(run: Run, old: str) -> None:
    new, place = CHANGES[old]
    text = example_file("university").decode()
    assert old in text
    answer = run("design", "check", "-", "--json", stdin=text.replace(old, new, 1).encode())
    told = json.loads(answer.out)
    findings = [*told["principles"], *told["sanity"]]
    findings += [one for element in told["annex1"]["elements"] for one in element["findings"]]
    shown = run("design", "check", "-", stdin=text.replace(old, new, 1).encode()).out
    assert f"where: {place}\n" in shown
    assert "/credentialSubject" not in shown
    places = {one.get("where", "") for one in [*findings, *told["annex1"]["elements"]]}
    assert place in places
    assert [one for one in places if one.startswith("/")] == []


def test_one_organisation_in_two_places_is_one_fault(run: Run) -> None:
    old = "expires: 2030-02-28\n      report"
    text = example_file("university").decode().replace(old, old.replace("2030", "2025"), 1)
    assert run("design", "check", "-", stdin=text.encode()).out.count("accreditation ended on") == 1
