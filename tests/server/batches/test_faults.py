"""R16: a full disk, a disk that cannot be written, a locked database: said, nothing lost, and it goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from mikra.errors import UnavailableError
from mikra.server.actions import batches, rows, sealing
from mikra.server.rights import Actor
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.designs import Edition
from tests.server.institution import approved, class_list, drain

pytestmark = [pytest.mark.django_db, pytest.mark.drill("R16")]


def failing(message: str, when: Callable[[str], bool]) -> Callable[..., Any]:
    """A database that takes some statements, and refuses others."""

    def execute(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if when(sql):
            raise OperationalError(message)
        return execute(sql, params, many, context)

    return execute


@pytest.mark.parametrize(
    ("message", "table"),
    [
        ("database or disk is full", '"sealed"'),
        ("attempt to write a readonly database", '"award"'),
        ("database is locked", '"batch_row"'),
    ],
)
def test_a_database_that_cannot_take_it(registrar: Actor, edition: Edition, message: str, table: str) -> None:
    batch = approved(registrar, edition, class_list(6))
    wrapper = failing(message, lambda sql: table in sql and sql.startswith(("INSERT", "UPDATE", "COPY")))
    with connection.execute_wrapper(wrapper):
        assert not sealing.advance(batch.id)
    batch.refresh_from_db()
    assert "nothing was lost" in batch.problem
    assert Award.of(registrar.tenant).count() == 0
    drain(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (Batch.State.DONE, "")
    assert Award.of(registrar.tenant).count() == 6


def test_where_not_even_the_reason_can_be_written(registrar: Actor, edition: Edition) -> None:
    """Then whoever runs the batches is told, and tries again."""
    batch = approved(registrar, edition, class_list(3))
    writes = failing("database or disk is full", lambda sql: sql.startswith(("INSERT", "UPDATE")))
    with connection.execute_wrapper(writes), pytest.raises(UnavailableError) as refused:
        sealing.advance(batch.id)
    assert refused.value.retry_after
    drain(batch)
    assert Award.of(registrar.tenant).count() == 3


def test_a_list_that_could_not_be_stored_can_be_given_again(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    full = failing("database or disk is full", lambda sql: sql.startswith('INSERT INTO "batch_row"'))
    with connection.execute_wrapper(full), pytest.raises(UnavailableError):
        rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    assert BatchRow._default_manager.filter(batch=batch).count() == 0
    assert rows.take_list(registrar, batch.id, class_list(3), "list.csv").total == 3
