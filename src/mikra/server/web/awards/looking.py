"""Step 4: a real row, as the learner and as a verifier will see it. Nothing is sealed and nothing is sent."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mikra import messages
from mikra.server.actions import batches, batches_watch, previews
from mikra.server.rights import Right
from mikra.server.web.awards.filling import heading
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import language


@require_safe
@console(Right.LEARNERS)
def look(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Letter, learner's page, verifier's page, side by side."""
    batch = batches_watch.batch(request.actor, id)
    asked = request.GET.get("in", "")
    tongue = asked if asked in dict(settings.LANGUAGES) else ""
    shown = previews.preview(request.actor, id, _number(request), language=tongue)
    tongue = shown.person.language
    counts = batches.summary(request.actor, id)
    values = {
        **heading(request, batch, 4),
        "shown": shown,
        "tongue": tongue,
        "asked": asked,
        "counts": counts,
        "elements": _elements(shown, tongue if tongue in messages.LANGUAGES else language()),
    }
    return render(request, "awards/look.html", values)


def _number(request: Asked) -> int:
    text = request.GET.get("row", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _elements(shown: previews.Preview, tongue: str) -> list[dict[str, object]]:
    return [
        {"term": one.name(tongue, short=True), "value": "; ".join(one.shown(tongue)), "mandatory": one.mandatory}
        for one in shown.elements
    ]


@require_safe
@console(Right.LEARNERS)
def certificate(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The certificate of the row that one looks at, marked as a demonstration."""
    pdf = previews.certificate(request.actor, id, _number(request), language=request.GET.get("in", "") or language())
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="preview.pdf"'}
    )
