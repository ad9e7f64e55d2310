"""R13: a learner's name, e-mail, birth date and numbers go through every flow, and stand where they belong alone."""

from __future__ import annotations

import json
import logging
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client

from mikra.exchange.oid4vci_metadata import SDJWT_ID
from mikra.model.text import Text
from mikra.sealing.keys import private_key_signer
from mikra.server.actions import (
    awards_content,
    batches_approval,
    claim_codes,
    deliveries,
    name_requests,
    presenting,
    presenting_keys,
    service_keys,
    shares,
    status_lists,
    wallet_answer_choices,
    wallet_answers,
    wallet_copies,
    wallet_offers,
    wallets,
    webhooks,
)
from mikra.server.actions.presenting import Asking
from mikra.server.actions.rate_limits import BUCKETS
from mikra.server.actions.webhooks_sending import slice_of
from mikra.server.rights import Role
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.web import errors
from tests.drills.leaks import NATIONAL, Ears, heard, listening
from tests.issuance.designs import published
from tests.plugins.installation import Running
from tests.server.api.test_webhooks import Receiver, soon
from tests.server.awards_pages.conftest import Desk
from tests.server.awards_pages.conftest import desk as desk
from tests.server.conftest import actor as actor
from tests.server.conftest import forgetful as forgetful
from tests.server.conftest import join as join
from tests.server.conftest import sign_in as sign_in
from tests.server.conftest import tenant as tenant
from tests.server.deliveries.test_letters import World
from tests.server.institution import HEADINGS, core_design, publish
from tests.server.issuing.conftest import Phone
from tests.server.issuing.conftest import signer as signer
from tests.server.privacy.canary import BIRTH, EMAIL, FAMILY, GIVEN, NUMBER, ROW
from tests.server.test_guards import patterns

pytestmark = [pytest.mark.drill("R13"), pytest.mark.django_db]
NOTHING = "00000000-0000-7000-8000-000000000000"
TOLD = f"I am {GIVEN} {FAMILY}, born {BIRTH}, {NATIONAL}, {EMAIL}"


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    with listening(monkeypatch) as found:
        yield found


def class_list() -> bytes:
    headings = (*HEADINGS, "Date of birth", "National ID")
    rows = [(*ROW, BIRTH, NATIONAL), ("Petr", "Dvořák", "petr@student.example", "S000002", "8", "2000-01-01", "1")]
    return "\r\n".join(",".join(one) for one in [headings, *rows]).encode()


def awarded(desk: Desk, ears: Ears) -> tuple[Award, str]:
    """By a list with faults, mended on the page, looked at, sealed: the award, and the code of its letter."""
    purpose = Text({"en": "To tell learners of one name apart"})
    learner = replace(published("university-short-course").learner, date_of_birth=purpose, national_id=purpose)
    desk.edition = publish(desk.tenant, core_design(learner=learner))
    begun = desk.browser.post(f"/console/zed/awards/new/{desk.edition.id}/", {"how": "list"})
    batch = Batch.of(desk.tenant).get()
    assert begun.status_code == 302
    for data in (b"just words", class_list().replace(BIRTH.encode(), b"1987-31-31"), class_list()):
        desk.post(batch, "who/", {"list": SimpleUploadedFile(f"{FAMILY}.csv", data)})
    desk.post(batch, "who/", {"text": TOLD})
    desk.post(batch, "who/", {"list": SimpleUploadedFile(f"{FAMILY}.csv", class_list())})
    desk.post(batch, "columns/")
    for wrong in (EMAIL, FAMILY, "5"):
        desk.post(batch, "check/cells/", {"cell-2-4": wrong})
    for page in ("check/", "look/", "approve/", "follow/"):
        desk.get(batch, page)
    desk.post(batch, "approve/", {"do": "seal", "sentence": TOLD})
    desk.post(batch, "approve/", {"do": "seal", "sentence": batches_approval.sentence(desk.actor, batch.id)})
    desk.seal()
    world = World()
    deliveries.send_due(post=world)
    assert len(world.taken) == 2
    ears.letters += [one.get_content() for one in world.taken]
    award = Award.of(desk.tenant).order_by("row")[0]
    assert heard(awards_content.file_of(award)), "the credential is about the canary"
    return award, claim_codes.code_of(desk.tenant.id, Delivery.of(desk.tenant).get(award=award).id)


