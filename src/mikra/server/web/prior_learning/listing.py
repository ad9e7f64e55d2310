"""The cases of prior learning, and a new one: for which edition, and who."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mikra.adapters.clock import now
from mikra.server.actions import awardable, prior_learning, prior_learning_row
from mikra.server.rights import Right
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.prior_learning import words
from mikra.server.words import _, language, ngettext

PAGE = 24


@require_safe
@console(Right.VIEW)
def index(request: Asked) -> HttpResponse:
    """Those that this person may see, by state."""
    counts, state = prior_learning.counts(request.actor), request.GET.get("state", "")
    state = state if state in counts else ""
    found = prior_learning.cases(request.actor, state=state)
    address = reverse("prior", args=[request.tenant.slug])
    chips = [{"text": _("All"), "href": address, "n": sum(counts.values()), "here": not state}]
    chips += [
        {"text": words.STATES[one][1], "href": f"{address}?state={one}", "n": counts[one], "here": state == one}
        for one in counts
    ]
    values = {"found": found, "chips": chips, "state": state, "states": words.STATES, "title": _title(counts)}
    return render(request, "prior_learning/index.html", values)


def _title(counts: dict[str, int]) -> str:
    waiting = counts["assessment"] + counts["decision"]
    if waiting:
        return ngettext("{count} case waits", "{count} cases wait", waiting).format(count=waiting)
    return _("No case waits")


@require_safe
@console(Right.PREPARE)
def choose(request: Asked) -> HttpResponse:
    """The designs, last used first."""
    text = request.GET.get("q", "")[:200]
    start = int(request.GET["from"]) if request.GET.get("from", "")[:6].isdecimal() else 0
    found = awardable.listed(request.actor, text, now().date(), start=min(start, 100_000), limit=PAGE + 1)
    values = {"cards": found[:PAGE], "more": len(found) > PAGE, "q": text, "start": start, "page": PAGE}
    return render(request, "prior_learning/choose.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def begin(request: Asked, edition: uuid.UUID) -> HttpResponse:
    """Who it is; then the case."""
    choice = awardable.chosen(request.actor, edition, now().date())
    fields = prior_learning_row.form(choice.edition, language())
    error: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        made: list[Any] = []
        error, status = words.tried(
            lambda: made.append(prior_learning.open_case(request.actor, edition, typed(request, fields)))
        )
        if made:
            return words.to(request, made[0].id)
    values = {"choice": choice, "edition": choice.edition, "fields": fields, "typed": request.POST, "error": error}
    values |= {"case": None, "summary": words.summary(error, fields[0].name)}
    return render(request, "prior_learning/learner.html", values, status=status)


def typed(request: Asked, fields: list[Any]) -> dict[str, str]:
    """What stands in the fields of the form."""
    return {one.name: request.POST.get(one.name, "") for one in fields}
