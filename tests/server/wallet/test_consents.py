"""New awards without asking: off by default, for one institution, for who it is shown to be, and ended by one press."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from mikra.errors import NotAllowedError, NotFoundError
from mikra.server.actions import (
    claim_codes,
    claims,
    deliveries,
    tenant_settings,
    wallet_consents,
    wallet_owner,
    wallets,
    wallets_claiming,
)
from mikra.server.actions.retention import delete_due
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.learners import Learner
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Consent, Held, Wallet
from tests.server.deliveries.test_letters import World
from tests.server.privacy.test_minors import born

Made = Callable[..., Batch]


@pytest.fixture
def kept(wallet: Wallet, code: str) -> Held:
    """Kept by whoever answered a code at the address that the institution knows."""
    claims.claim(code)
    return wallets_claiming.keep(wallet, code)


def again(tenant: Tenant, sealed: Made) -> tuple[Delivery, str]:
    """Another award to the same learner: its delivery, and what the letter says."""
    sealed(tenant, 1)
    world = World()
    deliveries.send_due(post=world)
    (letter,) = world.taken
    return Delivery.of(tenant).order_by("id").last(), letter.get_content()  # type: ignore[return-value]


def give(wallet: Wallet) -> Consent:
    (choice,) = wallet_consents.choices(wallet)
    return wallet_consents.give(wallet, choice.learner_id)


def test_nothing_lands_by_itself(wallet: Wallet, kept: Held, tenant: Tenant, sealed: Made) -> None:
    assert [one.consent for one in wallet_consents.choices(wallet)] == [None]
    delivery, letter = again(tenant, sealed)
    assert delivery.state == Delivery.State.SENT
    assert "in your wallet already" not in letter
    assert wallets.held(wallet) == [kept]


def test_what_was_wanted_lands_and_a_letter_says_so(wallet: Wallet, kept: Held, tenant: Tenant, sealed: Made) -> None:
    assert give(wallet) == give(wallet), "it was given twice"
    delivery, letter = again(tenant, sealed)
    assert "in your wallet already" in letter
    assert f"/claim/{claim_codes.code_of(tenant.id, delivery.id)}/" in letter
    assert (delivery.state, delivery.claimed is not None) == (Delivery.State.CLAIMED, True)
    newest, oldest = wallets.held(wallet)
    assert oldest == kept
    assert (newest.award_id, newest.source) == (delivery.award_id, Held.Source.ADDED)
    verbs = list(Entry._default_manager.filter(tenant=tenant).values_list("verb", "subject"))
    assert ("award.added", f"award:{delivery.award_id}") in verbs
    assert [one for one, _subject in verbs].count("consent.given") == 1


def test_after_it_is_taken_back_nothing_lands(wallet: Wallet, kept: Held, tenant: Tenant, sealed: Made) -> None:
    consent = give(wallet)
    wallet_consents.take_back(wallet, consent.id)
    wallet_consents.take_back(wallet, consent.id)
    delivery, letter = again(tenant, sealed)
    assert delivery.state == Delivery.State.SENT
    assert "in your wallet already" not in letter
    assert wallets.held(wallet) == [kept]
    verbs = list(Entry._default_manager.filter(tenant=tenant).values_list("verb", flat=True))
    assert verbs.count("consent.taken_back") == 1
    delete_due()
    assert not Consent._default_manager.exists()


def test_a_forwarded_letter_gives_nobody_what_comes_later(other: Wallet, code: str, award: Award) -> None:
    claims.claim(code)
    wallets_claiming.keep(other, code)
    assert wallet_consents.choices(other) == []
    with pytest.raises(NotAllowedError):
        wallet_consents.give(other, award.learner_id)  # type: ignore[arg-type]
    assert not Consent._default_manager.exists()


def test_one_institution_is_not_another(
    wallet: Wallet, kept: Held, stranger: Tenant, tenant: Tenant, sealed: Made
) -> None:
    consent = give(wallet)
    delivery, _letter = again(stranger, sealed)
    assert delivery.state == Delivery.State.SENT
    assert wallets.held(wallet) == [kept]
    assert consent.tenant == tenant


def test_nobody_takes_back_for_another(wallet: Wallet, other: Wallet, kept: Held) -> None:
    consent = give(wallet)
    for id in (consent.id, "nonsense", ""):
        with pytest.raises(NotFoundError):
            wallet_consents.take_back(other, id)
    assert Consent.of(wallet).get().revoked is None


def test_where_a_guardian_is_asked_nothing_lands_by_itself(
    wallet: Wallet, kept: Held, award: Award, tenant: Tenant, sealed: Made, actor: Callable[..., Actor]
) -> None:
    give(wallet)
    born(award, f"{award.awarded_on.year - 15}-01-01")
    delivery, letter = again(tenant, sealed)
    assert delivery.state == Delivery.State.SENT
    assert "in your wallet already" not in letter
    wallet_consents.take_back(wallet, Consent.of(wallet).get().id)
    with pytest.raises(NotAllowedError) as refused:
        give(wallet)
    assert refused.value.code == "guardian_asked"
    tenant_settings.change(actor(tenant, Role.ADMINISTRATOR), guardian_confirms=False)
    assert give(wallet)


@pytest.mark.parametrize("member", ["restricted", "erased"])
def test_whose_data_may_only_be_kept_gets_nothing(
    wallet: Wallet, kept: Held, award: Award, tenant: Tenant, member: str
) -> None:
    give(wallet)
    Learner.of(tenant).update(**{member: kept.created})
    delivery = Delivery.of(tenant).get()
    assert not wallet_consents.land(delivery)


def test_what_does_not_fit_is_told_by_the_letter_as_always(
    wallet: Wallet, kept: Held, tenant: Tenant, sealed: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(wallet)
    monkeypatch.setattr(wallets, "MOST", 1)
    delivery, letter = again(tenant, sealed)
    assert delivery.state == Delivery.State.SENT
    assert "in your wallet already" not in letter


def test_the_page_gives_and_takes_back(browser: Client, wallet: Wallet, kept: Held, tenant: Tenant) -> None:
    page = browser.get("/wallet/you/adding/").content.decode()
    assert "You are asked each time" in page
    learner = str(wallet_consents.choices(wallet)[0].learner_id)
    assert browser.post("/wallet/you/adding/", {"give": learner}).status_code == 302
    consent = Consent.of(wallet).get(revoked=None)
    page = browser.get("/wallet/you/adding/").content.decode()
    assert "Without asking, since" in page
    assert json.loads(_exported(wallet))["adding"][0]["institution"] == tenant.name
    assert browser.post("/wallet/you/adding/", {"take_back": str(consent.id)}).status_code == 302
    assert not Consent.of(wallet).filter(revoked=None).exists()
    assert browser.post("/wallet/you/adding/", {"take_back": "nonsense"}).status_code == 404
    assert browser.post("/wallet/you/adding/", {"give": "nonsense"}).status_code == 302
    assert not Consent.of(wallet).filter(revoked=None).exists()


def _exported(wallet: Wallet) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(wallet_owner.export(wallet))) as archive:
        return archive.read("wallet.json")
