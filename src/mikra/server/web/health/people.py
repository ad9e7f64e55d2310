"""For people: what is well, what is not, and how to mend it."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mikra.server.health.finding import Finding, State, worst
from mikra.server.health.look import look
from mikra.server.rights import Right
from mikra.server.web.guards import Asked, console, operator
from mikra.server.web.pages import render

_MARKS = {State.GOOD: "passed", State.WARN: "fix", State.BAD: "failed", State.UNKNOWN: "unchecked"}


@require_safe
@operator
def installation(request: Asked) -> HttpResponse:
    """Of the whole installation."""
    return _shown(request, look())


@require_safe
@console(Right.ADMINISTER)
def institution(request: Asked) -> HttpResponse:
    """As an institution sees it."""
    return _shown(request, look(request.tenant))


def _shown(request: Asked, found: list[Finding]) -> HttpResponse:
    rows = [{"finding": one, "mark": _MARKS[one.state]} for one in found]
    bad = sum(one.state is State.BAD for one in found)
    soon = sum(one.state is State.WARN for one in found)
    return render(request, "health/index.html", {"rows": rows, "bad": bad, "soon": soon, "state": worst(found).value})
