"""Back into a wallet by the account of an institution: the one that was allowed to, after three days, and no other."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import ConflictError, NotAllowedError, NotFoundError, UnavailableError
from mikra.server.actions import wallet_identity, wallet_owner, wallet_return, wallets
from mikra.server.actions.retention import delete_due
from mikra.server.store.audit import Entry
from mikra.server.store.sign_on import SignOn
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Address, Held, Proof, Return, Wallet
from mikra.server.web.accounts import sign_on as web
from tests.server.accounts.test_sign_on import Door, left_for
from tests.server.wallet.test_identity import ADDRESS
from tests.server.wallet.test_identity import held as held
from tests.server.wallet.test_identity import service as service

SUBJECT = "oidc:42"
LATER = dt.timedelta(days=4)


@pytest.fixture(autouse=True)
def calm() -> None:
    wallet_owner.RECOVERIES.clear()


@pytest.fixture
def new(db: None) -> Wallet:
    """Of the same person, by an address that answers."""
    return wallets.open_for("ana.new@mail.example")


@pytest.fixture
def proof(wallet: Wallet, tenant: Tenant, held: Held) -> Proof:
    """The account has named the owner."""
    wallet_identity.by_institution(wallet, tenant, SUBJECT, [ADDRESS])
    return Proof.of(wallet).exclude(subject=None).get()


@pytest.fixture
def allowed(wallet: Wallet, proof: Proof) -> Proof:
    wallet_return.let(wallet, proof.pk, True)
    mail.outbox.clear()
    return proof


def verbs(tenant: Tenant) -> list[str]:
    found = Entry._default_manager.filter(tenant=tenant, verb__startswith="wallet.").order_by("number")
    return list(found.values_list("verb", flat=True))


def test_all_is_there_again_after_three_days(
    wallet: Wallet, new: Wallet, tenant: Tenant, held: Held, allowed: Proof
) -> None:
    wallet_owner.add_address(wallet, "old.two@mail.example")
    brought = wallets.keep(new, b'{"type": "VerifiableCredential"}', name="own.json")
    row = wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    assert dt.timedelta(days=3) < row.opens - row.created <= dt.timedelta(days=4)
    assert {one.to[0] for one in mail.outbox} == {ADDRESS, "old.two@mail.example"}
    assert all("This is not me" in str(one.body) for one in mail.outbox)
    assert wallet_return.ask(new, tenant, SUBJECT, "Zed account").pk == row.pk
    assert len(mail.outbox) == 2, "twice is once"
    with pytest.raises(NotAllowedError, match="not open yet"):
        wallet_return.finish(new, row.opens - dt.timedelta(seconds=1))
    opened = wallet_return.finish(new, row.opens)
    assert opened.pk == wallet.pk
    assert wallets.open_for("ana.new@mail.example").pk == wallet.pk
    assert {one.form for one in Held.of(wallet)} == {held.form, brought.form}
    assert not Wallet._default_manager.filter(pk=new.pk).exists()
    assert verbs(tenant) == ["wallet.return_asked", "wallet.returned"]
    assert {one.to[0] for one in mail.outbox[2:]} == {ADDRESS, "old.two@mail.example"}


def test_a_lost_phone_is_signed_out(browser: Client, new: Wallet, tenant: Tenant, held: Held, allowed: Proof) -> None:
    assert browser.get("/wallet/").status_code == 200
    wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    assert "Somebody wants to open this wallet" in browser.get("/wallet/").content.decode()
    wallet_return.finish(new, now() + LATER)
    assert "/wallet/sign-in/" in browser.get("/wallet/")["Location"]


@pytest.mark.parametrize("subject", ["oidc:43", "saml:42", "42", ""])
def test_another_account_of_that_institution_opens_nothing(
    new: Wallet, tenant: Tenant, allowed: Proof, subject: str
) -> None:
    with pytest.raises(NotAllowedError):
        wallet_return.ask(new, tenant, subject, "Zed account")
    assert not Return._default_manager.exists()
    assert mail.outbox == []
    assert verbs(tenant) == []


def test_the_same_name_at_another_institution_opens_nothing(new: Wallet, stranger: Tenant, allowed: Proof) -> None:
    with pytest.raises(NotAllowedError):
        wallet_return.ask(new, stranger, SUBJECT, "Elsewhere")
    assert not Return._default_manager.exists()


def test_an_account_that_named_somebody_opens_nothing_unless_it_was_allowed(
    wallet: Wallet, new: Wallet, tenant: Tenant, proof: Proof
) -> None:
    with pytest.raises(NotAllowedError):
        wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    wallet_return.let(wallet, proof.pk, True)
    wallet_return.let(wallet, proof.pk, False)
    with pytest.raises(NotAllowedError):
        wallet_return.ask(new, tenant, SUBJECT, "Zed account")


def test_an_account_that_was_never_linked_opens_nothing(
    wallet: Wallet, new: Wallet, tenant: Tenant, held: Held
) -> None:
    """Its awards lie in the wallet, and its address is the learner's: that is no account that was linked before."""
    with pytest.raises(NotAllowedError):
        wallet_return.ask(new, tenant, SUBJECT, "Zed account")


def test_the_owner_says_no(wallet: Wallet, new: Wallet, tenant: Tenant, allowed: Proof, browser: Client) -> None:
    wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    assert browser.post("/wallet/you/not-me/")["Location"] == "/wallet/you/"
    with pytest.raises(NotAllowedError):
        wallet_return.finish(new, now() + LATER)
    with pytest.raises(NotAllowedError):
        wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    assert verbs(tenant) == ["wallet.return_asked", "wallet.return_stopped"]
    assert Wallet._default_manager.filter(pk=new.pk).exists()
    wallet_return.stop(wallet)  # twice is once
    assert len(verbs(tenant)) == 2


