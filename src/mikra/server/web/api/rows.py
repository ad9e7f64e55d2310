"""The rows of a batch: the list itself, what is to be mended in it, and mending it."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from ninja import Router

from mikra.errors import InputError
from mikra.issuance.dates import DateOrder
from mikra.server.actions import rows, rows_mending
from mikra.server.actions.upload_spool import Spool
from mikra.server.web.api.door import Called, check_length, check_plain, too_large
from mikra.server.web.api.schemas import Changed, Changes, Limit, Number, Numbers, RowOut, RowPage, TakenOut, Word

router = Router(tags=["batches"])

LONGEST = 2_000_000_000
"""Bytes of a class list: some twenty million rows."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"text/csv": "list.csv", XLSX: "list.xlsx"}
WORKBOOK = 15_000_000
_LIST = {"requestBody": {"required": True, "content": {kind: {"schema": {"type": "string"}} for kind in KINDS}}}


@router.put(
    "/batches/{uuid:id}/list",
    response=TakenOut,
    summary="The class list: CSV of any length, or XLSX; it replaces the one before",
    openapi_extra=_LIST,
)
def put_list(
    request: Called,
    id: uuid.UUID,
    encoding: Word = "",
    delimiter: Word = "",
    date_order: Literal["", "dmy", "mdy", "ymd"] = "",
    sheet: Word = "",
    accept_duplicates: bool = False,
) -> Any:
    name = _kind(request)
    most = WORKBOOK if name.endswith(".xlsx") else LONGEST
    check_length(request, most)
    decided = {
        "encoding": encoding,
        "delimiter": delimiter,
        "date_order": DateOrder(date_order) if date_order else None,
        "sheet": sheet,
        "accept_duplicates": accept_duplicates,
    }
    with Spool() as spool:
        while piece := request.read(Spool.BLOCK):
            if spool.add(piece) > most:
                raise too_large(most)
        return rows.take_list(request.actor, id, spool.reader(), name, mapping={}, options=decided)


def _kind(request: Called) -> str:
    check_plain(request)
    kind = (request.content_type or "").lower()
    if kind not in KINDS:
        raise InputError(
            "Class lists come as CSV or XLSX.",
            where="Content-Type",
            found=kind[:80],
            expected=", ".join(KINDS),
            code="media_type_not_supported",
        )
    return KINDS[kind]


@router.get("/batches/{uuid:id}/rows", response=RowPage, summary="Rows, with what is to be mended")
def listed(
    request: Called,
    id: uuid.UUID,
    state: Word = "",
    after: Number = 0,
    limit: Limit = 50,
) -> Any:
    found = rows.rows(request.actor, id, state=state or None, after=after, limit=limit + 1)
    return {"items": found[:limit], "next": found[limit - 1].number if len(found) > limit else None}


@router.patch("/batches/{uuid:id}/rows", response=list[RowOut], summary="Cells anew")
def mend(request: Called, id: uuid.UUID, body: Changes) -> Any:
    return rows_mending.mend(request.actor, id, [(one.row, one.position, one.text) for one in body.changes])


@router.post("/batches/{uuid:id}/rows/leave-out", response=Changed, summary="These learners get nothing by this batch")
def leave_out(request: Called, id: uuid.UUID, body: Numbers) -> Any:
    return {"changed": rows_mending.leave_out(request.actor, id, body.rows)}


@router.post("/batches/{uuid:id}/rows/take-back", response=Changed, summary="Rows that were left out are judged again")
def take_back(request: Called, id: uuid.UUID, body: Numbers) -> Any:
    return {"changed": rows_mending.take_back(request.actor, id, body.rows)}


@router.post("/batches/{uuid:id}/rows/insist", response=Changed, summary="Doubles that are none, says a person")
def insist(request: Called, id: uuid.UUID, body: Numbers) -> Any:
    return {"changed": rows_mending.insist(request.actor, id, body.rows)}