def claimed(code: str) -> None:
    """The page of the letter, as the learner uses it, and as somebody who types what is no code."""
    client = Client()
    client.get(f"/claim/{code}/")
    client.get(f"/claim/{code}/wrong/")
    client.post(f"/claim/{code}/wrong/", {"text": TOLD})
    client.post(f"/claim/{code}/wrong/", {"text": TOLD * 100})
    client.post(f"/claim/{code}/take/")
    for end in ("credential.jsonld", "certificate.pdf", "feedback/", "wallet/", ""):
        assert client.get(f"/claim/{code}/{end}").status_code == 200
    client.post(f"/claim/{code}/feedback/", {"promised": "3", "comment": TOLD})
    for typed in (FAMILY, EMAIL, NUMBER, NATIONAL, TOLD[:40]):
        client.post("/claim/", {"code": typed})
        client.post("/c/", {"code": typed})
        client.post("/wallet/sign-in/paper/", {"code": typed})
    client.post("/sign-in/", {"login": EMAIL, "email": EMAIL})
    client.post("/wallet/sign-in/", {"email": FAMILY})


def in_the_wallet(code: str, award: Award, ears: Ears) -> bytes:
    """Opened by a code, told about, shown to somebody behind a password, exported: the sealed file."""
    client, other = Client(), Client()
    client.post("/wallet/sign-in/", {"email": EMAIL})
    client.get("/wallet/sign-in/code/")
    client.post("/wallet/sign-in/code/", {"code": GIVEN})
    wallet = wallets.open_for(EMAIL)
    client.force_login(wallet.person)
    client.post(f"/claim/{code}/keep/")
    (held,) = wallets.held(wallet)
    client.post("/wallet/you/", {"name": f"{GIVEN} {FAMILY}", "esi": FAMILY})
    client.post("/wallet/you/address/", {"email": f"second.{EMAIL}"})
    client.post("/wallet/you/address/", {"email": TOLD})
    made = client.post(
        "/wallet/show/",
        {"held": str(held.id), "days": "30", "note": TOLD[:80], "password": FAMILY, "fields": list(shares.CHOICES)},
    )
    assert made.status_code == 302, made.content.decode()[-2000:]
    address = urlsplit(shares.link(shares.mine(wallet)[0].share)).path
    for password in (GIVEN, FAMILY):
        other.get(address)
        other.post(address, {"password": password})
    for page in (
        "",
        "you/",
        "shown/",
        f"{held.id}/",
        f"{held.id}/take/",
        f"{held.id}/file/",
        f"{held.id}/certificate.pdf",
    ):
        assert client.get(f"/wallet/{page}").status_code == 200, page
    client.post(f"/wallet/{held.id}/take/file/", {"form": FAMILY})
    client.post("/wallet/add/", {"file": SimpleUploadedFile(f"{FAMILY}.json", TOLD.encode())})
    client.get("/wallet/you/everything.zip")
    ears.letters += [str(one.body) for one in mail.outbox]
    return bytes(wallets.content(held))


def in_other_wallets(award: Award, file: bytes) -> None:
    """Fetched by a wallet of somebody else's making; and the wallet of this house answers a verifier."""
    wallet_copies.prepare(award.tenant)
    while status_lists.publish_due():
        pass
    offered = wallet_offers.offer_award(award, SDJWT_ID)
    phone = Phone.scanning(offered.short)
    phone.token(NATIONAL)
    token = phone.token(offered.typed).json()["access_token"]
    phone.post("credential", token, {"credential_configuration_id": FAMILY, "proofs": {"jwt": [TOLD]}})
    phone.post("credential", FAMILY, {"format": EMAIL})
    given = phone.credential(token)
    assert given.status_code == 200, given.content
    done = {"notification_id": given.json()["notification_id"], "event": "credential_accepted"}
    phone.post("notification", token, {**done, "event_description": TOLD})
    begun = presenting.begin(Asking())
    wallet = wallets.open_for(EMAIL)
    asked = wallet_answers.read(presenting.link(begun.row, begun.secret))
    questions = wallet_answer_choices.of(wallet, asked.request, language="en")
    assert questions
    wallet_answers.answer(wallet, asked, {one.name: one.ways[0].name for one in questions}, language="en")
    assert heard(str(presenting.take(begun.row.id, begun.secret)))
    client = Client()
    response = f"/present/response/{presenting.handle_of(presenting.begin(Asking()).secret)}"
    for body in (f"vp_token={quote(TOLD)}", f"error={quote(FAMILY)}&error_description={quote(TOLD)}", TOLD):
        client.generic("POST", response, body, "application/x-www-form-urlencoded")
    client.post("/present/", {"ask": [FAMILY]})


