"""One moment of the database, taken while it is used, and put back: SQLite by its backup interface, PostgreSQL by COPY.

All of a snapshot is of one transaction: a batch that is being sealed is in it up to its last chunk. Sessions, leases
and the queue of jobs are left out: whoever restores signs in again, and the work is found in the state rows.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from mikra.errors import UnavailableError
from mikra.server.backup.archive import Reader, Writer, pieces_of
from mikra.server.installation import Installation

FILE = "database.sqlite3"
LEFT_OUT = frozenset({"django_session", "lease", "beat"})
MIGRATIONS = "django_migrations"


def take(of: Installation, into: Writer) -> dict[str, Any]:
    """Adds the database to a backup; what its list must say of it."""
    return _take_postgresql(into) if connection.vendor == "postgresql" else _take_sqlite(of, into)


def put_back(of: Installation, reader: Reader) -> None:
    """Fills an empty database. Its tables must be there already, of the same migrations."""
    if reader.about["kind"] == "sqlite":
        _put_sqlite(of, reader)
    else:
        _put_postgresql(reader)


def _take_sqlite(of: Installation, into: Writer) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=of.home, prefix=".backup-") as folder:
        copy = Path(folder) / FILE
        try:
            with (
                closing(sqlite3.connect(f"file:{of.sqlite}?mode=ro", uri=True, timeout=60)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
                for table in LEFT_OUT:
                    target.execute(f"DELETE FROM {table}")  # names of our own
                target.commit()
                bad = target.execute("PRAGMA integrity_check").fetchone()[0]
                migrations = target.execute(f"SELECT app, name FROM {MIGRATIONS} ORDER BY id").fetchall()
                counts = {name: target.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables()}
        except sqlite3.Error as error:
            raise UnavailableError(
                "The database cannot be read for a backup.",
                found=str(error)[:100],
                fix="Try again in a moment. If it stays: mikra doctor.",
                code="database_unavailable",
            ) from error
        if bad != "ok":
            raise UnavailableError("The database is damaged.", found=bad[:100], fix="Restore the last good backup.")
        into.add(FILE, pieces_of(copy))
    return {"kind": "sqlite", "migrations": migrations, "counts": counts}


def _put_sqlite(of: Installation, reader: Reader) -> None:
    draft = of.sqlite.with_suffix(".restoring")
    with draft.open("wb") as stream:
        stream.writelines(reader.pieces(FILE))
    draft.chmod(0o600)
    connection.close()
    draft.replace(of.sqlite)


def tables() -> list[str]:
    """Every table of ours and of Django's, but for what is left out and the queue's."""
    with connection.cursor() as cursor:
        found = connection.introspection.table_names(cursor)
    return sorted(name for name in found if name not in LEFT_OUT and not name.startswith("procrastinate_"))


def _take_postgresql(into: Writer) -> dict[str, Any]:
    columns: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    names = tables()
    connection.close()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name in names:
            columns[name] = [one.name for one in connection.introspection.get_table_description(cursor, name)]
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            counts[name] = cursor.fetchone()[0]
            into.add(f"tables/{name}.copy", _copied(cursor, name, columns[name]))
        cursor.execute(f"SELECT app, name FROM {MIGRATIONS} ORDER BY id")
        migrations = [list(row) for row in cursor.fetchall()]
    return {"kind": "postgresql", "migrations": migrations, "counts": counts, "columns": columns}


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{one}"' for one in columns)


def _copied(cursor: Any, name: str, columns: list[str]) -> Iterator[bytes]:
    with cursor.copy(f'COPY "{name}" ({_listed(columns)}) TO STDOUT') as copy:
        for piece in copy:
            yield bytes(piece)


def _put_postgresql(reader: Reader) -> None:
    """One transaction: foreign keys are looked at when it ends, so that the order of tables is no matter."""
    columns: dict[str, list[str]] = reader.about["columns"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        there = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(f"TRUNCATE {there} CASCADE")  # what migrations put in
        for name, listed in columns.items():
            with cursor.copy(f'COPY "{name}" ({_listed(listed)}) FROM STDIN') as copy:
                for piece in reader.pieces(f"tables/{name}.copy"):
                    copy.write(piece)
        for sequence in connection.introspection.sequence_list():
            table, column = sequence["table"], sequence["column"]
            if table in columns:
                last = f'SELECT GREATEST(1, max("{column}")) FROM "{table}"'
                cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, %s), ({last}))", [table, column])
