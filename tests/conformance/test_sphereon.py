"""OpenID4VCI with Sphereon's client (draft 15), against a running service."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from tests.conformance.node import ask
from tests.conformance.test_wallets import code, offer
from tests.conformance.test_wallets import service as service

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]


def test_it_fetches_each_form_by_value_and_by_reference(service: Any) -> None:
    kinds = [(form, way) for form in ("dc+sd-jwt", "jwt_vc_json", "ldp_vc") for way in ((), ("--by-reference",))]
    answers = ask("sphereon", [offer(service, form, *way) for form, way in kinds])
    assert [one.get("refused") for one in answers] == [None] * len(kinds)
    for (form, _way), one in zip(kinds, answers, strict=True):
        assert one["format"] == form
        assert code(service, one["credential"]) == "valid", form
    bound = sd_jwt.read(answers[0]["credential"].encode()).claims["cnf"]["jwk"]
    assert jwk.thumbprint(bound) == jwk.thumbprint(jwk.write(jwk.read(answers[0]["holder"], "jwk")))
    (badge,) = [one["credential"] for one in answers[4:5]]
    inside = badge if isinstance(badge, dict) else json.loads(badge)
    assert inside["credentialSubject"]["id"] == answers[4]["did"]


def test_it_is_refused_with_another_code_and_with_a_used_offer(service: Any) -> None:
    good = offer(service, "dc+sd-jwt")
    wrong = {**good, "tx_code": f"{(int(good['tx_code']) + 1) % 1_000_000:06d}"}
    refused, taken, again = ask("sphereon", [wrong, good, good])
    assert "400" in refused["refused"]
    assert taken["credential"]
    assert "400" in again["refused"]
