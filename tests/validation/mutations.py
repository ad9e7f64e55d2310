"""Documents with odd values in any place: what the reader of a foreign credential may meet."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

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
    last = place[-1]
    if isinstance(document, dict) or (isinstance(document, list) and isinstance(last, int) and last < len(document)):
        document[last] = deepcopy(value)


def mutated(mutations: list[tuple[tuple[Any, ...], Any]]) -> dict[str, Any]:
    """The full document with values put in places."""
    document = deepcopy(dict(FULL))
    for place, value in mutations:
        put(document, place, value)
    return document


MUTATIONS = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(JUNK)), min_size=1, max_size=4)
