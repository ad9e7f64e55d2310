"""A file is known by its digest without reading what is sealed: an index, and the questions that use it."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mikra.adapters.clock import now
from mikra.server.actions import trusted_here, wallets_reading
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.tenants import SealKey
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import sealed as sealed


def plans(queries: list[dict[str, Any]]) -> list[str]:
    """How SQLite goes about those of the questions that read the sealed forms."""
    asked = [one["sql"] for one in queries if '"sealed"."digest" =' in one["sql"]]
    with connection.cursor() as cursor:
        return [
            " ".join(str(row[-1]) for row in cursor.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()) for one in asked
        ]


@pytest.fixture
def sqlite(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("plans of a small table are those of SQLite")


@pytest.mark.usefixtures("sqlite")
def test_a_file_is_found_by_its_digest(award: Award, genuine: bytes) -> None:
    SealKey._default_manager.filter(use=SealKey.Use.CREDENTIALS).update(compromised=now())
    with CaptureQueriesContext(
        connection,
    ) as seen:
        trusted, lost = trusted_here.keys_here(hashlib.sha256(genuine).digest())
        assert wallets_reading.award_of(genuine) == award
    assert (bool(trusted), lost) == (True, {})
    found = plans(seen.captured_queries)
    assert len(found) == 2
    assert all("USING INDEX sealed_digest" in one for one in found), found


@pytest.mark.usefixtures("sqlite")
def test_without_the_index_all_would_be_read(award: Award, genuine: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX sealed_digest")
    with CaptureQueriesContext(connection) as seen:
        Sealed._default_manager.filter(digest=hashlib.sha256(genuine).digest()).first()
    assert "SCAN sealed" in " ".join(plans(seen.captured_queries))
