"""The authorisation code of OpenID4VCI 1.0 (5, 6), and what is bound to a wallet's keys; who gets nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.exchange.oid4vci_metadata import SDJWT_ID
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.server.actions import corrections, wallet_clients, wallet_offers, wallets
from mikra.server.actions.retention import delete_due
from mikra.server.installation import Mode, installation
from mikra.server.rights import Role
from mikra.server.store.awards import Award
from mikra.server.store.issuing import WalletClient, WalletOffer, WalletRequest
from mikra.server.store.wallets import Held, Wallet
from mikra.server.web.issuing import authorize
from tests.server.institution import proven
from tests.server.issuing.careful import BACK, NAME, Careful, back, fresh
from tests.server.wallet.conftest import browser as browser
from tests.server.wallet.conftest import other as other
from tests.server.wallet.conftest import wallet as wallet


@pytest.fixture(autouse=True)
def many() -> None:
    authorize.BUCKETS.clear()


def offered(award: Award, **more: Any) -> tuple[Careful, str]:
    made = wallet_offers.offer_award(award, SDJWT_ID, by_code=True, **more)
    phone = Careful.scanning(made.short)
    assert isinstance(phone, Careful)
    return phone, made.typed


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def later(monkeypatch: pytest.MonkeyPatch, **delta: float) -> None:
    """The clock of the issuer goes on."""
    moment = now() + dt.timedelta(**delta)
    from mikra.server.actions import wallet_issuing, wallet_requests, wallet_tokens

    for module in (wallet_requests, wallet_tokens, wallet_issuing):
        monkeypatch.setattr(module, "now", lambda: moment)


@pytest.mark.both
def test_a_learner_says_yes_and_the_wallet_gets_it_bound_to_its_key(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    page = client.get(phone.page(client)).content.decode()
    assert NAME in page
    assert "Nobody that is known here" in page
    given = phone.token_for(phone.code(client, typed)).json()
    assert given["token_type"] == "DPoP"
    answer = phone.credential(given["access_token"])
    assert answer.status_code == 200, answer.content
    opened = sd_jwt.read(answer.json()["credentials"][0]["credential"].encode())
    assert opened.claims["cnf"] == {"jwk": jwk.write(phone.key.public_key())}


def test_the_wallet_is_told_who_answered_and_what_it_said(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    answer = client.post(phone.page(client), {"answer": "yes", "typed": f"{typed[:3]} {typed[3:]}"})
    told = back(answer)
    assert (told["state"], told["iss"]) == ("s1", phone.issuer)
    assert answer["Referrer-Policy"] == "no-referrer"


def test_no_is_told_to_the_wallet_and_gives_nothing(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    page = phone.page(client)
    told = back(client.post(page, {"answer": "no"}))
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "s1", phone.issuer)
    assert "code" not in told
    assert client.post(page, {"answer": "yes", "typed": typed}).status_code == 409


def test_wrong_digits_give_nothing_and_five_times_end_it(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    page = phone.page(client)
    wrong = f"{(int(typed) + 1) % 1_000_000:06d}"
    assert "not the six digits" in client.post(page, {"answer": "yes", "typed": wrong}).content.decode()
    assert client.post(page, {"answer": "yes"}).status_code == 400
    for _ in range(4):
        assert client.post(page, {"answer": "yes", "typed": wrong}).status_code == 400
    assert client.post(page, {"answer": "yes", "typed": typed}).status_code == 400
    assert not WalletRequest._default_manager.exclude(code=None).exists()


def test_whoever_holds_it_in_their_wallet_here_types_nothing(browser: Client, wallet: Wallet, collected: Award) -> None:
    wallets.keep(wallet, collected)
    phone, _typed = offered(collected)
    assert "six digits" not in browser.get(phone.page(browser)).content.decode()
    phone, _typed = offered(collected)
    assert phone.token_for(phone.code(browser, "")).status_code == 200


def test_whoever_holds_a_mere_file_of_it_types_the_digits(browser: Client, wallet: Wallet, collected: Award) -> None:
    wallets.keep(wallet, collected)
    Held.of(wallet).update(source=Held.Source.IMPORTED)
    phone, _typed = offered(collected)
    answer = browser.post(phone.page(browser), {"answer": "yes", "typed": ""})
    assert answer.status_code == 400


def test_without_an_offer_the_learner_chooses_in_their_wallet(
    client: Client, browser: Client, wallet: Wallet, collected: Award
) -> None:
    wallets.keep(wallet, collected)
    phone, _typed = offered(collected)
    phone.offer = {**phone.offer, "grants": {}}
    page = phone.page(client)
    assert client.get(page)["Location"].startswith("/wallet/sign-in/?next=")
    assert client.post(page, {"answer": "yes", "award": collected.pk.hex})["Location"].startswith("/wallet/sign-in/")
    assert collected.pk.hex in browser.get(page).content.decode()
    code = back(browser.post(page, {"answer": "yes", "award": collected.pk.hex}))["code"]
    given = phone.token_for(code).json()
    assert phone.credential(given["access_token"]).status_code == 200


def test_without_an_offer_nobody_chooses_what_is_anothers(other: Wallet, wallet: Wallet, collected: Award) -> None:
    wallets.keep(wallet, collected)
    stranger = Client()
    stranger.force_login(other.person)
    phone, _typed = offered(collected)
    phone.offer = {**phone.offer, "grants": {}}
    page = phone.page(stranger)
    assert "There is nothing here" in stranger.get(page).content.decode()
    assert stranger.post(page, {"answer": "yes", "award": collected.pk.hex}).status_code == 400
    assert stranger.post(page, {"answer": "yes"}).status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"issuer_state": "other"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "micro_credential_jwt"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"redirect_uri": "https://evil.example.test/"}, "invalid_request"),
        ({"redirect_uri": "javascript:alert(1)"}, "invalid_request"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"client_id": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"dpop_jkt": "x" * 43}, "invalid_request"),
    ],
)
def test_a_request_that_is_wrong_is_not_kept(collected: Award, changed: dict[str, str], error: str) -> None:
    phone, _typed = offered(collected)
    assert error_of(phone.push(**changed)) == (400, error)
    assert not WalletRequest._default_manager.exists()


def test_a_pushed_request_is_opened_once_in_time_and_by_its_wallet(
    client: Client, collected: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, _typed = offered(collected)
    pushed = phone.push()
    assert pushed.status_code == 201
    for query in (
        {"client_id": "other", "request_uri": pushed.json()["request_uri"]},
        {"client_id": NAME, "request_uri": "urn:ietf:params:oauth:request_uri:x"},
    ):
        answer = client.get(f"{phone.path('authorize')}?{urlencode(query)}")
        assert (answer.status_code, "Location" in answer) == (400, False)
    phone.page(client, pushed)
    query = {"client_id": NAME, "request_uri": pushed.json()["request_uri"]}
    assert client.get(f"{phone.path('authorize')}?{urlencode(query)}").status_code == 400
    query["request_uri"] = phone.push().json()["request_uri"]
    later(monkeypatch, seconds=91)
    assert client.get(f"{phone.path('authorize')}?{urlencode(query)}").status_code == 400


def test_on_open_a_request_need_not_be_pushed(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    answer = client.get(f"{phone.path('authorize')}?{urlencode(phone.asked)}")
    code = back(client.post(answer["Location"], {"answer": "yes", "typed": typed}))["code"]
    assert phone.token_for(code).status_code == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "x"}, "invalid_scope"),
        ({"issuer_state": "x"}, "invalid_request"),
    ],
)
def test_a_wallet_whose_address_is_believed_is_told(
    client: Client, collected: Award, changed: dict[str, str], error: str
) -> None:
    phone, _typed = offered(collected)
    told = back(client.get(f"{phone.path('authorize')}?{urlencode({**phone.asked, **changed})}"))
    assert (told["error"], told["state"], told["iss"]) == (error, "s1", phone.issuer)


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example.test/"},
        {"redirect_uri": "https://client.example.test@evil.test/"},
        {"redirect_uri": "//evil.test"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
        {"client_id": ""},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_believed(
    client: Client, collected: Award, changed: dict[str, str]
) -> None:
    phone, _typed = offered(collected)
    answer = client.get(f"{phone.path('authorize')}?{urlencode({**phone.asked, **changed})}")
    assert (answer.status_code, "Location" in answer) == (400, False)
    twice = client.get(f"{phone.path('authorize')}?{urlencode(phone.asked)}&redirect_uri=https://evil.test")
    assert (twice.status_code, "Location" in twice) == (400, False)


def test_an_https_address_is_one_that_the_operator_knows_letter_for_letter(client: Client, collected: Award) -> None:
    WalletClient(client=NAME, redirects=["https://wallet.example/cb"]).save()
    phone, _typed = offered(collected)
    assert phone.push(redirect_uri="https://wallet.example/cb").status_code == 201
    for near in ("https://wallet.example/cb/", "https://wallet.example/cb?x=1", "https://wallet.example/CB"):
        assert error_of(phone.push(redirect_uri=near)) == (400, "invalid_request")
    assert error_of(phone.push(client_id="other", redirect_uri="https://wallet.example/cb"))[0] == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "wallet.example:/other"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"client_id": "other"}, "invalid_grant"),
        ({"code": "other"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_for_the_wallet_that_asked(
    client: Client, collected: Award, changed: dict[str, str], error: str
) -> None:
    phone, typed = offered(collected)
    code = phone.code(client, typed)
    assert error_of(phone.token_for(code, **changed)) == (400, error)
    assert phone.token_for(code).status_code == 200, "a wrong try does not take it from the right wallet"


def test_a_code_that_another_key_brings_is_refused(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    code = phone.code(client, typed)
    for key in (fresh(), None):
        thief = dataclasses.replace(phone, holder=key)
        assert error_of(thief.token_for(code)) == (400, "invalid_grant")


def test_a_code_ends_after_a_minute(client: Client, collected: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, typed = offered(collected)
    code = phone.code(client, typed)
    later(monkeypatch, seconds=61)
    monkeypatch.setattr("tests.server.issuing.careful.now", lambda: now() + dt.timedelta(seconds=61))
    assert error_of(phone.token_for(code)) == (400, "invalid_grant")


def test_a_code_that_comes_twice_ends_what_it_gave(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    code = phone.code(client, typed)
    given = phone.token_for(code).json()
    assert error_of(phone.token_for(code)) == (400, "invalid_grant")
    assert error_of(phone.credential(given["access_token"])) == (401, "invalid_token")
    assert error_of(phone.refreshed(given["refresh_token"])) == (400, "invalid_grant")


def test_an_offer_by_code_is_no_code_itself(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    state = phone.offer["grants"]["authorization_code"]["issuer_state"]
    values = {"grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code", "pre-authorized_code": state}
    assert error_of(phone.form("token", {**values, "tx_code": typed})) == (400, "invalid_grant")


def test_a_pre_authorised_code_is_no_state_of_an_offer(collected: Award) -> None:
    made = wallet_offers.offer_award(collected, SDJWT_ID)
    phone = Careful.scanning(made.short)
    assert error_of(phone.push(issuer_state=phone.pre_authorised)) == (400, "invalid_request")


def tokened(client: Client, award: Award, holder: Any = ...) -> tuple[Careful, dict[str, Any]]:
    phone, typed = offered(award)
    if holder is not ...:
        phone.holder = holder
    return phone, phone.token_for(phone.code(client, typed)).json()


def test_a_bound_token_is_used_with_its_key_alone(client: Client, collected: Award) -> None:
    phone, given = tokened(client, collected)
    token = given["access_token"]
    body = {"credential_configuration_id": SDJWT_ID, "proofs": {"jwt": [phone.proof()]}}
    own = {"Authorization": f"DPoP {token}"}
    replayed = phone.proven("credential", token)
    wrong = {
        "as if it were anybody's": ({"Authorization": f"Bearer {token}"}, "invalid_token"),
        "without a proof": (own, "invalid_dpop_proof"),
        "another key": (
            {**own, "DPoP": dataclasses.replace(phone, holder=fresh()).proven("credential", token)},
            "invalid_token",
        ),
        "of another address": ({**own, "DPoP": phone.proven("token", token)}, "invalid_dpop_proof"),
        "of another token": ({**own, "DPoP": phone.proven("credential", "other")}, "invalid_dpop_proof"),
        "of no token": ({**own, "DPoP": phone.proven("credential")}, "invalid_dpop_proof"),
        "of another method": ({**own, "DPoP": phone.proven("credential", token, method="GET")}, "invalid_dpop_proof"),
        "too old": (
            {**own, "DPoP": phone.proven("credential", token, at=now() - dt.timedelta(minutes=3))},
            "invalid_dpop_proof",
        ),
        "a nonce of its own": ({**own, "DPoP": phone.proven("credential", token, nonce="x")}, "use_dpop_nonce"),
    }
    for what, (headers, error) in wrong.items():
        answer = phone.post("credential", token, body, headers)
        assert error_of(answer) == (401, error), what
        assert answer["WWW-Authenticate"].startswith(
            "DPoP" if "DPoP" in headers or error != "invalid_token" else "Bearer"
        )
    assert not WalletOffer._default_manager.exclude(issued=None).exists()
    assert phone.post("credential", token, body, {**own, "DPoP": replayed}).status_code == 200
    assert error_of(phone.post("credential", token, body, {**own, "DPoP": replayed})) == (401, "invalid_dpop_proof")


def test_a_bearer_token_needs_no_key_counts_five_minutes_and_is_not_refreshed(
    client: Client, collected: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, given = tokened(client, collected, holder=None)
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 300)
    assert "refresh_token" not in given
    with_key = dataclasses.replace(phone, holder=fresh())
    assert error_of(with_key.credential(given["access_token"])) == (401, "invalid_token")
    later(monkeypatch, minutes=6)
    assert error_of(phone.credential(given["access_token"])) == (401, "invalid_token")


@pytest.mark.both
def test_a_copy_is_fetched_again_by_a_refresh_token_each_once(client: Client, collected: Award) -> None:
    phone, given = tokened(client, collected)
    assert phone.credential(given["access_token"]).status_code == 200
    again = phone.refreshed(given["refresh_token"]).json()
    assert error_of(phone.credential(given["access_token"])) == (401, "invalid_token"), "the old token ended"
    answer = phone.credential(again["access_token"], proof=phone.proof())
    assert answer.status_code == 200, answer.content
    assert error_of(phone.refreshed(given["refresh_token"])) == (400, "invalid_grant")
    assert error_of(phone.refreshed(again["refresh_token"])) == (400, "invalid_grant"), "it was copied: all ends"


def test_a_refresh_token_belongs_to_its_key_and_wallet(client: Client, collected: Award) -> None:
    phone, given = tokened(client, collected)
    for thief in (
        dataclasses.replace(phone, holder=fresh()),
        dataclasses.replace(phone, holder=None),
        dataclasses.replace(phone, name="other"),
    ):
        assert error_of(thief.refreshed(given["refresh_token"])) == (400, "invalid_grant")
    assert phone.refreshed(given["refresh_token"]).status_code == 200


def test_what_was_withdrawn_is_not_fetched_again(client: Client, collected: Award, actor: Any, tenant: Any) -> None:
    phone, given = tokened(client, collected)
    assert phone.credential(given["access_token"]).status_code == 200
    corrections.revoke(proven(actor(tenant, Role.REGISTRAR)), collected.id, "The grade was entered wrongly.")
    again = phone.refreshed(given["refresh_token"]).json()
    assert error_of(phone.credential(again["access_token"])) == (400, "credential_request_denied")


def test_what_ended_is_deleted_but_what_can_be_refreshed(client: Client, collected: Award) -> None:
    tokened(client, collected)
    tokened(client, collected, holder=None)
    delete_due(now() + dt.timedelta(days=31))
    assert WalletRequest._default_manager.count() == 0
    assert WalletOffer._default_manager.count() == 1
    delete_due(now() + dt.timedelta(days=122))
    assert not WalletOffer._default_manager.exists()


def test_a_developers_offer_is_approved_at_once_but_not_in_production(
    client: Client, collected: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, _typed = offered(collected, rehearsal=True)
    loopback = "http://127.0.0.1:3000/cb"
    said = phone.push(redirect_uri=loopback).json()
    query = urlencode({"client_id": NAME, "request_uri": said["request_uri"]})
    answer = client.get(f"{phone.path('authorize')}?{query}")
    assert answer["Location"].startswith(f"{loopback}?code=")
    here = dataclasses.replace(installation(), mode=Mode.PRODUCTION)
    monkeypatch.setattr(wallet_clients, "installation", lambda: here)
    assert error_of(phone.push(redirect_uri=loopback)) == (400, "invalid_request")
    assert phone.page(client).startswith("/issuers/"), "the learner is asked"


def test_the_page_leads_to_the_wallet_alone(client: Client, collected: Award) -> None:
    phone, _typed = offered(collected)
    policy = client.get(phone.page(client))["Content-Security-Policy"]
    assert "form-action 'self' wallet.example:;" in policy
    assert BACK not in policy


def test_a_page_is_for_its_own_issuer(client: Client, collected: Award) -> None:
    phone, typed = offered(collected)
    page = phone.page(client)
    assert client.get(page.replace("/open/", "/eudi/")).status_code == 404
    assert client.get(page.replace(page.split("/")[-2], "x" * 22)).status_code == 404
    assert client.post(page.replace("/open/", "/eudi/"), {"answer": "yes", "typed": typed}).status_code == 404
