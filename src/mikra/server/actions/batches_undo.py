"""Undoing a whole batch: as if it had not been while its time of grace runs, with a reason told to everybody after it.

revert(actor, batch_id, reason)      all its awards are withdrawn; what was not sealed yet never will be
re_issue(actor, batch_id, reason)    the same, and a new batch with the same people, to be put right and sealed
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from mikra.adapters.clock import now
from mikra.issuance.fields import FieldKind
from mikra.issuance.roster import Row
from mikra.issuance.roster.again import Layout
from mikra.issuance.roster.corrections import cell_text
from mikra.issuance.roster.result import RosterOptions, Source, SourceKind
from mikra.issuance.roster.table import heading_text
from mikra.server.actions import audit, batches, batches_rules, corrections, rows_reading
from mikra.server.actions.batches_design import columns_of
from mikra.server.actions.corrections_supersede import facts_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import prior_learning
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.designs import Edition
from mikra.server.words import _

State = Batch.State
PIECE = 500
COUNTS = (Award.State.VALID, Award.State.SUSPENDED)


def within_grace(batch: Batch, at: dt.datetime) -> bool:
    """Whether nobody has heard of the batch yet."""
    return batch.release is None or at < batch.release


def revert(actor: Actor, batch_id: uuid.UUID | str, reason: str, *, at: dt.datetime | None = None) -> Batch:
    """Withdraws every award of the batch. Called again after a crash, it goes on where it stopped.

    Within the time of grace the letters are taken back and nobody hears of it; after it everybody is told why.
    """
    actor.need(Right.CORRECT)
    said, moment = corrections.checked_reason(reason), at or now()
    with work():
        batch = Batch.get(actor.tenant, batch_id, lock=True)
        if batch.state != State.REVERTED:
            batches_rules.check_state(batch, State.DONE, State.SEALING, State.PAUSED)
            batch.options = {**batch.options, "reverted": said, "graceful": within_grace(batch, moment)}
            batch.state = State.REVERTED
            batch.save(update_fields=("state", "options"))
            rest = batch.rows.filter(state__in=(BatchRow.State.READY, BatchRow.State.INTENT))
            rest.update(state=BatchRow.State.LEFT)
            detail = {"awards": batch.awards.count(), "graceful": batch.options["graceful"]}
            line = audit.Line(verb="batch.reverted", subject=f"batch:{batch.id}", reason=said, detail=detail)
            audit.note(actor, line, at=moment)
    while _piece(actor, batch, moment):
        pass
    return batch


def _piece(actor: Actor, batch: Batch, at: dt.datetime) -> bool:
    with work():
        rows = Award.of(actor.tenant).select_for_update(no_key=True).filter(batch=batch, state__in=COUNTS)
        awards = list(rows.order_by("row")[:PIECE])
        if awards:
            corrections.change(awards, Award.State.REVOKED, batch.options["reverted"], actor, at)
            corrections.tell(awards, at, letter=not batch.options["graceful"])
    return bool(awards)


def re_issue(actor: Actor, batch_id: uuid.UUID | str, reason: str, *, edition_id: uuid.UUID | None = None) -> Batch:
    """Reverts the batch, and begins a new one with the same people: what was wrong is mended there, then it is sealed.

    `edition_id`: another edition, where that was the fault. People whose data was erased meanwhile are not in it.
    """
    actor.need(Right.CORRECT)
    actor.need(Right.PREPARE)
    old = revert(actor, batch_id, reason)
    new = batches.begin(
        actor, edition_id or old.edition_id, trial=old.trial, source=old.source, awarded_on=old.awarded_on
    )
    edition = Edition.get(actor.tenant, new.edition_id)
    fields = [one for one in columns_of(edition) if one.kind is not FieldKind.CODE]
    headings = tuple(heading_text(one.name, actor.language) for one in fields)
    layout = Layout(
        kind=SourceKind.DELIMITED,
        sheet="",
        headings=headings,
        used=dict(enumerate(fields)),
        options=RosterOptions(today=now().date(), language=actor.language),
    )
    found = rows_reading.Read(
        layout=layout,
        source=Source(kind=SourceKind.DELIMITED),
        mapping={heading: one.name for heading, one in zip(headings, fields, strict=True)},
        unused=(),
        notes=(),
        rows=_again(actor, old, [one.name for one in fields]),
    )
    rows_reading.store(new, found, _("The same people again"))
    prior_learning.follow(old, new)
    return new


def _again(actor: Actor, old: Batch, names: list[str]) -> Iterator[Row]:
    """The rows of the old batch, from what was kept of each award."""
    awards = Award.of(actor.tenant).filter(batch=old).exclude(learner=None).order_by("row")
    for award in awards.iterator(chunk_size=PIECE):
        values = {name: value for name, value in facts_of(award).items() if name in names}
        yield Row(award.row or 0, "", values, [cell_text(values.get(name, "")) for name in names])
