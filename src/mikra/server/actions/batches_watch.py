"""Looking at batches: one of them, how many wait, which rows failed and why."""

from __future__ import annotations

import uuid

from django.db.models import Count

from mikra.server.actions.tenant_settings import settings_of
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store.batches import Batch, BatchRow

MOST = 200


def batch(actor: Actor, batch_id: uuid.UUID | str) -> Batch:
    """One batch with its edition and the people who had to do with it. NotFoundError."""
    actor.need(Right.VIEW)
    found = Batch.get(actor.tenant, batch_id)
    found.tenant = actor.tenant
    return found


def counts_by_state(actor: Actor) -> dict[str, int]:
    """State -> how many batches."""
    actor.need(Right.VIEW)
    rows = Batch.of(actor.tenant).values_list("state").annotate(count=Count("id")).order_by()
    return {str(state): count for state, count in rows}


def failed(actor: Actor, batch_id: uuid.UUID | str) -> list[tuple[int, str]]:
    """(row, why) of what could not be sealed."""
    actor.need(Right.LEARNERS)
    rows = BatchRow._default_manager.select_related("key").filter(
        batch=Batch.get(actor.tenant, batch_id), state=BatchRow.State.FAILED
    )
    return [(row.number, _why(row)) for row in rows.order_by("number")[:MOST]]


def _why(row: BatchRow) -> str:
    if row.key is None or row.cells is None:
        return ""
    kept = personal.look_into(personal.opened(row.key), bytes(row.cells))
    return str(kept.get("e", ""))


def is_own_work(actor: Actor, found: Batch) -> bool:
    """Whether four eyes are asked for, and this actor is one of the two already."""
    return not found.trial and settings_of(actor.tenant).four_eyes and actor.name in found.hands
