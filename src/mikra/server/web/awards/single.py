"""One award: what it is, what became of it and why, its letters, its files, and what can be done."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mikra.server.actions import awards_story, forms_given
from mikra.server.rights import Right
from mikra.server.web.awards import words
from mikra.server.web.awards.filling import download
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import language

FILES = {"edc": ("application/vc+ld+json", "jsonld")}


@require_safe
@console(Right.VIEW)
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The page of one award."""
    found = awards_story.story(request.actor, id)
    values = {
        "story": found,
        "award": found.award,
        "state": words.AWARDS[found.award.state],
        "states": words.AWARDS,
        "may": _may(request, found),
        "certificate": forms_given.given(request.tenant, forms_given.CERTIFICATE),
    }
    return render(request, "awards/award.html", values)


def _may(request: Asked, found: awards_story.Story) -> list[str]:
    """What this person can do with the award as it is."""
    if not request.actor.may(Right.CORRECT):
        return []
    by_state = {"valid": ["suspend", "withdraw"], "suspended": ["resume", "withdraw"]}
    can = by_state.get(found.award.state, [])
    named = request.actor.may(Right.LEARNERS) and not awards_story.erased(found.award)
    return ["correct", *can] if can and named else can


@require_safe
@console(Right.LEARNERS)
def credential(request: Asked, id: uuid.UUID, form: str) -> HttpResponse:
    """The sealed file."""
    kind, ending = FILES.get(form, ("application/octet-stream", "bin"))
    return download(awards_story.credential(request.actor, id, form), kind, f"credential.{ending}")


@require_safe
@console(Right.LEARNERS)
def certificate(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The certificate for people."""
    pdf = awards_story.certificate(request.actor, id, language())
    return download(pdf, "application/pdf", "certificate.pdf")
