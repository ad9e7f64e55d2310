"""`mikra upgrade`: a backup, the migrations, a look at the result; and back to the state before where anything fails.

Migrations never touch sealed bytes: the digests of all of them are compared before and after.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction

from mikra.errors import ConflictError, UnavailableError
from mikra.server.backup.take import back_up
from mikra.server.database_state import State, state_of_database
from mikra.server.databases import check_durability
from mikra.server.installation import Installation
from mikra.server.store.awards import Sealed

log = logging.getLogger("mikra.upgrade")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """`backup` was made before; empty where there was nothing to do."""

    backup: Path | None


def upgrade(of: Installation, migrate: Callable[[], None] | None = None) -> Upgraded:
    """Brings the database to this version. ConflictError or UnavailableError: then it is as it was before."""
    migrate = migrate or migrations
    found = state_of_database()
    if found is State.NEW:
        migrate()
        return Upgraded(backup=None)
    if found is State.AHEAD:
        raise ConflictError("The database is of a newer version of Mikra.", fix="Install that version again.")
    if found is State.CURRENT:
        return Upgraded(backup=None)
    copy = back_up(of)
    kept = _aside(of)
    try:
        _whole(migrate)
    except Exception as error:  # whatever a migration raises, the way is back
        log.error("upgrade failed", extra={"kind": type(error).__name__}, exc_info=True)
        connection.close()
        if kept is not None:
            kept.replace(of.sqlite)
            of.sqlite.with_name(f"{of.sqlite.name}-journal").unlink(missing_ok=True)
        raise UnavailableError(
            "The upgrade failed, and everything is as it was before.",
            found=type(error).__name__,
            where=str(copy),
            fix="Go on with the version that you had, and send us the lines of the log.",
            code="upgrade_failed",
        ) from error
    if kept is not None:
        kept.unlink()
    return Upgraded(backup=copy)


def _whole(migrate: Callable[[], None]) -> None:
    """All migrations and the look at them: on PostgreSQL in one transaction, which goes back by itself."""
    before = digest_of_sealed()
    if connection.vendor == "postgresql":
        with transaction.atomic():
            migrate()
            check(before)
        return
    migrate()
    connection.close()
    check(before)


def digest_of_sealed() -> str:
    """Over every sealed credential, in the order of their ids."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, content, digest FROM {Sealed._meta.db_table} ORDER BY id")
        while rows := cursor.fetchmany(1000):
            for number, content, known in rows:
                digest.update(str(number).replace("-", "").encode() + bytes(content or b"") + bytes(known or b""))
    return digest.hexdigest()


def check(before: str) -> None:
    """ConflictError where a migration touched what it may not, or left something undone."""
    connection.ensure_connection()
    check_durability(connection)
    connection.check_constraints()
    if state_of_database() is not State.CURRENT:
        raise ConflictError("Not every migration was made.")
    if digest_of_sealed() != before:
        raise ConflictError("A migration changed sealed credentials.")


def _aside(of: Installation) -> Path | None:
    """Of SQLite a copy of the file as it is, to go back to."""
    if connection.vendor != "sqlite":
        return None
    connection.close()
    kept = of.sqlite.with_suffix(".before-upgrade")
    shutil.copyfile(of.sqlite, kept)
    kept.chmod(0o600)
    return kept


def migrations() -> None:
    """All that are to be made."""
    call_command("migrate", verbosity=0, interactive=False)
