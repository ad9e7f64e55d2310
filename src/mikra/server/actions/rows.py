"""Class lists: taken in, shown as a grid, mended in place. No row is ever dropped; what a person typed is kept.

take_list(actor, batch_id, data, name)     a file: XLSX, ODS, or text of any kind; it replaces the list before
paste(actor, batch_id, text)               cells out of a spreadsheet
columns(actor, batch_id)                   the headings of the file that was given, and what they seem to mean
map_columns(actor, batch_id, mapping)      the same file with columns as a person says; remembered
rows(actor, batch_id, state=, after=)      what is in the list, with what is to be mended, in the reader's language
mend(actor, batch_id, changes)             cells anew; only their rows are checked, but doubles are seen in all
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from mikra.adapters.clock import now
from mikra.errors import InputError, NotFoundError
from mikra.issuance.roster import write_template
from mikra.issuance.roster.glance import glance
from mikra.issuance.roster.table import heading_text
from mikra.server.actions import audit, rows_cells, rows_reading
from mikra.server.actions.batches_design import columns_of, design_of
from mikra.server.actions.rows_cells import CellView, RowView
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.batches import Batch, BatchRow, take_hand
from mikra.server.store.designs import Edition

__all__ = ["CellView", "RowView"]

MOST = 500
"""Rows that are given at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a list. `notes`: what the person should know of the file as a whole; `unused`: headings.

    `remembered`: columns are as somebody said for an earlier list.
    """

    total: int
    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    notes: tuple[Mapping[str, str], ...]
    remembered: bool


def take_list(
    actor: Actor,
    batch_id: uuid.UUID | str,
    data: bytes | BinaryIO,
    name: str,
    *,
    mapping: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    today: dt.date | None = None,
    of_case: bool = False,
) -> Taken:
    """Reads a file into the batch, in place of the list before. InputError where it cannot be taken as a whole.

    `data`: the file, or (a long one) where it is read from, row by row; it can be sought in.
    `mapping`: heading -> field, "" for a column not to be used; what a person said before is used where it is None.
    `options`: encoding, delimiter, date_order, sheet, serial_dates, accept_duplicates, as a person decided.
    `of_case`: it comes of a case of prior learning, which alone fills its batch. ConflictError.
    """
    actor.need(Right.PREPARE)
    batch = Batch.get(actor.tenant, batch_id)
    rows_reading.check_fillable(batch)
    if not of_case:
        rows_reading.check_own_list(batch)
    fields = columns_of(Edition.get(actor.tenant, batch.edition_id))
    asked = rows_reading.options_for(actor.language, today or now().date(), options or {})
    known = mapping or {}
    if isinstance(data, bytes):
        if batch.source == "page":
            rows_reading.keep_upload(batch, data, name)
        if mapping is None:
            known = rows_reading.known_columns(batch, data, name, fields, asked)
    found = rows_reading.read(data, name, fields, asked, known, endless=batch.source != "page")
    rows_reading.store(batch, found, name)
    with work():
        take_hand(Batch.get(actor.tenant, batch.id, lock=True), actor.name)
        if mapping:
            rows_reading.remember(batch, found.layout.headings, mapping)
        counts = {"rows": batch.total, "kind": found.source.kind.value}
        audit.note(actor, audit.Line(verb="batch.list", subject=f"batch:{batch.id}", detail=counts))
    return Taken(
        total=batch.total,
        mapping=found.mapping,
        unused=found.unused,
        notes=found.notes,
        remembered=bool(known) and mapping is None,
    )


def paste(actor: Actor, batch_id: uuid.UUID | str, text: str, **more: Any) -> Taken:
    """Cells copied out of a spreadsheet: lines, with tabs between cells, the headings first."""
    return take_list(actor, batch_id, text.encode("utf-8"), "", **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """A column of the file: some of its cells, and the field that it seems to hold ("": none)."""

    heading: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a file, the fields of the edition (name, label, whether it is demanded), and the sheets."""

    columns: tuple[ColumnView, ...]
    fields: tuple[tuple[str, str, bool], ...]
    sheets: tuple[str, ...]


