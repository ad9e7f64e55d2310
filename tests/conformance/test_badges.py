"""Our badges, twins and records against verifier-core and Digital Bazaar; a tampered twin is refused there."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from mikra.conversion import terms
from mikra.conversion.forms import Kind, make
from mikra.vocabulary import contexts
from tests.conformance.node import ask
from tests.conversion import made
from tests.conversion.test_forms import AT, award, form, signer

BADGES = (Kind.OPEN_BADGE, Kind.OPEN_BADGE_1_1)
ADDED = {
    terms.context_url(made.NAMESPACE): terms.context(made.NAMESPACE),
    contexts.CLR: {"@context": contexts.load(contexts.CLR)},
}


def document(algorithm: str, kind: Kind, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(form(algorithm, kind, name).content)
    return found


def tampered(found: dict[str, Any]) -> dict[str, Any]:
    """The same with another title."""
    twin = copy.deepcopy(found)
    twin["name"] = "Another title"
    return twin


def test_verifier_core_verifies_our_badges_and_refuses_a_tampered_twin() -> None:
    """It knows EdDSA only: Data Integrity in VC 2.0, Ed25519Signature2020 in VC 1.1."""
    ours = [document("EdDSA", kind, name) for kind in BADGES for name in made.EXAMPLES]
    answers = ask("badges", [{"document": one} for one in (*ours, *map(tampered, ours))])
    assert [a for a in answers[: len(ours)] if not a["verified"] or a["expired"]] == []
    assert [a for a in answers[len(ours) :] if a["verified"]] == []


def test_a_badge_for_wallets_with_both_entries_verifies_there() -> None:
    """VC 1.1 with a list under `credentialStatus`: withdrawn, and suspended."""
    both = tuple(
        {**made.STATUS, "id": f"https://zed.example/status/{purpose}#5", "statusPurpose": purpose}
        for purpose in ("revocation", "suspension")
    )
    base = award("EdDSA")
    held = replace(base, identity=replace(base.identity, status=both))
    one = json.loads(make(held, Kind.OPEN_BADGE_1_1, at=AT, signer=signer("EdDSA")).content)
    assert len(one["credentialStatus"]) == 2
    other = copy.deepcopy(one)
    other["credentialStatus"].pop()
    answers = ask("badges", [{"document": each} for each in (one, other, tampered(one))])
    assert [each["verified"] for each in answers] == [True, False, False]
    answers = ask("data_integrity", [{"do": "verify", "document": each} for each in (one, other, tampered(one))])
    assert [each["verified"] for each in answers] == [True, False, False]


def test_digital_bazaar_verifies_badges_under_every_key() -> None:
    ours = [
        document(algorithm, kind, name) for algorithm in ("EdDSA", "ES256") for kind in BADGES for name in made.EXAMPLES
    ]
    answers = ask("data_integrity", [{"do": "verify", "document": one} for one in (*ours, *map(tampered, ours))])
    assert [a for a in answers[: len(ours)] if not a["verified"]] == []
    assert [a for a in answers[len(ours) :] if a["verified"]] == []


@pytest.mark.parametrize("kind", [Kind.VC_2, Kind.CLR_2])
def test_with_our_context_and_that_of_records_the_others_verify_too(kind: Kind) -> None:
    """So our terms clash with none of VC 2.0 and Open Badges, and every one of them is defined."""
    ours = [document(algorithm, kind, name) for algorithm in ("EdDSA", "ES256") for name in made.EXAMPLES]
    answers = ask("badges", [{"document": one, "added": ADDED} for one in (*ours, *map(tampered, ours))])
    assert [a for a in answers[: len(ours)] if not a["verified"]] == []
    assert [a for a in answers[len(ours) :] if a["verified"]] == []
