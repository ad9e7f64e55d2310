"""A learner shows by the institution's own sign-in that an award is theirs; it opens nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from mikra.errors import ConflictError, NotFoundError
from mikra.server.actions import sign_on, wallet_identity, wallets, wallets_claiming
from mikra.server.actions.claims import claim
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award
from mikra.server.store.sign_on import SignOn
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Held, Proof, Wallet
from mikra.server.web.accounts import sign_on as web
from mikra.server.web.wallet import proving
from tests.server.accounts.test_sign_on import MEMBERS, Door, left_for

Make = Callable[..., Actor]
ADDRESS = "p1@student.example"


@pytest.fixture
def service(tenant: Tenant, actor: Make) -> SignOn:
    return sign_on.set_up(actor(tenant, Role.ADMINISTRATOR), "oidc", "Zed account", MEMBERS, enabled=True)


@pytest.fixture
def held(wallet: Wallet, code: str) -> Held:
    claim(code)
    return wallets_claiming.keep(wallet, code)


def there_and_back(browser: Client, held: Held, door: Door, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The button, the service, and the page of the award."""
    monkeypatch.setattr(web, "door", lambda: door)
    away = browser.post(f"/wallet/{held.id}/prove/oidc/")
    assert away.status_code == 307
    target = left_for(browser.post(away["Location"]))
    state = parse_qs(urlsplit(target).query)["state"][0]
    back = browser.get("/sign-in/oidc/zed-oidc/back/", {"code": "right", "state": state})
    assert back.status_code == 302
    return back


def ways(wallet: Wallet) -> set[str]:
    return set(Proof.of(wallet).values_list("way", flat=True))


def test_its_own_sign_in_says_that_it_is_the_learner(
    service: SignOn, browser: Client, wallet: Wallet, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wallet_identity.shown(held) == Proof.Way.CODE
    page = browser.get(f"/wallet/{held.id}/").content.decode()
    assert "Show it by Zed account" in page
    back = there_and_back(browser, held, Door(ADDRESS.upper()), monkeypatch)
    assert back["Location"] == f"/wallet/{held.id}/"
    assert wallet_identity.shown(held) == Proof.Way.INSTITUTION
    page = browser.get(f"/wallet/{held.id}/").content.decode()
    assert "has said that this is you" in page
    assert "Show it by Zed account" not in page
    assert browser.get("/console/zed/").status_code in (302, 403, 404), "it opens no desk"
    there_again = Proof.of(wallet).filter(way=Proof.Way.INSTITUTION).count()
    wallet_identity.by_institution(wallet, held.award.tenant, "oidc:42", [ADDRESS])  # type: ignore[union-attr]
    assert Proof.of(wallet).filter(way=Proof.Way.INSTITUTION).count() == there_again, "twice is once"


@pytest.mark.parametrize("email", ["somebody@student.example", "", "p1@student.example.evil.example"])
def test_whom_it_names_otherwise_has_shown_nothing(
    email: str, service: SignOn, browser: Client, wallet: Wallet, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    there_and_back(browser, held, Door(email), monkeypatch)
    assert Proof.Way.INSTITUTION not in ways(wallet)
    assert "did not use for these awards" in browser.get(f"/wallet/{held.id}/").content.decode()


def test_one_account_proves_one_wallet(
    service: SignOn, tenant: Tenant, wallet: Wallet, other: Wallet, held: Held, award: Award
) -> None:
    wallet_identity.by_institution(wallet, tenant, "oidc:42", [ADDRESS])
    wallets.keep(other, award)
    with pytest.raises(ConflictError):
        wallet_identity.by_institution(other, tenant, "oidc:42", [ADDRESS])
    assert Proof.Way.INSTITUTION not in ways(other)


def test_another_institution_says_nothing_of_these_awards(stranger: Tenant, wallet: Wallet, held: Held) -> None:
    with pytest.raises(NotFoundError):
        wallet_identity.by_institution(wallet, stranger, "oidc:42", [ADDRESS])
    assert Proof.Way.INSTITUTION not in ways(wallet)


def test_who_did_not_go_there_from_the_wallet_signs_in_as_ever(
    service: SignOn, browser: Client, wallet: Wallet, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "door", lambda: Door(ADDRESS))
    target = left_for(Client().post("/sign-in/oidc/zed-oidc/"))
    assert target.startswith("https://login.zed.example/")
    target = left_for(browser.post("/sign-in/oidc/zed-oidc/"))
    state = parse_qs(urlsplit(target).query)["state"][0]
    browser.get("/sign-in/oidc/zed-oidc/back/", {"code": "right", "state": state})
    assert Proof.Way.INSTITUTION not in ways(wallet)


def test_it_is_asked_for_ten_minutes(
    service: SignOn, browser: Client, wallet: Wallet, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "_LONGEST", -1)
    monkeypatch.setattr(web, "door", lambda: Door(ADDRESS))
    target = left_for(browser.post(browser.post(f"/wallet/{held.id}/prove/oidc/")["Location"]))
    state = parse_qs(urlsplit(target).query)["state"][0]
    browser.get("/sign-in/oidc/zed-oidc/back/", {"code": "right", "state": state})
    assert Proof.Way.INSTITUTION not in ways(wallet)


def test_only_its_owner_and_only_what_is_there(service: SignOn, browser: Client, other: Wallet, held: Held) -> None:
    stranger = Client()
    stranger.force_login(other.person)
    assert stranger.post(f"/wallet/{held.id}/prove/oidc/").status_code == 404
    assert browser.post(f"/wallet/{held.id}/prove/saml/").status_code == 404
    assert browser.post(f"/wallet/{held.id}/prove/ldap/").status_code == 404
    service.enabled = False
    service.save()
    assert browser.post(f"/wallet/{held.id}/prove/oidc/").status_code == 404
    assert wallet_identity.services(held) == []


def test_a_file_that_was_brought_is_shown_by_nothing(wallet: Wallet) -> None:
    brought = wallets.keep(wallet, b'{"type": "VerifiableCredential"}', name="own.json")
    assert wallet_identity.shown(brought) == ""
    assert wallet_identity.services(brought) == []
