"""A folder that holds an issue: its journal, its sealed credentials, and a lock so that one process works in it.

Durable means: written, flushed and fsynced, the folder too. A credential is written beside its place and renamed
into it, so that it is there whole or not at all.
"""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mikra.errors import ConflictError, InputError, UnavailableError
from mikra.issuance.journal import Journal, read_journal, whole

JOURNAL = "journal.jsonl"
CREDENTIALS = "credentials"


class Folder:
    """An output folder. `append` and `put` are what `issuance.issue` asks for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal_file = path / JOURNAL
        self.credentials = path / CREDENTIALS

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for this process. ConflictError when another one does."""
        with _disk_errors(self.path):
            self.credentials.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConflictError(
                    "Another run is issuing into this folder.",
                    where=str(self.path),
                    fix="Wait until it has finished, then run the command again.",
                ) from None
            yield
        finally:
            os.close(handle)

    def journal(self, *, design: str, salt: str) -> Journal:
        """The journal in the folder, or a new one. A torn last line is cut off."""
        if not self.journal_file.exists():
            if any(self.credentials.iterdir()):
                raise InputError(
                    "This folder holds credentials but no journal of them.",
                    where=str(self.path),
                    fix="Choose another folder, or restore this one from its backup.",
                )
            journal = Journal(design=design, salt=salt)
            self.append(journal.opening())
            return journal
        data = self.journal_file.read_bytes()
        if not whole(data):
            self.journal_file.unlink()
            return self.journal(design=design, salt=salt)
        if len(whole(data)) < len(data):
            with _disk_errors(self.path), self.journal_file.open("r+b") as file:
                file.truncate(len(whole(data)))
                os.fsync(file.fileno())
        return read_journal(whole(data), design=design)

    def append(self, lines: bytes) -> None:
        """Adds lines to the journal and waits until they are on disk. After a failure nothing of them stays."""
        with _disk_errors(self.path), self.journal_file.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                _write_all(file, lines)
            except OSError:
                file.truncate(before)
                raise
        _sync_folder(self.path)

    def put(self, files: Mapping[str, bytes]) -> None:
        """Writes credentials and waits until all are on disk. Each is there whole or not at all."""
        with _disk_errors(self.path):
            for name, content in files.items():
                _write_beside(self.credentials / name, content)
            for name in files:
                (self.credentials / f"{name}.part").replace(self.credentials / name)
            _sync_folder(self.credentials)


def write_whole(path: Path, content: bytes) -> None:
    """One file, durable, there whole or not at all."""
    with _disk_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_beside(path, content)
        path.with_name(f"{path.name}.part").replace(path)
        _sync_folder(path.parent)


def _write_beside(path: Path, content: bytes) -> None:
    beside = path.with_name(f"{path.name}.part")
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
