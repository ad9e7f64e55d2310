"""One award and its corrections, people across batches, all awards as files; each for the right role alone."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mikra.server.actions import batches_approval, corrections_supersede
from mikra.server.rights import Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant
from tests.server.awards_pages.conftest import Desk
from tests.server.institution import class_list

Join = Callable[..., Person]
SignIn = Callable[[Person], Client]
OF = "/console/zed/awards/of/"
PAGES = ("", "correct/", "suspend/", "resume/", "withdraw/", "credential/edc/", "certificate.pdf")


def text(answer: Any) -> str:
    content: bytes = answer.content
    return content.decode()


@pytest.fixture
def batch(desk: Desk) -> Batch:
    """Three people who have it."""
    made = desk.batch(class_list(3))
    batches_approval.approve(desk.actor, made.id, sentence=batches_approval.sentence(desk.actor, made.id))
    desk.seal()
    return Batch.get(desk.tenant, made.id)


@pytest.fixture
def award(desk: Desk, batch: Batch) -> Award:
    return Award.of(desk.tenant).get(batch=batch, row=2)


def test_a_wrong_grade_is_corrected_in_three_clicks(desk: Desk, award: Award) -> None:
    found = text(desk.browser.post("/console/zed/people/", {"q": "p1@student.example"}))
    person = re.findall(r"/console/zed/people/[0-9a-f-]{36}/", found)
    assert len(person) == 1
    page = text(desk.browser.get(person[0]))  # one
    assert f"{OF}{award.id}/correct/" in page
    form = text(desk.browser.get(f"{OF}{award.id}/correct/"))  # two
    assert 'value="6" selected' in form
    sent = desk.browser.post(f"{OF}{award.id}/correct/", {"grade": "9", "reason": "The grade was mistyped"})  # three
    new = Award.of(desk.tenant).get(supersedes=award)
    assert sent["Location"] == f"{OF}{new.id}/"
    old = text(desk.browser.get(f"{OF}{award.id}/"))
    assert "Replaced on" in old
    assert "The grade was mistyped" in old
    assert f"{OF}{new.id}/" in old
    assert "Takes the place of" in text(desk.browser.get(f"{OF}{new.id}/"))
    assert corrections_supersede.facts_of(new)["grade"] == "9"
    files = [desk.browser.get(f"{OF}{one.id}/credential/edc/").content for one in (award, new)]
    assert files[0] != files[1]


def test_a_correction_that_cannot_be_stands_at_its_field(desk: Desk, award: Award) -> None:
    wrong = desk.browser.post(f"{OF}{award.id}/correct/", {"grade": "17", "given_name": "Jaňa", "reason": "Name"})
    assert wrong.status_code == 422
    assert 'id="f-grade-error"' in text(wrong)
    assert 'value="Jaňa"' in text(wrong)
    silent = desk.browser.post(f"{OF}{award.id}/correct/", {"grade": "9", "reason": " "})
    assert silent.status_code == 422
    assert 'id="f-reason-error"' in text(silent)
    same = desk.browser.post(f"{OF}{award.id}/correct/", {"grade": "6", "reason": "No change"})
    assert same.status_code == 409
    assert Award.of(desk.tenant).count() == 3


def test_suspended_resumed_withdrawn(desk: Desk, award: Award) -> None:
    for what, state, offered in (
        ("suspend", "suspended", "resume/"),
        ("resume", "valid", "suspend/"),
        ("withdraw", "revoked", ""),
    ):
        address = f"{OF}{award.id}/{what}/"
        assert desk.browser.post(address, {"reason": ""}).status_code == 422
        assert desk.browser.post(address, {"reason": "Exam office, case 12"}).status_code == 302
        award.refresh_from_db()
        page = text(desk.browser.get(f"{OF}{award.id}/"))
        assert award.state == state
        assert "Exam office, case 12" in page
        assert f"{OF}{award.id}/{offered}" in page
    assert f"{OF}{award.id}/correct/" not in page
    assert desk.browser.post(f"{OF}{award.id}/resume/", {"reason": "Again"}).status_code == 409


def test_an_offer_is_taken_back_and_the_award_stays(desk: Desk, award: Award) -> None:
    letter = Delivery.of(desk.tenant).get(award=award)
    address = f"{OF}{award.id}/offers/{letter.id}/"
    assert address in text(desk.browser.get(f"{OF}{award.id}/"))
    assert desk.browser.post(address, {"reason": "Wrong Jana"}).status_code == 302
    letter.refresh_from_db()
    award.refresh_from_db()
    assert (letter.state, award.state) == ("withdrawn", "valid")


def test_files_are_the_sealed_bytes(desk: Desk, award: Award) -> None:
    content = desk.browser.get(f"{OF}{award.id}/credential/edc/").content
    assert hashlib.sha256(content).digest() == bytes(Sealed.of(desk.tenant).get(award=award).digest)
    assert desk.browser.get(f"{OF}{award.id}/credential/nonsense/").status_code == 404


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.REGISTRAR])
def test_others_correct_nothing(desk: Desk, award: Award, join: Join, sign_in: SignIn, role: Role) -> None:
    browser = sign_in(join(desk.tenant, role))
    for page in PAGES[1:5]:
        assert browser.get(f"{OF}{award.id}/{page}").status_code == 403, page
        assert browser.post(f"{OF}{award.id}/{page}", {"reason": "I say so", "grade": "9"}).status_code == 403, page
    assert browser.post(f"/console/zed/awards/{award.batch_id}/undo/", {"reason": "I say so"}).status_code == 403
    award.refresh_from_db()
    assert award.state == "valid"


def test_names_are_for_those_who_may_see_them(desk: Desk, award: Award, join: Join, sign_in: SignIn) -> None:
    name = re.search(r"<h1>(.*?)</h1>", text(desk.browser.get(f"{OF}{award.id}/")))
    assert name
    auditor = sign_in(join(desk.tenant, Role.AUDITOR))
    for address in (f"{OF}{award.id}/", "/console/zed/awards/all/"):
        page = auditor.get(address)
        assert page.status_code == 200
        assert name[1] not in text(page)
    for address in (f"{OF}{award.id}/credential/edc/", f"{OF}{award.id}/certificate.pdf", "/console/zed/people/"):
        assert auditor.get(address).status_code == 403
    assert auditor.post("/console/zed/awards/all/export.csv").status_code == 403


def test_a_stranger_finds_nothing(desk: Desk, award: Award, stranger: Tenant, join: Join, sign_in: SignIn) -> None:
    browser = sign_in(join(stranger, *Role))
    for page in PAGES:
        assert browser.get(f"/console/other/awards/of/{award.id}/{page}").status_code == 404, page
    assert browser.get(f"/console/other/people/{award.learner_id}/").status_code == 404
    assert "Nobody found" in text(browser.post("/console/other/people/", {"q": "p1@student.example"}))
    undone = browser.post(f"/console/other/awards/{award.batch_id}/undo/", {"reason": "Mine"})
    assert undone.status_code == 404
    assert browser.post("/console/other/awards/all/export.csv").getvalue().count(b"\n") == 1


def test_people_are_found_by_name_number_and_address(desk: Desk, award: Award) -> None:
    assert "Nobody found" in text(desk.browser.post("/console/zed/people/", {"q": "nobody"}))
    for asked in ("S000001", "P1@STUDENT.example"):
        assert "1 person found" in text(desk.browser.post("/console/zed/people/", {"q": asked})), asked
    page = text(desk.browser.get(f"/console/zed/people/{award.learner_id}/"))
    assert "1 award" in page
    assert "person found" not in text(desk.browser.get("/console/zed/people/", {"q": "S000001"}))


def test_awards_are_narrowed_and_taken_away(desk: Desk, award: Award) -> None:
    index = "/console/zed/awards/all/"
    assert "3 awards" in text(desk.browser.get(index))
    assert "No award is like this" in text(desk.browser.get(index, {"state": "revoked"}))
    assert "No award is like this" in text(desk.browser.get(index, {"end": "2001-01-01"}))
    assert "3 awards" in text(desk.browser.get(index, {"start": "no day", "state": "nonsense"}))
    lines = desk.browser.post(f"{index}export.csv").getvalue().decode().strip().split("\n")
    assert len(lines) == 4
    assert desk.browser.post(f"{index}export.csv", {"state": "revoked"}).getvalue().count(b"\n") == 1
    with zipfile.ZipFile(io.BytesIO(desk.browser.post(f"{index}export.zip").getvalue())) as archive:
        assert len(archive.namelist()) == 3
    assert desk.browser.post(f"{index}export.xlsx").content.startswith(b"PK")
    assert desk.browser.post(f"{index}export.exe").status_code == 404
    assert desk.browser.get(f"{index}export.csv").status_code == 405  # it is noted, so it is no GET
    assert Entry._default_manager.filter(tenant=desk.tenant, verb="awards.exported").count() == 4


def test_a_batch_is_undone_and_begun_again(desk: Desk, batch: Batch) -> None:
    page = f"/console/zed/awards/{batch.id}/undo/"
    assert desk.browser.get(page).status_code == 200
    assert Award.of(desk.tenant).filter(state="valid").count() == 3
    assert desk.browser.post(page, {"reason": ""}).status_code == 422
    sent = desk.browser.post(page, {"reason": "Wrong class", "again": "on"})
    assert Award.of(desk.tenant).filter(state="revoked").count() == 3
    assert "/check/" in sent["Location"]
    assert "All 3 people are ready" in text(desk.browser.get(sent["Location"]))
    assert "Wrong class" in text(desk.get(batch, "follow/"))
