"""The table of status places in SQLite: two processes never share a place, and what is answered is on the disk.

Durability as measured with simulated power cuts: journal_mode=DELETE with synchronous=EXTRA, because SQLite before
3.51.3 can lose what it committed in WAL mode. The pragmas are read back, and the store refuses to open without them.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mikra.errors import ConflictError, InputError, NotFoundError, UnavailableError
from mikra.status.indexes import Change, ListRow, check_address
from mikra.status.table import Value

FORMAT = 1
WAIT = 30.0
"""Seconds to wait for another writer."""

_PRAGMAS = {"journal_mode": ("DELETE", "delete"), "synchronous": ("EXTRA", 3), "secure_delete": ("ON", 1)}
_SCHEMA = """
CREATE TABLE about (format INTEGER NOT NULL, base TEXT NOT NULL) STRICT;
CREATE TABLE list (
    number INTEGER PRIMARY KEY AUTOINCREMENT, grouped TEXT NOT NULL, size INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE place (
    list INTEGER NOT NULL REFERENCES list, idx INTEGER NOT NULL, award TEXT NOT NULL, PRIMARY KEY (list, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_award ON place (award);
CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT, list INTEGER NOT NULL, idx INTEGER NOT NULL, value INTEGER NOT NULL,
    at TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, successor TEXT NOT NULL, link TEXT NOT NULL,
    sealed BLOB NOT NULL, FOREIGN KEY (list, idx) REFERENCES place (list, idx)
) STRICT;
CREATE INDEX change_place ON change (list, idx);
"""


class StatusStore:
    """A file. `open_store` makes and opens it."""

    def __init__(self, path: Path, base: str, connection: sqlite3.Connection) -> None:
        self.path = path
        self.base = base
        self._connection = connection

    @contextmanager
    def work(self) -> Iterator[_Session]:
        """One transaction. UnavailableError where another process holds the store for long, or the disk is full."""
        with _database_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Session(self._connection)
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    def close(self) -> None:
        self._connection.close()


def open_store(path: Path, base: str = "") -> StatusStore:
    """The store at `path`; a new one where `base` (the address of all its lists) is given and there is none.

    Raises NotFoundError, ConflictError for the store of another address, InputError for a file that is none.
    """
    wanted = f"{check_address(base).rstrip('/')}/" if base else ""
    if not path.exists():
        if not wanted:
            raise NotFoundError(
                "There are no status lists here.", where=str(path), fix="Issue with --status ADDRESS first."
            )
        _make(path, wanted)
    with _database_errors(path):
        connection = _connected(path)
        try:
            found = _base(connection, path)
            if wanted and found != wanted:
                raise ConflictError(
                    "These status lists are published at another address.",
                    where=str(path),
                    found=found,
                    expected=wanted,
                )
        except BaseException:
            connection.close()
            raise
    return StatusStore(path, found, connection)


def _make(path: Path, base: str) -> None:
    """Made beside its place and linked into it whole, so that two processes that begin at once begin with one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with _database_errors(path):
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        connection = _connected(beside)
        try:
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}")
            connection.execute("INSERT INTO about VALUES (?, ?)", (FORMAT, base))
            connection.commit()
        finally:
            connection.close()
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    for name, (value, expected) in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != expected:
            connection.close()
            raise UnavailableError(
                "This SQLite does not keep what it confirms.", where=f"PRAGMA {name}", found=str(found), expected=value
            )
    return connection


def _base(connection: sqlite3.Connection, path: Path) -> str:
    try:
        row = connection.execute("SELECT format, base FROM about").fetchone()
    except sqlite3.DatabaseError:
        row = None
    if row is None or row[0] != FORMAT:
        raise InputError("This file holds no status lists of Mikra.", where=str(path), code="file_damaged")
    return str(row[1])


class _Session:
    """`status.indexes.Session` in SQL."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute

    def lists(self, group: str = "") -> Sequence[ListRow]:
        rows = self._sql(
            "SELECT number, grouped, size, taken, open FROM list WHERE ? IN ('', grouped) ORDER BY number", (group,)
        )
        return [ListRow(number=n, group=g, size=s, taken=t, open=bool(o)) for n, g, s, t, o in rows]

    def open_list(self, group: str, size: int) -> ListRow:
        made = self._sql("INSERT INTO list (grouped, size) VALUES (?, ?)", (group, size))
        return ListRow(number=int(made.lastrowid or 0), group=group, size=size, taken=0)

    def close_list(self, number: int) -> None:
        self._sql("UPDATE list SET open = 0 WHERE number = ?", (number,))

    def take(self, number: int, index: int, award: str) -> bool:
        made = self._sql("INSERT OR IGNORE INTO place VALUES (?, ?, ?)", (number, index, award)).rowcount == 1
        if made:
            self._sql("UPDATE list SET taken = taken + 1 WHERE number = ?", (number,))
        return made

    def places(self, award: str) -> Sequence[tuple[int, int]]:
        return [(n, i) for n, i in self._sql("SELECT list, idx FROM place WHERE award = ?", (award,))]

    def is_taken(self, number: int, index: int) -> bool:
        found = self._sql("SELECT 1 FROM place WHERE list = ? AND idx = ?", (number, index))
        return found.fetchone() is not None

    def change(self, number: int, index: int, change: Change) -> None:
        told = (change.at, change.who, change.why, change.successor, change.link, change.sealed)
        self._sql(
            "INSERT INTO change (list, idx, value, at, who, why, successor, link, sealed) VALUES (?,?,?,?,?,?,?,?,?)",
            (number, index, int(change.value), *told),
        )

    def changes(self, number: int) -> Mapping[int, Sequence[Change]]:
        found: dict[int, list[Change]] = {}
        for index, value, at, who, why, successor, link, sealed in self._sql(
            "SELECT idx, value, at, who, why, successor, link, sealed FROM change WHERE list = ? ORDER BY id", (number,)
        ):
            change = Change(value=Value(value), at=at, who=who, why=why, successor=successor, link=link, sealed=sealed)
            found.setdefault(index, []).append(change)
        return found

    def seal(self, number: int, index: int, sealed: bytes) -> None:
        self._sql(
            "UPDATE change SET sealed = ? WHERE id = (SELECT max(id) FROM change WHERE list = ? AND idx = ?)",
            (sealed, number, index),
        )


@contextmanager
def _database_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise UnavailableError(
            "The status lists cannot be written or read now.",
            where=str(path),
            found=str(error),
            fix="Make room or give write permission, or wait for the other process; then run the command again.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise InputError(
            "The file of the status lists is damaged.",
            where=str(path),
            found=str(error),
            fix="Restore it from its backup.",
            code="file_damaged",
        ) from error
    except OSError as error:
        raise UnavailableError(
            "The status lists cannot be written or read now.", where=str(path), found=error.strerror or ""
        ) from error
