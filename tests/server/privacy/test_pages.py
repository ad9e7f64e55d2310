"""The pages: a request from the day it came in to the erasure; notices for everybody; documents to take along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import NotFoundError
from mikra.server.actions import notices, retention, tenant_settings
from mikra.server.data_inventory import OUTSIDE, PROCESSINGS, TABLES
from mikra.server.installation import installation
from mikra.server.rights import Actor, Role
from mikra.server.store.learners import Learner
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.tenants import Tenant
from mikra.server.web.privacy.kinds import CLASSES, security_contact
from tests.server.privacy.canary import EMAIL, FAMILY, found_in

BASE = "/console/zed/data-protection/"
Join, SignIn = Callable[..., Any], Callable[..., Client]


@pytest.fixture
def desk(join: Join, sign_in: SignIn, tenant: Tenant) -> Client:
    return sign_in(join(tenant, Role.ADMINISTRATOR))


def test_a_request_goes_its_way_and_no_name_stands_in_an_address(desk: Client, learner: Learner) -> None:
    assert b"No request waits" in desk.get(BASE).content
    today = now().date().isoformat()
    asked = {"kind": "erasure", "received": today, "asker": FAMILY, "said": "forget me"}
    where = desk.post(f"{BASE}new/", asked)["Location"]
    found = desk.post(f"{where}learner/", {"q": EMAIL}).content.decode()
    assert FAMILY in found
    visited = [where, desk.post(f"{where}learner/", {"learner": str(learner.id)})["Location"]]
    assert desk.get(f"{where}erase/").status_code == 409, "before it is proved who asks"
    visited.append(desk.post(f"{where}proof/", {"words": "came to the desk"})["Location"])
    copy = desk.post(f"{where}copy/")
    assert copy.content.startswith(b"PK")
    visited.append(copy["Content-Disposition"])
    assert b"1 credential of ours" in desk.get(f"{where}erase/").content
    assert desk.post(f"{where}erase/", {}).status_code == 422
    visited.append(desk.post(f"{where}erase/", {"sure": "on"})["Location"])
    page = desk.get(where).content.decode()
    assert not found_in(page)
    assert "Done" in page
    assert not found_in(" ".join(visited))


def test_what_was_typed_stays_when_it_is_refused(desk: Client) -> None:
    answer = desk.post(f"{BASE}new/", {"kind": "access", "received": "2999-01-01", "asker": "Anna from the desk"})
    assert answer.status_code == 422
    assert "Anna from the desk" in answer.content.decode()
    assert b"This day has not come yet" in answer.content


def test_late_ones_are_said_to_be_late(desk: Client, officer: Actor) -> None:
    from mikra.server.actions import rights_cases

    rights_cases.open_case(officer, kind="access", received=now().date() - dt.timedelta(days=50), asker="A")
    assert b"1 request is late" in desk.get(BASE).content


def _addresses(case: RightsCase) -> Iterator[tuple[str, str]]:
    one = f"{BASE}cases/{case.id}/"
    yield from (("get", BASE), ("post", f"{BASE}new/"), ("get", one), ("get", f"{BASE}documents/"))
    yield from (
        ("post", f"{one}{step}/") for step in ("learner", "proof", "time", "restrict", "copy", "erase", "close")
    )
    yield from (("get", f"{BASE}documents/record/"), ("get", f"{BASE}documents/record/file.md"))
    yield from (("get", f"{BASE}retention/"), ("post", f"{BASE}decisions/"))


def test_those_without_the_right_and_strangers_are_kept_out(
    join: Join, sign_in: SignIn, tenant: Tenant, stranger: Tenant, officer: Actor
) -> None:
    from mikra.server.actions import rights_cases

    case = rights_cases.open_case(officer, kind="access", received=now().date(), asker="A")
    colleague = sign_in(join(tenant, *(role for role in Role if role is not Role.ADMINISTRATOR)))
    foreign = sign_in(join(stranger, *Role))
    for method, address in _addresses(case):
        assert getattr(colleague, method)(address).status_code == 403, address
        assert getattr(foreign, method)(address).status_code == 404, address
        assert getattr(Client(), method)(address).status_code == 302, address
        elsewhere = address.replace("/zed/", "/other/")
        if "cases/" in address:
            assert getattr(foreign, method)(elsewhere).status_code in (404, 422), address
            assert getattr(foreign, "get" if method == "get" else method)(elsewhere).status_code != 200, address


def test_every_class_of_what_is_kept_has_a_name(desk: Client, officer: Actor) -> None:
    assert [name for name, _days, _count in retention.due(officer)] == list(CLASSES)
    assert desk.get(f"{BASE}retention/").status_code == 200


@pytest.mark.parametrize("kind", list(notices.Kind))
def test_documents_can_be_read_and_taken_along(desk: Client, kind: notices.Kind) -> None:
    page = desk.get(f"{BASE}documents/{kind.value}/")
    assert page.status_code == 200
    markdown = desk.get(f"{BASE}documents/{kind.value}/file.md")
    html = desk.get(f"{BASE}documents/{kind.value}/file.html")
    assert markdown.content.startswith(b"# ")
    assert b"University of Zed" in markdown.content
    assert html.content.count(b"<h2>") == markdown.content.count(b"\n## ")
    assert desk.get(f"{BASE}documents/{kind.value}/file.exe").status_code == 404
    assert desk.get(f"{BASE}documents/secrets/").status_code == 404


def test_the_record_has_every_processing_and_the_annex_every_column(tenant: Tenant) -> None:
    record, annex = notices.as_markdown(notices.record(tenant)), notices.as_html(notices.annex(tenant))
    for one in PROCESSINGS:
        assert str(one.title) in record
    for table in TABLES:
        for column in table.personal:
            assert f"{table.model}.{column}" in annex
    for outside in OUTSIDE:
        assert outside.path in annex


def test_what_was_decided_stands_in_the_notice_and_is_no_markup(desk: Client, client: Client, tenant: Tenant) -> None:
    decided = {
        "legal_basis": "legal_obligation", "legal_reference": "Law 199 <b>2023</b>",
        "privacy_contact": "dp@zed.example",
        "protection_officer": "The officer", "supervisory_authority": "ANSPDCP", "age_of_consent": "14",
        "guardian_confirms": "on", "keep_rows_days": "33", "keep_deliveries_days": "44", "keep_requests_days": "55",
        "keep_cases_days": "400", "keep_prior_days": "365", "keep_answers_days": "7", "keep_staff_days": "77",
    }  # fmt: skip
    assert desk.post(f"{BASE}decisions/", decided).status_code == 302
    page = client.get("/privacy/zed/").content.decode()
    for said in (
        "A legal obligation",
        "dp@zed.example",
        "The officer",
        "ANSPDCP",
        "Below 14 years",
        "33 days",
        "44 days",
    ):
        assert said in page, said
    assert "<b>2023</b>" not in page
    assert "<b>2023</b>" not in notices.as_html(
        notices.notice(Tenant._default_manager.get(slug="zed"), notices.Reader.LEARNERS)
    )
    assert desk.post(f"{BASE}decisions/", {**decided, "keep_cases_days": "3"}).status_code == 422
    assert desk.post(f"{BASE}decisions/", {**decided, "legal_basis": "consent"}).status_code == 422


def test_notices_are_there_for_everybody_in_their_language(client: Client, tenant: Tenant) -> None:
    assert client.get("/privacy/").content.count(b"/privacy/zed/") == 1
    assert client.get("/privacy/zed/", headers={"accept-language": "cs"}).content.count(b'lang="cs"') >= 1
    assert b"those who work" in client.get("/privacy/zed/staff/").content
    assert client.get("/privacy/nowhere/").status_code == 404
    Tenant._default_manager.update(closed=now())
    assert client.get("/privacy/zed/").status_code == 404
    with pytest.raises(NotFoundError):
        notices.institution("zed")


def test_no_award_stands_on_consent(tenant: Tenant, officer: Actor) -> None:
    from mikra.errors import InputError

    names = {one.name for one in notices.by_consent()}
    assert names == {"wallets", "wallet_consents", "shares"}, "consent is for extras alone, and an award is none"
    with pytest.raises(InputError):
        tenant_settings.change(officer, legal_basis="consent")


@pytest.mark.parametrize(
    ("operator", "contact"),
    [
        ("IT of Zed, security@zed.example", "mailto:security@zed.example"),
        ("https://zed.example/security", "https://zed.example/security"),
        ("IT of Zed", ""),
        ("", ""),
    ],
)
def test_where_to_tell_of_a_weakness(operator: str, contact: str) -> None:
    assert security_contact(operator) == contact


def test_security_txt_has_what_the_standard_wants(client: Client, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404, "nobody is named"
    monkeypatch.setenv("MIKRA_OPERATOR", "security@zed.example")
    installation.cache_clear()
    try:
        answer = client.get("/.well-known/security.txt")
    finally:
        monkeypatch.undo()
        installation.cache_clear()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@zed.example"
    expires = dt.datetime.fromisoformat(fields["Expires"])
    assert dt.timedelta(days=170) < expires - now() < dt.timedelta(days=365)
    assert fields["Canonical"].endswith("/.well-known/security.txt")