def test_what_is_forbidden_meanwhile_does_not_open(wallet: Wallet, new: Wallet, tenant: Tenant, allowed: Proof) -> None:
    wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    wallet_return.let(wallet, allowed.pk, False)
    with pytest.raises(NotAllowedError):
        wallet_return.finish(new, now() + LATER)


def test_a_second_who_asks_waits_anew_and_the_first_gets_nothing(
    new: Wallet, other: Wallet, tenant: Tenant, allowed: Proof
) -> None:
    wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    wallet_return.ask(other, tenant, SUBJECT, "Zed account", at=now() + dt.timedelta(days=2))
    assert len(mail.outbox) == 2
    with pytest.raises(NotAllowedError, match="Nothing is asked"):
        wallet_return.finish(new, now() + LATER)
    with pytest.raises(NotAllowedError, match="not open yet"):
        wallet_return.finish(other, now() + LATER)


def test_nobody_asks_unseen(new: Wallet, tenant: Tenant, allowed: Proof, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_self: Any) -> None:
        raise OSError("no mail")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    with pytest.raises(UnavailableError):
        wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    assert not Return._default_manager.exists()
    assert verbs(tenant) == []


def test_the_wallet_in_which_one_is_needs_no_opening(wallet: Wallet, tenant: Tenant, allowed: Proof) -> None:
    with pytest.raises(ConflictError):
        wallet_return.ask(wallet, tenant, SUBJECT, "Zed account")


def test_only_its_owner_allows_an_account(other: Wallet, wallet: Wallet, proof: Proof) -> None:
    with pytest.raises(NotFoundError):
        wallet_return.let(other, proof.pk, True)
    code = Proof.of(wallet).filter(subject=None).first()
    assert code is not None
    wallet_return.let(wallet, code.pk, True)
    assert not Proof.of(wallet).filter(recovers=True).exists(), "only an account opens anything"


def test_what_nobody_came_back_for_is_forgotten(new: Wallet, tenant: Tenant, allowed: Proof) -> None:
    row = wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    delete_due(row.created + wallet_return.LASTS - dt.timedelta(minutes=1))
    assert Return._default_manager.exists()
    late = row.created + wallet_return.LASTS + dt.timedelta(minutes=1)
    with pytest.raises(NotAllowedError):
        wallet_return.finish(new, late)
    delete_due(late)
    assert not Return._default_manager.exists()


# --- pages ---------------------------------------------------------------------------------------------------------


def there_and_back(browser: Client, door: Door, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(web, "door", lambda: door)
    away = browser.post("/wallet/return/zed/oidc/")
    assert away.status_code == 307
    state = parse_qs(urlsplit(left_for(browser.post(away["Location"]))).query)["state"][0]
    return browser.get("/sign-in/oidc/zed-oidc/back/", {"code": "right", "state": state})


@pytest.fixture
def newcomer(new: Wallet) -> Client:
    client = Client()
    client.force_login(new.person)
    return client


def test_the_way_by_pages(
    service: SignOn,
    browser: Client,
    newcomer: Client,
    wallet: Wallet,
    proof: Proof,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "Allow it" in browser.get("/wallet/you/").content.decode()
    browser.post("/wallet/you/accounts/", {"proof": str(proof.pk), "let": "yes"})
    assert "Forbid it" in browser.get("/wallet/you/").content.decode()
    assert "Zed account" in newcomer.get("/wallet/return/").content.decode()
    back = there_and_back(newcomer, Door("changed@student.example"), monkeypatch)
    assert back["Location"] == "/wallet/return/"
    page = newcomer.get("/wallet/return/").content.decode()
    assert "Your old wallet opens on" in page
    assert "Open it" not in page
    assert newcomer.post("/wallet/return/open/", {"do": "open"})["Location"] == "/wallet/return/"
    assert "It does not open yet." in newcomer.get("/wallet/return/").content.decode()
    Return._default_manager.update(opens=now())
    assert "Open it" in newcomer.get("/wallet/return/").content.decode()
    assert newcomer.post("/wallet/return/open/", {"do": "open"})["Location"] == "/wallet/"
    page = newcomer.get("/wallet/").content.decode()
    assert "Your wallet is open again" in page
    assert Address.of(wallet).count() == 2


def test_another_account_is_told_so(
    service: SignOn, newcomer: Client, allowed: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    there_and_back(newcomer, Door(ADDRESS, sub="43"), monkeypatch)
    page = newcomer.get("/wallet/return/").content.decode()
    assert "This account opens no wallet" in page
    assert not Return._default_manager.exists()


def test_who_asked_can_want_it_no_more(newcomer: Client, new: Wallet, tenant: Tenant, allowed: Proof) -> None:
    wallet_return.ask(new, tenant, SUBJECT, "Zed account")
    newcomer.post("/wallet/return/open/", {"do": "give_up"})
    assert not Return._default_manager.exists()


def test_only_services_that_are_there(newcomer: Client, service: SignOn) -> None:
    for address in ("/wallet/return/zed/saml/", "/wallet/return/elsewhere/oidc/"):
        assert newcomer.post(address).status_code == 404
    assert "/wallet/sign-in/" in Client().get("/wallet/return/")["Location"]
