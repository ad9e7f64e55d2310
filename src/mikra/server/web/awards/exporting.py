"""All awards by design, period and state: looked through, and taken away as CSV, XLSX or the sealed files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import NotFoundError
from mikra.server.actions import awards, awards_story
from mikra.server.rights import Right
from mikra.server.store.awards import Award
from mikra.server.web.awards import words
from mikra.server.web.awards.filling import XLSX, download
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import lazy

PAGE = 50


class FilterForm(forms.Form):
    """Which awards."""

    design = forms.ChoiceField(label=lazy("Design"), required=False)
    start = forms.DateField(label=lazy("Awarded from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    end = forms.DateField(label=lazy("Awarded until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    state = forms.ChoiceField(label=lazy("State"), required=False)
    batch = forms.UUIDField(required=False, widget=forms.HiddenInput)
    trial = forms.BooleanField(label=lazy("Trial runs"), required=False)

    def __init__(self, request: Asked, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        designs = awards_story.designs_awarded(request.actor)
        states = [(state, words.AWARDS[state][1]) for state in Award.State.values]
        self.fields["design"].choices = [("", lazy("All")), *designs]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", lazy("All")), *states]  # type: ignore[attr-defined]

    def wanted(self) -> awards.Filter:
        """What can be read of the form; a field that cannot be read narrows nothing, and says so."""
        self.is_valid()
        given = self.cleaned_data
        return awards.Filter(
            design_id=uuid.UUID(given["design"]) if given.get("design") else None,
            batch_id=given.get("batch"),
            start=given.get("start"),
            end=given.get("end"),
            state=given.get("state", ""),
            trial=bool(given.get("trial")),
        )


@require_safe
@console(Right.VIEW)
def index(request: Asked) -> HttpResponse:
    """The newest first."""
    form = FilterForm(request, request.GET)
    wanted = form.wanted()
    found = awards.listed(request.actor, wanted, before=_id(request.GET.get("before", "")), limit=PAGE + 1)
    values = {
        "form": form,
        "rows": found[:PAGE],
        "more": str(found[PAGE - 1].id) if len(found) > PAGE else "",
        "total": awards.count(request.actor, wanted),
        "states": words.AWARDS,
        "query": {key: value for key, value in request.GET.items() if key in form.fields and value},
    }
    return render(request, "awards/awards.html", values)


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_POST
@console(Right.LEARNERS)
def export(request: Asked, kind: str) -> HttpResponseBase:
    """The same awards as a file; noted in the audit trail."""
    if kind not in ("csv", "xlsx", "zip"):
        raise NotFoundError("Awards are not given in this form.", expected="csv, xlsx, zip", code="not_found")
    wanted = FilterForm(request, request.POST).wanted()
    name = f"awards-{now().date().isoformat()}"
    if kind == "xlsx":
        return download(awards.export_xlsx(request.actor, wanted), XLSX, f"{name}.xlsx")
    made, media = (
        (awards.export_files(request.actor, wanted), "application/zip")
        if kind == "zip"
        else (awards.export_csv(request.actor, wanted), "text/csv; charset=utf-8")
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return StreamingHttpResponse(made, content_type=media, headers=headers)
