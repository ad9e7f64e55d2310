"""Who asks: what a request says of itself, and which institution knows it; nothing is known by a name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.exchange import oid4vp
from mikra.server.actions import known_verifiers, presenting, wallet_answers
from mikra.server.actions.known_verifiers import Kind, Mark
from mikra.server.actions.presenting import Asking
from mikra.server.rights import Role
from mikra.server.store.audit import Entry
from mikra.server.store.known_verifiers import KnownVerifier
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Held, Wallet
from tests.server.issuing.conftest import signer as signer
from tests.server.wallet.test_answers import ABOVE, LEAF, Outside, answered, begun_at
from tests.server.wallet.test_answers import held as held
from tests.server.wallet.test_answers import outside as outside
from tests.server.wallet.test_answers import ready as ready

PEM = x509.load_der_x509_certificate(LEAF.certificate).public_bytes(Encoding.PEM).decode()
DIGEST = hashlib.sha256(LEAF.certificate).hexdigest()
COLONS = ":".join(DIGEST[n : n + 2].upper() for n in range(0, 64, 2))
OTHER = hashlib.sha256(ABOVE.certificate).hexdigest()
Actors = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "kind", "mark"),
    [
        ("Verify.Example.org", Kind.HOST, "verify.example.org"),
        ("https://verify.example.org:443/ask?x=1", Kind.HOST, "verify.example.org"),
        ("verify.example.org:8443", Kind.HOST, "verify.example.org:8443"),
        ("x509_san_dns:verify.example.org", Kind.HOST, "verify.example.org"),
        ("bücher.example", Kind.HOST, "xn--bcher-kva.example"),
        pytest.param(DIGEST, Kind.CERTIFICATE, DIGEST, id="digest"),
        pytest.param(COLONS, Kind.CERTIFICATE, DIGEST, id="digest with colons"),
        pytest.param(PEM, Kind.CERTIFICATE, DIGEST, id="certificate"),
        pytest.param(oid4vp.x509_hash(LEAF.certificate), Kind.CERTIFICATE, DIGEST, id="x509_hash"),
        ("decentralized_identifier:did:web:v.example.org", Kind.DID, "did:web:v.example.org"),
    ],
)
def test_by_what_somebody_is_known(text: str, kind: Kind, mark: str) -> None:
    assert known_verifiers.read(f" {text}\n") == Mark(kind=kind, mark=mark)


@pytest.mark.parametrize(
    "text",
    ["", "Employer Zed", "localhost", "10.0.0.1", "http://v.example.org", "*.example.org", "a@v.example.org",
     "https://v.example.org@evil.example", "x509_hash:AAAA", pytest.param(f"{PEM}{PEM}", id="two certificates"),
     "-----BEGIN CERTIFICATE-----", "a" * 30_000],
)  # fmt: skip
def test_by_that_nobody_can_be_known(text: str) -> None:
    with pytest.raises(InputError):
        known_verifiers.read(text)


@pytest.mark.parametrize("by", ["zed.example", pytest.param(PEM, id="certificate")])
def test_who_is_known_is_confirmed_by_whom(
    wallet: Wallet, held: Held, tenant: Tenant, actor: Actors, outside: Outside, by: str
) -> None:
    assert wallet_answers.confirmed(wallet_answers.read(outside.link)) == []
    row = known_verifiers.add(actor(tenant, Role.ADMINISTRATOR), name="Zed Works Ltd", by=by)
    asked = wallet_answers.read(outside.link)
    (found,) = wallet_answers.confirmed(asked)
    assert (found.institution, found.name, found.kind) == (tenant.name, "Zed Works Ltd", row.kind)
    assert asked.name == "Employer Zed"  # what it says stays what it says
    answered(wallet, outside)
    assert wallet_answers.mine(wallet)[0].known == ((tenant.name, "Zed Works Ltd"),)
    known_verifiers.remove(actor(tenant, Role.ADMINISTRATOR), row.id)
    assert wallet_answers.confirmed(asked) == []
    verbs = list(Entry._default_manager.filter(tenant=tenant).order_by("number").values_list("verb", flat=True))
    assert [one for one in verbs if one.startswith("verifier.")] == ["verifier.known", "verifier.forgotten"]


@pytest.mark.parametrize(
    "by",
    [
        "other.example",
        "www.zed.example",
        "zed.example:8443",
        pytest.param(OTHER, id="another certificate"),
        "did:web:zed.example",
    ],
)
def test_another_is_not_confirmed(tenant: Tenant, actor: Actors, outside: Outside, by: str) -> None:
    """The name in the certificate of who asks is that of one who is known: that is no mark."""
    known_verifiers.add(actor(tenant, Role.ADMINISTRATOR), name="Employer Zed", by=by)
    assert wallet_answers.confirmed(wallet_answers.read(outside.link)) == []


def test_a_certificate_that_has_ended_marks_nobody(tenant: Tenant, actor: Actors, outside: Outside) -> None:
    known_verifiers.add(actor(tenant, Role.ADMINISTRATOR), name="Employer Zed", by=PEM)
    end = x509.load_der_x509_certificate(LEAF.certificate).not_valid_after_utc
    assert wallet_answers._holds(LEAF.certificate, now())
    assert not wallet_answers._holds(LEAF.certificate, end.replace(year=end.year + 1))
    asked = replace(wallet_answers.read(outside.link), certificate="")
    assert wallet_answers.confirmed(asked) == []


def test_a_host_is_known_over_tls_alone(tenant: Tenant, actor: Actors, outside: Outside) -> None:
    known_verifiers.add(actor(tenant, Role.ADMINISTRATOR), name="Employer Zed", by="zed.example")
    asked = wallet_answers.read(outside.link)
    open_line = replace(asked, request=replace(asked.request, response_uri="http://zed.example/answer"))
    assert wallet_answers.confirmed(asked)
    assert wallet_answers.confirmed(open_line) == []


def test_this_services_own_page_confirms_nobody(tenant: Tenant, actor: Actors, held: Held) -> None:
    begun = presenting.begin(Asking())
    asked = wallet_answers.read(presenting.link(begun.row, begun.secret))
    known_verifiers.add(actor(tenant, Role.ADMINISTRATOR), name="Us", by=asked.certificate)
    assert asked.ours
    assert wallet_answers.confirmed(asked) == []
    assert wallet_answers.confirmed(replace(asked, ours=False))


def test_only_administrators_keep_the_list_and_only_their_own(tenant: Tenant, stranger: Tenant, actor: Actors) -> None:
    with pytest.raises(NotAllowedError):
        known_verifiers.add(actor(tenant, Role.REGISTRAR), name="Zed", by="zed.example")
    admin = actor(tenant, Role.ADMINISTRATOR)
    row = known_verifiers.add(admin, name="Zed", by="zed.example")
    with pytest.raises(ConflictError):
        known_verifiers.add(admin, name="Again", by="https://zed.example/")
    with pytest.raises(NotFoundError):
        known_verifiers.remove(actor(stranger, Role.ADMINISTRATOR), row.id)
    assert known_verifiers.listed(actor(stranger, Role.ADMINISTRATOR)) == []
    with pytest.raises(InputError):
        known_verifiers.add(admin, name="  ", by="y.example")


def test_what_an_institution_that_is_closed_said_counts_no_more(
    tenant: Tenant, actor: Actors, outside: Outside
) -> None:
    known_verifiers.add(actor(tenant, Role.ADMINISTRATOR), name="Zed", by="zed.example")
    Tenant._default_manager.filter(pk=tenant.pk).update(closed=now())
    assert wallet_answers.confirmed(wallet_answers.read(outside.link)) == []


# --- pages ---------------------------------------------------------------------------------------------------------


def test_the_page_says_both_lines(browser: Client, held: Held, tenant: Tenant, actor: Actors, outside: Outside) -> None:
    address = begun_at(browser, outside.link)["Location"]
    text = browser.get(address).content.decode()
    assert "Employer Zed" in text
    assert "Nobody confirms who asks." in text
    assert tenant.name + " knows it" not in text
    known_verifiers.add(actor(tenant, Role.ADMINISTRATOR), name="Zed Works <b>", by="zed.example")
    text = browser.get(address).content.decode()
    assert "Nobody confirms who asks." not in text
    assert f"{tenant.name} knows it as “Zed Works &lt;b&gt;”" in text
    assert "Employer Zed" in text
    page = text[text.index('name="pick-0"') :]
    value = page[page.index('value="') + 7 :].partition('"')[0]
    browser.post(address, {"answer": "yes", "pick-0": value})
    shown = browser.get("/wallet/shown/").content.decode()
    assert "It said that it is: Employer Zed" in shown
    assert f"Confirmed by: {tenant.name}" in shown


def test_an_administrator_keeps_the_list(tenant: Tenant, join: Any, sign_in: Any) -> None:
    desk = sign_in(join(tenant, Role.ADMINISTRATOR))
    at = f"/console/{tenant.slug}/settings/verifiers/"
    assert "You know no verifier yet" in desk.get(at).content.decode()
    refused = desk.post(at, {"name": "Zed", "by": "Employer Zed"})
    assert refused.status_code == 422
    assert "By this nobody can be known." in refused.content.decode()
    assert desk.post(at, {"name": "Zed", "by": PEM}).status_code == 302
    assert DIGEST in desk.get(at).content.decode()
    assert "It is on the list already." in desk.post(at, {"name": "Zed", "by": COLONS}).content.decode()
    row = KnownVerifier.of(tenant).get()
    assert desk.post(f"{at}{row.id}/remove/").status_code == 302
    assert not KnownVerifier.of(tenant).exists()
    assert sign_in(join(tenant, Role.REGISTRAR, name="Other")).get(at).status_code == 403
