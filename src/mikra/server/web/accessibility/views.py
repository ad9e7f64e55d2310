"""The accessibility statement, after the model of Commission Implementing Decision (EU) 2018/1523.

What it says stands on `docs/accessibility.md`, which names the test or the protocol behind each clause of EN 301 549.
"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mikra.server.installation import installation
from mikra.server.web.guards import public
from mikra.server.web.pages import render

PREPARED = dt.date(2026, 11, 26)
REVIEWED = dt.date(2026, 11, 26)
"""Both change when somebody has gone through `docs/accessibility.md` anew, and not otherwise."""


@require_safe
@public
def statement(request: HttpRequest) -> HttpResponse:
    """What is accessible here, what is not, and whom to tell."""
    decided = installation()
    values = {
        "operator": decided.operator,
        "origin": decided.origin,
        "sender": decided.mail_from,
        "prepared": PREPARED,
        "reviewed": REVIEWED,
    }
    return render(request, "accessibility/statement.html", values)
