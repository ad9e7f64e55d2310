"""Mending a class list: in place, many rows at once, or by leaving rows out. Only what changed is checked again.

mend(actor, batch_id, [(row, position, text), ...])
offers(actor, batch_id)                      faults that many rows share, and what could be done about all of them
mend_all(actor, batch_id, rows, position, text=... | swap=True)
leave_out / take_back(actor, batch_id, rows)
insist(actor, batch_id, rows)                a person says: these are other people, or are to have it once more
corrections_file(actor, batch_id)            the rows that are not ready, as a spreadsheet
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mikra.errors import InputError
from mikra.issuance.roster import BadRow, Roster, write_corrections
from mikra.issuance.roster.again import Checked, Layout, check_again
from mikra.issuance.roster.corrections import cell_text
from mikra.issuance.roster.learners import is_told_apart
from mikra.issuance.roster.result import Raw, Source
from mikra.report import Severity
from mikra.server.actions import audit, rows_cells, rows_reading
from mikra.server.actions.batches_design import columns_of
from mikra.server.actions.rows import numbers_of, shown
from mikra.server.actions.rows_cells import RowView
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store.batches import Batch, BatchRow, take_hand
from mikra.server.store.designs import Edition

State = BatchRow.State
OPEN = (State.READY, State.FIX, State.HAS, State.LEFT)
PIECE = 1_000


def mend(actor: Actor, batch_id: uuid.UUID | str, changes: Sequence[tuple[int, int, str]]) -> list[RowView]:
    """Cells anew: (row, position, text). Gives the rows as they are now, and those whose doubles they were."""
    actor.need(Right.PREPARE)
    wanted: dict[int, dict[int, str]] = defaultdict(dict)
    for number, position, text in changes:
        wanted[number][position] = text
    with work():
        batch = _open(actor, batch_id)
        layout = _layout(actor, batch)
        rows = _rows(batch, numbers_of(list(wanted)))
        given = {row.number: _mended(layout, row, wanted[row.number]) for row in rows}
        touched = _settle(batch, layout, rows, given)
        _note(actor, batch, "batch.mended", len(rows))
    return shown(actor, batch, touched)


def _mended(layout: Layout, row: BatchRow, changes: dict[int, str]) -> list[Raw]:
    cells = rows_cells.opened_row(row)[0]
    width = max(len(layout.headings), len(cells))
    if not all(0 <= position < width for position in changes):
        raise InputError("The list has no such column.", found=str(max(changes)), expected=f"0 to {width - 1}")
    fresh = {place: text for place, text in changes.items() if place >= len(cells) or cell_text(cells[place]) != text}
    return rows_reading.mend_cells(cells, fresh, len(layout.headings))


def mend_all(
    actor: Actor,
    batch_id: uuid.UUID | str,
    rows: Sequence[int],
    *,
    position: int,
    text: str | None = None,
    swap: bool = False,
) -> int:
    """One value for a column in these rows, or (`swap`) day and month changed about. Gives how many rows changed."""
    actor.need(Right.PREPARE)
    if (text is None) is not swap:
        raise InputError("Say what is to stand in these cells, or that day and month change places.", where="text")
    changed = 0
    for piece in _pieces(numbers_of(rows)):
        with work():
            batch = _open(actor, batch_id)
            layout = _layout(actor, batch)
            found = _rows(batch, piece)
            given = {row.number: _mended(layout, row, _one(row, position, text)) for row in found}
            _settle(batch, layout, found, given)
            _note(actor, batch, "batch.mended", len(found))
        changed += len(found)
    return changed


def _one(row: BatchRow, position: int, text: str | None) -> dict[int, str]:
    if text is not None:
        return {position: text}
    cells = rows_cells.opened_row(row)[0]
    return {position: swapped(cell_text(cells[position]))} if 0 <= position < len(cells) else {}


def swapped(text: str) -> str:
    """The date with day and month changed about, whatever stands between them; the text itself where it is none."""
    import re

    found = re.fullmatch(r"\s*(\d{1,2})(\D+)(\d{1,2})(\D+)(\d{4})\s*", text)
    if found:
        return f"{found[3]}{found[2]}{found[1]}{found[4]}{found[5]}"
    iso = re.fullmatch(r"\s*(\d{4})-(\d{2})-(\d{2})\s*", text)
    return f"{iso[1]}-{iso[3]}-{iso[2]}" if iso else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One fault that several rows share. `swap`: changing day and month about would mend it."""

    position: int
    heading: str
    field: str
    rule: str
    said: str
    fix: str
    rows: tuple[int, ...]
    swap: bool
    choices: tuple[tuple[str, str], ...]


