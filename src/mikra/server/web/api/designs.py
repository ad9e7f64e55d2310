"""Designs and their editions."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.http import HttpResponse
from ninja import Router, Status

from mikra.issuance.roster.table import heading_text
from mikra.server.actions import designs, drafts, drop_folder, editions
from mikra.server.actions.batches_design import columns_of
from mikra.server.store.designs import Design, Edition
from mikra.server.web.api.door import Called
from mikra.server.web.api.schemas import (
    DesignBody,
    DesignOut,
    DesignWhole,
    DraftBody,
    EditionOut,
    FieldOut,
    Limit,
    Page,
    Word,
    page,
)

router = Router(tags=["designs"])


@router.get("/designs", response=Page[DesignOut], summary="Designs, the newest first")
def listed(
    request: Called,
    text: Word = "",
    state: Word = "",
    after: uuid.UUID | None = None,
    limit: Limit = 50,
) -> Any:
    found = designs.list_designs(request.actor, text=text, state=state)
    rows = found.filter(id__lt=after) if after else found
    return page(list(rows.order_by("-id")[: limit + 1]), limit)


@router.post("/designs", response={201: DesignWhole}, summary="A new draft, complete or not")
def create(request: Called, response: HttpResponse, body: DesignBody) -> Any:
    made = designs.create_design(request.actor, body.content, reason="api")
    response["Location"] = f"/api/v1/designs/{made.id}"
    return Status(201, made)


@router.get("/designs/{uuid:id}", response=DesignWhole, summary="One design with its draft")
def one(request: Called, id: uuid.UUID) -> Design:
    return designs.get_design(request.actor, id)


@router.put("/designs/{uuid:id}", response=DesignWhole, summary="Save the whole draft")
def save(request: Called, id: uuid.UUID, body: DraftBody) -> Design:
    return drafts.save_draft(request.actor, id, body.content, version=body.version)


@router.get("/designs/{uuid:id}/editions", response=list[EditionOut], summary="Its editions, the last first")
def its_editions(request: Called, id: uuid.UUID) -> list[Edition]:
    return editions.list_editions(request.actor, id)


@router.post("/designs/{uuid:id}/editions", response={201: EditionOut}, summary="Publish what reviewers approved")
def publish(request: Called, id: uuid.UUID) -> Any:
    return Status(201, editions.publish(request.actor, id))


@router.get("/designs/{uuid:id}/editions/{int:number}", response=EditionOut, summary="One edition")
def edition(request: Called, id: uuid.UUID, number: int) -> Edition:
    return editions.get_edition(request.actor, id, number)


@router.get(
    "/designs/{uuid:id}/editions/{int:number}/content",
    response=dict[str, Any],
    summary="The design file as it was published",
)
def content(request: Called, id: uuid.UUID, number: int) -> Any:
    found = editions.get_edition(request.actor, id, number)
    return orjson.loads(bytes(found.content))


@router.get(
    "/designs/{uuid:id}/editions/{int:number}/fields",
    response=list[FieldOut],
    summary="What a class list says about each learner",
)
def fields(request: Called, id: uuid.UUID, number: int) -> Any:
    found = editions.get_edition(request.actor, id, number)
    language = request.actor.language
    return [
        {"name": one.name, "label": heading_text(one.name, language), "required": one.required}
        for one in columns_of(found)
    ]


@router.put(
    "/designs/{uuid:id}/editions/{int:number}/folder",
    response=dict[str, str],
    summary="Make the drop folder of an edition; a second time changes nothing",
)
def folder(request: Called, id: uuid.UUID, number: int) -> Any:
    found = drop_folder.open_folder(request.actor, editions.get_edition(request.actor, id, number).id)
    return {"folder": str(found.relative_to(drop_folder.root().parent))}
