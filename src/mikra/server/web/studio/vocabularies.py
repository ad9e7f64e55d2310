"""Vocabularies, found by typing in any language: as JSON for the form's fields, as a page for whoever has no script."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from mikra import vocabulary
from mikra.errors import NotFoundError
from mikra.server.rights import Right
from mikra.server.store.skills import Skill
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import language

SEARCHED = frozenset(
    {
        *("isced_f", "nqf", "country", "atu", "language", "eqf", "assessment", "mode", "target_group"),
        *("accreditation", "learning_opportunity", "learning_activity", "skill_type", "skill_reuse_level"),
    }
)
"""The vocabularies that the form uses."""

LIMIT = 20
PAGE_LIMIT = 200


@require_safe
@console(Right.VIEW)
def search(request: Asked, scheme: str) -> HttpResponse:
    """The entries of a vocabulary whose words begin as was typed."""
    if scheme not in SEARCHED:
        raise NotFoundError("There is no such vocabulary.", found=scheme[:40], code="not_found")
    text, spoken = request.GET.get("q", "")[:100], language()
    as_page = "text/html" in request.headers.get("Accept", "")
    found = vocabulary.search_everywhere(scheme, text, spoken, PAGE_LIMIT if as_page else LIMIT)
    if as_page:
        values = {"scheme": vocabulary.scheme(scheme), "found": found, "q": text, "spoken": spoken}
        return render(request, "studio/vocabulary.html", values)
    options = [
        {
            "value": one.slug,
            "text": one.label(spoken),
            "note": one.code,
            "lang": _lang(one.label_language(spoken), spoken),
        }
        for one in found
    ]
    return JsonResponse({"options": options})


def _lang(tag: str, spoken: str) -> str:
    """Only where it is not the page's own."""
    return "" if tag == spoken else tag


@require_safe
@console(Right.VIEW)
def skills(request: Asked) -> HttpResponse:
    """Skills of ESCO, as they were imported."""
    text, spoken = request.GET.get("q", "")[:100], language()
    found = Skill.found(text, spoken, PAGE_LIMIT if "text/html" in request.headers.get("Accept", "") else LIMIT)
    if "text/html" in request.headers.get("Accept", ""):
        values = {"found": found, "q": text, "spoken": spoken, "counted": Skill.counted()}
        return render(request, "studio/skills.html", values)
    options = [
        {"value": one.iri, "text": one.label, "note": one.kind, "lang": _lang(one.language, spoken)} for one in found
    ]
    return JsonResponse({"options": options})
