"""The database of an installation as Django names it, and what makes it durable (STACK, "Durability, measured").

SQLite before 3.51.3 can lose committed writes in WAL mode, so it runs with journal_mode=DELETE and synchronous=EXTRA;
from there on WAL with synchronous=FULL. PostgreSQL needs synchronous_commit=on. `check_durability` reads back what
counts, on every connection; without it the service does not start.
"""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from mikra.errors import InputError
from mikra.server.installation import Installation

WAL_IS_SAFE = (3, 51, 3)
_SAFE = sqlite3.sqlite_version_info >= WAL_IS_SAFE
JOURNAL, SYNCHRONOUS = ("wal", 2) if _SAFE else ("delete", 3)
"""PRAGMA synchronous: 2 is FULL, 3 is EXTRA."""

_PRAGMAS = f"PRAGMA journal_mode={JOURNAL};PRAGMA synchronous={SYNCHRONOUS};PRAGMA secure_delete=1"

LOCK_SECONDS = 20


def database(of: Installation) -> dict[str, Any]:
    """An entry of Django's DATABASES. InputError for an address that is none."""
    if not of.database:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(of.sqlite),
            "OPTIONS": {
                "timeout": LOCK_SECONDS,
                "transaction_mode": "IMMEDIATE",
                "init_command": _PRAGMAS,
            },
        }
    parts = urlsplit(of.database)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise InputError(
            "This is no address of a database.",
            where="database",
            found=f"{parts.scheme}://...",
            expected="postgresql://USER:PASSWORD@HOST/NAME",
        )
    query = dict(one.partition("=")[::2] for one in parts.query.split("&") if one)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": query.get("port", str(parts.port or "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c synchronous_commit=on"},
    }


def check_durability(connection: Any) -> None:
    """Raises ImproperlyConfigured where an acknowledged credential could be lost."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            found = {name: _pragma(cursor, name) for name in ("journal_mode", "synchronous", "secure_delete")}
            memory = found["journal_mode"] == "memory" and connection.is_in_memory_db()
            good = (memory or found["journal_mode"] == JOURNAL) and found["synchronous"] == SYNCHRONOUS
            good = good and found["secure_delete"] == 1
        else:
            names = ("synchronous_commit", "fsync", "full_page_writes")
            found = {name: _setting(cursor, name) for name in names}
            good = all(value != "off" for value in found.values()) and found["synchronous_commit"] != "local"
    if not good:
        said = ", ".join(f"{name}={value}" for name, value in found.items())
        raise ImproperlyConfigured(f"This database could lose what it acknowledged: {said}.")


def _pragma(cursor: Any, name: str) -> Any:
    cursor.execute(f"PRAGMA {name}")
    return cursor.fetchone()[0]


def _setting(cursor: Any, name: str) -> str:
    cursor.execute(f"SHOW {name}")
    return str(cursor.fetchone()[0])
