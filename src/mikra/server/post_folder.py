"""Reading the folder of letters (`adapters.mail.FolderPost`), for the page of the demonstration."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from mikra.errors import NotFoundError

MOST = 100
_NAME = re.compile(r"\d{1,24}")
_LINK = re.compile(r"(https?://[^\s<>\"]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as a page shows it. `pieces`: text and, every second one, an address."""

    name: str
    to: str
    subject: str
    at: str
    language: str
    pieces: tuple[str, ...]


def letters(folder: Path) -> list[Letter]:
    """The newest, newest first."""
    found = sorted((one.stem for one in folder.glob("*.eml")), reverse=True)[:MOST]
    return [letter(folder, name) for name in found]


def letter(folder: Path, name: str) -> Letter:
    """NotFoundError."""
    file = folder / f"{name}.eml"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise NotFoundError("There is no such letter.", code="not_found")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    return Letter(
        name=name,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        at=str(message["Date"] or ""),
        language=str(message["Content-Language"] or ""),
        pieces=tuple(_LINK.split(text)),
    )
