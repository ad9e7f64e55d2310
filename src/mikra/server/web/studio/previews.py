"""How a design will look: in the catalogue, on a certificate, and to somebody who verifies it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mikra import messages
from mikra.adapters.clock import now
from mikra.server.actions import designs, drafts, samples
from mikra.server.rights import Right
from mikra.server.store.designs import Design
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.studio import choices
from mikra.server.words import language


def _tongue(request: Asked, judged: drafts.Judged) -> str:
    """The language of the preview: asked for, else the reader's, else the design's first."""
    spoken = judged.draft.design.languages
    asked = request.GET.get("in", "")
    return next((tag for tag in (asked, language()) if tag in spoken), spoken[0])


def _values(request: Asked, id: uuid.UUID, here: str) -> tuple[Design, drafts.Judged, dict[str, Any]]:
    design = designs.get_design(request.actor, id)
    judged = drafts.judge(design.draft, language=request.tenant.language, day=now().date())
    tongue = _tongue(request, judged)
    tongues = choices.languages(list(judged.draft.design.languages), language())
    shown = {"design": design, "read": judged.draft.design, "judged": judged, "tongue": tongue, "tongues": tongues}
    return design, judged, {**shown, "here": here}


@require_safe
@console(Right.VIEW)
def catalogue(request: Asked, id: uuid.UUID) -> HttpResponse:
    """As a page of the catalogue."""
    _, judged, values = _values(request, id, "catalogue")
    read, tongue = judged.draft.design, values["tongue"]
    labels = {
        "country": read.issuer.country.label(tongue) if "issuer.country" not in judged.draft.lacks else "",
        "mode": [one.label(tongue) for one in read.participation.mode],
        "languages": [one.label(tongue) for one in read.participation.language],
        "fields": [one.label(tongue) for one in read.field_of_study],
        "targets": [one.label(tongue) for one in read.target_groups],
        "assessment": [one.type.label(tongue) for one in read.assessment],
        "eqf": read.level.eqf.code if read.level.eqf else "",
    }
    return render(request, "studio/preview_catalogue.html", {**values, "labels": labels})


@require_safe
@console(Right.VIEW)
def verifier(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The elements of Annex I as a verifier reads them; what is not there is "not stated by the issuer"."""
    _, judged, values = _values(request, id, "verifier")
    tongue = values["tongue"]
    spoken = tongue if tongue in messages.LANGUAGES else language()
    rows = [
        {
            "term": element.name(spoken, short=True),
            "value": "; ".join(element.shown(tongue)),
            "later": element.state.value == "at award",
            "mandatory": element.mandatory,
        }
        for element in judged.assessment.meter.elements
    ]
    return render(request, "studio/preview_verifier.html", {**values, "rows": rows})


@require_safe
@console(Right.VIEW)
def certificate(request: Asked, id: uuid.UUID) -> HttpResponse:
    """A certificate of a sample learner, marked as a sample: a real PDF."""
    _, judged, values = _values(request, id, "certificate")
    at = now().replace(microsecond=0)
    pdf = samples.certificate(judged.draft, language=values["tongue"], at=at)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="sample.pdf"'
    return response


@require_safe
@console(Right.VIEW)
def choose(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The certificate's page: a sentence and the button to the PDF."""
    _, judged, values = _values(request, id, "certificate")
    why = samples.lacking(judged.draft)
    return render(request, "studio/preview_certificate.html", {**values, "why": why})
