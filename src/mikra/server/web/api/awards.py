"""Awards, their sealed credentials, their status, and correcting them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router, Status

from mikra.server.actions import awards, awards_status, corrections, corrections_supersede
from mikra.server.web.api.awards_schemas import AwardOut, Correction, FactOut, StatusOut
from mikra.server.web.api.door import Called
from mikra.server.web.api.schemas import Limit, Page, Reason, Word, page

router = Router(tags=["awards"])
State = Literal["valid", "suspended", "revoked", "superseded"]


@router.get("/awards", response=Page[AwardOut], summary="Awards, the newest first")
def listed(
    request: Called,
    design: uuid.UUID | None = None,
    edition: uuid.UUID | None = None,
    batch: uuid.UUID | None = None,
    awarded_from: dt.date | None = None,
    awarded_to: dt.date | None = None,
    state: State | None = None,
    trial: bool = False,
    after: uuid.UUID | None = None,
    limit: Limit = 50,
) -> Any:
    wanted = awards.Filter(
        design_id=design,
        edition_id=edition,
        batch_id=batch,
        start=awarded_from,
        end=awarded_to,
        state=state or "",
        trial=trial,
    )
    return page(awards.listed(request.actor, wanted, before=after, limit=limit + 1), limit)


@router.get("/awards/{uuid:id}", response=AwardOut, summary="One award")
def one(request: Called, id: uuid.UUID) -> Any:
    return awards.award(request.actor, id)


@router.get("/awards/{uuid:id}/status", response=StatusOut, summary="What it counts for now, and where that is public")
def status(request: Called, id: uuid.UUID) -> Any:
    return awards_status.status(request.actor, id)


@router.get("/awards/{uuid:id}/credential", response=str, summary="The sealed credential, byte for byte")
def credential(request: Called, id: uuid.UUID, form: Word = "edc") -> Any:
    return HttpResponse(awards_status.credential(request.actor, id, form=form), content_type="application/octet-stream")


@router.get("/awards/{uuid:id}/facts", response=list[FactOut], summary="What it was made of, field by field")
def facts(request: Called, id: uuid.UUID) -> Any:
    return corrections_supersede.facts(request.actor, id)


@router.post("/awards/{uuid:id}/suspend", response=AwardOut, summary="It does not count for now")
def suspend(request: Called, id: uuid.UUID, body: Reason) -> Any:
    corrections.suspend(request.actor, id, body.reason)
    return awards.award(request.actor, id)


@router.post("/awards/{uuid:id}/resume", response=AwardOut, summary="It counts again")
def resume(request: Called, id: uuid.UUID, body: Reason) -> Any:
    corrections.resume(request.actor, id, body.reason)
    return awards.award(request.actor, id)


@router.post("/awards/{uuid:id}/revoke", response=AwardOut, summary="It is withdrawn, for good")
def revoke(request: Called, id: uuid.UUID, body: Reason) -> Any:
    corrections.revoke(request.actor, id, body.reason)
    return awards.award(request.actor, id)


@router.post("/awards/{uuid:id}/supersede", response={201: AwardOut}, summary="A new award in place of this one")
def supersede(request: Called, response: HttpResponse, id: uuid.UUID, body: Correction) -> Any:
    made = corrections_supersede.supersede(request.actor, id, body.changes, body.reason)
    response["Location"] = f"/api/v1/awards/{made.id}"
    return Status(201, awards.award(request.actor, made.id))
