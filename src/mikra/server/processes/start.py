"""Before anything is served: a database that is durable, and of this version. Otherwise a refusal in words."""

from __future__ import annotations

import socket
from enum import StrEnum
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from mikra.errors import ConflictError, InputError, UnavailableError

TOML = """# What the operator of this installation decided. Every line may also be given as an environment variable:
# MIKRA_ORIGIN, MIKRA_MAIL, and so on.

# The address under which the world sees this service. Behind a proxy that speaks TLS: https://...
# origin = "https://credentials.zed.example"

# Where letters go: smtps://USER@HOST:465 or smtp://HOST:25; folder: writes them into the folder mail.
# mail = "folder:"
# mail_from = "credentials@zed.example"
# mail_password_file = "/etc/mikra/mail-password"
"""


class State(StrEnum):
    """What a database is to this version of Mikra."""

    NEW = "new"
    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


def prepare_home(home: Path, database: str = "") -> None:
    """The folder of the installation, for its owner alone; with a mikra.toml to fill in. UnavailableError."""
    file = home / "mikra.toml"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            file.touch(mode=0o600)
            chosen = f'\ndatabase = "{database}"\n' if database else ""
            file.write_text(TOML + chosen, "utf-8")
    except OSError as error:
        raise UnavailableError(
            "This folder cannot hold an installation.",
            where=str(home),
            found=error.strerror or "",
            fix="Name one that the user who runs Mikra may write to: --home DIR.",
        ) from error


def state_of_database() -> State:
    """Reads what was migrated. UnavailableError where there is no database, or one that forgets."""
    try:
        connection.ensure_connection()
        if not connection.introspection.table_names():
            return State.NEW
        executor = MigrationExecutor(connection)
        nodes = executor.loader.graph.nodes
        if any(key not in nodes for key in executor.loader.applied_migrations):
            return State.AHEAD
        return State.BEHIND if executor.migration_plan(executor.loader.graph.leaf_nodes()) else State.CURRENT
    except ImproperlyConfigured as error:
        raise UnavailableError(
            "This database may lose credentials that were issued, so nothing is served from it.",
            found=str(error).partition(": ")[2],
            fix="PostgreSQL: set synchronous_commit, fsync and full_page_writes to on. SQLite: use a local disk.",
            code="not_durable",
        ) from error
    except DatabaseError as error:
        raise UnavailableError(
            "The database does not answer.",
            found=type(error).__name__,
            fix="Check that it runs, and the address in mikra.toml or MIKRA_DATABASE; of SQLite, the disk.",
            code="database_unavailable",
        ) from error


def ready_database() -> State:
    """A database of this version: a new one is filled, another refused. The state that was found."""
    found = state_of_database()
    if found is State.NEW:
        migrate()
    elif found is State.BEHIND:
        raise ConflictError(
            "The database is of an older version of Mikra.",
            fix="mikra upgrade: it makes a backup, brings the database up to date, and goes back if that fails.",
            code="database_behind",
        )
    elif found is State.AHEAD:
        raise ConflictError(
            "The database is of a newer version of Mikra.",
            fix="Install that version again, or restore the backup that was made before the upgrade.",
            code="database_ahead",
        )
    return found


def migrate() -> None:
    """All migrations, and the tables of the jobs where they stand in PostgreSQL."""
    call_command("migrate", verbosity=0, interactive=False)
    if connection.vendor == "postgresql":
        from mikra.server.jobs.scaled import prepare_schema

        prepare_schema()


def free_port(host: str, port: int) -> None:
    """ConflictError where somebody listens there already; InputError for an address that is not of this machine."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise InputError("This is no address of this machine.", found=host, fix="--host 127.0.0.1") from error
    except OSError as error:
        raise ConflictError(
            "This port cannot be used.",
            where=f"{host}:{port}",
            found=error.strerror or "",
            fix="Choose another: --port NUMBER.",
        ) from error
