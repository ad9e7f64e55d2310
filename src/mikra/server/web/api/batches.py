"""Batches: a class list in, credentials out. The rules, four eyes among them, are those of the actions."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from ninja import Router, Status

from mikra.server.actions import batches, batches_approval, batches_lists, batches_undo, receipts, receipts_pdf
from mikra.server.store.batches import Batch
from mikra.server.web.api.door import Called
from mikra.server.web.api.schemas import (
    Approval,
    BatchBody,
    BatchOut,
    BatchWhole,
    Limit,
    Page,
    ProgressOut,
    Reason,
    SentenceOut,
    Word,
    page,
)

router = Router(tags=["batches"])


def whole(request: Called, batch: Batch) -> dict[str, Any]:
    """A batch with its rows by state."""
    shown = {name: getattr(batch, name) for name in BatchOut.model_fields if name != "edition"}
    return {**shown, "edition_id": batch.edition_id, "counts": batches.counts_of(batch)}


def _found(request: Called, id: uuid.UUID) -> Batch:
    batches.summary(request.actor, id)
    return Batch.get(request.actor.tenant, id)


@router.get("/batches", response=Page[BatchOut], summary="Batches, the newest first")
def listed(
    request: Called,
    state: Word = "",
    after: uuid.UUID | None = None,
    limit: Limit = 50,
) -> Any:
    return page(batches.batches(request.actor, state=state or None, before=after, limit=limit + 1), limit)


@router.post("/batches", response={201: BatchWhole}, summary="A new batch, with its rows or without")
def begin(request: Called, response: HttpResponse, body: BatchBody) -> Any:
    made = batches_lists.begin_with(
        request.actor, body.edition, rows=body.rows, awarded_on=body.awarded_on, trial=body.trial
    )
    response["Location"] = f"/api/v1/batches/{made.id}"
    return Status(201, whole(request, made))


@router.get("/batches/{uuid:id}", response=BatchWhole, summary="One batch")
def one(request: Called, id: uuid.UUID) -> Any:
    return whole(request, _found(request, id))


@router.get("/batches/{uuid:id}/progress", response=ProgressOut, summary="How far sealing is")
def progress(request: Called, id: uuid.UUID) -> Any:
    return batches.progress(request.actor, id)


@router.get("/batches/{uuid:id}/sentence", response=SentenceOut, summary="What is about to be sealed, in one sentence")
def sentence(request: Called, id: uuid.UUID) -> Any:
    said = batches_approval.sentence(request.actor, id)
    return {"sentence": said, "doubts": batches_approval.doubts(request.actor, id)}


@router.post("/batches/{uuid:id}/ask-approval", response=BatchWhole, summary="Ready for a second person")
def ask_approval(request: Called, id: uuid.UUID) -> Any:
    return whole(request, batches_approval.ask_approval(request.actor, id))


@router.post("/batches/{uuid:id}/approve", response=BatchWhole, summary="Seal what is ready")
def approve(request: Called, id: uuid.UUID, body: Approval) -> Any:
    return whole(request, batches_approval.approve(request.actor, id, sentence=body.sentence, at=body.at))


@router.post("/batches/{uuid:id}/send-back", response=BatchWhole, summary="Back to who prepared it, with a reason")
def send_back(request: Called, id: uuid.UUID, body: Reason) -> Any:
    return whole(request, batches_approval.send_back(request.actor, id, body.reason))


@router.post("/batches/{uuid:id}/pause", response=BatchWhole, summary="Sealing stops after the rows in hand")
def pause(request: Called, id: uuid.UUID) -> Any:
    return whole(request, batches_approval.pause(request.actor, id))


@router.post("/batches/{uuid:id}/resume", response=BatchWhole, summary="Sealing goes on")
def resume(request: Called, id: uuid.UUID) -> Any:
    return whole(request, batches_approval.resume(request.actor, id))


@router.post("/batches/{uuid:id}/cancel", response=BatchWhole, summary="Nothing comes of this list")
def cancel(request: Called, id: uuid.UUID) -> Any:
    return whole(request, batches_approval.cancel(request.actor, id))


@router.post("/batches/{uuid:id}/revert", response=BatchWhole, summary="Withdraw every award of the batch")
def revert(request: Called, id: uuid.UUID, body: Reason) -> Any:
    return whole(request, batches_undo.revert(request.actor, id, body.reason))


@router.get("/batches/{uuid:id}/receipt", response=str, summary="The sealed receipt (JAdES, JSON)")
def receipt(request: Called, id: uuid.UUID) -> Any:
    return HttpResponse(receipts.receipt(request.actor, id), content_type="application/jose")


@router.get("/batches/{uuid:id}/receipt.pdf", response=str, summary="Who got what, on paper")
def receipt_pdf(request: Called, id: uuid.UUID) -> Any:
    return HttpResponse(receipts_pdf.receipt_pdf(request.actor, id), content_type="application/pdf")


@router.get("/batches/{uuid:id}/receipt.xlsx", response=str, summary="Who got what, as a workbook")
def receipt_xlsx(request: Called, id: uuid.UUID) -> Any:
    made = receipts.receipt_xlsx(request.actor, id)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(made, content_type=kind)
