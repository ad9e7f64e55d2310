"""After an erasure: what the database keeps beside its tables is written over too (BAR, R12).

SQLite writes zeros over what it deletes (`secure_delete`, asserted on every connection); in WAL mode the old pages
stand in the log until it is emptied. PostgreSQL keeps old versions of rows until VACUUM.
"""

from __future__ import annotations

from django.db import connection, models

from mikra.server.store.learners import Learner
from mikra.server.store.tenants import Wrapped
from mikra.server.store.wallets import Wallet

TABLES: tuple[type[models.Model], ...] = (Wrapped, Learner, Wallet)
"""The keys, and the profiles. Without its key nothing else of a learner can be read."""


def scrub() -> None:
    """Call it after the transaction; inside of one it does nothing."""
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
            return
        named = ", ".join(connection.ops.quote_name(one._meta.db_table) for one in TABLES)
        cursor.execute(f"VACUUM {named}")
