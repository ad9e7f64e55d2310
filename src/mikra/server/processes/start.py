"""Before anything is served: a database that is durable, and of this version. Otherwise a refusal in words."""

from __future__ import annotations

import socket
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from mikra.errors import ConflictError, InputError, UnavailableError
from mikra.server.database_state import State, state_of_database

TOML = """# What the operator of this installation decided. Every line may also be given as an environment variable:
# MIKRA_ORIGIN, MIKRA_MAIL, and so on.

# The address under which the world sees this service. Behind a proxy that speaks TLS: https://...
# origin = "https://credentials.zed.example"

# Where letters go: smtps://USER@HOST:465 or smtp://HOST:25; folder: writes them into the folder mail.
# mail = "folder:"
# mail_from = "credentials@zed.example"
# mail_password_file = "/etc/mikra/mail-password"
"""


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
    if found is State.CURRENT:
        right_key()
    return found


def right_key() -> None:
    """UnavailableError where what is stored was written under another data.key: to go on would make two of them."""
    from mikra.server.installation import installation
    from mikra.server.store import personal
    from mikra.server.store.tenants import Wrapped

    one = Wrapped._default_manager.order_by("-id").first()
    if one is None:
        return
    missing = not (installation().keys / "data.key").exists()
    try:
        if not missing:
            personal.unwrap(one)
            return
    except UnavailableError:
        pass
    raise UnavailableError(
        "The key of the personal data is not here." if missing else "This is not the key of the personal data here.",
        where=str(installation().keys / "data.key"),
        fix="Put it back: mikra keys import FILE. Backups leave keys out.",
        code="data_key_missing",
    )


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
