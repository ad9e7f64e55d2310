"""The public face: the front door, the accessibility statement, errors in the reader's language, HEAD, robots."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import include, path

from mikra.server import urls
from mikra.server.rights import Role
from mikra.server.store.tenants import Tenant

PUBLIC = ("/", "/accessibility/", "/claim/", "/sign-in/", "/robots.txt", "/set-up/", "/health/")


def heading(page: bytes) -> str:
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page.decode(), re.S)
    return str(found)


def test_a_service_that_nobody_has_set_up_says_so(client: Client, db: None) -> None:
    page = client.get("/").content
    assert heading(page) == "Nobody has set up this service yet"
    assert b'href="/set-up/"' in page


def test_the_front_door_leads_to_each_place(
    client: Client, tenant: Tenant, join: Callable[..., Any], sign_in: Callable[[Any], Client]
) -> None:
    person = join(tenant, Role.REGISTRAR)
    page = client.get("/").content
    assert heading(page) == "Learning that anybody can check"
    assert b'href="/claim/"' in page
    assert b'href="/console/"' in page
    assert b'href="/accessibility/"' in page
    assert b"/set-up/" not in page
    assert person.name.encode() in sign_in(person).get("/").content


@pytest.mark.parametrize("language", [code for code, _ in django_settings.LANGUAGES])
def test_the_eleven_elements_stand_in_the_readers_language(client: Client, db: None, language: str) -> None:
    page = client.get("/", HTTP_ACCEPT_LANGUAGE=language).content.decode()
    tiles = re.findall(r"<li>([^<]+)</li>", page.split('class="front__tiles"')[1])
    assert len(tiles) == 11
    assert ("Learning outcomes" in tiles) == (language == "en")
    assert f'<html lang="{language}">' in page


def test_the_statement_follows_the_model(client: Client, db: None) -> None:
    """Implementing Decision (EU) 2018/1523, Annex, section 1: its parts in their order."""
    page = client.get("/accessibility/").content.decode()
    parts = re.findall(r"<h2>(.*?)</h2>", page)
    assert parts == [
        "Compliance status",
        "Non-accessible content",
        "Preparation of this statement",
        "Feedback and contact",
        "Enforcement procedure",
    ]
    for needed in ("2016/2102", "EN 301 549", "self-assessment", "prepared on", "last reviewed on"):
        assert needed in page, needed


@pytest.mark.parametrize("address", PUBLIC)
def test_the_head_of_a_page_is_the_pages_own(client: Client, tenant: Tenant, address: str) -> None:
    head, page = client.head(address), client.get(address)
    assert (head.status_code, head["Content-Type"]) == (page.status_code, page["Content-Type"])
    assert head.content == b""


def test_robots_keep_out_of_what_is_not_for_them(client: Client, tenant: Tenant) -> None:
    said = client.get("/robots.txt").content.decode()
    for kept in ("/console/", "/claim/", "/api/"):
        assert f"Disallow: {kept}\n" in said
    assert "Disallow: /\n" not in said


def test_the_icon_is_there(client: Client) -> None:
    answer = client.get("/favicon.ico", follow=True)
    assert answer.status_code == 200
    assert b"<svg" in b"".join(answer)


def test_errors_are_pages_in_the_readers_language(client: Client, tenant: Tenant) -> None:
    for language in ("en", "cs"):
        answer = client.get("/nowhere/", HTTP_ACCEPT_LANGUAGE=language)
        assert answer.status_code == 404
        assert f'<html lang="{language}">' in answer.content.decode()
        assert answer["Content-Language"] == language
    forged = Client(enforce_csrf_checks=True).post("/claim/", {"code": "A"}, HTTP_ACCEPT_LANGUAGE="lt")
    assert forged.status_code == 403
    assert '<html lang="lt">' in forged.content.decode()


def fails(request: Any) -> Any:
    raise RuntimeError("a secret of the inside")


class Broken:
    """The service with a page that has a defect."""

    urlpatterns = [path("broken/", fails), path("", include("mikra.server.urls"))]
    handler404, handler500 = urls.handler404, urls.handler500


def test_a_page_that_fails_says_nothing_of_its_inside(client: Client, settings: Any, tenant: Tenant) -> None:
    settings.ROOT_URLCONF = Broken
    client.raise_request_exception = False
    answer = client.get("/broken/", HTTP_ACCEPT_LANGUAGE="ro")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert '<html lang="ro">' in page
    assert "secret" not in page
    assert "RuntimeError" not in page
    assert len(re.findall(r"<h1>", page)) == 1


@pytest.mark.parametrize("accepts", ["application/json", "application/json, */*;q=0.1"])
def test_a_program_that_asks_for_json_gets_no_page_of_what_is_missing(db: None, accepts: str) -> None:
    """A wallet that looks for metadata where there are none reads the answer as JSON."""
    answer = Client().get("/issuers/zed/open/.well-known/openid-configuration", headers={"accept": accepts})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404


@pytest.mark.parametrize(
    "accepts", ["", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html, application/json"]
)
def test_a_browser_gets_a_page(db: None, accepts: str) -> None:
    answer = Client().get("/nothing-is-here/", headers={"accept": accepts})
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
