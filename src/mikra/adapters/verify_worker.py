"""Credentials of strangers are checked in processes of their own, which can hang or crash without taking us along.

    pool = VerifyPool()
    answer = pool.verify(data, name="a.pdf", at=now, policy=Policy(...), loader=loader, languages=("en",))

A process has no more than MEMORY to use, may write no file, opens no connection, and is killed when it has not answered
after SECONDS of its own work. What a check wants from the web it asks of us, and we ask `loader`: so the guarded door
stays on this side. It answers in JSON. One process serves many files; those that are idle are kept, at most MOST.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

import orjson

from mikra.base64url import decode as from_base64
from mikra.base64url import encode as to_base64
from mikra.errors import InputError, UnavailableError
from mikra.trust.loader import Loaded, Loader

SECONDS = 5.0
"""Of work on one file, start of the process included; what the web takes to answer is not counted (BAR, R4)."""
IN_ALL = 25.0
"""With what the web takes."""
MEMORY = 300_000_000
"""Bytes."""
MOST = 2
"""Processes at work at once, in each web process."""
PATIENCE = 10.0
"""Seconds for which a file waits for a process."""

_LENGTH = 8
_MAX_ANSWER = 50_000_000
_UNAVAILABLE = ("message", "where", "found", "expected", "fix", "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`reports`: language -> report of each credential, as `Report.as_dict(details=True)`; `kind`: of the file."""

    kind: str
    reports: tuple[dict[str, dict[str, Any]], ...]


class Lost(Exception):
    """The process did not survive the file, or not in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about a file. Seals and what is known of them: as in `verification.policy.Policy`.

    `nonce` and `audience`: what the holder was asked to prove (`verification.question.Session`), with key binding.
    """

    at: datetime
    name: str = ""
    today: bool = True
    languages: tuple[str, ...] = ("en",)
    trusted_seals: frozenset[str] = frozenset()
    status_seals: frozenset[str] = frozenset()
    trusted_issuers: frozenset[str] = frozenset()
    lists_of: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    tokens_of: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    compromised: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    nonce: str = ""
    audience: str = ""


