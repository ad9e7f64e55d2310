"""The claim page: look first, no account, take, download; what ended, was withdrawn or corrected says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import mikra
from mikra.adapters.clock import now
from mikra.errors import ConflictError
from mikra.server.actions import claim_codes, claims, deliveries, name_requests
from mikra.server.rights import Actor, Role
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery, NameRequest
from mikra.server.store.tenants import Tenant
from tests.server.deliveries.test_letters import World, states

Made = Callable[..., Batch]


@pytest.fixture
def code(tenant: Tenant, sealed: Made) -> str:
    """Of the one letter that was sent."""
    sealed(tenant, 1)
    deliveries.send_due(post=World())
    one = Delivery.of(tenant).get()
    return claim_codes.code_of(tenant.id, one.id)


def test_look_take_keep(code: str, tenant: Tenant, client: Client) -> None:
    page = client.get(f"/claim/{code}/")
    assert page.status_code == 200
    assert page["X-Robots-Tag"].startswith("noindex")
    assert page["Referrer-Policy"] == "same-origin", "no other site is told, and our own form is not refused"
    assert states(tenant) == ["opened"]
    assert client.get(f"/claim/{code}/credential.jsonld").status_code == 409, "it was handed out before it was taken"
    assert client.post(f"/claim/{code}/take/").status_code == 302
    assert client.post(f"/claim/{code}/take/").status_code == 302, "twice is once"
    assert states(tenant) == ["claimed"]
    sealed_file = client.get(f"/claim/{code}/credential.jsonld").content
    (report,) = mikra.verify(sealed_file, at=now(), policy=mikra.Policy())
    assert report.verdict.exit_code != 1
    pdf = client.get(f"/claim/{code}/certificate.pdf")
    assert pdf.content.startswith(b"%PDF-")


def test_a_code_is_read_however_it_is_typed(code: str, client: Client) -> None:
    typed = claim_codes.spaced(code).lower().replace("0", "o").replace("1", "l")
    where = client.post("/claim/", {"code": typed})["Location"]
    assert client.get(where).status_code == 200


@pytest.mark.parametrize("typed", ["Jana Nováková", "S000001", "AAAA-AAAA-AAAA-AAAA"])
def test_what_is_no_code_is_said_and_gets_into_no_address(typed: str, code: str, client: Client) -> None:
    answer = client.post("/claim/", {"code": typed})
    assert (answer.status_code, answer.get("Location")) == (422, None)
    assert "belongs to no letter" in answer.content.decode()


@pytest.mark.parametrize("wrong", ["AAAAAAAAAAAAAAAA", "x", "a" * 300, "%00", "..", "claim"])
def test_a_code_of_nobody(wrong: str, code: str, client: Client) -> None:
    assert client.get(f"/claim/{wrong}/").status_code == 404
    assert client.post(f"/claim/{wrong}/take/").status_code == 404


def test_every_letter_of_a_code_counts(code: str, client: Client) -> None:
    for place in range(len(code)):
        other = "A" if code[place] != "A" else "B"
        assert client.get(f"/claim/{code[:place]}{other}{code[place + 1 :]}/").status_code == 404


def test_an_offer_ends(code: str, tenant: Tenant) -> None:
    late = now() + dt.timedelta(days=366)
    assert claims.look(code, late).ended
    with pytest.raises(ConflictError):
        claims.claim(code, late)
    claims.claim(code)
    assert not claims.look(code, late).ended, "what was taken does not end"


def test_what_was_taken_back_cannot_be_taken(code: str, tenant: Tenant, client: Client) -> None:
    Delivery.of(tenant).update(state="withdrawn")
    assert "taken back" in client.get(f"/claim/{code}/").content.decode()
    assert client.post(f"/claim/{code}/take/").status_code == 409


def test_looking_twice_is_opened_once(code: str, tenant: Tenant, client: Client) -> None:
    client.get(f"/claim/{code}/")
    first = Delivery.of(tenant).get().opened
    client.get(f"/claim/{code}/")
    assert Delivery.of(tenant).get().opened == first


def test_not_how_i_write_my_name(code: str, tenant: Tenant, client: Client, actor: Callable[..., Actor]) -> None:
    said = "Zoë O’Brien <b>with</b> an apostrophe"
    assert f'href="/claim/{code}/wrong/"' in client.get(f"/claim/{code}/").content.decode()
    assert client.post(f"/claim/{code}/wrong/", {"text": "   "}).status_code == 422
    assert client.post(f"/claim/{code}/wrong/", {"text": said}).status_code == 302
    page = client.get(f"/claim/{code}/").content.decode()
    assert "The institution has your words." in page
    assert f'href="/claim/{code}/wrong/"' not in page
    assert said.encode() not in bytes(NameRequest.of(tenant).get().text or b"")
    registrar = actor(tenant, Role.REGISTRAR)
    (one,) = name_requests.waiting(registrar)
    assert one.text == said
    name_requests.decide(registrar, one.request.id, done=True, answer="")
    assert name_requests.waiting(registrar) == []
    with pytest.raises(ConflictError):
        name_requests.decide(registrar, one.request.id, done=False, answer="")


def test_the_pages_of_the_ledger(
    code: str,
    tenant: Tenant,
    stranger: Tenant,
    join: Callable[..., Any],
    sign_in: Callable[[Any], Client],
    client: Client,
) -> None:
    client.post(f"/claim/{code}/wrong/", {"text": "<script>x</script>"})
    one = Delivery.of(tenant).get()
    browser, other = sign_in(join(tenant, Role.REGISTRAR)), sign_in(join(stranger, Role.REGISTRAR))
    for where in ("", f"{one.id}/", f"{one.id}/again/", f"{one.id}/address/", "requests/", "?show=sent", "?after=x"):
        page = browser.get(f"/console/zed/ledger/{where}")
        assert page.status_code in (200, 404) if where == "?after=x" else page.status_code == 200
        assert "<script>x" not in page.content.decode()
        assert other.get(f"/console/zed/ledger/{where}").status_code == 404
        assert other.get(f"/console/other/ledger/{where}").status_code in (200, 404)
    assert other.get(f"/console/other/ledger/{one.id}/").status_code == 404
    again = browser.post(f"/console/zed/ledger/{one.id}/again/", {"reason": ""})
    assert again.status_code == 422
    assert browser.post(f"/console/zed/ledger/{one.id}/again/", {"reason": "lost"}).status_code == 302
    assert sign_in(join(tenant, Role.AUDITOR)).get("/console/zed/ledger/").status_code == 403
