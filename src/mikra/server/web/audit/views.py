"""Who did what, when and why; and the proof that nothing of it was changed afterwards."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_POST, require_safe

from mikra.server.actions import audit_reading
from mikra.server.rights import Right
from mikra.server.web.audit.words import WORDS, said
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import lazy


class NarrowForm(forms.Form):
    """Which lines."""

    verb = forms.ChoiceField(label=lazy("About"), required=False)
    actor = forms.ChoiceField(label=lazy("By"), required=False)
    since = forms.DateField(label=lazy("From"), required=False)
    until = forms.DateField(label=lazy("Until"), required=False)
    subject = forms.CharField(required=False, max_length=120)


def _form(request: Asked) -> NarrowForm:
    form = NarrowForm(request.GET)
    groups = sorted({name.partition(".")[0] for name in WORDS})
    form.fields["verb"].choices = [("", ""), *((f"{one}.", one) for one in groups)]  # type: ignore[attr-defined]
    form.fields["actor"].choices = [("", ""), *audit_reading.people(request.actor), ("system", "Mikra")]  # type: ignore[attr-defined]
    return form


@require_safe
@console(Right.AUDIT)
def index(request: Asked) -> HttpResponse:
    """The lines, newest first."""
    form = _form(request)
    given = form.cleaned_data if form.is_valid() else {}
    narrowed = {name: given[name] for name in ("verb", "actor", "subject") if given.get(name)}
    narrowed |= audit_reading.day_bounds(given.get("since"), given.get("until"))
    before = request.GET.get("before", "")
    page, number = audit_reading.PAGE, int(before) if before.isdigit() and len(before) < 18 else 0
    found = audit_reading.lines(request.actor, before=number, limit=page + 1, **narrowed)
    query = {name: value for name, value in request.GET.items() if name != "before" and value}
    values = {
        "lines": found[:page],
        "older": found[page - 1].entry.number if len(found) > page else 0,
        "query": query,
        "form": form,
        "in_words": said,
        "narrowed": bool(query),
    }
    return render(request, "audit/index.html", values)


@require_safe
@console(Right.AUDIT)
def trail(request: Asked) -> StreamingHttpResponse:
    """The whole trail, to take away."""
    response = StreamingHttpResponse(audit_reading.exported(request.actor), content_type="application/jsonl")
    response["Content-Disposition"] = 'attachment; filename="trail.jsonl"'
    return response


@require_safe
@console(Right.AUDIT)
def heads(request: Asked) -> HttpResponse:
    """Sealed heads and the checker."""
    response = HttpResponse(audit_reading.heads_file(request.actor), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="heads.zip"'
    return response


@require_POST
@console(Right.AUDIT)
def check(request: Asked) -> HttpResponse:
    """Goes through the chain now."""
    return render(request, "audit/check.html", {"held": audit_reading.check(request.actor)})
