"""Many rows at once, past the ORM: COPY on PostgreSQL, executemany on SQLite (BAR, S2). The only raw SQL of the store.

Names of tables and columns come from the models, values go in as parameters. Call it inside `work()`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models

Write = Callable[[Any], Any]


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """New rows. `names` are attribute names (`tenant_id`), each row has a value for each, and for all that has none."""
    table, columns = connection.ops.quote_name(model._meta.db_table), _columns(model, names)
    listed = ", ".join(connection.ops.quote_name(str(field.column)) for field in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            writes = [_writer(field, text_json=True) for field in columns]
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([write(value) if write else value for write, value in zip(writes, row, strict=True)])
            return
        marks = ", ".join(["%s"] * len(columns))
        writes = [_writer(field, sqlite=True) for field in columns]
        cursor.executemany(
            f"INSERT INTO {table} ({listed}) VALUES ({marks})",
            [[write(value) if write else value for write, value in zip(writes, row, strict=True)] for row in rows],
        )


def update(model: type[models.Model], key: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Sets `names` in the row whose `key` comes first in each of `rows`."""
    if not rows:
        return
    quote = connection.ops.quote_name
    table, fields = quote(model._meta.db_table), _columns(model, [key, *names])
    columns = [quote(str(field.column)) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
            sets = ", ".join(f"{column} = given.{column}" for column in columns[1:])
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS given ({', '.join(columns)}) "
                f"WHERE {table}.{columns[0]} = given.{columns[0]}",
                [list(values) for values in zip(*rows, strict=True)],
            )
            return
        writes = [_writer(field, sqlite=True) for field in fields]
        sets = ", ".join(f"{column} = %s" for column in columns[1:])
        given = [[write(value) if write else value for write, value in zip(writes, row, strict=True)] for row in rows]
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {columns[0]} = %s", [[*row[1:], row[0]] for row in given])


def remove(rows: models.QuerySet[Any]) -> None:
    """Deletes these rows and nothing else: who refers to them is the caller's matter, before the transaction ends."""
    rows._raw_delete(rows.db)


class _Moments:
    """Moments as SQLite keeps them; rows of one piece have the same one, which is written once."""

    def __init__(self) -> None:
        self._last: tuple[Any, str | None] = (None, None)

    def __call__(self, value: Any) -> str | None:
        if value is not self._last[0]:
            self._last = (value, str(value.astimezone(dt.UTC).replace(tzinfo=None)))
        return self._last[1]


def _columns(model: type[models.Model], names: Sequence[str]) -> list[models.Field[Any, Any]]:
    return [model._meta.get_field(name) for name in names]  # type: ignore[misc]


def _writer(field: models.Field[Any, Any], *, sqlite: bool = False, text_json: bool = False) -> Write | None:
    """How a value of this column is written; None: as it is."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.JSONField) and (sqlite or text_json):
        return json.dumps
    if sqlite and isinstance(field, models.UUIDField):
        return lambda value: None if value is None else value.hex
    if sqlite and isinstance(field, models.DateTimeField):
        return _Moments()
    if sqlite and isinstance(field, models.DateField):
        return lambda value: None if value is None else value.isoformat()
    return None
