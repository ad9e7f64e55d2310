"""What a database is to this version of Mikra, read from what was migrated in it."""

from __future__ import annotations

from enum import StrEnum

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from mikra.errors import UnavailableError


class State(StrEnum):
    """What a database is to this version of Mikra."""

    NEW = "new"
    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


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
