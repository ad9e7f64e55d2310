"""What a learner takes out of the wallet: each form is what it says, holds, and says no more than was chosen."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import InputError, NotAllowedError, UnavailableError
from mikra.formats import baked_png, baked_svg
from mikra.sealing.sd_jwt import read
from mikra.server.actions import (
    awards_content,
    corrections,
    status_lists,
    verifying,
    wallet_bundle,
    wallet_forms,
    wallet_owner,
    wallets,
)
from mikra.server.actions.wallet_forms import Form
from mikra.server.rights import Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Held, Wallet
from tests.server.institution import proven
from tests.server.issuing.conftest import signer as signer

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(autouse=True)
def plenty() -> Iterator[None]:
    wallet_forms.MAKING.clear()
    yield
    wallet_forms.MAKING.clear()


@pytest.fixture
def held(wallet: Wallet, award: Award) -> Held:
    return wallets.keep(wallet, award)


def report(data: bytes) -> dict:  # type: ignore[type-arg]
    return verifying.check(data, languages=("en",)).reports[0]["en"]


def made(held: Held, form: Form, **more: object) -> bytes:
    return wallet_forms.make(held, form, language="en", **more).content  # type: ignore[arg-type]


def test_all_forms_of_an_award_can_be_had(held: Held, award: Award) -> None:
    assert [(one.form, one.why) for one in wallet_forms.offered(held)] == [(one, "") for one in Form]
    assert made(held, Form.FILE) == awards_content.file_of(award)
    assert made(held, Form.CERTIFICATE).startswith(b"%PDF-")


@pytest.mark.parametrize("form", [Form.BADGE, Form.BADGE_PNG, Form.BADGE_SVG])
def test_a_badge_is_an_open_badge_that_holds(held: Held, award: Award, form: Form) -> None:
    content = made(held, form)
    inside = content
    if form is Form.BADGE_PNG:
        inside = baked_png.extract(content).text.encode()
    if form is Form.BADGE_SVG:
        inside = baked_svg.extract(content).text.encode()
    badge = json.loads(inside)
    assert "OpenBadgeCredential" in badge["type"]
    assert json.dumps(badge).count("eddsa-rdfc-2022") == 1
    told = report(content)
    checks = {one["id"]: one["status"] for one in told["checks"]}
    assert checks["seal.integrity"] == "passed", told
    altered = inside.replace(b'"name":"', b'"name":"X', 1)
    assert altered != inside
    broken = {one["id"]: one["status"] for one in report(altered)["checks"]}
    assert broken["seal.integrity"] == "failed"


def test_an_attestation_shows_what_its_holder_chose(held: Held) -> None:
    whole = made(held, Form.ATTESTATION)
    names = {name: value for name, _label, value in wallet_forms.choices(held, language="en")}
    assert {"full_name", "achievement_title", "learning_outcomes"} <= set(names)
    assert {one.place[0] for one in read(whole).disclosures} == set(names)
    part = made(held, Form.ATTESTATION, left_out=["full_name", "given_name", "family_name", "learning_outcomes"])
    left = {one.place[0] for one in read(part).disclosures}
    assert left == set(names) - {"full_name", "given_name", "family_name", "learning_outcomes"}
    assert names["full_name"] not in part.decode()
    assert {one["id"]: one["status"] for one in report(part)["checks"]}["seal.integrity"] == "passed"
    with pytest.raises(InputError) as refused:
        made(held, Form.ATTESTATION, left_out=["issuing_authority"])
    assert refused.value.where == "fields"


def code(content: bytes) -> str:
    while status_lists.publish_due():
        pass
    return str(report(content)["code"])


def place_of(content: bytes) -> tuple[str, int]:
    listed = read(content).claims["status"]["status_list"]
    return (listed["uri"], listed["idx"])


def test_each_copy_has_a_place_of_its_own_and_all_follow_the_award(
    held: Held, award: Award, actor: Any, tenant: Tenant
) -> None:
    copies = [made(held, Form.ATTESTATION) for _each in range(2)]
    badges = [made(held, Form.BADGE) for _each in range(2)]
    entries = [json.loads(one)["credentialStatus"] for one in badges]
    own = f"{award.list_number}/{award.list_index}"
    indexes = {*(place_of(one)[1] for one in copies), *(int(one["statusListIndex"]) for one in entries)}
    assert len(indexes) == 4, own
    assert award.list_index not in indexes
    assert [code(one) for one in (*copies, *badges)] == ["valid"] * 4
    registrar = proven(actor(tenant, Role.REGISTRAR))
    corrections.suspend(registrar, award.id, "It is looked into.")
    assert [code(one) for one in (*copies, *badges)] == ["credential_suspended"] * 4
    corrections.resume(registrar, award.id, "It was looked into.")
    assert [code(one) for one in (*copies, *badges)] == ["valid"] * 4
    corrections.revoke(registrar, award.id, "The grade was entered wrongly.")
    assert [code(one) for one in (*copies, *badges)] == ["credential_revoked"] * 4


def test_a_file_that_was_brought_stays_in_its_form(wallet: Wallet, award: Award) -> None:
    for data in ((CORPUS / "credential-di" / "di-no-proof.json").read_bytes(), awards_content.file_of(award)):
        brought = wallets.keep(wallet, data)
        assert brought.award is None
        assert {one.form: bool(one.why) for one in wallet_forms.offered(brought)} == {
            one: one is not Form.FILE for one in Form
        }
        assert made(brought, Form.FILE) == data
        for form in set(Form) - {Form.FILE}:
            with pytest.raises(NotAllowedError):
                made(brought, form)


def test_what_does_not_count_gets_no_new_form(held: Held, award: Award) -> None:
    for state in (Award.State.REVOKED, Award.State.SUSPENDED):
        Award._default_manager.filter(pk=award.pk).update(state=state)
        with pytest.raises(NotAllowedError) as refused:
            made(wallets.get(held.wallet, held.id), Form.BADGE)
        assert str(wallet_forms.LOST) in refused.value.message
        with pytest.raises(NotAllowedError):
            made(held, Form.ATTESTATION)  # read before it was withdrawn
    assert made(held, Form.FILE)


def test_an_institution_that_was_stopped_seals_nothing(held: Held, award: Award) -> None:
    award.tenant.stopped = now()
    award.tenant.save()
    with pytest.raises(NotAllowedError) as refused:
        made(wallets.get(held.wallet, held.id), Form.BADGE)
    assert refused.value.message == str(wallet_forms.NOTHING_NOW)


def test_what_was_taken_stands_in_the_trail_without_a_name(held: Held, award: Award) -> None:
    made(held, Form.BADGE)
    line = Entry._default_manager.filter(verb="award.to_wallet").get()
    assert line.subject == f"award:{award.id}"
    assert "p1@" not in json.dumps(line.detail)


def test_many_in_a_minute_are_refused(held: Held) -> None:
    for _time in range(30):
        wallet_forms.MAKING.take(held.wallet_id.hex)
    with pytest.raises(UnavailableError):
        made(held, Form.ATTESTATION)
    assert made(held, Form.FILE), "what is made of nothing new is not bounded"


def test_all_at_once_with_a_list_and_a_page(held: Held, award: Award) -> None:
    with zipfile.ZipFile(io.BytesIO(wallet_bundle.of(held, language="en", left_out=["full_name"]))) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert set(archive.namelist()) == {one["file"] for one in told["files"]} | {"manifest.json", "index.html"}
        assert [one["form"] for one in told["files"]] == list(Form)
        assert told["not_made"] == []
        for one in told["files"]:
            assert hashlib.sha256(archive.read(one["file"])).hexdigest() == one["sha256"]
        page = archive.read("index.html").decode()
        assert all(f'href="{one["file"]}"' in page for one in told["files"])
        assert award.edition.title in page
        assert "<script" not in page
        shown = read(archive.read("credential.sd-jwt.txt")).disclosures
        assert "full_name" not in {one.place[0] for one in shown}


def test_all_of_a_file_that_was_brought_says_why_there_is_no_more(wallet: Wallet) -> None:
    brought = wallets.keep(wallet, (CORPUS / "credential-di" / "di-no-proof.json").read_bytes())
    with zipfile.ZipFile(io.BytesIO(wallet_bundle.of(brought, language="en"))) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert [one["form"] for one in told["files"]] == ["file"]
        assert {one["form"] for one in told["not_made"]} == set(Form) - {Form.FILE}
        assert str(wallet_forms.BROUGHT) in archive.read("index.html").decode()


def test_a_title_cannot_write_into_the_page() -> None:
    page = wallet_bundle.index("<script>1</script>", "en", [('a"b', "<b>", "&")]).decode()
    assert "<script>" not in page
    assert 'href="a&quot;b"' in page


def test_the_export_has_a_page_too(held: Held) -> None:
    with zipfile.ZipFile(io.BytesIO(wallet_owner.export(held.wallet))) as archive:
        page = archive.read("index.html").decode()
        assert 'href="credentials/001.jsonld"' in page
        assert 'href="wallet.json"' in page


def test_the_page_offers_each_form_and_gives_it(browser: Client, held: Held, other: Wallet) -> None:
    page = browser.get(f"/wallet/{held.id}/take/").content.decode()
    assert "Badge image (PNG)" in page
    assert 'name="fields" value="full_name" checked' in page
    got = browser.post(f"/wallet/{held.id}/take/file/", {"form": "badge-png"})
    assert (got["Content-Type"], got["Content-Disposition"]) == ("image/png", 'attachment; filename="badge.png"')
    got = browser.post(f"/wallet/{held.id}/take/file/", {"form": "sd-jwt-vc", "choose": "1", "fields": ["level"]})
    assert {one.place[0] for one in read(got.content).disclosures} == {"level"}
    got = browser.post(f"/wallet/{held.id}/take/file/", {"form": "all"})
    assert got["Content-Type"] == "application/zip"
    assert browser.post(f"/wallet/{held.id}/take/file/", {"form": "nonsense"}).status_code == 422
    assert browser.get(f"/wallet/{held.id}/take/file/").status_code == 405
    stranger = Client()
    stranger.force_login(other.person)
    assert stranger.get(f"/wallet/{held.id}/take/").status_code == 404
    assert stranger.post(f"/wallet/{held.id}/take/file/", {"form": "file"}).status_code == 404


def test_what_cannot_be_had_says_so_on_the_page(browser: Client, wallet: Wallet) -> None:
    brought = wallets.keep(wallet, (CORPUS / "credential-di" / "di-no-proof.json").read_bytes())
    page = browser.get(f"/wallet/{brought.id}/take/").content.decode()
    assert str(wallet_forms.BROUGHT) in page
    refused = browser.post(f"/wallet/{brought.id}/take/file/", {"form": "badge"})
    assert refused.status_code == 422
    assert str(wallet_forms.BROUGHT) in refused.content.decode()
