"""From the letter to a share in another browser, and what each page refuses."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.server.actions import awards_content, claims, shares, wallet_sign_in, wallets
from mikra.server.store.awards import Award
from mikra.server.store.wallets import Held, Proof, Wallet


@pytest.fixture(autouse=True)
def plenty() -> None:
    for one in (wallet_sign_in.PER_ADDRESS, wallet_sign_in.PER_CALLER, shares.PASSWORDS):
        one.clear()


@pytest.fixture
def held(wallet: Wallet, award: Award) -> Held:
    return wallets.keep(wallet, award)


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def sent_code() -> str:
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", str(mail.outbox[-1].body))
    assert found
    return found.group()


def shown(share: Any) -> str:
    return shares.link(share).partition("://")[2].partition("/")[2].join(("/", ""))


def test_from_the_letter_to_a_share_in_another_browser(client: Client, code: str, award: Award) -> None:
    client.get(f"/claim/{code}/")
    client.post(f"/claim/{code}/take/")
    assert "Keep it and show it" in client.get(f"/claim/{code}/").content.decode()
    kept = client.post(f"/claim/{code}/keep/")
    assert kept["Location"] == "/wallet/sign-in/code/"
    assert mail.outbox[-1].to == ["p1@student.example"]
    page = client.get(kept["Location"]).content.decode()
    assert "p1@student.example" not in page, "whoever has the letter's link learns the address"
    entered = client.post(kept["Location"], {"code": sent_code()})
    assert entered["Location"].startswith("/wallet/show/?held=")
    page = client.get(entered["Location"]).content.decode()
    assert award.edition.title in page
    held = Held._default_manager.get()
    made = client.post(
        "/wallet/show/", {"held": str(held.id), "days": "30", "note": "For a job", "fields": list(shares.CHOICES)}
    )
    page = client.get(made["Location"]).content.decode()
    link = re.search(r'value="(http[^"]+/s/[0-9A-Z]{26}/)"', page)
    assert link
    assert "data:image/svg+xml" in page
    other = Client()
    seen = other.get("/" + link.group(1).split("/", 3)[3])
    assert seen.status_code == 200
    text = seen.content.decode()
    assert award.edition.title in text
    assert "For a job" in text
    assert seen["X-Robots-Tag"].startswith("noindex")
    file = re.search(r'href="(/s/[^"]+/file/0/[^"]+)"', text)
    assert file
    got = other.get(file.group(1).replace("&amp;", "&"))
    assert got.content == awards_content.file_of(award)
    assert Proof._default_manager.get().way == Proof.Way.CODE


def test_what_was_not_collected_is_not_kept(client: Client, code: str) -> None:
    assert client.post(f"/claim/{code}/keep/").status_code == 409
    assert not mail.outbox or "code" not in mail.outbox[-1].subject


def test_a_letter_forwarded_opens_nobodys_wallet(client: Client, code: str, wallet: Wallet) -> None:
    claims.claim(code)
    client.post(f"/claim/{code}/keep/")
    assert client.get("/wallet/")["Location"].startswith("/wallet/sign-in/")
    for _ in range(5):
        assert client.post("/wallet/sign-in/code/", {"code": "AAAA-AAAA"}).status_code in (302, 422)
    late = client.post("/wallet/sign-in/code/", {"code": sent_code()})
    assert late["Location"].startswith("/wallet/sign-in/")
    assert client.get("/wallet/").status_code == 302


def test_whoever_is_signed_in_keeps_it_at_once(browser: Client, code: str) -> None:
    claims.claim(code)
    assert browser.post(f"/claim/{code}/keep/")["Location"].startswith("/wallet/show/?held=")
    assert "1 credential is yours" in browser.get("/wallet/").content.decode()


def test_the_sign_in_tells_nobody_who_has_a_wallet(client: Client, wallet: Wallet) -> None:
    answers = []
    for address in ("p1@student.example", "nobody@student.example"):
        answer = client.post("/wallet/sign-in/", {"email": address})
        page = client.get(answer["Location"]).content.decode().replace(address, "")
        answers.append((answer["Location"], re.sub(r'value="[A-Za-z0-9]{64}"|"X-CSRFToken": "[^"]+"', "", page)))
    assert answers[0] == answers[1]
    assert len(mail.outbox) >= 2


@pytest.mark.parametrize("email", ["", "nothing", "a@b", "x" * 300 + "@a.example"])
def test_what_is_no_address_is_told_so(client: Client, db: None, email: str) -> None:
    assert client.post("/wallet/sign-in/", {"email": email}).status_code == 422
    assert not mail.outbox


def test_letters_to_one_address_have_a_bound(client: Client, db: None) -> None:
    answers = [client.post("/wallet/sign-in/", {"email": "a@student.example"}).status_code for _ in range(8)]
    assert answers.count(302) == 5
    assert len(mail.outbox) == 5


def test_somebody_elses_next_is_not_followed(client: Client, db: None) -> None:
    for target in ("https://evil.example/", "//evil.example/", "/console/", "/wallet/../console/", "/wallet/sign-in/"):
        client.post("/wallet/sign-in/", {"email": "b@student.example", "next": target})
        entered = client.post("/wallet/sign-in/code/", {"code": sent_code(), "next": target})
        assert "evil" not in entered["Location"]
        assert entered["Location"] in ("/wallet/", "/wallet/../console/")
        wallet_sign_in.PER_ADDRESS.clear()


def test_what_was_left_out_is_nowhere_on_the_page(browser: Client, held: Held, client: Client) -> None:
    facts = wallets.about(held)["facts"]["en"]
    whole = text_of(client.get(shown(shares.make(held.wallet, [held.id]))))
    hidden = [name for name in shares.CHOICES if facts.get(name, {}).get("stated")]
    assert len(hidden) > 3
    part = text_of(client.get(shown(shares.make(held.wallet, [held.id], fields=[]))))
    for name in hidden:
        assert facts[name]["label"] in whole
        assert f"<dt>{facts[name]['label']}</dt>" not in part
        for value in facts[name]["values"]:
            assert len(value) < 4 or value not in part, (name, value)
    assert facts["learner"]["values"][0] in part
    assert "/file/0/" not in part


def test_a_file_of_a_share_wants_its_page_first(client: Client, held: Held) -> None:
    share = shares.make(held.wallet, [held.id])
    part = shares.make(held.wallet, [held.id], fields=[])
    text = client.get(shown(share)).content.decode()
    found = re.search(r"file/0/\?key=([^\"]+)", text)
    assert found
    key = found.group(1)
    assert client.get(f"{shown(share)}file/0/?key={key}").status_code == 200
    assert client.get(f"{shown(share)}file/0/").status_code == 404
    assert client.get(f"{shown(share)}file/0/?key={key}x").status_code == 404
    assert client.get(f"{shown(part)}file/0/?key={key}").status_code == 404, "the key of one share opens another"
    shares.stop(held.wallet, share.id)
    assert client.get(f"{shown(share)}file/0/?key={key}").status_code == 404


def test_a_password_and_once_ask_first(client: Client, held: Held) -> None:
    locked = shown(shares.make(held.wallet, [held.id], password="rosemary"))
    name = wallets.about(held)["facts"]["en"]["learner"]["values"][0]
    assert name not in text_of(client.get(locked))
    wrong = client.post(locked, {"password": "thyme"})
    assert wrong.status_code == 422
    assert name not in text_of(wrong)
    assert name in text_of(client.post(locked, {"password": "rosemary"}))
    once = shown(shares.make(held.wallet, [held.id], once=True))
    for _ in range(3):
        assert name not in text_of(client.get(once)), "a program that looks uses it up"
    assert name in text_of(client.post(once))
    assert client.post(once).status_code == 410
    assert client.get(once).status_code == 410


def test_looking_whether_a_link_is_there_counts_nothing(client: Client, held: Held) -> None:
    share = shares.make(held.wallet, [held.id])
    assert client.head(shown(share)).status_code == 200
    assert shares.one_of(held.wallet, share.id).times == 0
    client.get(shown(share))
    assert shares.one_of(held.wallet, share.id).times == 1


def test_a_stopped_link_has_ended(browser: Client, client: Client, held: Held) -> None:
    share = shares.make(held.wallet, [held.id])
    assert browser.post(f"/wallet/shown/{share.id}/stop/").status_code == 302
    assert client.get(shown(share)).status_code == 410
    assert client.get("/s/AAAAAAAAAAAAAAAAAAAAAAAAAA/").status_code == 404


def test_pages_of_one_wallet_are_not_there_for_another(other: Wallet, held: Held) -> None:
    share = shares.make(held.wallet, [held.id])
    stranger = Client()
    stranger.force_login(other.person)
    for path in (f"/wallet/{held.id}/", f"/wallet/{held.id}/file/", f"/wallet/shown/{share.id}/"):
        assert stranger.get(path).status_code == 404, path
        assert Client().get(path).status_code == 302, path
    for path in (f"/wallet/{held.id}/remove/", f"/wallet/{held.id}/back/", f"/wallet/shown/{share.id}/stop/"):
        assert stranger.post(path).status_code == 404, path
    assert stranger.get(f"/wallet/show/?held={held.id}").status_code == 404
    assert stranger.post("/wallet/show/", {"held": str(held.id), "days": "7"}).status_code == 404


def test_a_file_is_brought_taken_out_and_put_back(browser: Client, award: Award) -> None:
    data = awards_content.file_of(award)
    kept = browser.post("/wallet/add/", {"file": SimpleUploadedFile("mine.jsonld", data)})
    page = browser.get(kept["Location"])
    assert page.status_code == 200
    assert "Genuine" in page.content.decode() or "confirm" in page.content.decode()
    assert browser.get(f"{kept['Location']}file/").content == data
    out = browser.post(f"{kept['Location']}remove/")
    assert "Put it back" in browser.get(out["Location"]).content.decode()
    assert browser.post(f"{kept['Location']}back/")["Location"] == kept["Location"]


@pytest.mark.parametrize("text", ["", "hello", "[]", '{"a": 1}'])
def test_what_is_no_credential_is_not_kept(browser: Client, text: str) -> None:
    answer = browser.post("/wallet/add/", {"text": text})
    assert answer.status_code == 422
    assert not Held._default_manager.exists()


def test_the_owner_exports_and_erases(browser: Client, wallet: Wallet, held: Held) -> None:
    with zipfile.ZipFile(io.BytesIO(browser.post("/wallet/you/everything.zip").content)) as archive:
        assert "wallet.json" in archive.namelist()
    assert browser.get("/wallet/you/everything.zip").status_code == 405
    assert browser.post("/wallet/you/erase/").status_code == 422
    assert Wallet._default_manager.filter(pk=wallet.pk).exists()
    done = browser.post("/wallet/you/erase/", {"sure": "on"})
    assert "erased" in done.content.decode()
    assert not Wallet._default_manager.filter(pk=wallet.pk).exists()
    assert browser.get("/wallet/").status_code == 302


def test_an_address_is_added_by_its_own_code(browser: Client, wallet: Wallet) -> None:
    browser.post("/wallet/you/address/", {"email": "home@mail.example"})
    assert mail.outbox[-1].to == ["home@mail.example"]
    assert browser.post("/wallet/you/address/", {"code": "AAAA-AAAA"}).status_code == 422
    assert browser.post("/wallet/you/address/", {"code": sent_code()})["Location"] == "/wallet/you/"
    assert wallets.open_for("home@mail.example").id == wallet.id


def test_a_code_on_paper_brings_a_wallet_back(browser: Client, wallet: Wallet, held: Held, client: Client) -> None:
    page = browser.post("/wallet/you/paper/").content.decode()
    found = re.search(r"(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}", page)
    assert found
    client.post("/wallet/sign-in/", {"email": "new@mail.example", "next": "/wallet/sign-in/paper/"})
    client.post("/wallet/sign-in/code/", {"code": sent_code()})
    assert client.post("/wallet/sign-in/paper/", {"paper": "0" * 32}).status_code == 422
    assert client.post("/wallet/sign-in/paper/", {"paper": found.group()})["Location"] == "/wallet/"
    assert "1 credential is yours" in client.get("/wallet/").content.decode()


@pytest.mark.parametrize(
    "path",
    ["", "add/", "removed/", "you/", "you/address/", "you/erase/", "show/", "shown/"],
)
def test_every_page_is_there_when_the_wallet_is_empty(browser: Client, path: str) -> None:
    page = browser.get(f"/wallet/{path}")
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"


def test_a_wallet_opens_no_console(browser: Client, held: Held) -> None:
    home = browser.get("/").content.decode()
    assert "@wallet.invalid" not in home
    for path in ("/console/", "/account/"):
        answer = browser.get(path)
        assert "@wallet.invalid" not in answer.content.decode(), path
