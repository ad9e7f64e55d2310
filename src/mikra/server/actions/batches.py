"""A class list on its way to credentials: begun, counted, said in one sentence, looked at before it is sealed.

begin                    a batch for one edition
rows.take_list ...       the list (`actions.rows`, `actions.rows_mending`)
summary, sentence, preview
batches_approval         ask_approval, approve, send_back, pause, resume, cancel
sealing.advance          seals it, piece by piece, in the background
progress                 how far it is
batches_undo             revert, re_issue
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from mikra.adapters.clock import chance, now
from mikra.errors import InputError
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import compose
from mikra.model import Credential
from mikra.server.actions import audit, batches_rules, rows_cells
from mikra.server.actions.batches_design import design_for, pages_of
from mikra.server.actions.rows import need_either, row_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store.batches import Batch, BatchRow, counted
from mikra.server.store.designs import Design, Edition

SOURCES = ("page", "api", "folder", "case")


def begin(
    actor: Actor,
    edition_id: uuid.UUID | str,
    *,
    trial: bool = False,
    source: str = "page",
    awarded_on: dt.date | None = None,
) -> Batch:
    """A new batch without a list. `awarded_on` is the day of award where the rows do not say one; today if None.

    A trial run seals with the demonstration key, sends nothing, and counts for nobody.
    """
    actor.need(Right.PREPARE)
    edition = Edition.get(actor.tenant, edition_id)
    batches_rules.check_edition(edition, trial=trial, at=now())
    if source not in SOURCES:
        raise InputError("Lists do not come from there.", found=source, expected=", ".join(SOURCES))
    if awarded_on is not None and awarded_on > now().date():
        raise InputError("The day of award lies in the future.", where="awarded_on", found=awarded_on.isoformat())
    with work():
        key, _ = personal.new_key(actor.tenant.id)
        key.save(force_insert=True)
        batch = Batch(
            tenant=actor.tenant,
            edition=edition,
            key=key,
            trial=trial,
            source=source,
            awarded_on=awarded_on,
            prepared_by_id=actor.person_id,
            hands=[actor.name],
        )
        batch.save(force_insert=True)
        Design.of(actor.tenant).filter(pk=edition.design_id).update(last_used=now())
        detail = {"edition": str(edition.id), "trial": trial, "source": source}
        audit.note(actor, audit.Line(verb="batch.begun", subject=f"batch:{batch.id}", detail=detail))
    return batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows by state. `warned` are among those that are ready."""

    ready: int = 0
    fix: int = 0
    has: int = 0
    left: int = 0
    intent: int = 0
    sealed: int = 0
    failed: int = 0
    warned: int = 0
    total: int = 0


def summary(actor: Actor, batch_id: uuid.UUID | str) -> Counts:
    """How many rows are in which state."""
    actor.need(Right.VIEW)
    return counts_of(Batch.get(actor.tenant, batch_id))


def counts_of(batch: Batch) -> Counts:
    found = counted(batch)
    warned = batch.rows.filter(warned=True, state=BatchRow.State.READY).count()
    return Counts(**found, warned=warned, total=sum(found.values()))


def batches(actor: Actor, *, state: str | None = None, before: uuid.UUID | None = None, limit: int = 50) -> list[Batch]:
    """Batches of the tenant, the newest first; `before` is the last one of the page before."""
    actor.need(Right.VIEW)
    found = Batch.of(actor.tenant).select_related("edition", "prepared_by", "approved_by").defer("upload", "receipt")
    if state:
        found = found.filter(state=state)
    if before:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[: min(limit, 200)])


def preview(actor: Actor, batch_id: uuid.UUID | str, row: int) -> Credential:
    """The credential of a row as it will be, not sealed: for the eyes of those who prepare or seal it. InputError."""
    need_either(actor)
    batch = Batch.get(actor.tenant, batch_id)
    edition = Edition.get(actor.tenant, batch.edition_id)
    found = row_of(batch, row)
    values = rows_cells.opened_row(found)[1]
    if not values:
        raise InputError("This row is not ready yet.", where=f"row {row}", fix="Mend it first, or look at another.")
    return compose(
        design_for(batch),
        batches_rules.with_day(values, batch),
        award_id=AwardId.new(now(), chance(9)),
        at=now(),
        pages=pages_of(edition, trial=batch.trial),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far sealing is. `seconds_left` is None where nobody can tell. `problem`: why it waits, in words."""

    done: int
    total: int
    per_second: float
    seconds_left: int | None
    state: str
    problem: str


def progress(actor: Actor, batch_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Progress:
    """Rows sealed, of those that are to be."""
    actor.need(Right.VIEW)
    batch = Batch.get(actor.tenant, batch_id)
    counts = counts_of(batch)
    total = counts.sealed + counts.intent + counts.failed + counts.ready
    spent = ((batch.finished or at or now()) - batch.started).total_seconds() if batch.started else 0.0
    pace = counts.sealed / spent if spent > 0 else 0.0
    sealing = batch.state == Batch.State.SEALING
    left = round((total - counts.sealed) / pace) if pace and sealing and not batch.problem else None
    return Progress(
        done=counts.sealed,
        total=total,
        per_second=round(pace, 1),
        seconds_left=left,
        state=batch.state,
        problem=batch.problem,
    )