def columns(actor: Actor, batch_id: uuid.UUID | str, *, options: Mapping[str, Any] | None = None) -> Columns:
    """What the file that was given holds, for a person to say which column is which. InputError, NotFoundError.

    `options` as for `take_list`.
    """
    actor.need(Right.PREPARE)
    batch = Batch.get(actor.tenant, batch_id)
    data, name = rows_reading.uploaded(batch)
    fields = columns_of(Edition.get(actor.tenant, batch.edition_id))
    asked = rows_reading.options_for(actor.language, now().date(), options or {})
    seen = glance(data, fields=fields, options=asked, name=name)
    known = {**seen.guess, **(rows_reading.remembered(batch, seen.headings) or batch.mapping)}
    return Columns(
        columns=tuple(
            ColumnView(
                heading=heading,
                samples=tuple(row[position] for row in seen.samples if position < len(row)),
                field=known.get(heading, ""),
            )
            for position, heading in enumerate(seen.headings)
            if heading
        ),
        fields=tuple((one.name, heading_text(one.name, actor.language), one.required) for one in fields),
        sheets=seen.sheets,
    )


def map_columns(
    actor: Actor,
    batch_id: uuid.UUID | str,
    mapping: Mapping[str, str],
    *,
    options: Mapping[str, Any] | None = None,
) -> Taken:
    """The file again, with columns as a person says; remembered for lists of this edition with these headings."""
    actor.need(Right.PREPARE)
    data, name = rows_reading.uploaded(Batch.get(actor.tenant, batch_id))
    return take_list(actor, batch_id, data, name, mapping=mapping, options=options)


def rows(
    actor: Actor,
    batch_id: uuid.UUID | str,
    *,
    state: str | None = None,
    warned: bool = False,
    after: int = 0,
    limit: int = 50,
) -> list[RowView]:
    """The next rows after number `after`, of one state or of all. Cells of sealed rows are gone.

    Whoever seals reads them as well as whoever prepares them.
    """
    need_either(actor)
    batch = Batch.get(actor.tenant, batch_id)
    found = BatchRow._default_manager.select_related("key").filter(batch=batch, number__gt=after)
    if state:
        found = found.filter(state=state)
    if warned:
        found = found.filter(warned=True)
    return shown(actor, batch, list(found.order_by("number")[: min(limit, MOST)]))


def need_either(actor: Actor) -> None:
    """NotAllowedError for whoever neither prepares lists nor seals them and may see names."""
    actor.need(Right.LEARNERS if actor.may(Right.SEAL) else Right.PREPARE)


def shown(actor: Actor, batch: Batch, found: Sequence[BatchRow]) -> list[RowView]:
    """These rows as they are shown."""
    if not found:
        return []
    fields = columns_of(Edition.get(actor.tenant, batch.edition_id))
    return rows_cells.views(rows_cells.layout_of_batch(batch, fields, actor.language), found)


def file_name(actor: Actor, batch_id: uuid.UUID | str) -> str:
    """What the file was called, for the eyes of those who may see the list; "" where there is none."""
    need_either(actor)
    return str(rows_cells.secret_of(Batch.get(actor.tenant, batch_id)).get("name", ""))


def template(actor: Actor, edition_id: uuid.UUID | str, language: str) -> bytes:
    """An empty class list for this edition: XLSX with drop-downs, only the fields that differ per learner."""
    actor.need(Right.PREPARE)
    edition = Edition.get(actor.tenant, edition_id)
    design = design_of(edition)
    title = design.title.best(language)
    return write_template(columns_of(edition), design_title=title, code=design.code, language=language)


def row_of(batch: Batch, number: int) -> BatchRow:
    """One row. NotFoundError."""
    found = BatchRow._default_manager.select_related("key").filter(batch=batch, number=number).first()
    if found is None:
        raise NotFoundError("The list has no such row.", found=str(number), code="not_found")
    return found


def numbers_of(given: Sequence[int]) -> list[int]:
    """InputError for what are no numbers of rows, or too many at once."""
    if len(given) > 100_000 or not all(type(one) is int and one > 0 for one in given):
        raise InputError("These are no rows of the list.", expected="numbers of rows, from 1")
    return list(dict.fromkeys(given))
