"""A programme's table of modules becomes drafts; drafts are put together again."""

from __future__ import annotations

from urllib.parse import urlencode

import orjson
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mikra import strictjson
from mikra.adapters.clock import now
from mikra.errors import InputError
from mikra.issuance.roster.result import Roster
from mikra.server.actions import designs_modules as modules
from mikra.server.rights import Right
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import language, ngettext


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.DESIGN)
def unbundle(request: Asked) -> HttpResponse:
    """The table is asked for, shown as it was read, and then taken: nothing is kept between the steps."""
    programme = request.POST.get("programme", "")
    values: dict[str, object] = {"programme": programme, "text": request.POST.get("text", ""), "error": None}
    if request.method == "GET":
        return render(request, "studio/modules.html", values)
    try:
        if request.POST.get("modules"):
            return _take(request, programme)
        found, roster = _read(request)
    except InputError as error:
        return render(request, "studio/modules.html", {**values, "error": error}, status=422)
    listed = orjson.dumps([one.as_dict() for one in found]).decode()
    shown = {"programme": programme, "found": found, "listed": listed, "bad": _bad(roster), "roster": roster}
    return render(request, "studio/modules_read.html", shown)


def _read(request: Asked) -> tuple[list[modules.Module], Roster]:
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    if file is None and not text.strip():
        raise InputError(
            "There is no table.", where="file", fix="Choose a file, or paste the cells.", code="text_missing"
        )
    data, name = (file.read(), file.name or "") if file is not None else (text.encode(), "")
    return modules.read_modules(data, name=name, language=language(), today=now().date())


def _bad(roster: Roster) -> list[dict[str, object]]:
    spoken = language()
    return [
        {
            "number": row.number,
            "cells": " · ".join(str(cell) for cell in row.cells if cell)[:200],
            "why": [f"{one.what.text(spoken)} {one.fix.text(spoken) if one.fix else ''}" for one in row.findings],
        }
        for row in roster.bad
    ]


def _take(request: Asked, programme: str) -> HttpResponse:
    data = strictjson.parse(request.POST["modules"].encode())
    picked = set(request.POST.getlist("pick"))
    known = modules.modules_of(data if isinstance(data, list) else [])
    made = modules.unbundle(request.actor, [one for one in known if str(one.number) in picked], programme=programme)
    say = ngettext("{count} draft was made.", "{count} drafts were made.", len(made)).format(count=len(made))
    messages.success(request, say)
    query = urlencode({"programme": programme.strip()[:120]})
    return HttpResponseRedirect(f"{reverse('designs', args=[request.tenant.slug])}?{query}")


@require_POST
@console(Right.DESIGN)
def regroup(request: Asked) -> HttpResponse:
    """One draft of the chosen ones."""
    made = modules.regroup(request.actor, request.POST.getlist("design"), title=request.POST.get("title", ""))
    return HttpResponseRedirect(reverse("design", args=[request.tenant.slug, made.id]))
