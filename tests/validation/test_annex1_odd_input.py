"""Whatever a document holds, the meter answers: nothing raises, and what is taken away is never gained."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.model import decode
from mikra.validation.annex1 import Stage, State, measure
from tests.validation.samples import FULL

JUNK: list[Any] = [
    None,
    True,
    0,
    -1.5,
    "",
    " ",
    "words",
    "http://data.europa.eu/snb/eqf/5",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"id": 7},
    {"type": ["Person", 3]},
    {"type": "Organisation"},
    {"en": 5},
    {"@value": "x"},
    {"id": "x", "type": "Concept", "prefLabel": "x"},
    [{"type": "Note", "noteLiteral": []}, "x"],
    "P" + "9" * 60 + "Y",
    "9" * 5000,
]


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, item in items for place in places(item, (*way, key)))]


PLACES = [place for place in places(json.loads(json.dumps(FULL))) if place]


def put(document: Any, place: tuple[Any, ...], value: Any) -> None:
    """Set a value, as far as the way there still exists."""
    for step in place[:-1]:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(document, dict) or (isinstance(document, list) and len(document) > place[-1]):
        document[place[-1]] = deepcopy(value)


MUTATIONS = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(JUNK)), min_size=1, max_size=4)


@settings(max_examples=400)
@given(MUTATIONS, st.sampled_from(Stage))
def test_odd_documents_are_measured(mutations: list[tuple[tuple[Any, ...], Any]], stage: Stage) -> None:
    document = deepcopy(dict(FULL))
    for place, value in mutations:
        put(document, place, value)
    meter = measure(decode(document), stage=stage)
    assert len(meter.elements) == 16
    json.dumps(meter.as_dict("lt"))
    for element in meter.elements:
        assert element.where.startswith("/")
        assert bool(element.findings) is (element.state not in (State.PRESENT, State.AT_AWARD))


def test_every_single_replacement_by_junk_is_measured() -> None:
    for place in PLACES:
        for value in (None, "words", [], [{}], 7):
            document = deepcopy(dict(FULL))
            put(document, place, value)
            assert measure(decode(document)).as_dict()["elements"]
