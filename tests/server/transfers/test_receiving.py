"""The recognition officer opens a file of another institution: whose it is, who sealed it, what is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import InputError, NotAllowedError, UnavailableError
from mikra.exchange import transfer as file_format
from mikra.sealing import jades
from mikra.sealing.keys import private_key_signer
from mikra.server.actions import service_keys, transfers, transfers_received
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Held, Transfer, Wallet
from mikra.trust.loader import OFFLINE, Loaded
from tests.server.transfers.test_sending import ESI, code_of, make

Make = Callable[..., Actor]
AWAY = "https://away.example"


@pytest.fixture
def made(wallet: Wallet, held: Held) -> Transfer:
    return make(wallet, held)


@pytest.fixture
def officer(actor: Make, tenant: Tenant) -> Actor:
    return actor(tenant, Role.RECOGNITION)


@pytest.fixture
def desk(tenant: Tenant, join: Callable[..., Person], sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(join(tenant, Role.RECOGNITION))


class Away:
    """Another installation, that made a file, and publishes its keys."""

    def __init__(self, made: Transfer, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as there:
            there.setattr(service_keys, "_certified", _certified_away(service_keys._certified))
            self.key = service_keys.made(service_keys.TRANSFERS)
        ours = orjson.loads(jades.unseal(transfers.file_of(made)).payload)
        ours["issuer"]["id"] = f"{AWAY}/"
        signer = private_key_signer(self.key.key, self.key.certificate)
        self.file = jades.seal(orjson.dumps(ours), signer=signer, at=now())
        self.keys = {"keys": [service_keys._jwk(self.key.certificate)]}
        self.asked: list[tuple[str, bytes]] = []

    def load(self, url: str, *, accept: str = "") -> Loaded:
        assert url == f"{AWAY}/verify/keys.json"
        return Loaded(body=orjson.dumps(self.keys), content_type="application/json", url=url)

    def post(self, url: str, body: bytes, *, content_type: str, accept: str = "") -> Loaded:
        self.asked.append((url, body))
        return Loaded(body=self.file, content_type=file_format.MEDIA_TYPE, url=url)


def _certified_away(certified: Any) -> Any:
    from mikra.sealing import wallet_certificates

    def made(above: Any, use: str) -> Any:
        subject = wallet_certificates.Subject(name="Transfers of away.example", country="EU", names=(AWAY,))
        return wallet_certificates.certified(above, subject, at=now())

    return made


def test_our_own_file_is_known(made: Transfer, officer: Actor, held: Held) -> None:
    found = transfers_received.look(officer, transfers.file_of(made), OFFLINE)
    assert found.published is True
    assert not found.late
    assert found.transfer.esi == ESI


def test_of_another_place_its_published_key_is_asked_for(
    made: Transfer, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Away(made, monkeypatch)
    assert transfers_received.look(officer, away.file, away).published is True
    away.keys = {"keys": []}
    assert transfers_received.look(officer, away.file, away).published is False
    away.keys = {"nothing": []}
    assert transfers_received.look(officer, away.file, away).published is None
    assert transfers_received.look(officer, away.file, OFFLINE).published is None


def test_one_that_was_altered_is_not_opened(made: Transfer, officer: Actor) -> None:
    whole = bytearray(transfers.file_of(made))
    place = whole.index(b'"payload"') + 60
    whole[place] = ord("A") if whole[place] != ord("A") else ord("B")
    with pytest.raises(InputError):
        transfers_received.look(officer, bytes(whole), OFFLINE)


def test_only_who_recognises_may_open_it(made: Transfer, actor: Make, tenant: Tenant) -> None:
    with pytest.raises(NotAllowedError):
        transfers_received.look(actor(tenant, Role.REGISTRAR), transfers.file_of(made), OFFLINE)


def test_that_it_was_opened_stands_in_the_trail_and_nothing_of_whom(
    made: Transfer, officer: Actor, actor: Make, tenant: Tenant
) -> None:
    transfers_received.look(officer, transfers.file_of(made), OFFLINE)
    line = Entry._default_manager.filter(tenant=tenant, verb="transfer.read").get()
    assert line.subject == f"transfer:{made.id}"
    assert ESI not in f"{line.reason}{line.detail}"


def test_the_code_goes_to_the_other_place_in_the_body(made: Transfer, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Away(made, monkeypatch)
    assert transfers_received.fetched(f"{AWAY}/transfer/#ABCDEFGHJK", away) == away.file
    assert away.asked == [(f"{AWAY}/api/v1/transfers", b'{"code":"ABCDEFGHJK"}')]


def test_our_own_link_needs_no_web(made: Transfer) -> None:
    assert transfers_received.fetched(transfers.link(made)) == transfers.file_of(made)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "hello",
        f"{AWAY}/transfer/",
        f"{AWAY}/other/#ABC",
        "http://away.example/transfer/#ABC",
        "https://#x",
        "https://[",
        "https://[/transfer/#ABC",
    ],
)
def test_what_is_no_link_is_said_to_be_none(db: None, link: str) -> None:
    with pytest.raises(InputError):
        transfers_received.fetched(link)


def test_a_place_that_gives_nothing_is_named(db: None) -> None:
    class Silent:
        def post(self, *_args: Any, **_more: Any) -> Loaded:
            raise UnavailableError("No answer.", code="link_not_reached")

    with pytest.raises(UnavailableError) as refused:
        transfers_received.fetched(f"{AWAY}/transfer/#ABC", Silent())
    assert refused.value.where == "away.example"
    assert "ABC" not in str(refused.value)


def test_the_desk_opens_a_file_and_a_link(desk: Client, made: Transfer) -> None:
    file = SimpleUploadedFile("file.json", transfers.file_of(made))
    for given in ({"file": file}, {"link": transfers.link(made)}):
        page = desk.post("/console/zed/received/", given)
        assert page.status_code == 200
        text = page.content.decode()
        assert "1 of 1 is genuine" in text or "0 of 1" in text
        assert ESI in text
        assert "Jana Králová" in text
    kept = desk.post("/console/zed/received/", {"link": transfers.link(made), "keep": "1"})
    assert kept.content == transfers.file_of(made)


def test_what_cannot_be_opened_is_said_on_the_page(desk: Client, made: Transfer) -> None:
    for given in ({}, {"link": "hello"}, {"link": f"{transfers.link(made)[:-3]}000"}):
        page = desk.post("/console/zed/received/", given)
        assert page.status_code == 422
        assert "error" in page.content.decode()
    for data in (b"", b"{}", b"%PDF-1.7"):
        page = desk.post("/console/zed/received/", {"file": SimpleUploadedFile("file.json", data)})
        assert page.status_code == 422


def test_nobody_else_has_that_desk(
    tenant: Tenant, stranger: Tenant, join: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    assert Client().get("/console/zed/received/").status_code == 302
    assert sign_in(join(tenant, Role.DESIGNER)).get("/console/zed/received/").status_code in (403, 404)
    assert sign_in(join(stranger, Role.RECOGNITION)).get("/console/zed/received/").status_code == 404


def test_codes_of_the_sender_open_it_once_it_is_stopped_no_more(desk: Client, wallet: Wallet, made: Transfer) -> None:
    link = transfers.link(made)
    assert code_of(made) in link
    transfers.stop(wallet, made.id)
    assert desk.post("/console/zed/received/", {"link": link}).status_code == 422
