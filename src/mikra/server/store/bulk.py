"""Many rows at once, past the ORM: COPY on PostgreSQL, executemany on SQLite (BAR, S2). The only raw SQL of the store.

Names of tables and columns come from the models, values go in as parameters. Call it inside `work()`.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

Write = Callable[[Any], Any]


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]], *, written: bool = False
) -> None:
    """New rows. `names` are attribute names (`tenant_id`), each row has a value for each, and for all that has none.

    `written`: values are as the database takes them already: ids as 32 hex digits, moments as `moment` writes them,
    days as ISO 8601, truth values as 0 or 1, JSON as text.
    """
    table, columns = connection.ops.quote_name(model._meta.db_table), _columns(model, names)
    listed = ", ".join(connection.ops.quote_name(str(field.column)) for field in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for row in rows if written else _each(rows, [_writer(field, text_json=True) for field in columns]):
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        given = list(rows) if written else _each(rows, [_writer(field, sqlite=True) for field in columns])
        cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", given)


def _each(rows: Iterable[Sequence[Any]], writes: Sequence[Write | None]) -> list[list[Any]]:
    return [[write(value) if write else value for write, value in zip(writes, row, strict=True)] for row in rows]


def update(
    model: type[models.Model], key: str, names: Sequence[str], rows: Sequence[Sequence[Any]], *, written: bool = False
) -> None:
    """Sets `names` in the row whose `key` comes first in each of `rows`. `written` as for `insert`."""
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
        given = [(*row[1:], row[0]) for row in (rows if written else _each(rows, writes))]
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {columns[0]} = %s", given)


def change(model: type[models.Model], ids: Sequence[str], sets: Mapping[str, Any]) -> None:
    """The same values in all rows of these ids (32 hex digits each). `sets`: attribute name -> value as `written`."""
    if not ids:
        return
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in _columns(model, tuple(sets)))
    where, chosen = _among(quote("id"), ids)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE {where}", [*sets.values(), *chosen])


def delete(model: type[models.Model], ids: Sequence[str]) -> None:
    """The rows of these ids (32 hex digits each), as `remove` does it."""
    if not ids:
        return
    quote = connection.ops.quote_name
    where, chosen = _among(quote("id"), ids)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {quote(model._meta.db_table)} WHERE {where}", chosen)


def read(
    model: type[models.Model],
    names: Sequence[str],
    values: Sequence[str] | Sequence[bytes],
    *,
    key: str = "id",
    where: Mapping[str, Any] | None = None,
    lock: bool = False,
) -> list[tuple[Any, ...]]:
    """Columns of the rows whose `key` is one of `values` (ids as 32 hex digits, or digests), as `raw` gives them.

    `where`: attribute name -> what it must be; with `lock`, they are held until the end of the transaction.
    """
    if not values:
        return []
    quote, more = connection.ops.quote_name, where or {}
    wanted, *others = (quote(str(field.column)) for field in _columns(model, (key, *more)))
    condition, chosen = _among(wanted, values)
    condition = " AND ".join([condition, *(f"{column} = %s" for column in others)])
    listed = ", ".join(quote(str(field.column)) for field in _columns(model, names))
    held = f" ORDER BY {wanted} FOR NO KEY UPDATE" if lock and connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        table = quote(model._meta.db_table)
        cursor.execute(f"SELECT {listed} FROM {table} WHERE {condition}{held}", [*chosen, *more.values()])
        return _hexed(cursor.fetchall())


def _among(column: str, values: Sequence[str] | Sequence[bytes]) -> tuple[str, list[Any]]:
    """A condition and its parameters: of ids one, however many they are."""
    digests = isinstance(values[0], bytes)
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s{'' if digests else '::uuid[]'})", [list(values)]
    if digests:
        return f"{column} IN ({', '.join(['%s'] * len(values))})", list(values)
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))]


def raw(rows: models.QuerySet[Any, tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What `values_list` asks for, as the driver gives it, ids as 32 hex digits: no object is made of a value."""
    sql, given = rows.query.get_compiler(rows.db).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return _hexed(cursor.fetchall())


def _hexed(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if connection.vendor != "postgresql":
        return rows
    return [tuple([value.hex if value.__class__ is uuid.UUID else value for value in row]) for row in rows]


def moment(at: dt.datetime) -> str:
    """A moment as this database takes it."""
    plain = at.astimezone(dt.UTC).replace(tzinfo=None)
    return f"{plain}+00:00" if connection.vendor == "postgresql" else str(plain)


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
