"""Sending letters: by SMTP (RFC 5321), or into a folder; and reading what came back (RFC 3464).

    post = open_post("smtp://mail.example.org", folder=home / "mail", password="")
    outcome = post.send(message)                    Sent | Refused (for good) | Later (try again)

What the other server says is kept as its three digits alone: its words may repeat the address.
"""

from __future__ import annotations

import os
import smtplib
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from mikra.errors import InputError, UnavailableError

SECONDS = 20.0
AT_ONCE = 100
"""Letters over one connection: many servers close it after so many."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The next server took it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The next server will never take it; `why` is its reply code."""

    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """It may be taken later; `why` is a reply code, or what happened to the connection."""

    why: str


Outcome = Sent | Refused | Later


class Post(Protocol):
    """Whatever takes letters."""

    def send(self, message: EmailMessage) -> Outcome: ...

    def close(self) -> None: ...


class FolderPost:
    """Each letter as a file `*.eml`, whole or not there; for demonstrations, and before there is a mail server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> Outcome:
        name = f"{time.time_ns():020d}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self.folder / f".{name}.{os.getpid()}"
            draft.write_bytes(message.as_bytes())
            draft.rename(self.folder / f"{name}.eml")
        except OSError as error:
            return Later(error.strerror or "folder")
        return Sent()

    def close(self) -> None:
        """Nothing is open."""


class SmtpPost:
    """One connection, opened when needed, and again after so many letters or when it broke."""

    def __init__(self, host: str, port: int, *, tls: bool, user: str = "", password: str = "") -> None:
        self._host, self._port, self._tls = host, port, tls
        self._user, self._password = user, password
        self._open: smtplib.SMTP | None = None
        self._count = 0

    def send(self, message: EmailMessage) -> Outcome:
        try:
            server = self._connection()
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            return _judged(min(code for code, _ in error.recipients.values()))
        except smtplib.SMTPSenderRefused as error:
            self.close()
            return Later(str(error.smtp_code))
        except smtplib.SMTPResponseException as error:
            self.close()
            return _judged(error.smtp_code) if isinstance(error, smtplib.SMTPDataError) else Later(str(error.smtp_code))
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Later(type(error).__name__)
        self._count += 1
        if self._count >= AT_ONCE:
            self.close()
        return Sent()

    def _connection(self) -> smtplib.SMTP:
        if self._open is None:
            secure = ssl.create_default_context()
            opened = (
                smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=secure)
                if self._tls
                else smtplib.SMTP(self._host, self._port, timeout=SECONDS)
            )
            if self._user:
                if not self._tls:
                    opened.starttls(context=secure)
                opened.login(self._user, self._password)
            self._open, self._count = opened, 0
        return self._open

    def close(self) -> None:
        if self._open is not None:
            try:
                self._open.quit()
            except (smtplib.SMTPException, OSError):
                self._open.close()
            self._open = None


def _judged(code: int) -> Outcome:
    """RFC 5321, 4.2.1: 5yz is for good, 4yz for now."""
    return Refused(str(code)) if code >= 500 else Later(str(code))


def open_post(address: str, *, folder: Path, password: str = "") -> Post:
    """The post at an address of `installation.Installation.mail`. InputError for one that is none."""
    if address == "folder:":
        return FolderPost(folder)
    parts = urlsplit(address)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise InputError(
            "This is no address of a mail server.",
            where="mail",
            found=parts.scheme or "nothing",
            expected="folder: or smtp://HOST or smtps://USER@HOST",
        )
    tls = parts.scheme == "smtps"
    port = parts.port or (465 if tls else 587 if parts.username else 25)
    return SmtpPost(parts.hostname, port, tls=tls, user=unquote(parts.username or ""), password=password)


class Mailbox(Protocol):
    """Where delivery reports come back."""

    def messages(self) -> Iterator[bytes]:
        """Each new message; it counts as read when the next one is asked for."""
        ...


class MaildirMailbox:
    """A Maildir: messages are taken from `new` and moved to `cur`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def messages(self) -> Iterator[bytes]:
        try:
            found = sorted((self.folder / "new").iterdir())
        except OSError as error:
            raise UnavailableError(
                "The mailbox cannot be read.", found=error.strerror or "", retry_after=300
            ) from error
        for file in found:
            yield file.read_bytes()
            (self.folder / "cur").mkdir(exist_ok=True)
            file.rename(self.folder / "cur" / f"{file.name}:2,S")


class ImapMailbox:
    """A mailbox by IMAP over TLS (RFC 9051): unseen messages are read and marked as seen."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._host, self._port, self._user, self._password = host, port, user, password

    def messages(self) -> Iterator[bytes]:
        import imaplib

        try:
            with imaplib.IMAP4_SSL(self._host, self._port, timeout=SECONDS) as server:
                server.login(self._user, self._password)
                server.select("INBOX")
                _, found = server.search(None, "UNSEEN")
                for number in found[0].split():
                    _, parts = server.fetch(number.decode(), "(BODY.PEEK[])")
                    yield from (part[1] for part in parts if isinstance(part, tuple))
                    server.store(number.decode(), "+FLAGS", "\\Seen")
        except (imaplib.IMAP4.error, OSError) as error:
            raise UnavailableError(
                "The mailbox does not answer.", found=type(error).__name__, retry_after=300
            ) from error


def open_mailbox(address: str, *, password: str = "") -> Mailbox:
    """`maildir:/path` or `imaps://USER@HOST`. InputError for another."""
    parts = urlsplit(address)
    if parts.scheme == "maildir":
        return MaildirMailbox(Path(parts.path))
    if parts.scheme == "imaps" and parts.hostname and parts.username:
        return ImapMailbox(parts.hostname, parts.port or 993, unquote(parts.username), password)
    raise InputError("This is no address of a mailbox.", where="mailbox", expected="maildir:/path or imaps://USER@HOST")
