"""A transaction that is durable when it is left. SQLite takes its lock at once (BEGIN IMMEDIATE), PostgreSQL by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, transaction

from mikra.errors import UnavailableError


@contextmanager
def work() -> Iterator[None]:
    """`with work(): ...` does all or nothing. UnavailableError where the database is locked, full, or gone."""
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        raise unavailable() from error
    except DatabaseError as error:
        if "disk" in str(error) or "readonly" in str(error):
            raise unavailable() from error
        raise


def unavailable() -> UnavailableError:
    """The database is locked, full, or gone."""
    return UnavailableError(
        "The database cannot take this now; nothing was lost.",
        fix="Try again in a moment. If it stays, ask whoever runs this service: mikra doctor says what is wrong.",
        code="database_unavailable",
        retry_after=10,
    )
