"""Cases of learners' rights: the list by urgency, a page for each, and every step of it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import InputError
from mikra.server.actions import erasure, portability, rights_cases
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.privacy.kinds import KINDS, MARKS, STATES
from mikra.server.words import _, lazy, ngettext

LONG = forms.Textarea(attrs={"rows": 4})


class NewForm(forms.Form):
    """What came in."""

    kind = forms.ChoiceField(
        label=lazy("What does the learner ask for?"), choices=[(name, words[0]) for name, words in KINDS.items()]
    )
    received = forms.DateField(
        label=lazy("It came in on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=lazy("The month runs from this day."),
    )
    asker = forms.CharField(
        label=lazy("Who asks, and how to answer"),
        max_length=rights_cases.LONGEST,
        help_text=lazy("Kept encrypted; it stands in no trail."),
    )
    said = forms.CharField(label=lazy("What was said"), max_length=rights_cases.LONGEST, required=False, widget=LONG)


class WordsForm(forms.Form):
    """One field of words."""

    words = forms.CharField(max_length=rights_cases.LONGEST, widget=LONG)


class CloseForm(forms.Form):
    """What came of it."""

    outcome = forms.ChoiceField(
        label=lazy("What came of it?"), choices=[(name, STATES[name]) for name in ("done", "refused", "withdrawn")]
    )
    answer = forms.CharField(
        label=lazy("What the learner was told"),
        max_length=rights_cases.LONGEST,
        required=False,
        widget=LONG,
        help_text=lazy("A refusal says why, and that one may complain to the supervisory authority."),
    )


class EraseForm(forms.Form):
    """The one question before it."""

    sure = forms.BooleanField(label=lazy("No law obliges us to keep these data, and I know that this is for good."))


def _to(request: Asked, id: uuid.UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("privacy_case", args=[request.tenant.slug, id]))


def _title(found: list[rights_cases.CaseView], answered: bool) -> str:
    """What is the matter, in one sentence."""
    count, late = len(found), sum(one.left < 0 for one in found)
    if answered:
        return ngettext("{count} request was answered", "{count} requests were answered", count).format(count=count)
    if late:
        return ngettext("{count} request is late", "{count} requests are late", late).format(count=late)
    if found:
        return ngettext("{count} request waits", "{count} requests wait", count).format(count=count)
    return _("No request waits")


@require_safe
@console(Right.RIGHTS_CASES)
def index(request: Asked) -> HttpResponse:
    """Those that wait first; the late ones are said to be so."""
    answered = request.GET.get("show") == "answered"
    found = rights_cases.cases(request.actor, open_ones=not answered)
    values = {
        "found": found,
        "answered": answered,
        "title": _title(found, answered),
        "kinds": KINDS,
        "states": STATES,
        "marks": MARKS,
    }
    return render(request, "privacy/cases.html", values)


@require_http_methods(["GET", "POST"])
@console(Right.RIGHTS_CASES)
def new(request: Asked) -> HttpResponse:
    """A request that came in."""
    form = NewForm(request.POST if request.method == "POST" else None, initial={"received": now().date()})
    if request.method == "POST" and form.is_valid():
        try:
            made = rights_cases.open_case(request.actor, **form.cleaned_data)
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error))
        else:
            return _to(request, made.id)
    return render(request, "privacy/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@console(Right.RIGHTS_CASES)
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Everything about one, and the next step."""
    found = rights_cases.case(request.actor, id)
    values = {"one": found, "kind": KINDS[found.case.kind], "state": STATES[found.case.state], "marks": MARKS}
    return render(request, "privacy/case.html", values)


@require_http_methods(["GET", "POST"])
@console(Right.RIGHTS_CASES)
def find(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Whose data it is. What is looked for goes by POST: a name stands in no address."""
    query = request.POST.get("q", "")[:200]
    if chosen := request.POST.get("learner"):
        rights_cases.link(request.actor, id, chosen)
        return _to(request, id)
    values = {
        "one": rights_cases.case(request.actor, id),
        "query": query,
        "people": rights_cases.find(request.actor, query) if query else [],
    }
    return render(request, "privacy/find.html", values)


def _words(request: Asked, id: uuid.UUID, act: Any, page: dict[str, Any]) -> HttpResponse:
    """A page with one field of words, and what is done with them."""
    form = WordsForm(request.POST if request.method == "POST" else None)
    form.fields["words"].label, form.fields["words"].help_text = page["label"], page["hint"]
    if request.method == "POST" and form.is_valid():
        act(request.actor, id, form.cleaned_data["words"])
        return _to(request, id)
    values = {"form": form, "one": rights_cases.case(request.actor, id), **page}
    return render(request, "privacy/words.html", values, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@console(Right.RIGHTS_CASES)
def prove(request: Asked, id: uuid.UUID) -> HttpResponse:
    """How identity was proved."""
    page = {
        "title": _("How was it proved who asks?"),
        "label": _("How"),
        "hint": _("Such as: came to the desk with a student card. Keep no copy of an identity document."),
        "does": _("Note it"),
    }
    return _words(request, id, rights_cases.prove, page)


@require_http_methods(["GET", "POST"])
@console(Right.RIGHTS_CASES)
def extend(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Two months more."""
    page = {
        "title": _("Take two months more?"),
        "label": _("Why"),
        "hint": _("Only where it is complex, or there are many. Tell the learner within the first month."),
        "does": _("Take two months more"),
    }
    return _words(request, id, rights_cases.extend, page)


@require_POST
@console(Right.RIGHTS_CASES)
def restrict(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Sets or lifts it."""
    restricted = "lift" not in request.POST
    rights_cases.restrict(request.actor, id, restricted=restricted)
    messages.success(request, _("The use is restricted.") if restricted else _("The restriction is lifted."))
    return _to(request, id)


@require_POST
@console(Right.RIGHTS_CASES)
def copy(request: Asked, id: uuid.UUID) -> HttpResponse:
    """All that is known, as one file."""
    response = HttpResponse(portability.export(request.actor, id), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="data.zip"'
    return response


@require_http_methods(["GET", "POST"])
@console(Right.RIGHTS_CASES)
def erase(request: Asked, id: uuid.UUID) -> HttpResponse:
    """What goes, what stays and why; then it is done."""
    plan, form = erasure.plan(request.actor, id), EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        erasure.erase(request.actor, id)
        messages.success(request, _("Erased. Tell the learner; then nothing is left to be done."))
        return _to(request, id)
    values = {"form": form, "plan": plan, "one": rights_cases.case(request.actor, id)}
    return render(request, "privacy/erase.html", values, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@console(Right.RIGHTS_CASES)
def close(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The answer."""
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            rights_cases.close(request.actor, id, **form.cleaned_data)
        except InputError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error))
        else:
            return _to(request, id)
    values = {"form": form, "one": rights_cases.case(request.actor, id)}
    return render(request, "privacy/close.html", values, status=422 if form.errors else 200)
