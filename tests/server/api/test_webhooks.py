"""Events reach programs: signed, once for each id, again where they were not taken, never to a private address."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from mikra.adapters.clock import now
from mikra.adapters.http import HttpLoader, Rules, Target, Wire
from mikra.errors import InputError, NotAllowedError
from mikra.server.actions import webhooks, webhooks_sending
from mikra.server.actions.audit import Line, note_all
from mikra.server.actions.webhooks_sending import WAITS, slice_of
from mikra.server.rights import Actor, Role
from mikra.server.store.api import Attempt, Message, Webhook
from mikra.server.store.tenants import Tenant
from tests.server.api.conftest import Give
from tests.server.api.test_door import refused

URL = "https://sis.example.com/hooks"


@dataclass
class Receiver:
    """A program that answers: keeps what it got, byte for byte."""

    status: int = 200
    got: list[bytes] = field(default_factory=list)
    asked: list[Target] = field(default_factory=list)
    address: str = "93.184.215.14"

    def connect(self, target: Target, seconds: float) -> Wire:
        self.asked.append(target)
        return _Wire(self)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        return (self.address,)

    def loader(self, **rules: Any) -> HttpLoader:
        return HttpLoader(Rules(redirects=0, **rules), resolver=self.resolve, connector=self.connect)

    def last(self) -> tuple[dict[str, str], bytes]:
        head, _, body = self.got[-1].partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
        return {name.lower(): value for name, _, value in lines}, body


class _Wire:
    def __init__(self, of: Receiver) -> None:
        self.of, self.sent = of, b""
        extra = "Location: https://elsewhere.example.com/\r\n" if 300 <= of.status < 400 else ""
        self.answer = f"HTTP/1.1 {of.status} X\r\nContent-Length: 0\r\n{extra}\r\n".encode()

    def settimeout(self, value: float | None, /) -> None:
        pass

    def sendall(self, data: bytes, /) -> None:
        self.sent += data

    def recv_into(self, buffer: Any, /) -> int:
        piece, self.answer = self.answer[: len(buffer)], self.answer[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self.of.got.append(self.sent)


@pytest.fixture
def administrator(tenant: Tenant, actor: Callable[..., Actor]) -> Actor:
    return actor(tenant, Role.ADMINISTRATOR)


def soon() -> dt.datetime:
    """When all that was put on its way is due."""
    return now() + dt.timedelta(seconds=1)


def happened(tenant: Tenant, *lines: Line) -> None:
    note_all(tenant, "system", lines, now())


def sealed(number: int, batch: str = "b") -> Line:
    return Line(verb="award.sealed", subject=f"award:{number}", detail={"batch": batch, "digest": "ff"})


def test_an_event_comes_signed(tenant: Tenant, administrator: Actor) -> None:
    made = webhooks.make(administrator, url=URL, events=["batch.done", "award.sealed"])
    happened(tenant, sealed(1), sealed(2), Line(verb="batch.done", subject="batch:b", detail={"sealed": 2}))
    receiver = Receiver(status=204)
    slice_of(now() + dt.timedelta(seconds=1), receiver.loader())
    headers, body = receiver.last()
    assert json.loads(body)["type"] == "batch.done"
    assert json.loads(body)["data"] == {"batch": "b", "sealed": 2}
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(receiver.got[0].partition(b"\r\n\r\n")[2])["data"] == {"batch": "b", "awards": ["1", "2"]}
    assert set(Message.of(tenant).values_list("state", flat=True)) == {"sent"}
    slice_of(now() + dt.timedelta(days=1), receiver.loader())
    assert len(receiver.got) == 2


def test_only_what_was_asked_for_and_only_from_now_on(
    tenant: Tenant, stranger: Tenant, administrator: Actor, actor: Callable[..., Actor]
) -> None:
    happened(tenant, Line(verb="award.claimed", subject="award:before"))
    webhooks.make(administrator, url=URL, events=["award.claimed"])
    webhooks.make(actor(stranger, Role.ADMINISTRATOR), url="https://other.example.com/", events=["award.claimed"])
    happened(tenant, sealed(1), Line(verb="award.claimed", subject="award:after"))
    receiver = Receiver()
    slice_of(soon(), receiver.loader())
    assert [json.loads(one.partition(b"\r\n\r\n")[2])["data"] for one in receiver.got] == [{"award": "after"}]


def test_many_awards_go_together(tenant: Tenant, administrator: Actor) -> None:
    webhooks.make(administrator, url=URL, events=["award.sealed", "award.changed"])
    happened(tenant, *(sealed(number) for number in range(1_200)))
    happened(tenant, Line(verb="award.revoked", subject="award:1", reason="Jana asked for it"))
    while slice_of(soon(), Receiver().loader()):
        pass
    bodies = [json.loads(one) for one in Message.of(tenant).order_by("id").values_list("body", flat=True)]
    sizes = [len(one["data"]["awards"]) for one in bodies]
    assert sum(sizes) == 1_201
    assert max(sizes) == 500
    assert "Jana" not in str(bodies)


@pytest.mark.parametrize("status", [500, 404, 301, 429])
def test_what_was_not_taken_is_tried_again(tenant: Tenant, administrator: Actor, status: int) -> None:
    webhooks.make(administrator, url=URL, events=["award.claimed"])
    happened(tenant, Line(verb="award.claimed", subject="award:1"))
    receiver, at = Receiver(status=status), now()
    slice_of(at, receiver.loader())
    slice_of(at + dt.timedelta(seconds=4), receiver.loader())
    assert len(receiver.got) == 1
    first = receiver.last()[0]["webhook-id"]
    for wait in WAITS:
        at += wait
        slice_of(at, receiver.loader())
    assert len(receiver.got) == 1 + len(WAITS)
    assert receiver.last()[0]["webhook-id"] == first
    message = Message.of(tenant).get()
    assert (message.state, message.tries) == ("failed", 1 + len(WAITS))
    assert message.attempts.count() == 1 + len(WAITS)
    slice_of(at + dt.timedelta(days=30), receiver.loader())
    assert len(receiver.got) == 1 + len(WAITS)
    webhooks.replay(administrator, message.webhook_id, message.id)
    receiver.status = 200
    slice_of(at + dt.timedelta(hours=1), receiver.loader())
    assert Message.of(tenant).get().state == "sent"


def test_gone_stops_it_and_a_person_starts_it_again(tenant: Tenant, administrator: Actor) -> None:
    made = webhooks.make(administrator, url=URL, events=["award.claimed"]).webhook
    happened(tenant, Line(verb="award.claimed", subject="award:1"))
    slice_of(soon(), Receiver(status=410).loader())
    assert Webhook.of(tenant).get().stopped is not None
    happened(tenant, Line(verb="award.claimed", subject="award:2"))
    receiver = Receiver()
    slice_of(soon(), receiver.loader())
    assert not receiver.got
    webhooks.start(administrator, made.id)
    slice_of(soon(), receiver.loader())
    assert len(receiver.got) == 1


def test_a_worker_that_dies_leaves_the_message_to_the_next(tenant: Tenant, administrator: Actor) -> None:
    webhooks.make(administrator, url=URL, events=["award.claimed"])
    happened(tenant, Line(verb="award.claimed", subject="award:1"))

    class Died(BaseException):
        """Nothing catches it, as nothing catches kill -9."""

    def dies(target: Target, seconds: float) -> Wire:
        raise Died

    with pytest.raises(Died):
        slice_of(soon(), HttpLoader(Rules(redirects=0), resolver=Receiver().resolve, connector=dies))
    receiver = Receiver()
    slice_of(soon(), receiver.loader())
    assert not receiver.got
    slice_of(now() + webhooks_sending.LEASE + dt.timedelta(seconds=1), receiver.loader())
    assert len(receiver.got) == 1


def test_a_name_that_leads_inside_is_told_nothing(tenant: Tenant, administrator: Actor) -> None:
    """The name is looked up when something is sent, so that it cannot lead elsewhere later (rebinding)."""
    webhooks.make(administrator, url=URL, events=["award.claimed"])
    happened(tenant, Line(verb="award.claimed", subject="award:1"))
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"):
        receiver = Receiver(address=address)
        slice_of(now() + dt.timedelta(days=1), receiver.loader())
        assert not receiver.asked
    assert Attempt._default_manager.filter(status=0).exists()


def test_addresses_of_the_corpus_are_refused(
    administrator: Actor, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "may_loopback", lambda: False)
    later = ("localtest.me", "rebind", "redirects", "slow", "endless")  # refused when the name is looked up
    for did in json.loads((corpus / "url-list" / "ssrf-did-web.json").read_text()):
        host = did[8:]
        if any(one in host for one in later) or "issuer.example.test:" in host or "WEB" in did:
            continue
        with pytest.raises(InputError) as error:
            webhooks.make(administrator, url=f"https://{unquote(host)}/", events=["award.claimed"])
        assert error.value.code == "url_not_allowed", did
    for url in (
        "http://sis.example.com/",
        "ftp://sis.example.com/",
        "javascript:alert(1)",
        "https://a:b@sis.example.com/",
        "",
    ):
        with pytest.raises(InputError):
            webhooks.make(administrator, url=url, events=["award.claimed"])


def test_who_may(tenant: Tenant, stranger: Tenant, administrator: Actor, actor: Callable[..., Actor]) -> None:
    with pytest.raises(NotAllowedError):
        webhooks.make(actor(tenant, Role.REGISTRAR), url=URL, events=["award.claimed"])
    for events in ([], ["award.eaten"]):
        with pytest.raises(InputError):
            webhooks.make(administrator, url=URL, events=events)
    kept = webhooks.make(administrator, url=URL, events=["award.claimed"])
    assert kept.secret.removeprefix("whsec_") not in str(vars(kept.webhook))
    assert base64.b64decode(kept.secret.removeprefix("whsec_")) not in bytes(kept.webhook.secret)


def test_over_the_api(tenant: Tenant, stranger: Tenant, program: Give) -> None:
    bearer, reader = program(tenant, "webhooks"), program(tenant, "read")
    made = bearer.post("/webhooks", {"url": URL, "events": ["award.claimed"]}).json()
    assert made["secret"].startswith("whsec_")
    shown = bearer.get("/webhooks").json()
    assert [one["id"] for one in shown] == [made["id"]]
    assert "secret" not in shown[0]
    refused(reader.get("/webhooks"), 403)
    refused(program(stranger).get(f"/webhooks/{made['id']}"), 404)
    refused(bearer.post("/webhooks", {"url": "https://10.0.0.1/", "events": ["award.claimed"]}), 422, "url_not_allowed")
    assert bearer.post(f"/webhooks/{made['id']}/test").status_code == 201
    slice_of(now() + dt.timedelta(seconds=1), Receiver().loader())
    sent = bearer.get(f"/webhooks/{made['id']}/messages").json()["items"]
    assert [(one["event"], one["state"], len(one["attempts"])) for one in sent] == [("webhook.test", "sent", 1)]
    again = bearer.post(f"/webhooks/{made['id']}/messages/{sent[0]['id']}/replay")
    assert again.json()["state"] == "waiting"
    refused(program(stranger).post(f"/webhooks/{made['id']}/messages/{sent[0]['id']}/replay"), 404)
    other = bearer.post("/webhooks", {"url": URL, "events": ["award.claimed"]}).json()
    refused(bearer.post(f"/webhooks/{other['id']}/messages/{sent[0]['id']}/replay"), 404)
    assert bearer.ask("DELETE", f"/webhooks/{made['id']}").status_code == 204
    refused(bearer.get(f"/webhooks/{made['id']}"), 404)
