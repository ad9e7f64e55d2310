"""What is asked while a batch is sealed finds its rows by an index, however many rows of other batches there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from mikra.server.actions import sealing
from mikra.server.rights import Actor
from mikra.server.store.designs import Edition
from tests.server.institution import approved, class_list, sealed_batch

pytestmark = pytest.mark.django_db

GROWING = "award|batch_row|learner|learner_token|sealed|delivery|delivery_step|audit_entry|personal_key"


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Every statement, with its parameters."""
    found: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many:
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def whole_tables(statements: list[tuple[str, Any]]) -> list[str]:
    """Those of them that read a growing table from end to end, by the plan of SQLite."""
    found = []
    for sql, params in statements:
        if re.match("SELECT|UPDATE|DELETE", sql):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
                steps = [str(step[3]) for step in cursor.fetchall()]
            whole = rf"SCAN ({GROWING})\b|SEARCH ({GROWING})\b.*_tenant_id_[0-9a-f]{{8}} "
            found += [f"{step}: {sql[:200]}" for step in steps if re.match(whole, step)]
    return found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans are those of SQLite")
def test_no_question_of_a_piece_reads_a_whole_table(registrar: Actor, edition: Edition) -> None:
    sealed_batch(registrar, edition, class_list(3))
    batch = approved(registrar, edition, class_list(4, start=50))
    with asked() as statements:
        assert sealing.advance(batch.id)
    assert len(statements) > 15
    assert whole_tables(statements) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans are those of SQLite")
def test_one_that_does_is_seen() -> None:
    assert whole_tables([("SELECT id FROM learner WHERE erased IS NULL", [])])
