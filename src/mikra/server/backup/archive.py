"""The file of a backup: a ZIP of members, and last of all a list of their SHA-256 digests. It holds no key.

A member is written as it comes, in pieces; what is read back is compared with the list before anything is done with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from mikra.errors import ConflictError, InputError, NotFoundError, UnavailableError

LIST = "manifest.json"
FORMAT = "mikra/backup/1"
PIECE = 1 << 20


class Writer:
    """Writes members; `close` writes the list of them, with `about`."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.digests: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        with self._zip.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self.digests[name] = digest.hexdigest()

    def close(self, about: dict[str, Any]) -> None:
        listed = {"format": FORMAT, **about, "sha256": self.digests}
        self._zip.writestr(LIST, json.dumps(listed, indent=1, ensure_ascii=False))
        self._zip.close()


@contextmanager
def written(file: Path) -> Iterator[IO[bytes]]:
    """A new file that is whole, or not there: on the disk before its name is. ConflictError where the name is taken."""
    if file.exists():
        raise ConflictError("There is a file of that name already.", where=str(file), fix="Choose another name.")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.rename(file)
    except OSError as error:
        raise UnavailableError(
            "The backup cannot be written.",
            where=str(file),
            found=error.strerror or "",
            fix="Make room there, or name another place. Nothing else was changed.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)


class Reader:
    """A backup that was looked at whole: every member is as it was written."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self._zip = zipfile.ZipFile(file)
            self.about: dict[str, Any] = json.loads(self._zip.read(LIST))
        except FileNotFoundError:
            raise NotFoundError("There is no file of that name.", where=str(file)) from None
        except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
            raise self._damaged("no list of its parts") from error
        if self.about.get("format") != FORMAT:
            raise self._damaged(str(self.about.get("format"))[:40])

    def check(self) -> None:
        """InputError where a member was changed, is missing, or was added."""
        listed: dict[str, str] = self.about["sha256"]
        if set(self._zip.namelist()) != {*listed, LIST}:
            raise self._damaged("other parts than it lists")
        for name, expected in listed.items():
            digest = hashlib.sha256()
            try:
                for piece in self.pieces(name):
                    digest.update(piece)
            except (zipfile.BadZipFile, OSError, EOFError) as error:
                raise self._damaged(name) from error
            if digest.hexdigest() != expected:
                raise self._damaged(name)

    def pieces(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as member:
            while piece := member.read(PIECE):
                yield piece

    def has(self, name: str) -> bool:
        return name in self.about["sha256"]

    def _damaged(self, found: str) -> InputError:
        return InputError(
            "This is no backup of Mikra, or it is damaged.",
            where=str(self.file),
            found=found,
            fix="Use another copy of it, or an older backup.",
            code="backup_damaged",
        )


def pieces_of(file: Path) -> Iterator[bytes]:
    """The content of a file."""
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece
