"""What learners said of each edition, for whoever looks after quality: in groups of five, and never whose it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mikra.server.actions import feedback
from mikra.server.rights import Right
from mikra.server.web.claim import feedback as asked
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _


@require_safe
@console(Right.QUALITY)
def index(request: Asked) -> HttpResponse:
    """All editions on which somebody answered."""
    found = [_row(one) for one in feedback.told(request.actor)]
    values = {"told": [one for one in found if one["answers"]], "few": [one for one in found if not one["answers"]]}
    return render(request, "feedback/index.html", values)


def _row(one: feedback.Told) -> dict[str, Any]:
    questions = (
        (
            _("Did you learn what was promised?"),
            asked.PROMISED,
            {str(key): count for key, count in one.promised.items()},
        ),
        (_("How much work was it?"), asked.WORKLOAD, one.workload),
        (_("Can you use it?"), asked.USE, one.use),
    )
    return {
        "edition": one.edition,
        "answers": one.answers,
        "comments": one.comments,
        "questions": [
            (title, [{"label": label, "value": counts.get(value, 0)} for value, label in choices if value])
            for title, choices, counts in questions
        ],
    }
