"""RFC 6749, 4.1, RFC 7636, OpenID4VCI 1.0, 5: what a wallet may ask for, and where nobody is ever sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import ProtocolError
from mikra.exchange import authorization

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""RFC 7636, appendix B."""
GOOD = {
    "response_type": "code",
    "client_id": "wallet",
    "redirect_uri": "wallet.example:/back",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "scope": "openid micro_credential_sdjwt",
    "state": "s",
    "issuer_state": "i",
}
KNOWN = ["micro_credential_sdjwt", "micro_credential_jwt"]


def read(**changed: Any) -> authorization.AuthorizationRequest:
    asked = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    return authorization.read_request(asked, KNOWN)


def details(*named: Any) -> str:
    return json.dumps([{"type": "openid_credential", "credential_configuration_id": one} for one in named])


def test_a_request_is_read() -> None:
    found = read()
    assert (found.configuration, found.state, found.issuer_state, found.detailed) == (KNOWN[0], "s", "i", False)
    found = read(scope=None, authorization_details=details(KNOWN[1]))
    assert (found.configuration, found.detailed) == (KNOWN[1], True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_id": None}, "invalid_request"),
        ({"client_id": "x" * 201}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": " ".join(KNOWN)}, "invalid_scope"),
        ({"authorization_details": "{"}, "invalid_authorization_details"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
        ({"authorization_details": details("other")}, "invalid_authorization_details"),
        ({"authorization_details": details(*KNOWN)}, "invalid_authorization_details"),
        ({"authorization_details": '[{"type": "x"}]'}, "invalid_authorization_details"),
        ({"dpop_jkt": "x"}, "invalid_request"),
        ({"state": "x" * 1001}, "invalid_request"),
    ],
)
def test_what_cannot_be_given_is_refused(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read(**changed)
    assert caught.value.code == code


REGISTERED = ["https://client.example.test/cb"]


@pytest.mark.parametrize(
    "redirect",
    [
        "https://evil.example.test/",
        "https://client.example.test.evil.test/",
        "https://client.example.test@evil.test/",
        "https://client.example.test/cb/../evil",
        "https://client.example.test/cb%2f..%2fx",
        "//evil.test",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "https://client.example.test/cb?x=1",
        "https://client.example.test/cb#x",
        "https://client.example.test/cb/",
        "https://CLIENT.example.test/cb",
        "http://127.0.0.1/cb",
        "wallet.example:/back#x",
        "wallet.example:/back\nLocation: x",
        "wallet.example:/b\\ack",
        "intent://x",
        "",
        "back",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_wallets(redirect: str) -> None:
    assert authorization.redirect_fault(redirect, REGISTERED)


def test_a_wallet_is_sent_back_to_what_is_known_or_to_its_own_scheme() -> None:
    assert not authorization.redirect_fault("https://client.example.test/cb", REGISTERED)
    assert not authorization.redirect_fault("wallet.example:/back")
    assert not authorization.redirect_fault("openid4vc://redirect")


def test_a_developer_is_sent_to_any_clean_address() -> None:
    for redirect in ("http://127.0.0.1:3000/cb", "https://example.org/cb?x=1"):
        assert authorization.redirect_fault(redirect)
        assert not authorization.redirect_fault(redirect, any_clean=True)
    for redirect in ("https://a@b/cb", "https://a/../b", "javascript:alert(1)", "https://a/%2F", "https://a/b#c"):
        assert authorization.redirect_fault(redirect, any_clean=True)


def test_an_answer_carries_the_code_the_state_and_who_answers() -> None:
    for redirect in ("wallet.example:/back", "https://a.example/b?c=d"):
        said = authorization.answer(redirect, issuer="https://i.example", state="a&b", code="c d")
        assert said.startswith(redirect)
        query = parse_qs(urlsplit(said).query)
        assert (query["code"], query["state"], query["iss"]) == (["c d"], ["a&b"], ["https://i.example"])


def test_pkce_holds_by_the_example_of_the_rfc() -> None:
    assert authorization.challenge_of(VERIFIER) == CHALLENGE
    assert authorization.verifier_fits(VERIFIER, CHALLENGE)
    for wrong in (VERIFIER[:-1] + "l", CHALLENGE, "", "short", VERIFIER + "é", "x" * 129):
        assert not authorization.verifier_fits(wrong, CHALLENGE)


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_is_not(text: str) -> None:
    fault = authorization.redirect_fault(text)
    assert fault or not text.lower().startswith(("http", "javascript", "data"))
