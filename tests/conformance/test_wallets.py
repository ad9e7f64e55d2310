"""OpenID4VCI 1.0 with a wallet engine of another house (oid4vc-ts, that of Credo), against a running service."""

from __future__ import annotations

import base64
import datetime as dt
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from mikra import base64url
from mikra.adapters.clock import now
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt, wallet_certificates
from tests.conformance.node import ask
from tests.plugins import installation
from tests.server.ops.test_rehearsal import run, seed

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    ask("wallets", [])  # skips before anything is started
    made = installation.start(tmp_path_factory.mktemp("wallets"), MIKRA_MODE="development")
    try:
        made.up()
        seed(made)
        made.until(lambda: bool(made.get("/status/1/token")[0] == 200), 60)
        offer(made, "dc+sd-jwt")  # the first one makes the key for wallets, which its list tokens are then sealed under
        made.until(lambda: under_two_keys(made), 60)
        yield made
    finally:
        installation.stop(made)


def under_two_keys(service: Any) -> bool:
    """Whether the list token has another seal than the other lists."""
    heads = [service.get(f"/status/1/{name}")[1].split(b".")[0] for name in ("token", "revocation")]
    chains = [json.loads(base64url.decode(one.decode()))["x5c"] for one in heads]
    return bool(chains[0] != chains[1])


def offer(service: Any, form: str, *words: str) -> dict[str, Any]:
    done = run(service, "dev", "offer", "--format", form, *words)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def code(service: Any, credential: Any) -> str:
    """What the verifier's program is told of it."""
    data = credential if isinstance(credential, str) else json.dumps(credential)
    request = urllib.request.Request(f"http://127.0.0.1:{service.port}/api/v1/verify", data=data.encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        (report,) = json.loads(answer.read())
    return str(report["code"])


def test_it_fetches_each_form_and_what_it_gets_is_genuine(service: Any) -> None:
    asked = [
        {**offer(service, "dc+sd-jwt"), "named": "jwk"},
        {**offer(service, "dc+sd-jwt", "--by-reference"), "named": "did"},
        {**offer(service, "jwt_vc_json"), "named": "did"},
        {**offer(service, "ldp_vc"), "named": "did"},
    ]
    answers = ask("wallets", asked)
    assert [one.get("refused") for one in answers] == [None] * len(asked)
    for one in answers:
        assert code(service, one["credential"]) == "valid", one["format"]
    for one in answers[:2]:
        bound = sd_jwt.read(one["credential"].encode()).claims["cnf"]["jwk"]
        assert jwk.thumbprint(bound) == jwk.thumbprint(jwk.write(jwk.read(one["holder"], "jwk")))


def test_it_is_refused_with_another_code_and_with_a_used_offer(service: Any) -> None:
    good = offer(service, "dc+sd-jwt")
    wrong = {**good, "tx_code": f"{(int(good['tx_code']) + 1) % 1_000_000:06d}", "named": "jwk"}
    refused, taken, again = ask("wallets", [wrong, {**good, "named": "jwk"}, {**good, "named": "jwk"}])
    assert refused["said"]["error"] == "invalid_grant"
    assert taken["credential"]
    assert again["said"]["error"] == "invalid_grant"


def test_it_fetches_several_copies_at_once_and_comes_again_for_a_later_one(service: Any) -> None:
    """OpenID4VCI 1.0, 8.2 and 9: each copy is bound to a key of its own, and no two have one place in a status list."""
    asked = [
        {**offer(service, "dc+sd-jwt"), "named": "jwk", "copies": 4},
        {**offer(service, "dc+sd-jwt", "--deferred"), "named": "jwk"},
    ]
    several, later = ask("wallets", asked)
    assert several.get("refused") is None, several
    claims = [sd_jwt.read(one.encode()).claims for one in several["all"]]
    assert len({jwk.thumbprint(one["cnf"]["jwk"]) for one in claims}) == 5
    assert len({tuple(one["status"]["status_list"].values()) for one in claims}) == 5
    assert [code(service, one) for one in several["all"]] == ["valid"] * 5
    assert later.get("refused") is None, later
    assert later["waited"] >= 1
    assert code(service, later["credential"]) == "valid"


def provider() -> dict[str, Any]:
    """A provider of wallets, with its key."""
    made = wallet_certificates.make_authority(
        wallet_certificates.Subject(name="A provider", country="EU"), at=now() - dt.timedelta(days=1)
    )
    numbers = made.key.private_numbers()
    private = base64url.encode(numbers.private_value.to_bytes(32, "big"))
    x5c = [base64.b64encode(made.certificate).decode()]
    return {"x5c": x5c, "jwk": {**jwk.write(made.key.public_key()), "d": private}}


def test_it_asks_its_learners_leave_with_pushed_requests_and_bound_tokens(service: Any) -> None:
    """OpenID4VCI 1.0, 5; PAR, PKCE, DPoP: on `open` without and on `eudi` with an attestation of the wallet."""
    back = {"redirect": "http://127.0.0.1:3000/back", "provider": None, "verifier": None}
    by_code = ("--grant", "authorization_code")
    asked = [
        {**offer(service, "dc+sd-jwt", *by_code), **back},
        {**offer(service, "jwt_vc_json", *by_code), **back},
        {**offer(service, "dc+sd-jwt", "--profile", "eudi"), **back, "provider": provider()},
        {**offer(service, "dc+sd-jwt", "--profile", "eudi"), **back},
        {**offer(service, "dc+sd-jwt", *by_code), **back, "verifier": "w" * 43},
    ]
    answers = ask("authorized", asked)
    assert [one.get("refused") for one in answers[:3]] == [None] * 3, answers
    for one in (answers[0], answers[2]):
        bound = sd_jwt.read(one["credential"].encode()).claims["cnf"]["jwk"]
        assert jwk.thumbprint(bound) == jwk.thumbprint(jwk.write(jwk.read(one["holder"], "jwk")))
    assert {one["kind"] for one in answers[:3]} == {"DPoP"}
    assert all(one["pushed"] for one in answers[:3])
    assert [code(service, one["credential"]) for one in answers[:3]] == ["valid"] * 3
    assert answers[3]["said"]["error"] == "invalid_client"
    assert answers[4]["said"]["error"] == "invalid_grant"


def request(service: Any, mode: str) -> dict[str, str]:
    done = run(service, "dev", "request", "--mode", mode)
    assert done.returncode == 0, done.stderr
    made: dict[str, str] = json.loads(done.stdout)
    return made


def test_it_answers_a_request_of_the_verifier_in_each_mode(service: Any) -> None:
    """OpenID4VP 1.0: what the engine presents is verified; with a nonce of another request it is not."""
    (held,) = ask("wallets", [{**offer(service, "dc+sd-jwt"), "named": "jwk"}])
    requests = [request(service, mode) for mode in ("direct_post.jwt", "direct_post", "direct_post.jwt")]
    asked = [{**one, "credential": held["credential"], "private": held["private"]} for one in requests]
    asked[2]["nonce"] = "of-another-request"
    answers = ask("presentations", asked)
    assert [one.get("status") for one in answers[:2]] == [200, 200], answers
    assert answers[2].get("status") != 200, answers
    results = [json.loads(run(service, "dev", "result", one["id"]).stdout) for one in requests]
    assert [one["verified"] for one in results] == [True, True, False], results
