"""The three designs that are shipped: complete, conforming, in every one of their languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mikra.issuance.compose import design_credential
from mikra.issuance.design_file import content
from mikra.model import encode
from mikra.model.remarks import RouteKind, SettingKind, SupervisionKind
from mikra.validation.annex1 import Stage, measure
from mikra.validation.elm import ProfileVersion, check_profile
from mikra.validation.principles import check_principles
from mikra.validation.sanity import check_sanity
from tests.issuance.awards import AT, ROW, composed
from tests.issuance.designs import EXAMPLES, example

ROWS = {name: {**ROW, "full_name": "Zoë O'Brien", "email": "zoe@student.example"} for name in EXAMPLES}


def texts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text per language, but for the labels of skills, which are another register's."""
    if isinstance(value, dict) and value and all(len(k) == 2 and isinstance(v, str) for k, v in value.items()):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, f"{path}.{name}") if name not in ("esco", "skills") else ()
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from texts(inner, f"{path}[{i}]")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_text_is_in_every_language_of_the_design(name: str) -> None:
    design = example(name)
    assert len(design.languages) >= 3
    found = dict(texts(content(design)))
    assert len(found) > 15
    assert {path: set(text) for path, text in found.items()} == {path: set(design.languages) for path in found}


@pytest.mark.parametrize("name", EXAMPLES)
def test_annex_1_is_complete(name: str) -> None:
    design = measure(design_credential(example(name)), stage=Stage.DESIGN)
    assert (design.complete, str(design.mandatory_present)) == (True, "9/9")
    award = measure(composed(example(name), ROWS[name]), stage=Stage.AWARD)
    assert (award.complete, str(award.mandatory_present)) == (True, "11/11")
    assert award.findings == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_principles_and_sanity_find_nothing(name: str) -> None:
    credential = composed(example(name), ROWS[name])
    assert [f.what.text() for f in check_principles(credential, at_award=AT.date())] == []
    assert [f.what.text() for f in check_sanity(credential, awarded_on=AT.date())] == []


@pytest.mark.parametrize("version", list(ProfileVersion))
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_profile_and_the_eus_reader_take_it(name: str, version: ProfileVersion) -> None:
    result = check_profile(encode(composed(example(name), ROWS[name])), version=version)
    assert (result.applicable, result.conforms, result.profile, result.reader) == (True, True, (), ())


@pytest.mark.published
@pytest.mark.extra("shacl")
@pytest.mark.parametrize("version", list(ProfileVersion))
def test_the_published_shapes_take_it(version: ProfileVersion, published: Path) -> None:
    from tools.elm.oracle import Oracle

    oracle = Oracle(published / "elm" / version)
    for name in EXAMPLES:
        verdict = oracle.judge(encode(composed(example(name), ROWS[name])))
        assert (verdict.refused, bool(verdict.focused), list(verdict.results)) == (False, True, []), name


def test_what_each_example_shows() -> None:
    university, welding, digital = map(example, EXAMPLES)
    assert (university.workload.ects, university.level.eqf and university.level.eqf.slug) == (3, "6")
    assert len(university.awarding_bodies) == 2
    assert (welding.workload.ects, welding.workload.hours) == (None, 120)
    assert (welding.assessment[0].supervision, welding.assessment[0].identity_verified) == (
        SupervisionKind.ON_SITE,
        True,
    )
    assert welding.assessment[0].assessor not in (None, welding.issuer)
    assert (digital.route, digital.participation.setting) == (RouteKind.VALIDATION, SettingKind.INFORMAL)
    assert all(design.demonstration for design in (university, welding, digital))
