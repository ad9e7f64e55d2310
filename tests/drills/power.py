"""A disk whose power fails: what a process wrote and synced, and the disk as it may be found after any of its steps.

    steps = read_trace(text, folder)                       of `strace` with the arguments in STRACE
    Disk(before, steps).after(point, Loss.TORN, dice)      path -> bytes

Strict, as POSIX allows it: what was written to a file is there after a sync of that file; a name that came, went or
changed is there after a sync of its folder. Of the rest nothing, everything, some of it, or parts of 512 bytes.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

CALLS = "openat,creat,write,pwrite64,pwritev,writev,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2"
STRACE = ("strace", "-qq", "-y", "-xx", "-s", "100000000", "-e", f"trace={CALLS}")
SECTOR = 512


class Loss(StrEnum):
    """What becomes of that which was not synced."""

    NONE_KEPT = "none kept"
    ALL_KEPT = "all kept"
    RANDOM = "random"
    TORN = "torn"


class Kind(StrEnum):
    CREATE = "create"
    WRITE = "write"
    CUT = "cut"
    SYNC = "sync"
    REMOVE = "remove"
    RENAME = "rename"
    SAID = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`data`: what was written, or said on the standard output; `size`: where, or how long the file then is."""

    kind: Kind
    path: str
    data: bytes = b""
    size: int = 0
    to: str = ""


_LINE = re.compile(rb"^(?P<call>\w+)\((?P<given>.*)\) += (?P<result>-?\d+)")
_FILE = re.compile(rb"^\d+<(?P<path>[^>]*)>")
_TEXT = re.compile(rb'"(?P<text>(?:\\x[0-9a-f]{2})*)"')
_WRITES = (b"write", b"pwrite64")


def read_trace(raw: bytes, folder: Path) -> Iterator[Step]:
    """The steps inside the folder, and what was said. A call that it does not know to replay is an error, never left
    out: a drill that sees half of what was written proves nothing."""
    inside = f"{folder}{os.sep}".encode()
    for line in raw.splitlines():
        found = _LINE.match(line)
        if found is None or found["result"].startswith(b"-"):
            continue
        call, given = found["call"], found["given"]
        named = _FILE.match(given)
        path = _plain(named["path"]) if named else b""
        texts = [_plain(one["text"]) for one in _TEXT.finditer(given)]
        if call == b"write" and given.startswith(b"1<"):
            yield Step(kind=Kind.SAID, path="", data=texts[0])
        elif named and (path + b"/").startswith(inside):
            yield _of_file(call, path.decode(), given, texts)
        elif named is None and texts and texts[0].startswith(inside):
            yield from _of_name(call, given, [one.decode() for one in texts])


def _of_file(call: bytes, path: str, given: bytes, texts: Sequence[bytes]) -> Step:
    if call in (b"fsync", b"fdatasync"):
        return Step(kind=Kind.SYNC, path=path)
    if call == b"ftruncate":
        return Step(kind=Kind.CUT, path=path, size=int(given.rsplit(b",", 1)[1]))
    if call == b"pwrite64":
        return Step(kind=Kind.WRITE, path=path, data=texts[0], size=int(given.rsplit(b",", 1)[1]))
    raise ValueError(f"a call that this drill cannot replay: {call.decode()} of {path}")


def _of_name(call: bytes, given: bytes, texts: Sequence[str]) -> Iterator[Step]:
    if call in (b"openat", b"creat"):
        if b"O_CREAT" in given or call == b"creat":
            yield Step(kind=Kind.CREATE, path=texts[0])
        if b"O_TRUNC" in given or call == b"creat":
            yield Step(kind=Kind.CUT, path=texts[0])
    elif call in (b"unlink", b"unlinkat"):
        yield Step(kind=Kind.REMOVE, path=texts[0])
    else:
        yield Step(kind=Kind.RENAME, path=texts[0], to=texts[1])


def _plain(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode()) if b"\\x" in text else text


@dataclass(slots=True)
class _File:
    """One file, whatever it is called: what is on the disk, and what waits for a sync."""

    content: bytearray
    waiting: list[Step] = field(default_factory=list)


class Disk:
    """The files of a folder before, and the steps of a process after that."""

    def __init__(self, before: Mapping[str, bytes], steps: Sequence[Step]) -> None:
        self.before, self.steps = before, steps

    def said(self, point: int) -> list[str]:
        """The lines that were out before this point."""
        return [one.data.decode().strip() for one in self.steps[:point] if one.kind is Kind.SAID]

    def after(self, point: int, loss: Loss, dice: random.Random) -> dict[str, bytes]:
        """The files as they may be found where the power fails after so many steps."""
        on_disk = {name: _File(bytearray(content)) for name, content in self.before.items()}
        live, names = dict(on_disk), list[Step]()
        created: dict[int, _File] = {}
        for step in self.steps[:point]:
            self._take(step, live, on_disk, names, created)
        for step in names:
            if _kept(loss, dice):
                _rename(step, on_disk, created.get(id(step)))
        return {name: _settled(one, loss, dice) for name, one in on_disk.items()}

    @staticmethod
    def _take(
        step: Step, live: dict[str, _File], on_disk: dict[str, _File], names: list[Step], created: dict[int, _File]
    ) -> None:
        if step.kind is Kind.SAID:
            return
        if step.kind is Kind.SYNC and step.path not in live:  # a folder
            ours = [one for one in names if os.path.dirname(one.path) == step.path]
            for one in ours:
                _rename(one, on_disk, created.get(id(one)))
                names.remove(one)
        elif step.kind is Kind.SYNC:
            file = live[step.path]
            for one in file.waiting:
                _write(file.content, one)
            file.waiting.clear()
        elif step.kind in (Kind.WRITE, Kind.CUT):
            live[step.path].waiting.append(step)
        elif step.kind is not Kind.CREATE or step.path not in live:
            if step.kind is Kind.CREATE:
                created[id(step)] = _File(bytearray())
            _rename(step, live, created.get(id(step)))
            names.append(step)


def _rename(step: Step, files: dict[str, _File], new: _File | None) -> None:
    if step.kind is Kind.CREATE and new is not None:
        files[step.path] = new
    elif step.kind is Kind.REMOVE:
        files.pop(step.path, None)
    elif step.path in files:
        files[step.to] = files.pop(step.path)


def _kept(loss: Loss, dice: random.Random) -> bool:
    return loss is Loss.ALL_KEPT or (loss is not Loss.NONE_KEPT and dice.random() < 0.5)


def _settled(file: _File, loss: Loss, dice: random.Random) -> bytes:
    content = bytearray(file.content)
    for step in file.waiting:
        if loss is Loss.TORN and step.kind is Kind.WRITE:
            for piece in _sectors(step):
                if dice.random() < 0.5:
                    _write(content, piece)
        elif _kept(loss, dice):
            _write(content, step)
    return bytes(content)


def _sectors(step: Step) -> Iterator[Step]:
    """A write as the pieces that a disk writes whole."""
    begin, end = step.size, step.size + len(step.data)
    while begin < end:
        until = min(end, (begin // SECTOR + 1) * SECTOR)
        data = step.data[begin - step.size : until - step.size]
        yield Step(kind=Kind.WRITE, path=step.path, data=data, size=begin)
        begin = until


def _write(content: bytearray, step: Step) -> None:
    if step.kind is Kind.CUT:
        del content[step.size :]
    if len(content) < step.size:
        content.extend(bytes(step.size - len(content)))
    if step.kind is Kind.WRITE:
        content[step.size : step.size + len(step.data)] = step.data
