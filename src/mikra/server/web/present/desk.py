"""The recognition officer asks a learner's wallet: all that Annex I wants, unless less will do."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from mikra.server.actions.presenting_queries import ELEMENTS
from mikra.server.rights import Right
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.present import views


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.RECOGNISE)
def ask(request: Asked) -> HttpResponse:
    """What is asked for, and where the wallet is. The answer is shown once, in this browser."""
    if request.method == "POST":
        return views.begun_by(request)
    return render(request, "present/desk.html", {"elements": ELEMENTS})
