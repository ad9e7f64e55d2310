"""How the core sees the web: one method, `Loader.load`. Nothing here opens a socket.

`OFFLINE` has nothing. `SnapshotLoader` serves recorded answers, and nothing else. `RecordingLoader` keeps what
another loader saw, so that a credential can be verified again offline. A snapshot is a JSON map,
URL -> `{"file": ..., "headers": {...}, "status": ...}`, with the bodies in files beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import urldefrag

import orjson

from mikra.errors import InputError, UnavailableError
from mikra.trust.addresses import address_of, refuse_address

MAX_BODY = 1_048_576
"""Bytes of one answer (docs/design.md, limits: 1 MB)."""

MAP_NAME = "web.json"
"""The map of a snapshot that is a folder."""

BEHAVIOUR = "x-behaviour"
"""Header of a recorded answer that never came whole: what the server did instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One answer, with status 200 unless refusals were asked for. `url` is the address asked for."""

    body: bytes
    content_type: str = ""
    url: str = ""
    status: int = 200


class Loader(Protocol):
    """Whoever can fetch an address."""

    def load(self, url: str, *, accept: str = "") -> Loaded:
        """The answer at `url`. UnavailableError when it cannot be had, with a code of `codes.CODES` where one fits."""


class Poster(Protocol):
    """Whoever can send something to an address: a request for a timestamp, for a certificate's status, for a seal."""

    def post(self, url: str, body: bytes, *, content_type: str, accept: str = "") -> Loaded:
        """What `url` answers to `body`. UnavailableError when it cannot be had, as `Loader.load`."""


SELF_PROVING = frozenset(
    {"application/ocsp-response", "application/pkix-crl", "application/pkix-cert, application/pkcs7-mime"}
)
"""What is asked for (`accept`) where the answer is sealed by itself, so that http will do (RFC 5280, 8)."""


class Offline:
    """Has nothing: for whoever must not touch the network."""

    def load(self, url: str, *, accept: str = "") -> Loaded:
        raise UnavailableError(
            "We are working offline, so this address was not asked.",
            where=url,
            fix="Verify again online, or give a snapshot of recorded answers.",
        )


OFFLINE = Offline()


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """Two doors: `plain` for what is sealed by itself (`SELF_PROVING`), `strict` for all else."""

    strict: Loader
    plain: Loader

    def load(self, url: str, *, accept: str = "") -> Loaded:
        return (self.plain if accept in SELF_PROVING else self.strict).load(url, accept=accept)


