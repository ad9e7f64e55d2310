"""Step 1: which design, whether it is a trial run, and on which day it was achieved."""

from __future__ import annotations

import uuid

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mikra.adapters.clock import now
from mikra.errors import InputError, NotAllowedError
from mikra.server.actions import awardable, batches
from mikra.server.rights import Right
from mikra.server.web.awards import words
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import lazy

PAGE = 24


class BeginForm(forms.Form):
    """How it is awarded. The day may lie in the past; the day of issue is always today."""

    awarded_on = forms.DateField(
        label=lazy("Day of award"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=lazy(
            "When it was achieved, where the list does not say it for each. The day of issue, when it is sealed, "
            "stands beside it. Empty: the day of sealing."
        ),
    )
    how = forms.ChoiceField(
        label=lazy("To whom"),
        choices=(("list", lazy("A class, from a list")), ("one", lazy("One person, typed here"))),
        widget=forms.RadioSelect,
        initial="list",
    )
    trial = forms.BooleanField(
        label=lazy("Trial run"),
        required=False,
        help_text=lazy("Sealed with the demonstration key. Nothing is sent, and it counts for nobody."),
    )


@require_safe
@console(Right.PREPARE)
def choose(request: Asked) -> HttpResponse:
    """The designs, last used first."""
    text = request.GET.get("q", "")[:200]
    start = int(request.GET["from"]) if request.GET.get("from", "").isdecimal() else 0
    found = awardable.listed(request.actor, text, now().date(), start=start, limit=PAGE + 1)
    values = {"cards": found[:PAGE], "more": len(found) > PAGE, "q": text, "start": start, "page": PAGE}
    return render(request, "awards/choose.html", {**values, "steps": words.steps(request.tenant.slug, None, 1)})


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def begin(request: Asked, edition: uuid.UUID) -> HttpResponse:
    """The options of one edition; then the batch."""
    choice = awardable.chosen(request.actor, edition, now().date())
    form = BeginForm(request.POST or None, initial={"how": request.GET.get("how", "list")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            batch = batches.begin(request.actor, edition, trial=given["trial"], awarded_on=given["awarded_on"])
        except InputError as error:
            form.add_error("awarded_on", words.said(error))
        except NotAllowedError as error:
            form.add_error(None, words.said(error))
        else:
            page = "batch_one" if given["how"] == "one" else "batch_who"
            return HttpResponseRedirect(reverse(page, args=[request.tenant.slug, batch.id]))
    values = {"choice": choice, "form": form, "steps": words.steps(request.tenant.slug, None, 1)}
    return render(request, "awards/begin.html", values, status=422 if form.errors else 200)
