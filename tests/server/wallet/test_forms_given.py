"""In which forms an institution gives its awards: what is switched off is neither offered nor fetched, and says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict

import pytest
from django.test import Client

from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.exchange.oid4vci import EUDI
from mikra.exchange.oid4vci_metadata import LDP_ID, SDJWT_ID
from mikra.server.actions import (
    awards_story,
    claims,
    forms_given,
    tenant_settings,
    wallet_bundle,
    wallet_copies,
    wallet_exchange,
    wallet_forms,
    wallet_offers,
    wallets,
)
from mikra.server.actions.tenant_settings import FORMS
from mikra.server.actions.wallet_forms import Form
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Held, Wallet
from tests.server.issuing.conftest import signer as signer

BADGES = {Form.BADGE, Form.BADGE_PNG, Form.BADGE_SVG}


@pytest.fixture(autouse=True)
def plenty() -> Iterator[None]:
    wallet_forms.MAKING.clear()
    yield
    wallet_forms.MAKING.clear()


@pytest.fixture
def held(wallet: Wallet, award: Award) -> Held:
    return wallets.keep(wallet, award)


Only = Callable[..., None]


@pytest.fixture
def only(tenant: Tenant, actor: Callable[..., Actor]) -> Only:
    """Decides that awards are given in these forms."""

    def decide(*forms: str) -> None:
        tenant_settings.change(actor(tenant, Role.ADMINISTRATOR), forms=forms)
        tenant.refresh_from_db()

    return decide


def again(held: Held) -> Held:
    return Held._default_manager.select_related("award__tenant").get(pk=held.pk)


def test_all_are_given_until_somebody_decides(tenant: Tenant) -> None:
    assert tenant_settings.settings_of(tenant).forms == FORMS
    assert all(forms_given.given(tenant, one) for one in FORMS)


def test_a_decision_is_in_the_trail_and_can_be_taken_back(tenant: Tenant, only: Only) -> None:
    only("badge", "certificate")
    line = Entry._default_manager.filter(verb="settings.changed").latest("number")
    assert line.detail == {"forms": ["certificate", "badge"]}
    assert tenant_settings.settings_of(tenant).forms == ("certificate", "badge")
    only(*FORMS)
    assert tenant_settings.settings_of(tenant).forms == FORMS


def test_no_other_form_and_nobody_else(tenant: Tenant, only: Only, actor: Callable[..., Actor]) -> None:
    with pytest.raises(InputError) as refused:
        only("badge", "edc")
    assert (refused.value.where, refused.value.found) == ("forms", "edc")
    with pytest.raises(NotAllowedError):
        tenant_settings.change(actor(tenant, Role.REGISTRAR), forms=())


@pytest.mark.parametrize(
    ("left", "gone"),
    [
        (("badge", "attestation"), {Form.CERTIFICATE}),
        (("certificate", "attestation"), BADGES),
        (("certificate", "badge"), {Form.ATTESTATION}),
        ((), {*BADGES, Form.CERTIFICATE, Form.ATTESTATION}),
    ],
)
def test_in_the_wallet_of_this_house(
    held: Held, tenant: Tenant, left: tuple[str, ...], gone: set[Form], only: Only
) -> None:
    only(*left)
    mine = again(held)
    assert {one.form for one in wallet_forms.offered(mine) if one.why} == gone
    for form in gone:
        with pytest.raises(ConflictError) as refused:
            wallet_forms.make(mine, form, language="en")
        assert refused.value.code == "form_not_given"
    assert wallet_forms.make(mine, Form.FILE, language="en").content
    assert wallet_bundle.of(mine, language="en")[:2] == b"PK"


def test_on_its_pages(browser: Client, held: Held, tenant: Tenant, only: Only) -> None:
    take, one = f"/wallet/{held.id}/take/file/", f"/wallet/{held.id}/"
    assert "Certificate (PDF)" in browser.get(one).content.decode()
    only("attestation")
    assert "Certificate (PDF)" not in browser.get(one).content.decode()
    refused = browser.post(take, {"form": "badge"}, headers={"Accept-Language": "ro"})
    assert refused.status_code == 409
    assert "nu dă acordările sale în această formă" in refused.content.decode()
    assert browser.get(f"{one}certificate.pdf").status_code == 409


def test_for_whoever_has_the_letter(client: Client, code: str, tenant: Tenant, only: Only) -> None:
    claims.claim(code)
    assert client.get(f"/claim/{code}/certificate.pdf").status_code == 200
    only("badge")
    assert "Certificate (PDF)" not in client.get(f"/claim/{code}/").content.decode()
    assert client.get(f"/claim/{code}/certificate.pdf").status_code == 409
    assert client.get(f"/claim/{code}/credential.jsonld").status_code == 200


def test_for_the_registrar(award: Award, tenant: Tenant, only: Only, actor: Callable[..., Actor]) -> None:
    registrar = actor(tenant, Role.REGISTRAR)
    assert awards_story.certificate(registrar, award.id, "en").startswith(b"%PDF-")
    only()
    with pytest.raises(ConflictError):
        awards_story.certificate(actor(tenant, Role.REGISTRAR), award.id, "en")
    assert awards_story.credential(registrar, award.id)


def test_in_wallet_apps(award: Award, code: str, tenant: Tenant, client: Client, only: Only) -> None:
    claims.claim(code)
    begun = wallet_exchange.begin(code, language="en")
    secret = begun.link.rsplit("/", 1)[-1].partition("?")[0]
    assert wallet_exchange.opened(tenant, secret, begun.row.created)
    only("attestation")
    ids = [one.id for one in wallet_copies.issuer_of(tenant).configurations]
    assert ids == [SDJWT_ID]
    assert wallet_copies.issuer_of(tenant, EUDI).configurations
    with pytest.raises(InputError):
        wallet_offers.offer(code, LDP_ID)
    with pytest.raises(NotFoundError):  # what was offered before is not given out now
        wallet_exchange.opened(tenant, secret, begun.row.created)
    page = client.get(f"/claim/{code}/wallet/").content.decode()
    assert "Learner Credential Wallet" not in page
    only("certificate")
    assert not wallet_copies.issuer_of(tenant).configurations
    assert not wallet_copies.issuer_of(tenant, EUDI).configurations
    page = client.get(f"/claim/{code}/wallet/").content.decode()
    assert "This institution puts nothing into wallet apps" in page
    assert client.post(f"/claim/{code}/wallet/", {"form": SDJWT_ID}).status_code == 200


def test_the_page_of_settings(tenant: Tenant, join: Callable[..., Person], sign_in: Callable[[Person], Client]) -> None:
    browser = sign_in(join(tenant, Role.ADMINISTRATOR))
    address = f"/console/{tenant.slug}/settings/"
    page = browser.get(address).content.decode()
    assert len(re.findall(r'<input[^>]*name="forms"[^>]*checked', page)) == 3
    given = {name: str(value) for name, value in asdict(tenant_settings.settings_of(tenant)).items() if value}
    assert browser.post(address, {**given, "forms": ["badge"]}).status_code == 302
    tenant.refresh_from_db()
    assert tenant_settings.settings_of(tenant).forms == ("badge",)
    assert len(re.findall(r'<input[^>]*name="forms"[^>]*checked', browser.get(address).content.decode())) == 1
    assert browser.post(address, {**given, "forms": ["paper"]}).status_code == 422
