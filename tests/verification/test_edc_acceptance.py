"""Each published rule of the EU's viewer: met by what it accepts, not met by a twin with that one fault."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mikra.errors import InputError
from mikra.sealing import jades
from mikra.verification import edc_acceptance
from mikra.verification.edc_acceptance import State, examine, examine_certificate, exit_code
from tests.simulators import authorities
from tests.simulators.longterm import World
from tests.verification.documents import concept, edc, eidas, organisation

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@cache
def lasting() -> bytes:
    world = World()
    world.seal(kind="RSA")
    world.extend()
    return world.store.files["a.jsonld"]


def states(data: bytes) -> dict[str, State]:
    return {rule.id: rule.state for rule in examine(data)}


def sealed(holder: authorities.Holder | None = None, **changes: Any) -> bytes:
    payload = json.dumps(edc(**changes), ensure_ascii=False).encode()
    return jades.seal(payload, signer=(holder or authorities.seal("RSA")).signer, at=AT)


def test_what_is_accepted() -> None:
    found = states(lasting())
    assert {name for name, state in found.items() if state is State.NOT_MET} == set()
    assert {name for name, state in found.items() if state is State.UNKNOWN} == {"timestamp", "qualified"}
    assert exit_code(examine(lasting())) == 2
    assert len(found) == 18


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"issuer": organisation() | {"eIDASIdentifier": eidas("VATIE-7654321X")}}, "issuer_identifier"),
        ({"issuer": organisation()}, "issuer_identifier"),
        (
            {
                "issuer": organisation()
                | {
                    "eIDASIdentifier": eidas(
                        where=concept(
                            "http://publications.europa.eu/resource/authority/country/ROU",
                            "http://publications.europa.eu/resource/authority/country",
                            "Romania",
                        )
                    )
                }
            },
            "issuer_country",
        ),
        ({"issued": None}, "profile"),
        ({"type": ["VerifiableCredential"]}, "type"),
        ({"id": "number 7"}, "id"),
    ],
)
def test_content(changes: dict[str, Any], rule: str) -> None:
    assert states(sealed())[rule] is State.MET
    assert states(sealed(**changes))[rule] is State.NOT_MET


def test_one_subject() -> None:
    assert states(sealed(credentialSubject=[edc()["credentialSubject"]]))["subject"] is State.NOT_MET


def test_the_order_of_members() -> None:
    file = json.loads(lasting())
    other = json.dumps({"signatures": file["signatures"], "payload": file["payload"]}).encode()
    assert states(other)["payload_first"] is State.NOT_MET
    assert states(b" \n" + lasting())["payload_first"] is State.MET


def test_the_form_of_the_seal() -> None:
    from tests.sealing.test_jades import b64, foreign, header

    text = b64(json.dumps(edc()).encode())
    raw = states(foreign(header()))
    encoded = states(foreign(header(b64=None, crit=["sigT"]), payload=text))
    assert (raw["raw"], encoded["raw"], encoded["critical"]) == (State.MET, State.NOT_MET, State.NOT_MET)


def test_methods_that_nobody_has_tried() -> None:
    assert states(sealed(authorities.seal("P-256")))["algorithm"] is State.UNKNOWN
    assert states(sealed())["algorithm"] is State.MET


def test_levels() -> None:
    assert states(sealed())["level"] is State.NOT_MET
    assert "timestamp" not in states(sealed())


def test_an_altered_file() -> None:
    assert states(lasting().replace(b"Water", b"Wine!"))["whole"] is State.NOT_MET


def test_certificates() -> None:
    plan = authorities.seal_plan(qualified=False)
    plain = authorities.intermediate().issue(authorities.key("RSA", "plain"), plan)
    bare = authorities.intermediate().issue(
        authorities.key("RSA", "bare"), replace(plan, subject=authorities.name("Nobody"))
    )
    good = {rule.id: rule.state for rule in examine_certificate(authorities.seal("RSA").der, AT)}
    assert good == {
        "algorithm": State.MET,
        "certificate": State.MET,
        "qualified": State.UNKNOWN,
        "organisation": State.MET,
        "in_force": State.MET,
    }
    assert {r.id: r.state for r in examine_certificate(plain.der, AT)}["qualified"] is State.NOT_MET
    assert {r.id: r.state for r in examine_certificate(bare.der, AT)}["organisation"] is State.NOT_MET
    late = datetime(2031, 1, 1, tzinfo=UTC)
    assert {r.id: r.state for r in examine_certificate(plain.der, late)}["in_force"] is State.NOT_MET
    assert exit_code(examine_certificate(plain.der, AT)) == 1


def test_every_rule_has_its_words_in_every_language() -> None:
    for language in ("en", "ro", "bg", "cs", "lt"):
        for rule in (*examine(sealed(id="number 7", type=["X"])), *examine(lasting())):
            told = rule.as_dict(language)
            assert told["title"]
            assert rule.state is State.MET or told.get("why") or told.get("fix")


def test_what_is_no_sealed_file() -> None:
    from tests.sealing.test_jades import foreign, header

    for data in (b"{}", b'{"payload":"{}","signatures":[]}', foreign(header(), payload="[]")):
        with pytest.raises(InputError):
            examine(data)


@pytest.mark.published
def test_the_eus_own_sample(published: Path) -> None:
    data = (published / "elm" / "samples" / "Sample-MC-Annex1-signed.jsonld").read_bytes()
    found = states(data)
    assert {name for name, state in found.items() if state is State.NOT_MET} == set()
    assert edc_acceptance.exit_code(examine(data)) == 2
