"""A design in the making is read as far as it goes: what is wrong is named, and nothing else suffers from it."""

from __future__ import annotations

import copy
import datetime as dt
from importlib.resources import files
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.issuance import design_file
from mikra.issuance.design_assessment import assess_on, assess_prototype
from mikra.issuance.design_draft import Draft, FaultKind, read_draft

DAY = dt.date(2026, 11, 1)
EXAMPLES = ("university-short-course.yaml", "vet-welding-module.yaml", "company-digital-skills.yaml")


def example(name: str = EXAMPLES[0]) -> dict[str, Any]:
    data = files("mikra.examples").joinpath(name).read_bytes()
    members: dict[str, Any] = orjson.loads(design_file.write_json(design_file.read_design(data)))
    return members


def states(draft: Draft) -> dict[str, str]:
    return {one.rule: one.state.value for one in assess_prototype(draft.prototype(), DAY).meter.elements}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_whole_design_is_read_as_its_file_is(name: str) -> None:
    members = example(name)
    draft = read_draft(members, language="en")
    assert draft.ready
    assert draft.design == design_file.read_design(orjson.dumps(members))
    judged, expected = assess_prototype(draft.prototype(), DAY), assess_on(draft.design, DAY)
    assert judged.as_dict("en") == expected.as_dict("en")


def test_nothing_at_all_lacks_what_annex_1_asks() -> None:
    draft = read_draft({}, language="cs")
    assert {fault.where for fault in draft.faults} == {"languages", "issuer", "code", "edition", "title"}
    assert draft.design.languages == ("cs",)
    found = states(draft)
    assert {rule for rule, state in found.items() if state == "missing" and ".o" not in rule} == {
        f"annex1.{n}" for n in (2, 3, 4, 6, 7, 8, 9, 10, 11)
    }


@pytest.mark.parametrize(
    ("path", "value", "kind", "where"),
    [
        (("workload", "ects"), "three", FaultKind.NUMBER, "workload.ects"),
        (("review_by",), "31/02/2026", FaultKind.DATE, "review_by"),
        (("homepage",), "zed", FaultKind.ADDRESS, "homepage"),
        (("level", "eqf"), "9", FaultKind.LIST, "level.eqf"),
        (("valid_months",), "0", FaultKind.WHOLE, "valid_months"),
        (("route",), "by post", FaultKind.CHOICE, "route"),
        (("participation", "language"), ["xx-unknown"], FaultKind.LIST, "participation.language[0]"),
        (("colour",), "red", FaultKind.UNKNOWN, "colour"),
        (("title", "en"), "a\x00b", FaultKind.TEXT, "title.en"),
        (("assessment", 0, "type"), "", FaultKind.MISSING, "assessment[0].type"),
        (("issuer", "country"), "Atlantis", FaultKind.LIST, "issuer.country"),
    ],
)
def test_one_fault_is_named_and_the_rest_is_read(
    path: tuple[Any, ...], value: Any, kind: FaultKind, where: str
) -> None:
    members = example()
    part: Any = members
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    draft = read_draft(members, language="en")
    assert [(fault.kind, fault.where) for fault in draft.faults] == [(kind, where)]
    assert len(draft.design.outcomes) == 4


def test_what_does_not_go_together_is_named() -> None:
    members = example()
    members["assessment"][0]["grading"]["passing"] = {"en": "brilliant"}
    draft = read_draft(members, language="en")
    assert [(f.kind, f.where) for f in draft.faults] == [(FaultKind.TOGETHER, "assessment[0].grading.passing")]


def test_a_stand_in_is_never_measured() -> None:
    """The country that fills in for a missing one is in no copy of the issuer that the meter sees."""
    members = example()
    whole = states(read_draft(members, language="en"))
    del members["issuer"]["country"]
    del members["issuer"]["region"], members["issuer"]["identifiers"]
    members["awarding_bodies"] = []
    members["assessment"] = []
    found = states(read_draft(members, language="en"))
    assert whole["annex1.3"] == "present"
    assert found["annex1.3"] == "missing"
    assert found["annex1.4"] in ("present", "weak")
    del members["issuer"]["name"]
    assert states(read_draft(members, language="en"))["annex1.4"] == "missing"


def test_empty_fields_count_as_left_out() -> None:
    members = example()
    members |= {"need": {"statement": {"en": " "}, "source": {}, "url": ""}, "stacking": {"option": ""}, "homepage": ""}
    draft = read_draft(members, language="en")
    assert draft.ready
    assert (draft.design.need, draft.design.stacking) == (None, None)


_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.floats(allow_nan=False))
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["en", "type", "x"]), inner)),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.sampled_from(sorted(example())), _VALUES)
def test_whatever_stands_anywhere_is_read(name: str, value: Any) -> None:
    members = copy.deepcopy(example())
    members[name] = value
    draft = read_draft(members, language="en")
    assert len(states(draft)) == 16
