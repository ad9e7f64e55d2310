"""Webhooks: where events are sent to, what was sent, and sending it again."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from mikra.server.actions import webhooks
from mikra.server.store.api import Message
from mikra.server.web.api.door import Called
from mikra.server.web.api.schemas import Body, Limit, Page, Short, page

router = Router(tags=["webhooks"])


class WebhookBody(Body):
    """`url`: https, a public host. `events`: names such as batch.done, award.sealed, award.changed."""

    url: Annotated[str, Field(max_length=2_000)]
    events: Annotated[list[Short], Field(min_length=1, max_length=50)]


class WebhookOut(Schema):
    """`stopped`: nothing is sent since then. `problem`: what the last try said."""

    id: uuid.UUID
    url: str
    events: list[str]
    created: dt.datetime
    stopped: dt.datetime | None
    problem: str


class WebhookMade(WebhookOut):
    """With the key of its signatures, which is told once."""

    secret: str


class AttemptOut(Schema):
    """One try. `status` 0: there was no answer."""

    at: dt.datetime
    status: int
    problem: str
    milliseconds: int


class MessageOut(Schema):
    """One event on its way."""

    id: uuid.UUID
    event: str
    state: str
    created: dt.datetime
    due: dt.datetime
    tries: int
    body: str
    attempts: list[AttemptOut]


def _shown(message: Message) -> dict[str, Any]:
    known = {name: getattr(message, name) for name in MessageOut.model_fields if name != "attempts"}
    return {**known, "attempts": sorted(message.attempts.all(), key=lambda one: one.id)}


@router.get("/webhooks", response=list[WebhookOut], summary="Webhooks, the newest first")
def listed(request: Called) -> Any:
    return webhooks.webhooks(request.actor)


@router.post("/webhooks", response={201: WebhookMade}, summary="Have events sent to an address")
def make(request: Called, response: HttpResponse, body: WebhookBody) -> Any:
    made = webhooks.make(request.actor, url=body.url, events=body.events)
    response["Location"] = f"/api/v1/webhooks/{made.webhook.id}"
    shown = {name: getattr(made.webhook, name) for name in WebhookOut.model_fields}
    return Status(201, {**shown, "secret": made.secret})


@router.get("/webhooks/{uuid:id}", response=WebhookOut, summary="One webhook")
def one(request: Called, id: uuid.UUID) -> Any:
    return webhooks.webhook(request.actor, id)


@router.delete("/webhooks/{uuid:id}", response={204: None}, summary="No longer")
def remove(request: Called, id: uuid.UUID) -> Any:
    webhooks.remove(request.actor, id)
    return Status(204, None)


@router.post("/webhooks/{uuid:id}/stop", response=WebhookOut, summary="Nothing is sent; what happens waits")
def stop(request: Called, id: uuid.UUID) -> Any:
    return webhooks.stop(request.actor, id)


@router.post("/webhooks/{uuid:id}/start", response=WebhookOut, summary="What waits is sent")
def start(request: Called, id: uuid.UUID) -> Any:
    return webhooks.start(request.actor, id)


@router.post("/webhooks/{uuid:id}/test", response={201: MessageOut}, summary="Send an event that means nothing")
def try_out(request: Called, id: uuid.UUID) -> Any:
    return Status(201, _shown(webhooks.try_out(request.actor, id)))


@router.get("/webhooks/{uuid:id}/messages", response=Page[MessageOut], summary="What was sent, with each try")
def sent(request: Called, id: uuid.UUID, after: uuid.UUID | None = None, limit: Limit = 50) -> Any:
    found = page(webhooks.messages(request.actor, id, before=after, limit=limit + 1), limit)
    return {**found, "items": [_shown(one) for one in found["items"]]}


@router.post("/webhooks/{uuid:id}/messages/{uuid:message}/replay", response=MessageOut, summary="Send it again")
def replay(request: Called, id: uuid.UUID, message: uuid.UUID) -> Any:
    return _shown(webhooks.replay(request.actor, id, message))
