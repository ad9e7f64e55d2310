"""The post: a letter is sent when the next server took it, refused when it never will, and else tried again."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mikra.adapters.mail import FolderPost, Later, MaildirMailbox, Refused, Sent, SmtpPost, open_mailbox, open_post
from mikra.errors import InputError, UnavailableError

pytest.importorskip("aiosmtpd", reason="aiosmtpd is not installed")


def letter(to: str = "zoe@posta.example") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "mikra@zed.example", to, "Yours: Čištění vody"
    message.set_content("Hello Zoë")
    return message


class World:
    """A mail server that answers by the name before the @."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        user = address.partition("@")[0]
        if user == "gone":
            return "550 5.1.1 <gone@posta.example> unknown"
        if user == "busy":
            return "451 4.3.0 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if b"too-much" in envelope.content:
            return "552 5.3.4 too large"
        self.taken.append(envelope.content)
        return "250 OK"


@pytest.fixture
def world() -> Iterator[tuple[World, SmtpPost]]:
    from aiosmtpd.controller import Controller

    handler = World()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        controller.port = found.getsockname()[1]
    controller.start()
    post = SmtpPost("127.0.0.1", controller.port, tls=False)
    try:
        yield handler, post
    finally:
        post.close()
        controller.stop()


@pytest.mark.sockets
def test_what_was_taken_is_sent(world: tuple[World, SmtpPost]) -> None:
    handler, post = world
    assert post.send(letter()) == Sent()
    assert post.send(letter()) == Sent(), "one connection serves many letters"
    read = email.message_from_bytes(handler.taken[0], policy=email.policy.default)
    assert read["Subject"] == "Yours: Čištění vody"


@pytest.mark.sockets
@pytest.mark.parametrize(("user", "outcome"), [("gone", Refused("550")), ("busy", Later("451"))])
def test_what_was_not(world: tuple[World, SmtpPost], user: str, outcome: object) -> None:
    _, post = world
    assert post.send(letter(f"{user}@posta.example")) == outcome
    assert post.send(letter()) == Sent(), "a refusal of one stopped the next"


@pytest.mark.sockets
def test_refused_at_the_end(world: tuple[World, SmtpPost]) -> None:
    _, post = world
    message = letter()
    message.set_content("too-much")
    assert post.send(message) == Refused("552")
    assert post.send(letter()) == Sent()


@pytest.mark.sockets
def test_a_server_that_is_not_there_is_tried_later() -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    assert SmtpPost("127.0.0.1", port, tls=False).send(letter()) == Later("ConnectionRefusedError")


def test_a_folder_takes_letters(tmp_path: Path) -> None:
    post = open_post("folder:", folder=tmp_path / "mail")
    assert post.send(letter()) == Sent()
    assert post.send(letter()) == Sent()
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2
    assert not list((tmp_path / "mail").glob(".*"))


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    assert isinstance(FolderPost(tmp_path / "mail").send(letter()), Later)


@pytest.mark.parametrize("address", ["ftp://x", "smtp://", "mail.example"])
def test_addresses_that_are_none(address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        open_post(address, folder=tmp_path)
    with pytest.raises(InputError):
        open_mailbox(address)


def test_a_maildir_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(b"one")
    box = open_mailbox(f"maildir:{tmp_path}")
    assert list(box.messages()) == [b"one"]
    assert list(box.messages()) == []


def test_a_maildir_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        list(MaildirMailbox(tmp_path / "none").messages())
