"""Listens wherever data of a learner could leak, and says what it heard (R13)."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.test import Client

from mikra.errors import UnavailableError
from mikra.server import logs, metrics
from mikra.server.actions import verifying
from mikra.server.store.audit import Entry
from mikra.trust.loader import Loaded
from tests.server.privacy import canary

NATIONAL, BORN_HERE = "876123/7731", "23.11.1987"
WORDS = (*canary.WORDS, NATIONAL, BORN_HERE, "23 November 1987")
FIELDS = re.compile(r"<textarea[^>]*>[^<]*</textarea>|<input[^>]*>")
"""What somebody typed is shown again to them alone, in the field in which they typed it."""
LINKS = re.compile(r"\b(?:href|src|action|hx-get|hx-post|content|srcset)=[\"']([^\"']*)[\"']")


def _base64(word: str) -> Iterator[str]:
    """What of it stands in base64, wherever it begins."""
    data = word.encode()
    for start in range(3):
        shifted = data[start:]
        core = base64.urlsafe_b64encode(shifted[: len(shifted) // 3 * 3]).decode()
        yield from (core, core.replace("-", "+").replace("_", "/")) if len(core) >= 8 else ()


def forms(word: str) -> set[str]:
    """As it could stand in a line, an address, a token."""
    cases = {word, word.upper(), word.casefold()}
    found = {form for one in cases for form in (one, quote(one, safe=""), quote(one), json.dumps(one)[1:-1])}
    return found | set(_base64(word))


FORMS = {word: forms(word) for word in WORDS}


def heard(text: str | bytes) -> list[str]:
    """The canaries in it."""
    read = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    places = {read, unescape(read), unquote(read)}
    return [word for word, each in FORMS.items() if any(one in place for one in each for place in places)]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One request and its answer. `own`: the address itself held canaries, as whoever asked had typed it."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes
    own: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.status})"


@dataclass
class Ears:
    """All that was answered, written, sent and asked meanwhile."""

    log: io.StringIO = field(default_factory=io.StringIO)
    answers: list[Answered] = field(default_factory=list)
    letters: list[Any] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def note(self, asked: dict[str, Any], answer: Any) -> None:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = dict(answer.headers.items())
        cookies = " ".join(one.OutputString() for one in answer.cookies.values())
        address = f"{asked.get('PATH_INFO', '')}?{asked.get('QUERY_STRING', '')}"
        self.answers.append(
            Answered(
                method=str(asked.get("REQUEST_METHOD", "GET")),
                path=address.rstrip("?"),
                status=int(answer.status_code),
                headers={**headers, "Set-Cookie": cookies},
                body=body,
                own=bool(heard(address)),
            )
        )

    def faults(self) -> list[str]:
        """Where a canary was heard that must not be there."""
        lines = self.log.getvalue()
        found = [f"log: {line}" for line in lines.splitlines() if heard(line)] if heard(lines) else []
        found += [f"figures: {one}" for one in heard(metrics.page())]
        found += [f"trail: {line.verb}" for line in Entry._default_manager.all() if heard(_line(line))]
        found += [f"asked elsewhere: {one}" for one in self.outside if heard(one)]
        for letter in self.letters:
            found += [f"letter: {one}" for one in re.findall(r"https?://\S+", letter) if heard(one)]
        for answer in self.answers:
            found += [f"{answer}: {fault}" for fault in _in_answer(answer)]
        return sorted(set(found))


def _line(entry: Entry) -> str:
    return f"{entry.actor} {entry.verb} {entry.subject} {entry.reason} {entry.detail}"


def _in_answer(answer: Answered) -> Iterator[str]:
    for name, value in answer.headers.items() if heard("\n".join(answer.headers.values())) else ():
        if heard(value) and not (answer.own and name in ("Location", "Set-Cookie")):  # led back to where they came from
            yield f"{name}: {value}"
    if "html" in answer.headers.get("Content-Type", "") and not answer.own:
        links = [one for one in LINKS.findall(_text(answer)) if not one.startswith("data:")]
        if heard("\n".join(links)):
            yield from (f"leads to {one}" for one in links if heard(one))
    if answer.status >= 400 and not _form_again(answer) and (found := heard(FIELDS.sub("", _text(answer)))):
        yield f"its page names {found}"


def _text(answer: Answered) -> str:
    return answer.body.decode("utf-8", "replace")


def _form_again(answer: Answered) -> bool:
    """A page about the learner for somebody who may see it, shown again with what was wrong."""
    return answer.status in (409, 422) and re.match(r"/(console|wallet|claim/[0-9A-Z]{16})/", answer.path) is not None


@dataclass
class Elsewhere:
    """The rest of the world: nobody answers, and each address that was asked is written down."""

    ears: Ears

    def load(self, url: str, *, accept: str = "") -> Loaded:
        self.ears.outside.append(url)
        raise UnavailableError("Nobody answers there.", where="address")


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ears]:
    """Every request of every client, every line of the log, everything that is asked of others."""
    ears, root, ask = Ears(), logging.getLogger(), Client.request
    before, level = list(root.handlers), root.level
    logs.configure(ears.log)

    def request(client: Client, **asked: Any) -> Any:
        answer = ask(client, **asked)
        ears.note(asked, answer)
        return answer

    monkeypatch.setattr(Client, "request", request)
    monkeypatch.setattr(verifying, "HttpLoader", lambda: Elsewhere(ears))
    try:
        yield ears
    finally:
        root.handlers[:], root.level = before, level
        logging.captureWarnings(False)
