"""Sealed files in a folder that are being extended: the files, the journal beside them, one process at a time.

In the folder of an issue the credentials lie in `credentials/` and the journal of their extension beside that folder;
anywhere else it lies among the files. A file is replaced whole, or stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mikra.adapters.folder import CREDENTIALS, JOURNAL, PART, Lines, locked, write_whole
from mikra.errors import InputError
from mikra.issuance.extension_journal import ExtensionJournal, currency_of, read_extension_journal

EXTENSION = "extension.jsonl"
_SEALED = frozenset({".jsonld", ".json", ".jws", ".jades"})
_LARGEST = 8 * 1024 * 1024


class ExtensionFolder:
    """`files` are the folder of the sealed files, `home` that of the journal. The names of files are their names there.

    `append`, `read` and `put` are what `issuance.extension` asks for.
    """

    def __init__(self, files: Path) -> None:
        self.files = files
        self.home = files.parent if files.name == CREDENTIALS and (files.parent / JOURNAL).exists() else files
        self._lines = Lines(self.home / EXTENSION)

    @classmethod
    def of(cls, path: Path) -> ExtensionFolder:
        """For the folder of an issue, or any folder of sealed files. InputError where there is none."""
        inner = path / CREDENTIALS
        found = inner if (path / JOURNAL).exists() and inner.is_dir() else path
        if not found.is_dir():
            raise InputError("There is no such folder.", where=str(path), fix="Check its name.")
        return cls(found)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for this process, against issuing too. ConflictError when another one does."""
        with locked(self.home, "Another run is working in this folder."):
            yield

    def names(self) -> Sequence[str]:
        """The sealed files there, by the ending of their names, in order."""
        found = (one for one in self.files.iterdir() if one.suffix in _SEALED and one.is_file())
        return sorted(one.name for one in found if not one.name.endswith(PART))

    def journal(self, *, currency: str) -> ExtensionJournal:
        """The journal, or a new one. What a crash left of a last append is cut off."""
        begun = self._lines.begin()
        if begun:
            return read_extension_journal(begun, currency=currency)
        journal = ExtensionJournal(currency=currency)
        self._lines.append(journal.opening())
        return journal

    def journal_as_it_is(self) -> ExtensionJournal:
        """The journal for looking at, in whatever currency; an empty one where there is none. Writes nothing."""
        begun = self._lines.begin()
        return read_extension_journal(begun, currency=currency_of(begun)) if begun else ExtensionJournal()

    def append(self, lines: bytes) -> None:
        self._lines.append(lines)

    def read(self, name: str) -> bytes:
        path = self.files / name
        try:
            if path.stat().st_size > _LARGEST:
                raise InputError("This file is too large for a sealed credential.", where=str(path), code="too_large")
            return path.read_bytes()
        except OSError as error:
            raise InputError(
                "This file cannot be opened.", where=str(path), found=error.strerror or "", fix="Check its rights."
            ) from error

    def put(self, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            write_whole(self.files / name, content)