def offers(actor: Actor, batch_id: uuid.UUID | str) -> list[Offer]:
    """Faults of cells that two rows or more share, the commonest first."""
    actor.need(Right.PREPARE)
    batch = Batch.get(actor.tenant, batch_id)
    layout = _layout(actor, batch)
    groups: dict[tuple[int, str, str], list[tuple[int, rows_cells.CellView]]] = defaultdict(list)
    for row in _views(layout, batch, State.FIX):
        for cell in row.cells:
            if cell.severity == Severity.ERROR.value:
                groups[cell.position, cell.fix, cell.field].append((row.number, cell))
    found = [_offer(layout, members) for members in groups.values() if len(members) > 1]
    return sorted(found, key=lambda one: -len(one.rows))


def _offer(layout: Layout, members: Sequence[tuple[int, rows_cells.CellView]]) -> Offer:
    cell = members[0][1]
    field = layout.used.get(cell.position)
    return Offer(
        position=cell.position,
        heading=cell.heading,
        field=cell.field,
        rule=cell.severity,
        said=cell.said,
        fix=cell.fix,
        rows=tuple(number for number, _ in members),
        swap=field is not None and field.kind.value == "date" and all(swapped(c.text) != c.text for _, c in members),
        choices=cell.choices,
    )


def _views(layout: Layout, batch: Batch, state: str) -> Iterator[RowView]:
    after = 0
    while True:
        rows = BatchRow._default_manager.select_related("key").filter(batch=batch, state=state, number__gt=after)
        piece = list(rows.order_by("number")[:PIECE])
        if not piece:
            return
        yield from rows_cells.views(layout, piece)
        after = piece[-1].number


def leave_out(actor: Actor, batch_id: uuid.UUID | str, rows: Sequence[int]) -> int:
    """These learners get nothing by this batch. They stay in the list, and can be taken back."""
    actor.need(Right.PREPARE)
    with work():
        batch = _open(actor, batch_id)
        found = [row for row in _rows(batch, numbers_of(rows)) if row.state != State.LEFT]
        for row in found:
            row.state, row.double_of, row.keys = State.LEFT, None, b""
        _save(found)
        _release(actor, batch, {row.number for row in found})
        _note(actor, batch, "batch.left_out", len(found))
    return len(found)


def take_back(actor: Actor, batch_id: uuid.UUID | str, rows: Sequence[int]) -> int:
    """Rows that were left out are judged again, as they stand."""
    actor.need(Right.PREPARE)
    with work():
        batch = _open(actor, batch_id)
        layout = _layout(actor, batch)
        found = [row for row in _rows(batch, numbers_of(rows)) if row.state == State.LEFT]
        _settle(batch, layout, found, {row.number: rows_cells.opened_row(row)[0] for row in found})
        _note(actor, batch, "batch.taken_back", len(found))
    return len(found)


def insist(actor: Actor, batch_id: uuid.UUID | str, rows: Sequence[int]) -> int:
    """Rows that were kept back as doubles, or because the learner has it, are ready: a person says that it is right."""
    actor.need(Right.PREPARE)
    with work():
        batch = _open(actor, batch_id)
        layout = _layout(actor, batch)
        found = _rows(batch, numbers_of(rows))
        checked = {
            one.number: one for one in check_again(layout, [(r.number, rows_cells.opened_row(r)[0]) for r in found])
        }
        kept = [row for row in found if _is_kept_back(row) and checked[row.number].ready]
        for row in kept:
            _write(row, checked[row.number])
            # Without these no later step takes it for a double: that is what the person said.
            row.state, row.same, row.keys, row.double_of = State.READY, None, b"", None
        _save(kept)
        _note(actor, batch, "batch.insisted", len(kept))
    return len(kept)


def _is_kept_back(row: BatchRow) -> bool:
    return row.state == State.HAS or row.double_of is not None


def corrections_file(actor: Actor, batch_id: uuid.UUID | str) -> bytes:
    """Only the rows that are not ready, every cell as it was, what to mend beside it (XLSX)."""
    actor.need(Right.PREPARE)
    batch = Batch.get(actor.tenant, batch_id)
    layout = _layout(actor, batch)
    bad = []
    for state in (State.FIX, State.HAS):
        rows = BatchRow._default_manager.select_related("key").filter(batch=batch, state=state).order_by("number")
        for row in rows.iterator(chunk_size=PIECE):
            (checked,) = check_again(layout, [(row.number, rows_cells.opened_row(row)[0])])
            whole = rows_cells.remarks(layout, row)
            findings = (*checked.findings, *whole)
            places = (*checked.places, *([-1] * len(whole)))
            bad.append(BadRow(row.number, layout.sheet, tuple(checked.cells), findings, places))
    bad.sort(key=lambda one: one.number)
    read = batch.options.get("read", {})
    roster = Roster(
        fields=tuple(layout.used.values()),
        columns=batch.mapping,
        headings=layout.headings,
        unused=tuple(batch.options.get("unused", ())),
        rows=(),
        bad=tuple(bad),
        findings=(),
        source=Source(kind=layout.kind, sheet=layout.sheet, delimiter=read.get("delimiter", "")),
    )
    return write_corrections(roster, language=actor.language)


