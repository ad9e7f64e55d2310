"""The published schema: current, and at one with the reader."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError, MikraError
from mikra.issuance.design import Design
from mikra.issuance.design_file import publish, read_design, write_json
from mikra.issuance.design_schema import schema
from mikra.issuance.design_yaml import parse_yaml
from tests.issuance.designs import EXAMPLES, PUBLISHED_ON, designs, example_bytes

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
COMMITTED = Path(__file__).parents[2] / "docs" / "design.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())


def fits(members: Any) -> bool:
    return bool(VALIDATOR.is_valid(members))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_committed_schema_is_current() -> None:
    """After a change: mikra design schema > docs/design.schema.json"""
    assert json.loads(COMMITTED.read_text()) == schema()


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_fit(name: str) -> None:
    assert list(VALIDATOR.iter_errors(parse_yaml(example_bytes(name)))) == []


@settings(max_examples=60)
@given(designs())
def test_every_design_fits(design: Design) -> None:
    assert list(VALIDATOR.iter_errors(orjson.loads(write_json(design)))) == []
    assert fits(orjson.loads(write_json(publish(design, on=PUBLISHED_ON))))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(entries):
        yield value, key
        yield from places(inner)


ODD = st.sampled_from([None, True, 0, -1, 1.5, 10**7, "", " ", "x", "2026-13-01", [], ["x"], {}, {"en": ""}, {"x": 1}])


@settings(max_examples=400)
@given(st.data())
def test_what_the_schema_refuses_the_reader_refuses(data: st.DataObject) -> None:
    members = copy.deepcopy(MEMBERS[data.draw(st.sampled_from(EXAMPLES))])
    container, key = data.draw(st.sampled_from(list(places(members))))
    change = data.draw(st.sampled_from(["value", "unknown", "gone"]))
    if change == "gone":
        del container[key]
    elif change == "unknown" and isinstance(container, dict):
        container["no-such-member"] = container[key]
    else:
        container[key] = data.draw(ODD)
    if not fits(members):
        with pytest.raises(MikraError) as caught:
            read_design(orjson.dumps(members))
        assert isinstance(caught.value, InputError)


MEMBERS = {name: parse_yaml(example_bytes(name)) for name in EXAMPLES}


def test_a_member_of_the_schema_alone_would_be_seen() -> None:
    """The twin: the two are compared in earnest."""
    assert not fits({**MEMBERS[EXAMPLES[0]], "colour": "blue"})
    assert not fits({name: value for name, value in MEMBERS[EXAMPLES[0]].items() if name != "issuer"})
    assert not fits({**MEMBERS[EXAMPLES[0]], "valid_months": 0})
    assert not fits({**MEMBERS[EXAMPLES[0]], "homepage": "zed.example"})
    assert fits({**MEMBERS[EXAMPLES[0]], "homepage": "https://zed.example"})
