"""Where people who work here arrive: their institutions, and what waits for them."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from mikra.server.store.people import Membership
from mikra.server.web.guards import ONLY, Asked, console, signed_in
from mikra.server.web.pages import render


@require_safe
@signed_in
def choose(request: Asked) -> HttpResponse:
    """One institution: go there. Several: choose. None: say so."""
    only = request.session.get(ONLY)
    mine = [one for one in Membership.working(request.person) if only in (None, one.tenant.slug)]
    if len(mine) == 1:
        return HttpResponseRedirect(reverse("start", args=[mine[0].tenant.slug]))
    return render(request, "console/choose.html", {"memberships": mine})


@require_safe
@console()
def start(request: Asked) -> HttpResponse:
    """What waits for this person here."""
    return render(request, "console/start.html")
