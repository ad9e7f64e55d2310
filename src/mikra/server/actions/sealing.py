"""Sealing a batch, piece by piece, by any number of processes, each of which may die at any moment.

1. intend   one short transaction: rows, award ids and places in status lists are fixed (state INTENT, a slot)
2. seal     outside any transaction: composed, sealed by one question to the key, opened again
3. store    one short transaction: award, sealed bytes, learner, delivery, audit trail; the row's data is gone

Whoever holds a slot of the batch (`store.held`) works on its rows; a dead process holds none, and the next one that
takes the slot finishes what it had begun, with the same award ids and places. What was stored is never stored again:
rows are taken from INTENT to SEALED in the transaction that stores them, and an award is unique per batch and row.
"""

from __future__ import annotations

import datetime as dt
import gc
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

from mikra.adapters.clock import chance, now
from mikra.errors import MikraError, UnavailableError
from mikra.issuance.award_id import AwardId
from mikra.server.actions import batches_rules, sealing_finish, sealing_press, sealing_store
from mikra.server.actions.sealing_press import Intended, Press
from mikra.server.actions.work import unavailable, work
from mikra.server.store import bulk
from mikra.server.store.awards import having
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.designs import Edition
from mikra.server.store.held import held
from mikra.server.store.status import reserve

CHUNK = 500
SLOTS = 64
"""Processes that may work on one batch at once."""
_DRAWN = 9
"""Bytes of chance in an award id."""

State = BatchRow.State


def advance(batch_id: uuid.UUID, *, chunk: int = CHUNK, at: dt.datetime | None = None) -> bool:
    """Does one piece of a batch; whether there was one to do. Why it cannot go on stands in `Batch.problem`.

    UnavailableError only where the database itself cannot be had, so that nothing could be written down.
    """
    with _database(), _uncollected(), _slot(batch_id) as slot:
        if slot is None:
            return False
        try:
            return _piece(batch_id, slot, chunk, at or now())
        except MikraError as error:
            _waits(batch_id, error)
            return False


def advance_any(at: dt.datetime | None = None, *, chunk: int = CHUNK) -> bool:
    """One piece of the next batch that is due, in turn; whether there was one."""
    moment = at or now()
    with _database():
        _start_scheduled(moment)
        due = Batch._default_manager.filter(state=Batch.State.SEALING, tenant__stopped=None, tenant__issuing_blocked="")
        order = sorted(due.values_list("id", flat=True))
    last = _turn.last
    for batch_id in [*(one for one in order if one > last), *(one for one in order if one <= last)]:
        _turn.last = batch_id
        if advance(batch_id, chunk=chunk, at=moment):
            return True
    return False


class _Turn(threading.local):
    """Which batch this worker served last: each has its turn, however long the others are."""

    last = uuid.UUID(int=0)


_turn = _Turn()


def _start_scheduled(moment: dt.datetime) -> None:
    waiting = Batch._default_manager.filter(state=Batch.State.SCHEDULED, scheduled__lte=moment)
    if waiting.exists():
        with work():
            waiting.update(state=Batch.State.SEALING)


