"""One holder of a name at a time, among all processes, until it lets go or dies: nobody waits for a dead one.

PostgreSQL: an advisory lock of the session, which ends with its connection (so no pooler may stand between that
hands connections about). SQLite: a lock on a file beside the database, which ends with the process. By coincidence
two names may share a lock: then one of them has to be asked for again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from mikra.errors import UnavailableError
from mikra.server.installation import installation


@contextmanager
def held(name: str) -> Iterator[bool]:
    """Whether the name is ours while the block runs."""
    with _in_database(name) if connection.vendor == "postgresql" else _on_file(name) as ours:
        yield ours


@contextmanager
def _in_database(name: str) -> Iterator[bool]:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        ours = bool(cursor.fetchone()[0])
    session = connection.connection
    try:
        yield ours
    finally:
        if ours and connection.connection is session and session is not None and not session.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextmanager
def _on_file(name: str) -> Iterator[bool]:
    folder = installation().home / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / hashlib.sha256(name.encode()).hexdigest()[:3], os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UnavailableError(
            "The folder of this installation cannot be written.", where=str(folder), found=error.strerror or ""
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
