"""People by name, address or number. What is searched for is sent in the form, so that no address holds it."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from mikra.server.actions import learners
from mikra.server.rights import Right
from mikra.server.web.awards import words
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render

MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.LEARNERS)
def find(request: Asked) -> HttpResponse:
    """The field to search, and what was found."""
    text = request.POST.get("q", "")[:200]
    found = learners.find(request.actor, text, limit=MOST) if request.method == "POST" else []
    return render(request, "learners/find.html", {"q": text, "found": found, "most": MOST})


@require_safe
@console(Right.LEARNERS)
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One person, and all their awards."""
    who = learners.learner(request.actor, id)
    awards = learners.of_learner(request.actor, id)
    return render(request, "learners/one.html", {"who": who, "awards": awards, "states": words.AWARDS})
