"""A wallet is asked and answers, in each mode and by each name; and everything that must not pass does not."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import InputError, NotFoundError, UnavailableError
from mikra.exchange import oid4vp_wallet
from mikra.exchange.oid4vp import Mode, Prefix
from mikra.server.actions import presenting, trusted_here, verifying
from mikra.server.actions.presenting import Begun, State
from mikra.server.store.presenting import Presentation
from tests.server.present.conftest import FORM, THIEF, Begin, Wallet, credential, said


def state(begun: Begun) -> str:
    return str(Presentation._default_manager.get(pk=begun.row.pk).state)


def asked_of(begun: Begun, holder: Wallet) -> Any:
    return holder.fetch(presenting.link(begun.row, begun.secret))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("prefix", list(Prefix))
def test_the_whole_path(begin: Begin, holder: Wallet, prefix: Prefix, mode: Mode) -> None:
    begun = begin(prefix, mode)
    asked = asked_of(begun, holder)
    assert (asked.mode, asked.client_id.partition(":")[0]) == (mode, prefix)
    response = holder.answer(asked)
    assert (response.status_code, said(response)) == (200, {})
    found = presenting.take(begun.row.id, begun.secret)
    assert found["verified"], found
    assert "Water quality" in str(found["reports"])


def test_a_wallet_may_send_a_nonce_of_its_own(begin: Begin, holder: Wallet) -> None:
    begun = begin()
    link = presenting.link(begun.row, begun.secret)
    assert holder.fetch(link, wallet_nonce="w-1").nonce == holder.fetch(link).nonce
    long = holder.client.post(
        f"/present/request/{presenting.handle_of(begun.secret)}", f"wallet_nonce={'w' * 500}", content_type=FORM
    )
    assert long.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"audience": "x509_hash:another"},
        {"key": THIEF},
        {"at": now() - dt.timedelta(hours=1)},
        {"at": now() + dt.timedelta(hours=1)},
    ],
    ids=["nonce", "audience", "key", "old", "future"],
)
@pytest.mark.parametrize("same_device", [False, True])
def test_a_proof_that_says_one_thing_wrong_verifies_nothing(
    begin: Begin, wrong: dict[str, Any], same_device: bool
) -> None:
    begun = begin(same_device=same_device)
    holder = Wallet(**wrong)
    response = holder.answer(asked_of(begun, holder))
    assert response.status_code == 400
    assert said(response)["error"] == "invalid_request"
    if same_device:
        assert state(begun) == State.REFUSED
    else:
        found = presenting.take(begun.row.id, begun.secret)
        assert not found["verified"]
        assert not found["accepted"]


def test_what_another_seal_or_an_altered_disclosure_says_is_not_shown(begin: Begin, holder: Wallet) -> None:
    begun = begin()
    asked = asked_of(begun, holder)
    head, *rest = holder.present(asked).split("~")
    altered = "~".join([head[:-6] + ("AAAAAA" if head[-6:] != "AAAAAA" else "BBBBBB"), *rest])
    assert holder.post(asked, holder.form(asked, {"mc": [altered]})).status_code == 400
    found = presenting.take(begun.row.id, begun.secret)
    assert not found["verified"]
    assert "Water quality" not in str(found)


def test_an_altered_disclosure_belongs_nowhere(begin: Begin, holder: Wallet) -> None:
    begun = begin()
    asked = asked_of(begun, holder)
    head, first, *rest = holder.present(asked).split("~")
    swapped = "~".join([head, credential(achievement_title="Brain surgery").decode().split("~")[1], *rest])
    assert first not in swapped
    assert holder.post(asked, holder.form(asked, {"mc": [swapped]})).status_code == 400
    assert state(begun) == State.REFUSED


def test_an_unknown_issuer_is_shown_and_not_verified(
    begin: Begin, holder: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trusted_here, "known", lambda _digest: {})
    begun = begin()
    assert holder.answer(asked_of(begun, holder)).status_code == 200
    found = presenting.take(begun.row.id, begun.secret)
    assert (found["verified"], found["accepted"]) == (False, True)


def test_an_expired_credential_is_not_verified(begin: Begin) -> None:
    begun, holder = begin(), Wallet(sealed=credential(exp=int(now().timestamp()) - 600))
    holder.answer(asked_of(begun, holder))
    assert not presenting.take(begun.row.id, begun.secret)["verified"]


def test_an_answer_counts_once_and_for_its_own_question(begin: Begin, holder: Wallet) -> None:
    first, second = begin(), begin()
    asked, other = asked_of(first, holder), asked_of(second, holder)
    form = holder.form(asked, {"mc": [holder.present(asked)]})
    assert holder.post(other, form).status_code == 400
    assert state(second) == State.PENDING
    replayed = holder.form(other, {"mc": [holder.present(asked)]})
    assert holder.post(asked, form).status_code == 200
    assert holder.post(asked, form).status_code == 400
    assert holder.post(other, replayed).status_code == 400
    assert not presenting.take(second.row.id, second.secret)["verified"]


@pytest.mark.drill("R14")
@pytest.mark.parametrize("mode", list(Mode))
def test_garbage_is_refused_and_changes_nothing(begin: Begin, holder: Wallet, mode: Mode) -> None:
    begun = begin(mode=mode)
    asked = asked_of(begun, holder)
    good = holder.form(asked, {"mc": [holder.present(asked)]})
    bodies = [
        "",
        "x",
        "%ff%fe=%00",
        "vp_token=1&vp_token=2",
        "response=a.b.c.d.e",
        "response=" + "A" * 1_100_000,
        "error=access_denied",
        "error=access_denied&state=else",
        "&".join(f"a{n}=1" for n in range(200)),
        "é",
    ]
    for body in bodies:
        assert holder.post(asked, body).status_code == 400, body[:40]
    path = f"/present/response/{presenting.handle_of(begun.secret)}"
    for kind in ("application/json", "multipart/form-data", "text/plain", ""):
        assert holder.client.post(path, b"{}", content_type=kind).status_code == 400
    assert holder.client.post(path, b"a" * 2_200_000, content_type=FORM).status_code == 413
    assert holder.client.post(path, b"a" * 17_000_000, content_type=FORM).status_code == 413
    assert holder.client.get(path).status_code == 405
    assert state(begun) == State.PENDING
    assert holder.post(asked, good).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        {},
        {"mc": []},
        {"mc": [7]},
        {"else": ["x"]},
        {"mc": ["x"]},
        {"mcjwt": ["a.b.c"]},
        {"mcld": [{"type": "VerifiablePresentation"}]},
        {"mcld": [{"type": "VerifiablePresentation", "verifiableCredential": [{"type": ["OpenBadgeCredential"]}]}]},
        {"mc": ["\x00"]},
    ],
)
def test_what_does_not_meet_the_question_is_refused(begin: Begin, holder: Wallet, token: dict[str, Any]) -> None:
    begun = begin()
    asked = asked_of(begun, holder)
    response = holder.post(asked, holder.form(asked, token))
    assert response.status_code == 400, response.content
    if state(begun) == State.ANSWERED:
        assert not presenting.take(begun.row.id, begun.secret)["accepted"]


def test_too_little_shown_or_another_type_is_refused(begin: Begin) -> None:
    for holder, names in (
        (Wallet(), ("achievement_title",)),
        (Wallet(sealed=credential(vct="urn:eudi:pid:1")), ()),
    ):
        begun = begin()
        assert holder.answer(asked_of(begun, holder), *names).status_code == 400
        assert state(begun) == State.REFUSED


def test_a_wallet_may_decline(begin: Begin, holder: Wallet) -> None:
    begun = begin()
    asked = asked_of(begun, holder)
    form = {"error": "access_denied", "error_description": "Jana says no", "state": asked.state}
    assert holder.post(asked, form).status_code == 200
    assert state(begun) == State.DECLINED
    assert holder.post(asked, form).status_code == 400
    assert holder.answer(asked).status_code == 400


def test_after_ten_minutes_there_is_nothing(begin: Begin, holder: Wallet) -> None:
    begun = begin()
    asked = asked_of(begun, holder)
    Presentation._default_manager.filter(pk=begun.row.pk).update(expires=now() - dt.timedelta(seconds=1))
    assert holder.answer(asked).status_code == 404
    handle = presenting.handle_of(begun.secret)
    assert holder.client.get(f"/present/request/{handle}").status_code == 404
    with pytest.raises(NotFoundError):
        presenting.look(begun.row.id, begun.secret)
    presenting.delete_due()
    assert not Presentation._default_manager.filter(pk=begun.row.pk).exists()


def test_a_request_object_is_there_only_while_somebody_waits(begin: Begin, holder: Wallet) -> None:
    begun = begin()
    path = f"/present/request/{presenting.handle_of(begun.secret)}"
    holder.answer(asked_of(begun, holder))
    assert holder.client.get(path).status_code == 404
    assert holder.client.get("/present/request/AAAA").status_code == 404
    assert holder.client.put(path).status_code == 405
    by_value = begin(Prefix.REDIRECT_URI)
    assert holder.client.get(f"/present/request/{presenting.handle_of(by_value.secret)}").status_code == 404


def test_what_came_can_be_read_by_nobody_but_the_one_who_asked_and_once(begin: Begin, holder: Wallet) -> None:
    begun = begin()
    holder.answer(asked_of(begun, holder))
    row = Presentation._default_manager.get(pk=begun.row.pk)
    stored = b"".join(bytes(one) for one in (row.answer, row.digest, row.lock)) + str(row.query).encode()
    for secret in (b"Water", "Králová".encode(), begun.secret, presenting.handle_of(begun.secret).encode()):
        assert secret not in stored
    with pytest.raises(NotFoundError):
        presenting.take(begun.row.id, b"x" * 32)
    assert presenting.take(begun.row.id, begun.secret, keep=True)["verified"]
    assert presenting.take(begun.row.id, begun.secret)["verified"]
    with pytest.raises(NotFoundError):
        presenting.take(begun.row.id, begun.secret)
    assert Presentation._default_manager.get(pk=begun.row.pk).answer is None


def test_on_one_device_only_the_code_of_the_wallet_opens_it(begin: Begin, holder: Wallet) -> None:
    begun = begin(same_device=True)
    told = said(holder.answer(asked_of(begun, holder)))["redirect_uri"]
    code = told.partition("response_code=")[2]
    assert f"/present/{begun.row.id}/answer/" in told
    for wrong in ("", "x", code[:-1]):
        with pytest.raises(NotFoundError):
            presenting.take(begun.row.id, begun.secret, wrong)
    assert presenting.take(begun.row.id, begun.secret, code)["verified"]


def test_where_all_are_busy_the_wallet_may_come_again(
    begin: Begin, holder: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin()
    asked = asked_of(begun, holder)

    def busy(*_: Any, **__: Any) -> Any:
        raise UnavailableError("Too many files are being checked at once.", retry_after=5)

    with monkeypatch.context() as patch:
        patch.setattr(verifying, "check", busy)
        response = holder.answer(asked)
        assert (response.status_code, response["Retry-After"]) == (429, "5")
    assert state(begun) == State.PENDING
    assert holder.answer(asked).status_code == 200


def test_a_file_that_no_process_survives_is_refused(
    begin: Begin, holder: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any, **__: Any) -> Any:
        raise InputError("This file could not be read in time, or at all.", code="file_damaged")

    monkeypatch.setattr(verifying, "check", lost)
    begun = begin()
    assert holder.answer(asked_of(begun, holder)).status_code == 400
    assert state(begun) == State.REFUSED


def test_a_link_by_reference_is_short_enough_for_a_camera(begin: Begin) -> None:
    begun = begin()
    link = presenting.link(begun.row, begun.secret)
    assert len(link) < 300
    assert oid4vp_wallet.read_link(link).post


def browser(where: str) -> tuple[Client, str]:
    """A browser that asked, and the address of its page."""
    client = Client()
    response = client.post("/present/", {"where": where})
    assert response.status_code == 302
    return client, response["Location"]


def asked_by(client: Client, address: str, holder: Wallet) -> Any:
    import html
    import re

    from mikra import base64url

    id = uuid.UUID(address.strip("/").rpartition("/")[2])
    secret = base64url.decode(client.cookies[f"present_{id.hex}"].value)
    page = client.get(address).content.decode()
    link = re.search(r'href="(openid4vp:[^"]+)"', page)
    row = Presentation._default_manager.get(pk=id)
    shown = html.unescape(link[1]) if link else presenting.link(row, secret)
    return holder.fetch(shown)


def test_the_page_shows_a_code_waits_and_shows_the_answer_once(holder: Wallet) -> None:
    client, address = browser("elsewhere")
    page = client.get(address).content.decode()
    assert "<svg" in page
    assert "hx-get" in page
    part = {"HX-Request": "true"}
    assert client.get(address, headers=part).status_code == 204
    asked = asked_by(client, address, holder)
    assert holder.answer(asked).status_code == 200
    moved = client.get(address, headers=part)
    assert moved["HX-Redirect"] == f"{address}answer/"
    assert client.get(address)["Location"] == f"{address}answer/"
    shown = client.get(f"{address}answer/")
    assert "Water quality" in shown.content.decode()
    assert 'class="checks"' in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert client.get(f"{address}answer/").status_code == 404


def test_another_browser_finds_nothing_whatever_it_brings(holder: Wallet) -> None:
    client, address = browser("elsewhere")
    holder.answer(asked_by(client, address, holder))
    other, elsewhere = browser("elsewhere")
    id, own = (one.strip("/").rpartition("/")[2].replace("-", "") for one in (address, elsewhere))
    for value in ("", "x", "AAAA", "é", other.cookies[f"present_{own}"].value):
        other.cookies[f"present_{id}"] = value
        assert other.get(address).status_code == 404
        assert other.get(f"{address}answer/").status_code == 404
    assert Client().get(f"{address}answer/").status_code == 404
    assert client.get(f"{address}answer/").status_code == 200


def test_on_one_device_the_wallet_leads_back_and_a_page_of_somebody_else_learns_nothing(holder: Wallet) -> None:
    client, address = browser("here")
    page = client.get(address).content.decode()
    assert "openid4vp://" in page
    assert "<figure" not in page
    back = said(holder.answer(asked_by(client, address, holder)))["redirect_uri"]
    path = back[back.index("/present/") :]
    assert Client().get(path).status_code == 404
    assert client.get(f"{address}answer/").status_code == 404
    assert "There is an answer" in client.get(address).content.decode()
    assert "Water quality" in client.get(path).content.decode()
    assert client.get(path).status_code == 404


def test_what_does_not_hold_is_said_in_red(holder: Wallet) -> None:
    client, address = browser("elsewhere")
    wrong = Wallet(key=THIEF)
    wrong.answer(asked_by(client, address, wrong))
    page = client.get(f"{address}answer/").content.decode()
    assert "Do not rely on it" in page
    client, address = browser("here")
    wrong.answer(asked_by(client, address, wrong))
    assert "Do not rely on it" in client.get(address).content.decode()


def test_the_cookie_is_for_this_part_alone_and_no_script_reads_it() -> None:
    client, _ = browser("elsewhere")
    (cookie,) = (one for name, one in client.cookies.items() if name.startswith("present_"))
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/present/", True, "Lax")
    assert cookie["max-age"] == 600
    assert Client(enforce_csrf_checks=True).post("/present/", {"where": "here"}).status_code == 403
    assert client.get("/present/").status_code == 200
