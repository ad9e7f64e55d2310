"""Signing in by a code, proving again, and the first start. Nobody is told whether an address is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client

from mikra.errors import MikraError
from mikra.server.actions import first_start
from mikra.server.rights import Role
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant

Join, SignIn = Callable[..., Person], Callable[[Person], Client]


def code_of_last_letter() -> str:
    found = re.search(r"code: ([0-9A-Z-]+)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_a_code_opens_the_door(client: Client, tenant: Tenant, join: Join) -> None:
    person = join(tenant, Role.REGISTRAR)
    answer = client.post("/sign-in/?next=/console/zed/", {"email": person.email})
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    done = client.post(answer["Location"], {"code": code_of_last_letter(), "next": "/console/zed/"})
    assert done.status_code == 302
    assert done["Location"] == "/console/zed/"
    assert client.get("/console/zed/").status_code == 200


def test_a_wrong_code_does_not(client: Client, tenant: Tenant, join: Join) -> None:
    person = join(tenant, Role.REGISTRAR)
    where = client.post("/sign-in/", {"email": person.email})["Location"]
    assert client.post(where, {"code": "WRONG1"}).status_code == 200
    assert client.get("/console/zed/").status_code == 302


def test_an_unknown_address_is_not_told(client: Client, tenant: Tenant, join: Join) -> None:
    known = client.post("/sign-in/", {"email": join(tenant, Role.REGISTRAR).email})
    sent = len(mail.outbox)
    unknown = Client().post("/sign-in/", {"email": "nobody@nowhere.example"})
    assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
    assert len(mail.outbox) == sent, "a stranger got a letter"


def test_nobody_signs_up(client: Client, db: None) -> None:
    for address in ("/signup/", "/account/signup/", "/sign-in/signup/", "/accounts/signup/"):
        assert client.get(address).status_code == 404


def test_proving_again_needs_the_code(tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    browser = sign_in(join(tenant, Role.SEALER))
    assert browser.post("/account/prove/?next=/console/zed/").status_code == 302
    assert browser.post("/account/prove/", {"code": "AAAA-AAAA", "next": "/console/zed/"}).status_code == 200
    done = browser.post("/account/prove/", {"code": code_of_last_letter(), "next": "/console/zed/"})
    assert done["Location"] == "/console/zed/"
    again = browser.post("/account/prove/", {"code": code_of_last_letter(), "next": "/console/zed/"})
    assert again.status_code == 200, "a code was spent twice"


def test_five_tries_and_no_more(tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    browser = sign_in(join(tenant, Role.SEALER))
    browser.post("/account/prove/")
    for _ in range(5):
        browser.post("/account/prove/", {"code": "22222222"})
    assert browser.post("/account/prove/", {"code": code_of_last_letter()}).status_code == 200


def test_next_leads_nowhere_else(tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    browser = sign_in(join(tenant, Role.SEALER))
    browser.post("/account/prove/")
    done = browser.post("/account/prove/", {"code": code_of_last_letter(), "next": "https://evil.example/"})
    assert done["Location"] == "/console/"


@pytest.mark.django_db
def test_the_first_start(client: Client) -> None:
    token = first_start.make_token()
    form = {
        "token": token,
        "institution": "University of Zed",
        "slug": "zed",
        "language": "cs",
        "name": "Jana",
        "email": "jana@zed.example",
    }
    wrong = client.post("/set-up/", {**form, "token": "AAAA-BBBB"})
    assert wrong.status_code == 422
    assert client.post("/set-up/", form)["Location"] == "/console/"
    assert client.get("/console/zed/settings/people/").status_code == 200
    assert client.post("/set-up/", {**form, "slug": "two"}).status_code == 422, "a token was spent twice"


@pytest.mark.django_db
def test_a_new_token_ends_the_old_one() -> None:
    old, members = first_start.make_token(), {"email": "a@b.example", "name": "A", "institution": "Z", "language": "en"}
    new = first_start.make_token()
    with pytest.raises(MikraError):
        first_start.spend(token=old, slug="zed", **members)
    with pytest.raises(MikraError):
        first_start.spend(token=new, slug="No Slug!", **members)
    assert not Person.objects.exists(), "a refused set-up left something behind"
    assert first_start.spend(token=new.lower(), slug="zed", **members).operator


@pytest.mark.parametrize("address", ["/account/", "/account/ways/", "/account/passkeys/", "/account/app/add/"])
def test_ones_own_pages(address: str, tenant: Tenant, join: Join, sign_in: SignIn, client: Client) -> None:
    assert client.get(address).status_code == 302
    answer: Any = sign_in(join(tenant, Role.AUDITOR)).get(address)
    assert answer.status_code in (200, 302)
    if answer.status_code == 302:
        assert answer["Location"].startswith("/account/prove/")


def test_the_secret_of_an_app_is_not_in_the_clear(tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    """And signing in then asks for a code of the app, too."""
    person = join(tenant, Role.REGISTRAR)
    browser = sign_in(person)
    browser.post("/account/prove/")
    browser.post("/account/prove/", {"code": code_of_last_letter(), "next": "/account/"})
    shown = re.search(r"<code[^>]*>([A-Z2-7]+)</code>", browser.get("/account/app/add/").content.decode())
    assert shown
    secret = shown[1]
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert browser.post("/account/app/add/", {"code": code}).status_code == 302
    (kept,) = Authenticator.objects.filter(user=person, type="totp")
    assert secret not in str(kept.data)
    other = Client()
    where = other.post("/sign-in/", {"email": person.email})["Location"]
    other.post(where, {"code": code_of_last_letter()})
    assert other.get("/console/zed/").status_code == 302, "the app was not asked"
