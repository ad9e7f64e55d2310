"""A folder that holds an issue: its journal, its sealed credentials, and a lock so that one process works in it.

Durable means: written, flushed and fsynced, the folder too. A credential is written beside its place and renamed
into it once it is durable, so that it is there whole or not at all. The files of a chunk are written by a few
threads, because a disk commits what waits together at once: measured on ext4, 3,700 files of 60 KB a second instead
of 300. `put` returns when the last of them and then their names are durable; only then the journal says so.
"""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from mikra.errors import ConflictError, InputError, UnavailableError
from mikra.issuance.journal import Journal, framed, read_journal, whole

JOURNAL = "journal.jsonl"
CREDENTIALS = "credentials"
PART = ".part"
THREADS = 8


class Folder:
    """An output folder. `append` and `put` are what `issuance.issue` asks for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.credentials = path / CREDENTIALS
        self.journal_file = path / JOURNAL
        self.lines = Lines(self.journal_file)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for this process. ConflictError when another one does."""
        with _disk_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)  # names and marks: for the owner's eyes alone
            self.credentials.mkdir(exist_ok=True)
        with locked(self.path, "Another run is issuing into this folder."):
            yield

    def journal(self, *, design: str, salt: str, status: str = "") -> Journal:
        """The journal in the folder, or a new one. What a crash left of a last append is cut off.

        `design` is `journal.edition_of` the design; `salt` is for a new journal. `status` is the address of the status
        lists: ConflictError for a folder that was begun with another one, or without.
        """
        begun = self.lines.begin()
        with _disk_errors(self.path):
            present = {one.name for one in self.credentials.iterdir() if one.suffix != PART}
        journal = read_journal(begun, design=design) if begun else Journal(design=design, salt=salt, status=status)
        if journal.status != status:
            raise ConflictError(
                "This folder was begun with other status lists.",
                where=str(self.journal_file),
                found=status or "no status lists",
                expected=journal.status or "no status lists",
                fix="Run the command as it was run first, or choose another folder.",
            )
        if unknown := sorted(present - journal.files):
            raise InputError(
                "This folder holds files that its journal does not know."
                if begun
                else "This folder holds credentials but no journal of them.",
                where=str(self.credentials),
                found=f"{unknown[0]} ({len(unknown)} in all)",
                fix="Choose another folder, or restore this one from its backup.",
                code="file_damaged",
            )
        if not begun:
            self.append(journal.opening())
        return journal

    def append(self, lines: bytes) -> None:
        """Adds lines to the journal and waits until they are on disk. After a failure nothing of them counts."""
        self.lines.append(lines)

    def put(self, files: Mapping[str, bytes]) -> None:
        """Writes credentials and waits until all are on disk. Each is there whole or not at all."""
        with _disk_errors(self.path):
            try:
                with ThreadPoolExecutor(THREADS) as threads:
                    list(threads.map(self._write_one, files.items()))
                for name in files:
                    _beside(self.credentials / name).replace(self.credentials / name)
                _sync_folder(self.credentials)
            except OSError:
                for name in files:
                    _beside(self.credentials / name).unlink(missing_ok=True)
                raise

    def _write_one(self, item: tuple[str, bytes]) -> None:
        _write_beside(self.credentials / item[0], item[1])


@contextmanager
def locked(folder: Path, otherwise: str) -> Iterator[None]:
    """Holds a folder that is there for this process. ConflictError, in those words, when another one does."""
    with _disk_errors(folder):
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(
                otherwise, where=str(folder), fix="Wait until it has finished, then run the command again."
            ) from None
        yield
    finally:
        os.close(handle)


class Lines:
    """A file of lines that only grows, each append framed (`issuance.journal`) and durable before it returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written = 0

    def begin(self) -> bytes:
        """What is in it, without what a crash left of a last append; further lines come after that."""
        with _disk_errors(self.path.parent):
            data = self.path.read_bytes() if self.path.exists() else b""
        begun = whole(data)
        self._written = len(begun)
        return begun

    def append(self, lines: bytes) -> None:
        """Adds lines and waits until they are on disk. After a failure nothing of them counts."""
        data = framed(lines, start=self._written)
        with _disk_errors(self.path.parent):
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            with os.fdopen(handle, "r+b", buffering=0) as file:
                file.truncate(self._written)
                file.seek(self._written)
                _write_all(file, data)
            if not self._written:
                _sync_folder(self.path.parent)
        self._written += len(data)


def write_whole(path: Path, content: bytes) -> None:
    """One file, durable, there whole or not at all."""
    with _disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_beside(path, content)
        _beside(path).replace(path)
        _sync_folder(path.parent)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}{PART}")


def _write_beside(path: Path, content: bytes) -> None:
    beside = _beside(path)
    try:
        with beside.open("wb", buffering=0) as file:
            _write_all(file, content)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _write_all(file: io.FileIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _disk_errors(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"The disk does not take it: {(error.strerror or 'unknown error').lower()}.",
            where=str(where),
            fix="Make room or give write permission, then run the same command again: it goes on where it stopped.",
        ) from error