class VerifyPool:
    """Processes that check. Any number of threads may ask; those who find all at work wait for PATIENCE."""

    def __init__(self, *, most: int = MOST, seconds: float = SECONDS, patience: float = PATIENCE) -> None:
        self.seconds, self.patience = seconds, patience
        self._free = threading.Semaphore(most)
        self._idle: list[VerifyWorker] = []
        self._lock = threading.Lock()

    def verify(self, data: bytes, question: Question, loader: Loader) -> Answer:
        """The reports on `data`. InputError file_damaged where no process survives it; UnavailableError where all are
        at work."""
        if not self._free.acquire(timeout=self.patience):
            raise UnavailableError(
                "Too many files are being checked at once.", fix="Try again in a moment.", retry_after=5
            )
        try:
            worker = self._taken()
            try:
                answer = worker.verify(data, question, loader)
            except Lost as error:
                worker.close()
                raise InputError(
                    "This file could not be read in time, or at all.",
                    where="file",
                    expected=f"a file that is read within {self.seconds:.0f} seconds",
                    fix="Ask whoever gave it to you for another copy.",
                    code="file_damaged",
                ) from error
            except BaseException:
                worker.close()
                raise
            with self._lock:
                self._idle.append(worker)
            return answer
        finally:
            self._free.release()

    def _taken(self) -> VerifyWorker:
        with self._lock:
            return self._idle.pop() if self._idle else VerifyWorker(seconds=self.seconds)

    def close(self) -> None:
        """Ends the processes that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for one in idle:
            one.close()


class VerifyWorker:
    """One process. It starts with the first file; one that died in idleness is replaced."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self.process: subprocess.Popen[bytes] | None = None

    def verify(self, data: bytes, question: Question, loader: Loader) -> Answer:
        """The reports on `data`. Lost where the process does not survive it."""
        begun, waited = time.monotonic(), 0.0
        try:
            process = self._running()
            _write(process, orjson.dumps(_told(question)), begun + self.seconds)
            _write(process, data, begun + self.seconds)
            while True:
                said = orjson.loads(_read(process, begun + waited + self.seconds))
                if "load" not in said:
                    return Answer(kind=str(said["kind"]), reports=tuple(said["reports"]))
                asked = time.monotonic()
                reply = _loaded(loader, str(said["load"]), str(said["accept"]))
                waited += time.monotonic() - asked
                if waited > IN_ALL:
                    raise TimeoutError
                _write(process, orjson.dumps(reply), begun + waited + self.seconds)
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise Lost from error

    def close(self) -> None:
        """Ends the process."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is not None and self.process.poll() is not None:
            self.close()
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self.process


def _told(question: Question) -> dict[str, Any]:
    return {
        "at": question.at.isoformat(),
        "name": question.name.encode("utf-8", "replace").decode(),
        "today": question.today,
        "languages": list(question.languages),
        "trusted_seals": sorted(question.trusted_seals),
        "status_seals": sorted(question.status_seals),
        "trusted_issuers": sorted(question.trusted_issuers),
        "lists_of": {issuer: sorted(seals) for issuer, seals in question.lists_of.items()},
        "tokens_of": {issuer: sorted(seals) for issuer, seals in question.tokens_of.items()},
        "compromised": {one: since.isoformat() for one, since in question.compromised.items()},
        "nonce": question.nonce,
        "audience": question.audience,
    }


def _loaded(loader: Loader, url: str, accept: str) -> dict[str, Any]:
    try:
        found = loader.load(url, accept=accept)
    except UnavailableError as error:
        return {"unavailable": {name: str(getattr(error, name)) for name in _UNAVAILABLE}}
    except InputError as error:
        return {"refused": {name: str(getattr(error, name)) for name in _UNAVAILABLE}}
    return {"body": to_base64(found.body), "content_type": found.content_type, "url": found.url}


def _write(process: subprocess.Popen[bytes], data: bytes, deadline: float) -> None:
    assert process.stdin is not None
    pipe = process.stdin.fileno()
    os.set_blocking(pipe, False)
    left = memoryview(len(data).to_bytes(_LENGTH) + data)
    while left:
        _wait(deadline, write=[pipe])
        left = left[os.write(pipe, left) :]


def _read(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    size = int.from_bytes(_exactly(process, _LENGTH, deadline))
    if size > _MAX_ANSWER:
        raise EOFError
    return _exactly(process, size, deadline)


def _exactly(process: subprocess.Popen[bytes], count: int, deadline: float) -> bytes:
    assert process.stdout is not None
    pipe, parts = process.stdout.fileno(), bytearray()
    while len(parts) < count:
        _wait(deadline, read=[pipe])
        piece = os.read(pipe, min(count - len(parts), 1 << 20))
        if not piece:
            raise EOFError
        parts += piece
    return bytes(parts)


def _wait(deadline: float, *, read: Iterable[int] = (), write: Iterable[int] = ()) -> None:
    ready = select.select(list(read), list(write), [], max(deadline - time.monotonic(), 0))
    if not (ready[0] or ready[1]):
        raise TimeoutError


class _Asking:
    """Inside the process: the web, as seen through the one who started it."""

    def __init__(self, given: BinaryIO, told: BinaryIO) -> None:
        self.given, self.told = given, told

    def load(self, url: str, *, accept: str = "") -> Loaded:
        _put(self.told, {"load": url, "accept": accept})
        said = orjson.loads(_frame(self.given))
        if "unavailable" in said:
            raise UnavailableError(**said["unavailable"])
        if "refused" in said:
            raise InputError(**said["refused"])
        return Loaded(body=from_base64(said["body"]), content_type=str(said["content_type"]), url=str(said["url"]))


def _frame(given: BinaryIO) -> bytes:
    head = given.read(_LENGTH)
    if len(head) < _LENGTH:
        raise SystemExit(0)
    return given.read(int.from_bytes(head))


def _put(told: BinaryIO, value: Any) -> None:
    text = orjson.dumps(value)
    told.write(len(text).to_bytes(_LENGTH) + text)
    told.flush()


def serve(given: BinaryIO, told: BinaryIO) -> None:
    """The process: checks files one after the other until its input ends."""
    from mikra.formats.sniff import kind_of
    from mikra.verification.policy import Policy
    from mikra.verification.question import Session
    from mikra.verification.verify import verify

    loader = _Asking(given, told)
    while True:
        question, data = orjson.loads(_frame(given)), _frame(given)
        reports = verify(
            data,
            at=datetime.fromisoformat(question["at"]),
            policy=Policy(
                trusted_seals=frozenset(question["trusted_seals"]),
                status_seals=frozenset(question["status_seals"]),
                trusted_issuers=frozenset(question["trusted_issuers"]),
                lists_of={issuer: frozenset(seals) for issuer, seals in question["lists_of"].items()},
                tokens_of={issuer: frozenset(seals) for issuer, seals in question["tokens_of"].items()},
                compromised={one: datetime.fromisoformat(at) for one, at in question["compromised"].items()},
            ),
            loader=loader,
            name=question["name"],
            today=question["today"],
            session=Session(
                nonce=question["nonce"], audience=question["audience"], key_binding=bool(question["nonce"])
            ),
        )
        languages = question["languages"]
        _put(
            told,
            {
                "kind": str(kind_of(data)),
                "reports": [{one: report.as_dict(one, details=True) for one in languages} for report in reports],
            },
        )


def _confine() -> None:
    """Limits of the operating system: memory, no files, no dumps of memory."""
    import resource

    for limit, most in (
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    _confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)