def verified(file: bytes) -> None:
    """By page and by program; altered, with a link, and as words."""
    client = Client()
    altered = file.replace(b'"payload":"', b'"payload":"AA', 1)
    for one in (file, altered, TOLD.encode(), json.dumps({"name": FAMILY}).encode()):
        client.post("/verify/", {"file": SimpleUploadedFile(f"{FAMILY}.jsonld", one)})
        client.post("/verify/", {"text": one.decode()})
        client.post("/api/v1/verify", one, content_type="application/json")
    client.post("/verify/report/", {"file": SimpleUploadedFile(f"{FAMILY}.jsonld", file)})


def corrected(desk: Desk, award: Award) -> None:
    """The request that was made, superseded with the birth date, suspended, withdrawn."""
    page = f"/console/zed/awards/of/{award.id}/"
    (waits,) = name_requests.waiting(desk.actor)
    desk.browser.get("/console/zed/ledger/requests/")
    desk.browser.post(f"/console/zed/ledger/requests/{waits.request.id}/", {"done": "", "answer": "Done."})
    for wrong in ({"grade": FAMILY}, {"date_of_birth": "31.31.1987"}, {"email": "no address"}):
        desk.browser.post(f"{page}correct/", {**wrong, "reason": "The grade was wrong."})
    desk.browser.get(f"{page}correct/")
    desk.browser.post(f"{page}suspend/", {"reason": "It is looked at."})
    desk.browser.post(f"{page}resume/", {"reason": "It was looked at."})
    right = desk.browser.post(f"{page}correct/", {"grade": "9", "reason": "The grade was wrong."})
    assert right.status_code == 302, right.content.decode()[-3000:]
    desk.browser.post(f"{right['Location']}withdraw/", {"reason": "The wrong person."})
    desk.browser.get(right["Location"])
    assert {one.state for one in Award.of(desk.tenant).filter(learner=award.learner)} == {"superseded", "revoked"}
    desk.browser.get(f"/console/zed/people/{award.learner_id}/")
    desk.browser.get("/console/zed/ledger/")