class RememberingLoader:
    """Keeps good answers for so many seconds of its clock: a run over many seals asks each authority once."""

    def __init__(self, inner: Loader, *, clock: Callable[[], float], seconds: float = 600) -> None:
        self._inner = inner
        self._clock = clock
        self._seconds = seconds
        self._kept: dict[tuple[str, str], tuple[float, Loaded]] = {}

    def load(self, url: str, *, accept: str = "") -> Loaded:
        now = self._clock()
        kept = self._kept.get((url, accept))
        if kept is not None and now - kept[0] <= self._seconds:
            return kept[1]
        loaded = self._inner.load(url, accept=accept)
        self._kept[url, accept] = (now, loaded)
        return loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One recorded answer; `read` gives its body. `at`: when it was asked for, where somebody noted that."""

    read: Callable[[], bytes]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    at: datetime | None = None


class SnapshotLoader:
    """Serves exactly the recorded answers: any other address is unavailable, redirects are not followed.

    `judged`: the door behind which they were recorded let each of their addresses pass (a service knows its own one,
    wherever that is), so they are not judged again.
    """

    def __init__(self, answers: Mapping[str, Recorded], *, judged: bool = False) -> None:
        self._answers = dict(answers)
        self._judged = judged

    @classmethod
    def open(cls, path: Path) -> SnapshotLoader:
        """The snapshot in a folder (its `web.json`) or a map file. InputError when it is neither."""
        map_file = path / MAP_NAME if path.is_dir() else path
        try:
            table = orjson.loads(map_file.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise _not_a_snapshot(map_file, str(error)) from error
        if not isinstance(table, dict):
            raise _not_a_snapshot(map_file, type(table).__name__)
        return cls({url: _recorded(map_file, url, entry) for url, entry in table.items()})

    def load(self, url: str, *, accept: str = "") -> Loaded:
        answer = self._answers.get(urldefrag(url).url)
        if answer is None or not self._judged:
            address_of(url, plain=accept in SELF_PROVING)
        if answer is None:
            raise UnavailableError("This address is not in the snapshot.", where=url)
        _refuse_behaviour(url, answer.headers.get(BEHAVIOUR, ""))
        if 300 <= answer.status < 400:
            refuse_address(answer.headers.get("location", ""))
            raise UnavailableError("The address sends us elsewhere.", where=url, code="redirect_not_allowed")
        if answer.status != 200:
            raise UnavailableError("The address gave no answer.", where=url, found=str(answer.status), expected="200")
        body = answer.read()
        if len(body) > MAX_BODY:
            raise too_large(url)
        return Loaded(body=body, content_type=answer.headers.get("content-type", ""), url=url)


def _refuse_behaviour(url: str, behaviour: str) -> None:
    if "endless" in behaviour:
        raise too_large(url)
    if behaviour.startswith("unavailable"):
        raise UnavailableError("The address gave no answer.", where=url, code=behaviour.partition(":")[2])
    if behaviour:
        raise UnavailableError("The address answers too slowly.", where=url, found=behaviour, code="timeout")


def too_large(url: str, most: int = MAX_BODY) -> UnavailableError:
    """For an answer of more than `most` bytes."""
    return UnavailableError(
        "The answer is larger than we accept.", where=url, expected=f"at most {most} bytes", code="response_too_large"
    )


def _not_a_snapshot(path: Path, found: str) -> InputError:
    return InputError(
        "This is not a snapshot of recorded answers.",
        where=str(path),
        found=found,
        expected='a JSON map from address to {"file", "headers", "status"}, or a folder with web.json',
    )


def _recorded(map_file: Path, url: str, entry: Any) -> Recorded:
    members = entry if isinstance(entry, dict) else {}
    name, headers, status = members.get("file"), members.get("headers", {}), members.get("status", 200)
    if not (isinstance(name, str) and isinstance(headers, dict) and type(status) is int):
        raise _not_a_snapshot(map_file, f"{url}: {entry!r}")
    body = map_file.parent / name
    if not body.resolve().is_relative_to(map_file.parent.resolve()):
        raise _not_a_snapshot(map_file, f"{url}: {name} lies outside the snapshot")
    plain = {str(k).lower(): str(v) for k, v in headers.items()}
    return Recorded(read=lambda: _read(body, url), status=status, headers=plain)


def _read(body: Path, url: str) -> bytes:
    try:
        return body.read_bytes()
    except OSError as error:
        raise UnavailableError("The recorded answer is missing.", where=url, found=str(error)) from error


class RecordingLoader:
    """Keeps whatever `inner` answers or fails to, in order; `answers` is a snapshot of it (by `clock`, if any)."""

    def __init__(self, inner: Loader, *, clock: Callable[[], datetime] | None = None) -> None:
        self._inner = inner
        self._clock = clock
        self.answers: dict[str, Recorded] = {}

    def load(self, url: str, *, accept: str = "") -> Loaded:
        key = urldefrag(url).url
        if key in self.answers:
            # One report sees one world: what was answered once is the answer.
            return SnapshotLoader(self.answers, judged=True).load(url, accept=accept)
        at = self._clock() if self._clock else None
        try:
            loaded = self._inner.load(url, accept=accept)
        except UnavailableError as error:
            self.answers[key] = Recorded(read=bytes, status=0, headers={BEHAVIOUR: f"unavailable:{error.code}"}, at=at)
            raise
        body = loaded.body
        self.answers[key] = Recorded(read=lambda: body, headers={"content-type": loaded.content_type}, at=at)
        return loaded

    def save(self, folder: Path) -> Path:
        """Write the snapshot into `folder` and return its map; bodies are named by their SHA-256."""
        bodies = folder / "web"
        bodies.mkdir(parents=True, exist_ok=True)
        table = {}
        for url, answer in sorted(self.answers.items()):
            body = answer.read()
            name = hashlib.sha256(body).hexdigest()[:12]
            (bodies / name).write_bytes(body)
            table[url] = {"file": f"web/{name}", "headers": dict(answer.headers), "status": answer.status}
        map_file = folder / MAP_NAME
        map_file.write_bytes(orjson.dumps(table, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        return map_file
