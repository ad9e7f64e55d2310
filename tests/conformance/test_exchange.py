"""Interaction links (VCALM 1.0) with the packages of the Learner Credential Wallet, against a running service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.node import ask
from tests.conformance.test_wallets import code
from tests.plugins import installation
from tests.server.ops.test_rehearsal import run, seed

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]

KINDS = [
    {"suite": "Ed25519Signature2020", "version": 1},
    {"suite": "Ed25519Signature2020", "version": 2},
    {"suite": "eddsa-rdfc-2022", "version": 2},
]
"""Of presentations: the suite, and of which data model."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    ask("exchange", [])  # skips before anything is started
    made = installation.start(tmp_path_factory.mktemp("exchange"), MIKRA_MODE="development")
    try:
        made.up()
        seed(made)
        made.until(lambda: bool(made.get("/status/1/token")[0] == 200), 60)
        yield made
    finally:
        installation.stop(made)


def link(service: Any) -> str:
    done = run(service, "dev", "offer", "--vcapi")
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["interaction"])


def test_it_fetches_a_badge_bound_to_its_key_once(service: Any) -> None:
    answers = ask("exchange", [{"interaction": link(service), **kind} for kind in KINDS])
    assert [one.get("status") for one in answers] == [200] * len(KINDS), answers
    for one in answers:
        assert one["credential"]["credentialSubject"]["id"] == one["holder"]
        assert (one["verified"], one["why"]) == (True, "")
        assert one["altered"] is False
        assert one["again"] == 404
        assert set(one["protocols"]) == {"vcapi", "OID4VCI"}
        assert code(service, one["credential"]) == "valid"


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_for_each_fault_and_can_then_still_have_it(service: Any, kind: dict[str, Any]) -> None:
    interaction = link(service)
    faults = ["challenge", "domain", "holder", "altered", ""]
    answers = ask("exchange", [{"interaction": interaction, **kind, "fault": one} for one in faults])
    assert [one.get("status") for one in answers] == [400, 400, 400, 400, 200], answers
    assert {one["said"]["error"] for one in answers[:4]} == {"invalid_proof"}
