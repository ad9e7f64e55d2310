"""The recognition officer asks a learner's wallet: all that Annex I wants, unless less will do."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from mikra.errors import InputError
from mikra.server.actions.presenting_queries import ELEMENTS
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.present import views
from mikra.server.words import _

LONGEST = 500
"""Characters of a purpose that are written back into the field."""


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.RECOGNISE)
def ask(request: Asked) -> HttpResponse:
    """What is asked for, and where the wallet is. The answer is shown once, in this browser."""
    if request.method != "POST":
        return _page(request)
    purpose = request.POST.get("purpose", "").strip()
    if not purpose:
        return _page(request, _("Say what it is for: the learner decides by it."))
    try:
        return views.begun_by(request, tenant=request.tenant, purpose=purpose)
    except InputError as error:
        return _page(request, refusals.message(error))


def _page(request: Asked, fault: str = "") -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    values = {
        "elements": ELEMENTS,
        "ticked": given.getlist("ask") if given else list(ELEMENTS),
        "several": "several" in given if given else True,
        "purpose": given.get("purpose", "")[:LONGEST] if given else "",
        "fault": fault,
    }
    return render(request, "present/desk.html", values, status=422 if fault else 200)
