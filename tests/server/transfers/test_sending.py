"""A learner sends credentials to a home institution: what is in the file, who can fetch it, and for how long."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.exchange import transfer as file_format
from mikra.server.actions import transfers, wallets
from mikra.server.actions.retention import delete_due
from mikra.server.installation import installation
from mikra.server.store.wallets import Held, Transfer, Wallet

ESI = "urn:schac:personalUniqueCode:int:esi:zed.example:12345"


def code_of(made: Transfer) -> str:
    return transfers.link(made).partition("#")[2]


def make(wallet: Wallet, held: Held) -> Transfer:
    return transfers.make(wallet, [held.id], esi=ESI, to="Home University")


def test_the_file_holds_what_was_chosen_as_it_came(wallet: Wallet, held: Held) -> None:
    made = make(wallet, held)
    found = file_format.read(transfers.fetch(code_of(made)))
    assert found.parts[0].content == wallets.content(held)
    assert (found.esi, found.to, found.learner) == (ESI, "Home University", "Jana Králová")
    assert found.origin == installation().origin.rstrip("/")
    assert wallets.profile(wallet)["esi"] == ESI, "the next time it stands there already"


def test_the_code_stands_where_it_is_sent_to_nobody(wallet: Wallet, held: Held) -> None:
    made = make(wallet, held)
    address, _hash, code = transfers.link(made).partition("#")
    assert len(code) == 26
    assert address.endswith("/transfer/")
    assert code.encode() not in bytes(made.token) + bytes(made.content)


def test_nothing_of_it_can_be_read_in_the_database(wallet: Wallet, held: Held) -> None:
    stored = bytes(Transfer.get(wallet, make(wallet, held).id).content)
    assert b"esi" not in stored
    assert b"Home University" not in stored


@pytest.mark.parametrize("esi", ["", "12345", "urn:schac:personalUniqueCode:int:esi:", f"{ESI} and more", f"x{ESI}"])
def test_without_an_identifier_there_is_no_file(wallet: Wallet, held: Held, esi: str) -> None:
    with pytest.raises(InputError) as refused:
        transfers.make(wallet, [held.id], esi=esi, to="")
    assert refused.value.where == "esi"
    assert not Transfer.of(wallet).exists()


def test_nothing_and_what_is_somebody_elses_cannot_be_sent(wallet: Wallet, other: Wallet, held: Held) -> None:
    with pytest.raises(InputError):
        transfers.make(wallet, [], esi=ESI, to="")
    with pytest.raises(NotFoundError):
        transfers.make(other, [held.id], esi=ESI, to="")


def test_too_much_and_too_many_are_refused(wallet: Wallet, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as small:
        small.setattr(transfers, "LARGEST", 100)
        with pytest.raises(InputError):
            make(wallet, held)
    monkeypatch.setattr(transfers, "LIVE", 1)
    make(wallet, held)
    with pytest.raises(ConflictError):
        make(wallet, held)


def test_it_is_fetched_until_its_end_and_not_after_it(wallet: Wallet, held: Held) -> None:
    made = make(wallet, held)
    late = now() + dt.timedelta(days=transfers.DAYS, seconds=1)
    assert transfers.fetch(code_of(made)) == transfers.fetch(code_of(made).lower())
    assert Transfer.get(wallet, made.id).fetched is not None
    with pytest.raises(NotFoundError):
        transfers.fetch(code_of(made), late)
    assert [one.transfer.id for one in transfers.mine(wallet)] == [made.id]
    assert transfers.mine(wallet, late) == []
    while delete_due(late):
        pass
    assert not Transfer.of(wallet).exists()


def test_one_that_was_stopped_is_gone(wallet: Wallet, other: Wallet, held: Held) -> None:
    made = make(wallet, held)
    with pytest.raises(NotFoundError):
        transfers.stop(other, made.id)
    transfers.stop(wallet, made.id)
    with pytest.raises(NotFoundError):
        transfers.fetch(code_of(made))


@pytest.mark.parametrize("text", ["", "0" * 26, "x" * 5_000, "\x00", "ž" * 26])
def test_a_code_that_is_none_opens_nothing(wallet: Wallet, held: Held, text: str) -> None:
    make(wallet, held)
    with pytest.raises(NotFoundError):
        transfers.fetch(text)


def test_the_learner_sends_it_on_a_page(browser: Client, wallet: Wallet, held: Held) -> None:
    page = browser.get("/wallet/send/")
    assert str(held.id) in page.content.decode()
    answer = browser.post("/wallet/send/", {"held": [str(held.id)], "esi": ESI, "to": "Home University"})
    assert answer.status_code == 302
    (made,) = Transfer.of(wallet)
    shown = browser.get("/wallet/send/").content.decode()
    assert transfers.link(made) in shown
    assert "Nobody has fetched it yet." in shown
    saved = browser.post(f"/wallet/send/{made.id}/file/")
    assert file_format.read(saved.content).esi == ESI
    assert "attachment" in saved.headers["Content-Disposition"]
    assert browser.post(f"/wallet/send/{made.id}/stop/").status_code == 302
    assert not Transfer.of(wallet).exists()


def test_what_is_wrong_is_said_beside_the_field(browser: Client, held: Held) -> None:
    for form in ({"esi": ESI}, {"held": [str(held.id)], "esi": "1"}, {"held": [str(held.id)]}):
        answer = browser.post("/wallet/send/", form)
        assert answer.status_code == 422
        assert "error" in answer.content.decode()


def test_another_learner_and_nobody_get_nothing(browser: Client, other: Wallet, held: Held, wallet: Wallet) -> None:
    made = make(wallet, held)
    stranger = Client()
    assert stranger.post(f"/wallet/send/{made.id}/file/").status_code in (302, 303)
    stranger.force_login(other.person)
    for name in ("file", "stop"):
        assert stranger.post(f"/wallet/send/{made.id}/{name}/").status_code == 404
    assert Transfer.of(wallet).exists()


def test_programs_fetch_it_by_the_code(wallet: Wallet, held: Held, client: Client) -> None:
    code = code_of(make(wallet, held))
    answer = client.post("/api/v1/transfers", json.dumps({"code": code}), content_type="application/json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == file_format.MEDIA_TYPE
    assert file_format.read(answer.content).esi == ESI
    page = client.post("/transfer/", {"code": code})
    assert page.content == answer.content


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"{}", 400), (b"[]", 400), (b"{", 422), (b'{"code": 5}', 400), (b"\xff", 422),
        (b'{"code": "' + b"A" * 26 + b'"}', 404), (b'{"code": "' + b"A" * 5000 + b'"}', 413),
    ],
)  # fmt: skip
def test_a_question_that_is_none_is_answered_by_a_problem(db: None, client: Client, body: bytes, status: int) -> None:
    answer = client.post("/api/v1/transfers", body, content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert client.get("/api/v1/transfers").status_code == 405


def test_who_tries_codes_is_slowed_down(db: None, client: Client) -> None:
    found = {client.post("/transfer/", {"code": "A" * 26}).status_code for _ in range(40)}
    assert found == {422, 429}
