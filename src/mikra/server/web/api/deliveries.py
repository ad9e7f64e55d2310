"""The ledger: what became of each letter."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from ninja import Router, Status

from mikra.server.actions import corrections, deliveries
from mikra.server.actions.deliveries import LedgerRow
from mikra.server.web.api.door import Called
from mikra.server.web.api.schemas import Address, DeliveryOut, DeliveryRef, DeliveryWhole, Limit, Page, Reason

router = Router(tags=["deliveries"])
State = Literal[
    "waiting", "queued", "sending", "sent", "bounced", "opened", "claimed", "withdrawn", "printed", "failed"
]  # fmt: skip


def _shown(row: LedgerRow) -> dict[str, Any]:
    of = row.delivery
    known = {name: getattr(of, name) for name in ("id", "channel", "state", "problem", "due", "opened", "claimed")}
    return {**known, "award": of.award_id, "name": row.name, "email": row.email}


@router.get("/deliveries", response=Page[DeliveryOut], summary="The ledger, newest first")
def listed(
    request: Called,
    state: State | None = None,
    batch: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
    limit: Limit = 50,
) -> Any:
    found = deliveries.ledger(
        request.actor, states=(state,) if state else (), batch=batch, after=str(after or ""), limit=limit + 1
    )
    items = [_shown(one) for one in found]
    return {"items": items[:limit], "next": items[limit - 1]["id"] if len(items) > limit else None}


@router.get("/deliveries/{uuid:id}", response=DeliveryWhole, summary="One line, with its history")
def one(request: Called, id: uuid.UUID) -> Any:
    found = _shown(deliveries.ledger_row(request.actor, id))
    return {**found, "history": deliveries.history(request.actor, id)}


@router.patch("/deliveries/{uuid:id}", response=DeliveryRef, summary="Another address, and the letter again")
def fix_address(request: Called, id: uuid.UUID, body: Address) -> Any:
    return deliveries.fix_address(request.actor, id, body.email, body.reason)


@router.post("/deliveries/{uuid:id}/resend", response={201: DeliveryRef}, summary="The letter again")
def resend(request: Called, id: uuid.UUID, body: Reason) -> Any:
    return Status(201, deliveries.resend(request.actor, id, body.reason))


@router.post("/deliveries/{uuid:id}/withdraw", response=DeliveryRef, summary="The offer no longer leads anywhere")
def withdraw(request: Called, id: uuid.UUID, body: Reason) -> Any:
    return corrections.withdraw_offer(request.actor, id, body.reason)