@contextmanager
def _uncollected() -> Iterator[None]:
    """A piece makes many objects and no cycles: nothing is won by looking for those while it is made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def _slot(batch_id: uuid.UUID) -> Iterator[int | None]:
    """A slot that nobody holds, those first whose holder left rows behind; None where all are held."""
    left = BatchRow._default_manager.filter(batch_id=batch_id, state=State.INTENT).values_list("slot", flat=True)
    first = sorted({slot for slot in left.distinct() if slot is not None})
    for slot in [*first, *(one for one in range(SLOTS) if one not in first)]:
        with held(f"sealing:{batch_id}:{slot}") as ours:
            if ours:
                yield slot
                return
    yield None


def _piece(batch_id: uuid.UUID, slot: int, chunk: int, moment: dt.datetime) -> bool:
    batch = (
        Batch._default_manager.select_related("tenant", "edition__design").defer("upload", "secret").get(pk=batch_id)
    )
    if batch.state != Batch.State.SEALING:
        return False
    batches_rules.check_may_seal(batch.tenant)
    press = sealing_press.press_for(batch, moment)
    rows = _intend(batch, slot, chunk, moment, press)
    if not rows:
        return sealing_finish.finish(batch, moment)
    made = press.seal(batch, rows, moment)
    sealing_store.store(batch, press, made, moment)
    return True


def _intend(batch: Batch, slot: int, chunk: int, moment: dt.datetime, press: Press) -> list[Intended]:
    """The rows of this slot that wait to be sealed; new ones where there are none."""
    if found := _rows(batch, chunk, state=State.INTENT, slot=slot):
        return found
    with work():
        locked = Batch.get(batch.tenant_id, batch.id, lock=True)
        if locked.state != Batch.State.SEALING:
            return []
        fresh = _without_doubles(locked, _rows(locked, chunk, state=State.READY))
        if fresh:
            fresh = _fix(locked, slot, fresh, moment, press)
        locked.started = locked.started or moment
        locked.problem = ""
        locked.save(update_fields=("started", "problem"))
    return fresh


def _rows(batch: Batch, chunk: int, **of: object) -> list[Intended]:
    rows = BatchRow._default_manager.filter(batch_id=batch.id, **of).order_by("number")
    names = ("id", "number", "cells", "key_id", "key__wrapped", "same", "award_stem", "list_number", "list_index")
    return [Intended._make(row) for row in bulk.raw(rows.values_list(*names)[:chunk])]


def _without_doubles(batch: Batch, rows: list[Intended]) -> list[Intended]:
    """Those who have not got the edition meanwhile; the others are marked, and get nothing twice."""
    same = [row.same for row in rows if row.same is not None]
    if batch.trial or not same:
        return rows
    Edition.get(batch.tenant_id, batch.edition_id, lock=True)  # whoever intends for this edition takes turns
    has = having(batch.tenant_id, batch.edition_id, same) | _intended_elsewhere(batch, same)
    if has:
        bulk.change(BatchRow, [row.id for row in rows if row.same in has], {"state": State.HAS.value})
    return [row for row in rows if row.same not in has]


def _intended_elsewhere(batch: Batch, same: list[bytes]) -> set[bytes]:
    rows = BatchRow._default_manager.filter(batch__edition_id=batch.edition_id, state=State.INTENT)
    rows = rows.exclude(batch_id=batch.id)
    if not rows.exists():
        return set()
    return {bytes(one) for one in rows.filter(same__in=same).values_list("same", flat=True) if one is not None}


def _fix(batch: Batch, slot: int, rows: list[Intended], moment: dt.datetime, press: Press) -> list[Intended]:
    """Award ids and places, durable before anything is sealed: a crash burns them, and nothing is sealed twice."""
    places: list[tuple[int | None, int | None]] = [(None, None)] * len(rows)
    if press.status:
        places = [*reserve(press.shelf(moment), len(rows))]
    drawn = chance(_DRAWN * len(rows))
    fixed = [
        Intended(*row[:6], AwardId.new(moment, drawn[at : at + _DRAWN]).stem, number, index)
        for row, (number, index), at in zip(rows, places, range(0, len(drawn), _DRAWN), strict=True)
    ]
    given = [(row.id, State.INTENT.value, slot, row.stem, row.list_number, row.list_index) for row in fixed]
    bulk.update(BatchRow, "id", ("state", "slot", "award_stem", "list_number", "list_index"), given, written=True)
    return fixed


def _waits(batch_id: uuid.UUID, error: MikraError) -> None:
    """Writes down why sealing waits, a sentence a line; it is tried again."""
    said = "\n".join(one for one in (error.message, error.fix) if one)
    with work():
        Batch._default_manager.filter(pk=batch_id).update(problem=said[:2_000])


@contextmanager
def _database() -> Iterator[None]:
    """Whatever the database says when it cannot be had is one error, and the connection is begun anew."""
    try:
        yield
    except (InterfaceError, OperationalError) as error:
        connection.close()
        raise unavailable() from error
    except UnavailableError:
        if connection.connection is not None and not connection.is_usable():
            connection.close()
        raise
