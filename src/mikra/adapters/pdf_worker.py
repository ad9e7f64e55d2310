"""PDF files of strangers are read in a process of their own, which can hang or crash without taking us along.

    with PdfWorker() as reader:
        verify(data, at=now, pdf_reader=reader)

The process has no more than MEMORY to use, may write no file, and is killed when it has not answered after SECONDS.
It is asked by its standard input and answers in JSON, which is read as strictly as any other text from outside: a
library that was taken over can give a wrong answer about its own file, and nothing more. One process serves many files.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from datetime import datetime
from types import TracebackType
from typing import Any, BinaryIO

import orjson

from mikra.base64url import decode as from_base64
from mikra.base64url import encode as to_base64
from mikra.errors import InputError, UnavailableError
from mikra.formats import pdf
from mikra.formats.pdf import Attachment, PdfFile, PdfSeal, SealKind
from mikra.formats.pdf_file import damaged

SECONDS = 5.0
"""For one file, start of the process included."""

MEMORY = 300_000_000
"""Bytes."""

_LENGTH = 8
_MAX_ANSWER = 200_000_000
_FIELDS = ("message", "where", "found", "expected", "fix", "code")


class PdfWorker:
    """A `formats.pdf.PdfReader`. The process starts with the first file; one that died is replaced by a new one."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PdfWorker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __call__(self, data: bytes) -> PdfFile:
        """The contents of a file. Raises as `formats.pdf.read`; file_damaged too where the process did not survive."""
        deadline = time.monotonic() + self.seconds
        process = self._running()
        try:
            _send(process, data, deadline)
            return _answer(_receive(process, deadline))
        except (OSError, EOFError, TimeoutError, orjson.JSONDecodeError) as error:
            self.close()
            raise damaged("This PDF file could not be read in time, or at all.") from error

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._process.wait()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self._process


def _send(process: subprocess.Popen[bytes], data: bytes, deadline: float) -> None:
    pipe = _fd(process.stdin)
    os.set_blocking(pipe, False)
    left = memoryview(len(data).to_bytes(_LENGTH) + data)
    while left:
        _wait(deadline, write=pipe)
        left = left[os.write(pipe, left) :]


def _receive(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    size = int.from_bytes(_exactly(process, _LENGTH, deadline))
    if size > _MAX_ANSWER:
        raise EOFError
    return _exactly(process, size, deadline)


def _exactly(process: subprocess.Popen[bytes], count: int, deadline: float) -> bytes:
    pipe, parts = _fd(process.stdout), bytearray()
    while len(parts) < count:
        _wait(deadline, read=pipe)
        piece = os.read(pipe, min(count - len(parts), 1 << 20))
        if not piece:
            raise EOFError
        parts += piece
    return bytes(parts)


def _fd(pipe: Any) -> int:
    return int(pipe.fileno())


def _wait(deadline: float, *, read: int = -1, write: int = -1) -> None:
    left = deadline - time.monotonic()
    ready = select.select([read] if read >= 0 else [], [write] if write >= 0 else [], [], max(left, 0))
    if not (ready[0] or ready[1]):
        raise TimeoutError


def _answer(text: bytes) -> PdfFile:
    """What the process says, read into our values."""
    try:
        said = orjson.loads(text)
        if "error" in said:
            raise InputError(**{name: str(said["error"].get(name, "")) for name in _FIELDS})
        if "missing" in said:
            raise UnavailableError(str(said["missing"]), where="extra pdf", fix="Install mikra[pdf].")
        return PdfFile(
            attachments=tuple(Attachment(name=str(n), data=from_base64(d)) for n, d in said["attachments"]),
            text=None if said["text"] is None else str(said["text"]),
            active=str(said["active"]),
            seals=tuple(map(_seal, said["seals"])),
            store=tuple(tuple(map(from_base64, one)) for one in said["store"]),  # type: ignore[arg-type]
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EOFError from error


def _seal(said: dict[str, Any]) -> PdfSeal:
    first, end, second, length = map(int, said["covers"])
    return PdfSeal(
        kind=SealKind(said["kind"]),
        field=str(said["field"]),
        contents=from_base64(said["contents"]),
        covers=(first, end, second, length),
        whole=said["whole"] is True,
        claimed_at=datetime.fromisoformat(said["claimed_at"]) if said["claimed_at"] else None,
        fault=str(said["fault"]),
    )


def _told(file: PdfFile) -> dict[str, Any]:
    return {
        "attachments": [
            (one.name.encode("utf-8", "replace").decode(), to_base64(one.data)) for one in file.attachments
        ],
        "text": file.text,
        "active": file.active,
        "seals": [
            {
                "kind": one.kind.value,
                "field": one.field,
                "contents": to_base64(one.contents),
                "covers": one.covers,
                "whole": one.whole,
                "claimed_at": one.claimed_at.isoformat() if one.claimed_at else "",
                "fault": one.fault,
            }
            for one in file.seals
        ],
        "store": [list(map(to_base64, one)) for one in file.store],
    }


def serve(given: BinaryIO, told: BinaryIO) -> None:
    """The process: reads files one after the other until its input ends."""
    while len(head := given.read(_LENGTH)) == _LENGTH:
        data = given.read(int.from_bytes(head))
        try:
            answer = _told(pdf.read(data))
        except InputError as error:
            answer = {"error": {name: getattr(error, name) for name in _FIELDS}}
        except UnavailableError as error:
            answer = {"missing": error.message}
        text = orjson.dumps(answer)
        told.write(len(text).to_bytes(_LENGTH) + text)
        told.flush()


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
