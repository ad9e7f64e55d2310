"""Whatever a document holds, the meter answers: nothing raises."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.model import decode
from mikra.validation.annex1 import Stage, State, measure
from tests.validation.mutations import MUTATIONS, PLACES, mutated


@settings(max_examples=300)
@given(MUTATIONS, st.sampled_from(Stage))
def test_odd_documents_are_measured(mutations: list[tuple[tuple[Any, ...], Any]], stage: Stage) -> None:
    meter = measure(decode(mutated(mutations)), stage=stage)
    assert len(meter.elements) == 16
    json.dumps(meter.as_dict("lt"))
    for element in meter.elements:
        assert element.where.startswith("/")
        assert bool(element.findings) is (element.state not in (State.PRESENT, State.AT_AWARD))


def test_every_single_replacement_by_junk_is_measured() -> None:
    for place in PLACES:
        for value in (None, "words", [], [{}], 7):
            assert measure(decode(mutated([(place, value)]))).as_dict()["elements"]