def _open(actor: Actor, batch_id: uuid.UUID | str) -> Batch:
    batch = Batch.get(actor.tenant, batch_id, lock=True)
    rows_reading.check_fillable(batch)
    take_hand(batch, actor.name)
    return batch


def _layout(actor: Actor, batch: Batch) -> Layout:
    fields = columns_of(Edition.get(actor.tenant, batch.edition_id))
    return rows_cells.layout_of_batch(batch, fields, actor.language)


def _rows(batch: Batch, numbers: Sequence[int]) -> list[BatchRow]:
    """These rows, as far as they can still be changed."""
    found: list[BatchRow] = []
    for piece in _pieces(numbers):
        rows = BatchRow._default_manager.select_related("key").filter(batch=batch, number__in=piece, state__in=OPEN)
        found += rows.order_by("number")
    return found


def _pieces(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), PIECE):
        yield numbers[start : start + PIECE]


def _settle(batch: Batch, layout: Layout, rows: Sequence[BatchRow], given: dict[int, list[Raw]]) -> list[BatchRow]:
    """Judges these rows with their cells as given, against all others; then those that were their doubles."""
    checked = {one.number: one for one in check_again(layout, list(given.items()))}
    known = _known(batch, without=set(given))
    for row in rows:
        _judge(batch, row, checked[row.number], known)
    _save(rows)
    freed = _doubles(batch, set(given))
    cells = {row.number: rows_cells.opened_row(row)[0] for row in freed}
    again = {one.number: one for one in check_again(layout, list(cells.items()))}
    for row in freed:
        _judge(batch, row, again[row.number], known)
    _save(freed)
    return sorted([*rows, *freed], key=lambda row: row.number)


def _release(actor: Actor, batch: Batch, numbers: set[int]) -> None:
    """Judges anew the rows that were doubles of these, which no longer count."""
    freed = _doubles(batch, numbers)
    if freed:
        cells = {row.number: rows_cells.opened_row(row)[0] for row in freed}
        _settle(batch, _layout(actor, batch), freed, cells)


def _doubles(batch: Batch, numbers: set[int]) -> list[BatchRow]:
    rows = BatchRow._default_manager.select_related("key").filter(
        batch=batch, double_of__in=numbers, state__in=(State.FIX, State.READY)
    )
    return list(rows.exclude(number__in=numbers).order_by("number"))


def _known(batch: Batch, without: set[int]) -> dict[bytes, int]:
    """Digest -> the first row in the list that has it; names apart from other keys."""
    known: dict[bytes, int] = {}
    rows = BatchRow._default_manager.filter(batch=batch, state__in=(State.READY, State.HAS)).order_by("number")
    for number, keys in rows.values_list("number", "keys").iterator(chunk_size=5_000):
        if number not in without:
            _learn(known, bytes(keys), number)
    return known


def _learn(known: dict[bytes, int], keys: bytes, number: int) -> None:
    for place, key in enumerate(rows_cells.keys_in(keys)):
        known.setdefault((b"n" if place == 0 else b"k") + key, number)


def _judge(batch: Batch, row: BatchRow, found: Checked, known: dict[bytes, int]) -> None:
    """State of a row from its cells and from the others; a ready one counts for those after it."""
    row.warned, row.double_of, row.same, row.keys = bool(found.findings), None, None, b""
    _write(row, found)
    if not found.ready:
        row.state, row.warned = State.FIX, False
        return
    keys = rows_cells.keys_of(batch.tenant_id, found.values)
    name, *others = rows_cells.keys_in(keys)
    twice = next((known[b"k" + one] for one in others if b"k" + one in known), None)
    if twice is not None:
        row.state, row.double_of = State.FIX, twice
        return
    row.same, row.keys = rows_cells.same_of(batch.tenant_id, found.values), keys
    row.state = State.HAS if row.same in rows_reading.taken(batch, [row.same]) else State.READY
    if b"n" + name in known and not is_told_apart(found.values):
        row.double_of, row.warned = known[b"n" + name], True
    _learn(known, keys, row.number)


def _write(row: BatchRow, found: Checked) -> None:
    values = found.values if found.ready else {}
    row.cells = rows_cells.sealed_away(personal.opened(row.key), found.cells, values)


def _save(rows: Sequence[BatchRow]) -> None:
    BatchRow._default_manager.bulk_update(
        rows, ("state", "cells", "same", "keys", "double_of", "warned"), batch_size=100
    )


def _note(actor: Actor, batch: Batch, verb: str, count: int) -> None:
    if count:
        audit.note(actor, audit.Line(verb=verb, subject=f"batch:{batch.id}", detail={"rows": count}))
