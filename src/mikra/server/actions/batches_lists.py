"""A batch with its list at once, as programs and folders give it: learners as values by field, and not as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Mapping, Sequence

from mikra.errors import InputError
from mikra.server.actions import batches, rows
from mikra.server.actions.batches_design import columns_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition

Value = str | int | float | bool | None


def begin_with(
    actor: Actor,
    edition_id: uuid.UUID | str,
    *,
    rows: Sequence[Mapping[str, Value]] | None,
    awarded_on: dt.date | None = None,
    trial: bool = False,
    source: str = "api",
) -> Batch:
    """A new batch with these learners; both or neither. InputError for a field that the edition has not."""
    with work():
        batch = batches.begin(actor, edition_id, trial=trial, source=source, awarded_on=awarded_on)
        if rows is not None:
            give(actor, batch, rows)
    batch.refresh_from_db()
    return batch


def give(actor: Actor, batch: Batch, given: Sequence[Mapping[str, Value]]) -> None:
    """These learners as the list of a batch, in place of the one before. InputError as `begin_with`."""
    known = [one.name for one in columns_of(Edition.get(actor.tenant, batch.edition_id))]
    if not given:
        raise InputError("The list has no rows.", where="rows", fix="Leave `rows` away to give the list later.")
    for number, row in enumerate(given):
        if unknown := sorted(set(row) - set(known)):
            raise InputError(
                "The edition has no such field.",
                where=f"rows/{number}/{unknown[0]}"[:200],
                expected=", ".join(known),
                code="member_unknown",
            )
    used = [name for name in known if any(name in row for row in given)]
    data = as_csv(used, given)
    rows.take_list(actor, batch.id, data, "list.csv", mapping={name: name for name in used}, options=_READ)


_READ = {"encoding": "utf-8", "delimiter": ","}


def as_csv(names: Sequence[str], given: Sequence[Mapping[str, Value]]) -> bytes:
    """The values as a list: the names of fields as headings, truth as yes and no."""
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(names)
    table.writerows([_text(row.get(name)) for name in names] for row in given)
    return out.getvalue().encode("utf-8")


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
