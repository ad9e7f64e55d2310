"""A page on which anybody asks a wallet for a credential; the answer is shown once, to the browser that asked.

What binds them is a cookie with the secret of the question: whoever has the address alone finds nothing.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mikra import base64url
from mikra.errors import InputError
from mikra.server.actions import presenting, presenting_queries
from mikra.server.actions.presenting import Asking, State
from mikra.server.actions.presenting_queries import ELEMENTS
from mikra.server.actions.rate_limits import Buckets
from mikra.server.installation import installation
from mikra.server.store.tenants import Tenant
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import not_there, public
from mikra.server.web.pages import render
from mikra.server.web.qr import image_of
from mikra.server.web.verify.telling import told
from mikra.server.words import language

BUCKETS = Buckets(a_minute=30, burst=20)
"""By the address that asks, in memory alone."""


@require_http_methods(["GET", "HEAD", "POST"])
@public
def ask(request: HttpRequest) -> HttpResponse:
    """The two buttons; and a new question."""
    if request.method != "POST":
        return render(request, "present/ask.html", {"elements": ELEMENTS})
    BUCKETS.take(caller_of(request))
    return begun_by(request)


def begun_by(request: HttpRequest, *, tenant: Tenant | None = None, purpose: str = "") -> HttpResponse:
    """A new question with what was ticked, for this browser alone; by an institution, if one asks."""
    chosen = [one for one in request.POST.getlist("ask") if one in ELEMENTS]
    query = presenting_queries.asking(chosen, several="several" in request.POST)
    here = request.POST.get("where") == "here"
    begun = presenting.begin(Asking(same_device=here, language=language(), query=query, tenant=tenant, purpose=purpose))
    response = HttpResponseRedirect(reverse("present_wait", args=[begun.row.id]))
    response.set_cookie(
        _cookie(begun.row.id),
        base64url.encode(begun.secret),
        max_age=int(presenting.LIFETIME.total_seconds()),
        path="/present/",
        secure=installation().secure,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_GET
@public
def wait(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The code or the button, and what is known so far; asked again by the page every other second."""
    secret = _secret(request, id)
    row = presenting.look(id, secret)
    part = request.headers.get("HX-Request") == "true"
    if row.state == State.ANSWERED and not row.same_device:
        address = reverse("present_answer", args=[id])
        return HttpResponse(headers={"HX-Redirect": address}) if part else HttpResponseRedirect(address)
    if part and row.state in (State.PENDING, State.CHECKING):
        return HttpResponse(status=204)
    link = presenting.link(row, secret)
    code = image_of(link) if row.state == State.PENDING and not row.same_device else ""
    values = {"row": row, "link": link, "code": code}
    return render(request, f"present/{'state' if part else 'wait'}.html", values)


@require_GET
@public
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """What was found: once. The browser must be the one that asked, and on one device the wallet must have led here."""
    found = presenting.take(id, _secret(request, id), request.GET.get("response_code", "")[:100])
    tongue = language()
    values: dict[str, Any] = {"found": found, "credentials": [told(one, tongue) for one in found["reports"]]}
    response = render(request, "present/answer.html", values)
    response.delete_cookie(_cookie(id), path="/present/", samesite="Lax")
    return response


def _cookie(id: uuid.UUID) -> str:
    return f"present_{id.hex}"


def _secret(request: HttpRequest, id: uuid.UUID) -> bytes:
    try:
        found = base64url.decode(request.COOKIES.get(_cookie(id), ""))
    except InputError:
        raise not_there() from None
    if len(found) != 32:
        raise not_there()
    return found
