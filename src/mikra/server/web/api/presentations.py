"""Asking wallets for credentials, by programs: a question, and what was answered (OpenID4VP 1.0)."""

from __future__ import annotations

import datetime as dt
import hmac
import uuid
from typing import Annotated, Any

from ninja import Router, Schema, Status
from pydantic import Field

from mikra import base64url
from mikra.adapters.clock import chance
from mikra.errors import InputError, NotFoundError
from mikra.exchange.oid4vp import Mode, Prefix
from mikra.server.actions import presenting, presenting_queries
from mikra.server.actions.presenting import Asking, State
from mikra.server.rights import Right
from mikra.server.web.api.door import Called
from mikra.server.web.api.schemas import Body, Short

router = Router(tags=["presentations"])


class PresentationBody(Body):
    """`ask`: elements of Annex I besides title and name; `several`: more credentials than one may be shown.

    `query`: DCQL of your own instead. `purpose`: what for; the wallet is told it, and the name of your institution.
    """

    ask: Annotated[list[Short], Field(max_length=20)] = []
    several: bool = False
    query: dict[str, Any] | None = None
    purpose: Annotated[str, Field(max_length=presenting.LONGEST_PURPOSE)] = ""
    prefix: Prefix = Prefix.X509_HASH
    mode: Mode = Mode.ENCRYPTED
    language: Annotated[str, Field(max_length=12)] = "en"


class PresentationMade(Schema):
    """`request`: the link for the wallet, or the text of a code. `secret` is told once and opens the result."""

    id: uuid.UUID
    secret: str
    request: str
    expires: dt.datetime


class ResultBody(Body):
    """`keep`: it can be read again until its ten minutes are over; otherwise it is deleted when it was read."""

    secret: Annotated[str, Field(max_length=100)]
    keep: bool = False


class PresentationResult(Schema):
    """`state`: pending, checking, answered, declined, refused, shown. `verified`: all holds, the holder's proof too.

    `reports`: as those of /verify, one for each credential.
    """

    id: uuid.UUID
    state: str
    fault: str
    verified: bool
    code: str
    reports: list[dict[str, Any]]


@router.post("/presentations", response={201: PresentationMade}, summary="Ask a wallet for a credential")
def ask(request: Called, body: PresentationBody) -> Any:
    """The wallet is given the link; what it answers waits for ten minutes."""
    request.actor.need(Right.RECOGNISE)
    if body.query is not None and body.ask:
        raise InputError("Give elements or a query of your own, not both.", where="ask", expected="ask or query")
    query = (
        presenting_queries.own(body.query)
        if body.query is not None
        else presenting_queries.asking(body.ask, several=body.several)
    )
    asking = Asking(
        prefix=body.prefix,
        mode=body.mode,
        language=body.language,
        query=query,
        tenant=request.actor.tenant,
        purpose=body.purpose,
    )
    told = chance(32)
    begun = presenting.begin(asking, secret=_of_tenant(request, told))
    made = {
        "id": begun.row.id,
        "secret": base64url.encode(told),
        "request": presenting.link(begun.row, begun.secret),
        "expires": begun.row.expires,
    }
    return Status(201, made)


@router.post("/presentations/{uuid:id}/result", response=PresentationResult, summary="What a wallet answered")
def result(request: Called, id: uuid.UUID, body: ResultBody) -> Any:
    """The state, and the reports once there is an answer. The secret stands in the body: addresses are written down."""
    request.actor.need(Right.RECOGNISE)
    secret = _of_tenant(request, _secret(body.secret))
    row = presenting.look(id, secret)
    told: dict[str, Any] = {"verified": False, "code": "", "reports": []}
    if row.state == State.ANSWERED:
        told |= presenting.take(id, secret, keep=body.keep)
    return {"id": id, "state": str(row.state), "fault": row.fault, **told}


def _of_tenant(request: Called, told: bytes) -> bytes:
    """The secret of the question: with what was told to one institution another one opens nothing."""
    return hmac.digest(told, request.actor.tenant.id.bytes, "sha256")


def _secret(text: str) -> bytes:
    try:
        found = base64url.decode(text)
    except InputError:
        found = b""
    if len(found) != 32:
        raise NotFoundError("There is nothing here under this address.", fix="Check the secret.", code="not_found")
    return found