def test_no_flow_tells_who_it_is_about(
    desk: Desk,
    actor: Callable[..., Any],
    ears: Ears,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    keys_at_hand(monkeypatch)
    webhooks.make(actor(desk.tenant, Role.ADMINISTRATOR), url="https://sis.example.com/x", events=list(webhooks.EVENTS))
    award, code = awarded(desk, ears)
    claimed(code)
    file = in_the_wallet(code, award, ears)
    in_other_wallets(award, file)
    verified(file)
    corrected(desk, award)
    receiver = Receiver()
    for _each in range(9):
        slice_of(soon(), receiver.loader())
    assert len(receiver.got) >= 4, "the webhooks were told"
    ears.outside += [one.decode() for one in receiver.got]
    assert '"route": "claim_take"' in ears.log.getvalue(), "the log was listening"
    assert len(ears.answers) > 80
    assert sum(bool(heard(one.body)) for one in ears.answers) > 10, "pages that may name the learner do"
    none_of(ears.faults())
    record_property("answers", len(ears.answers))


def none_of(found: list[str]) -> None:
    """All of them are said: pytest would shorten a list."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def keys_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    leaf, above = presenting_keys.made()
    presenting_keys.hold(private_key_signer(leaf.key, leaf.certificate, (above.certificate,)))
    monkeypatch.setattr(service_keys, "_HELD", {})
    made = service_keys.made()
    service_keys.hold(private_key_signer(made.key, made.certificate))


def hostile(address: str) -> Iterator[dict[str, Any]]:
    """Requests to this route that carry canaries: in the path, the query, the body, the headers."""
    word = {"str": quote(FAMILY, safe=""), "slug": GIVEN.lower(), "uuid": NOTHING, "int": "1987", "wallets": "open"}
    path = re.sub(r"<slug:slug>", "zed", address)
    path = "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda hit: word.get(hit[1] or "str", word["str"]), path)
    query = (
        f"q={quote(FAMILY)}&name={quote(GIVEN)}&email={quote(EMAIL)}&next=/{quote(NATIONAL, safe='')}&in={quote(BIRTH)}"
    )
    headers = {
        "HTTP_USER_AGENT": EMAIL, "HTTP_REFERER": f"http://testserver/?{query}", "HTTP_X_REQUEST_ID": GIVEN,
        "HTTP_ACCEPT_LANGUAGE": GIVEN, "HTTP_AUTHORIZATION": f"Bearer {FAMILY}".encode().decode("latin-1"),
        "HTTP_IDEMPOTENCY_KEY": NUMBER, "HTTP_DPOP": EMAIL, "HTTP_HX_CURRENT_URL": f"http://testserver/{EMAIL}",
    }  # fmt: skip
    named = dict.fromkeys(("text", "code", "email", "login", "name", "reason", "note", "password", "sentence"), TOLD)
    form = "&".join(f"{name}={quote(value)}" for name, value in named.items())
    for method, body, kind in (
        ("GET", "", "text/plain"),
        ("POST", form, "application/x-www-form-urlencoded"),
        ("POST", json.dumps(named), "application/json"),
        ("PUT", f'{{"name": "{FAMILY}"', "application/json"),
    ):
        sent = {"method": method, "path": path, "data": body, "content_type": kind}
        yield {**sent, "QUERY_STRING": query, **headers}


def test_bad_requests_are_not_quoted(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    join: Callable[..., Any],
    ears: Ears,
    amount: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """Each route of the map, as nobody, a learner and somebody who works here."""
    keys_at_hand(monkeypatch)
    learner = Client(raise_request_exception=False)
    learner.force_login(wallets.open_for(EMAIL).person)
    worker = Client(raise_request_exception=False)
    worker.force_login(join(desk.tenant, *Role))
    forged = Client(raise_request_exception=False, enforce_csrf_checks=True)
    people = [Client(raise_request_exception=False), learner, worker, forged]
    routes = [address for address, _view in patterns()]
    routes += ["nowhere/<str:x>/", "console/<slug:slug>/nowhere/<str:x>/", "api/v1/nothing/<str:x>"]
    asked = [(one, person) for address in routes for one in hostile(address) for person in people]
    for one, person in asked[:: amount(13, 1)]:  # 13: each route, each kind of request and each person comes by
        BUCKETS.clear()
        answer = person.generic(**one)
        assert answer.status_code < 500 or answer.status_code == 503, f"{one['method']} {one['path']}"
    assert len(ears.answers) >= len(routes)
    none_of(ears.faults())
    record_property("bad_requests", len(ears.answers))


@pytest.mark.parametrize(
    "planted",
    ["a line of the log", "an exception's words", "a link", "an address", "an error"],
)
def test_planted_a_leak_is_heard(planted: str, ears: Ears, monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("mikra.test")
    bad = {
        "a link": HttpResponse(f'<a href="/x?q={quote(FAMILY)}">x</a>'),
        "an address": HttpResponseRedirect(f"/claim/{FAMILY.upper()}/"),
        "an error": HttpResponse(TOLD, status=404),
    }
    assert ears.faults() == []
    if planted == "a line of the log":
        log.info("sealed", extra={"batch": f"of {GIVEN}"})
    elif planted == "an exception's words":
        log.error(f"no such learner: {EMAIL}")
    else:
        monkeypatch.setattr(errors, "answer", lambda *_: bad[planted])
        Client().get("/nowhere/")
    assert len(ears.faults()) == 1


def answered(request: urllib.request.Request) -> int:
    """The status that a running service answers."""
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


if os.environ.get("MIKRA_FULL") == "1":

    @pytest.mark.sockets
    @pytest.mark.extra("server")
    def test_no_process_of_a_service_writes_a_name(installation: Running) -> None:
        """In full alone: server, worker and signer of an installation in which all has been done, and bad requests."""
        for address, _view in patterns():
            for asked in hostile(address):
                path = quote(f"{asked['path']}?{asked['QUERY_STRING']}", safe="/?&=%")
                headers = {"User-Agent": EMAIL, "X-Request-ID": GIVEN, "Content-Type": asked["content_type"]}
                request = urllib.request.Request(
                    installation.origin + path, asked["data"].encode() or None, headers, method=asked["method"]
                )
                status = answered(request)
                assert status < 500 or status == 503, f"{asked['method']} {address}"
        written = installation.service.said()
        assert '"route": "claim"' in written
        assert '"task"' in written or '"batch"' in written, "the worker was listened to"
        names = ("Nováková", "@student.example", "@north.example", "@zed.example", "planted()")
        none_of([line for line in written.splitlines() if heard(line) or any(one in line for one in names)])
