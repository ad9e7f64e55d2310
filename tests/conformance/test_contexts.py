"""Our bundled contexts against the npm packages that carry the published ones: term for term."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from mikra.vocabulary import contexts
from tests.conformance.node import ask

NOT_CARRIED = {
    contexts.CLR: "in no package; its digest is that of the published file (tests/vocabulary)",
    contexts.EDC: "compared with the EU's file in tests/vocabulary",
    "https://www.w3.org/ns/did/v1": "W3C's own, shipped by PyLD",
    "https://w3id.org/security/v1": "W3C's own, shipped by PyLD",
    "https://w3id.org/security/v2": "W3C's own, shipped by PyLD",
    "https://w3id.org/security/suites/jws-2020/v1": "W3C's own, shipped by PyLD",
}


@cache
def published() -> dict[str, Any]:
    (found,) = ask("data_integrity", [{"do": "contexts"}])
    return found


@pytest.mark.parametrize("url", sorted(contexts.BUNDLED - NOT_CARRIED.keys()))
def test_term_for_term(url: str) -> None:
    assert contexts.load(url) == published()[url]["@context"]


def test_the_comparison_sees_a_term() -> None:
    url = contexts.DATA_INTEGRITY_V2
    theirs = dict(published()[url]["@context"])
    theirs.pop("proof")
    assert contexts.load(url) != theirs
