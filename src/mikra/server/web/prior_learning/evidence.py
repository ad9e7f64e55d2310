"""Evidence of a case: added, handed out as a download, taken out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from mikra.server.actions import prior_learning
from mikra.server.actions import prior_learning_evidence as evidence
from mikra.server.rights import Right
from mikra.server.store.prior_learning import PriorEvidence
from mikra.server.web.guards import Asked, console, not_there
from mikra.server.web.pages import render
from mikra.server.web.prior_learning import words
from mikra.server.words import _

Kind = PriorEvidence.Kind


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def add(request: Asked, id: uuid.UUID) -> HttpResponse:
    """A file, a link or a description, as `kind` in the address says."""
    found = prior_learning.case(request.actor, id)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else Kind.FILE
    error: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        error, status = words.tried(_adding(request, id, kind))
        if not error:
            return words.to(request, id)
    values = {
        "one": found,
        "kind": kind,
        "kinds": words.KINDS,
        "options": [(str(number), one.outcome) for number, one in enumerate(found.findings)],
        "chosen": request.POST.getlist("outcomes"),
        "typed": request.POST,
        "error": error,
        "summary": words.summary(error, "title"),
    }
    return render(request, "prior_learning/add.html", values, status=status)


def _adding(request: Asked, id: uuid.UUID, kind: str) -> Callable[[], Any]:
    numbers = [int(one) for one in request.POST.getlist("outcomes") if one.isdecimal() and len(one) < 4]
    common: dict[str, Any] = {"title": request.POST.get("title", ""), "outcomes": numbers}
    text = request.POST.get("text", "")
    if kind == Kind.LINK:
        url = request.POST.get("url", "")
        return lambda: evidence.add_link(request.actor, id, url=url, text=text, **common)
    if kind == Kind.DESCRIPTION:
        return lambda: evidence.add_description(request.actor, id, text=text, **common)
    sent = request.FILES.get("file")
    data = sent.read(evidence.LARGEST + 1) if sent else b""
    name = sent.name or "" if sent else ""
    return lambda: evidence.add_file(request.actor, id, name=name, data=data, **common)


@require_safe
@console(Right.VIEW)
def file(request: Asked, id: uuid.UUID, evidence: uuid.UUID) -> HttpResponse:
    """A file, to keep: what somebody gave is never shown as a page of ours."""
    name, media, content = _file(request, id, evidence)
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def _file(request: Asked, id: uuid.UUID, of: uuid.UUID) -> tuple[str, str, bytes]:
    return evidence.file(request.actor, id, of)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def remove(request: Asked, id: uuid.UUID, evidence: uuid.UUID) -> HttpResponse:
    """One question before it."""
    found = prior_learning.case(request.actor, id)
    if request.method == "POST":
        _remove(request, id, evidence)
        return words.to(request, id)
    shown = next((one for one in found.evidence if one.id == evidence), None)
    if shown is None:
        raise not_there()
    values = {
        "one": found,
        "title": _("Take this evidence out?"),
        "lead": shown.title,
        "does": _("Take it out"),
    }
    return render(request, "prior_learning/sure.html", values)


def _remove(request: Asked, id: uuid.UUID, of: uuid.UUID) -> None:
    evidence.remove(request.actor, id, of)
