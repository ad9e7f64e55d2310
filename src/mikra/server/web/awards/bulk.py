"""Many rows at once: what several share, one value for the selected, leaving out, taking back, insisting."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from mikra.errors import ConflictError, InputError
from mikra.server.actions import rows_mending
from mikra.server.rights import Actor, Right
from mikra.server.web.awards.posted import back, changes_in
from mikra.server.web.guards import Asked, console
from mikra.server.words import _, ngettext


def offered(actor: Actor, id: uuid.UUID) -> list[dict[str, Any]]:
    """What could be done about many rows, each with a key by which it is found again."""
    return [{"key": _key(one), "offer": one, "count": len(one.rows)} for one in rows_mending.offers(actor, id)]


def _key(offer: rows_mending.Offer) -> str:
    return hashlib.sha256(f"{offer.position}|{offer.field}|{offer.fix}".encode()).hexdigest()[:16]


@require_POST
@console(Right.PREPARE)
def accept(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One of the offers: day and month changed about, or one value for all."""
    wanted = request.POST.get("offer", "")
    offer = next((one["offer"] for one in offered(request.actor, id) if one["key"] == wanted), None)
    if offer is None:
        raise ConflictError(_("These rows have changed meanwhile."), fix=_("Go back and look again."))
    if request.POST.get("do") == "leave":
        count = rows_mending.leave_out(request.actor, id, offer.rows)
    elif request.POST.get("do") == "swap":
        count = rows_mending.mend_all(request.actor, id, offer.rows, position=offer.position, swap=True)
    else:
        text = request.POST.get("value", "")
        count = rows_mending.mend_all(request.actor, id, offer.rows, position=offer.position, text=text)
    messages.success(request, _said(count))
    return back(request, id)


def _said(count: int) -> str:
    return ngettext("{count} row was changed.", "{count} rows were changed.", count).format(count=count)


@require_POST
@console(Right.PREPARE)
def selected(request: Asked, id: uuid.UUID) -> HttpResponse:
    """What is to be done with the selected rows; what was typed in cells is kept first."""
    picked = [int(one) for one in request.POST.getlist("row") if one.isdecimal() and len(one) < 10]
    typed = changes_in(request)
    if typed:
        rows_mending.mend(request.actor, id, typed)
    if not picked:
        messages.warning(request, _("No row is selected. Tick the boxes at their left first."))
        return back(request, id)
    messages.success(request, _said(_done(request, id, picked)))
    return back(request, id)


def _done(request: Asked, id: uuid.UUID, picked: list[int]) -> int:
    what = request.POST.get("do", "")
    simple = {
        "leave": rows_mending.leave_out,
        "back": rows_mending.take_back,
        "insist": rows_mending.insist,
    }
    if what in simple:
        return simple[what](request.actor, id, picked)
    column = request.POST.get("column", "")
    if not column.isdecimal():
        raise InputError(_("Say in which column the value is to stand."), where="column")
    return rows_mending.mend_all(request.actor, id, picked, position=int(column), text=request.POST.get("value", ""))
