"""Whom the letters reached. Names are shown to those who may see them, and to nobody by a link."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.errors import InputError
from mikra.rendering import letter
from mikra.server.actions import deliveries, name_requests, paper
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy, ngettext

PAGE = 50
GROUPS: dict[str, tuple[str, ...]] = {
    "problem": ("bounced", "failed"),
    "waiting": ("waiting", "queued", "sending"),
    "sent": ("sent", "printed"),
    "opened": ("opened",),
    "claimed": ("claimed",),
    "withdrawn": ("withdrawn",),
}
NAMES = {
    "problem": lazy("Came back"),
    "waiting": lazy("Waiting"),
    "sent": lazy("Sent"),
    "opened": lazy("Opened"),
    "claimed": lazy("Collected"),
    "withdrawn": lazy("Taken back"),
}
MARKS = {"problem": "bounced", "waiting": "queued"}


class AgainForm(forms.Form):
    """Why a letter is sent again."""

    reason = forms.CharField(label=lazy("Why"), max_length=300, help_text=lazy("It stands in the audit trail."))


class AddressForm(AgainForm):
    """Another address."""

    email = forms.EmailField(label=lazy("New e-mail address"), max_length=254)
    field_order = ("email", "reason")


@require_safe
@console(Right.PREPARE)
def index(request: Asked) -> HttpResponse:
    """The lines, by what became of them."""
    group = request.GET.get("show", "")
    batch = _batch(request)
    states = GROUPS.get(group, ())
    rows = deliveries.ledger(
        request.actor, states=states, batch=batch, after=request.GET.get("after", ""), limit=PAGE + 1
    )
    counts = deliveries.counts(request.actor, batch)
    grouped = {name: sum(counts.get(state, 0) for state in states) for name, states in GROUPS.items()}
    values = {
        "rows": rows[:PAGE],
        "more": str(rows[PAGE - 1].delivery.id) if len(rows) > PAGE else "",
        "groups": [(name, NAMES[name], MARKS.get(name, name), grouped[name]) for name in GROUPS if grouped[name]],
        "show": group,
        "batch": batch,
        "total": sum(grouped.values()),
        "problems": grouped["problem"],
        "paper": len(paper.waiting(request.actor, batch)),
        "requests": name_requests.count_open(request.actor),
    }
    return render(request, "ledger/index.html", values)


def _batch(request: Asked) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET["batch"]) if request.GET.get("batch") else None
    except ValueError:
        return None


@require_safe
@console(Right.PREPARE)
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One person's line, with its history."""
    row = deliveries.ledger_row(request.actor, id)
    return render(request, "ledger/one.html", {"row": row, "steps": deliveries.history(request.actor, id)})


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.PREPARE)
def again(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The letter again."""
    row, form = deliveries.ledger_row(request.actor, id), AgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = deliveries.resend(request.actor, id, form.cleaned_data["reason"])
        messages.success(request, _("A new letter waits to be sent."))
        return HttpResponseRedirect(reverse("ledger_one", args=[request.tenant.slug, made.id]))
    return render(request, "ledger/again.html", {"row": row, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.LEARNERS)
def address(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Another address, and the letter again."""
    row = deliveries.ledger_row(request.actor, id)
    form = AddressForm(request.POST or None, initial={"email": row.email})
    if request.method == "POST" and form.is_valid():
        try:
            made = deliveries.fix_address(request.actor, id, form.cleaned_data["email"], form.cleaned_data["reason"])
        except InputError as error:
            form.add_error("email", refusals.said(error))
        else:
            messages.success(request, _("The address is changed, and a new letter waits to be sent."))
            return HttpResponseRedirect(reverse("ledger_one", args=[request.tenant.slug, made.id]))
    return render(request, "ledger/address.html", {"row": row, "form": form}, status=422 if form.errors else 200)


@require_POST
@console(Right.LEARNERS)
def print_waiting(request: Asked) -> HttpResponse:
    """Letters on paper for all who want them, up to 500 at once."""
    waiting = paper.waiting(request.actor, _batch(request))
    pdf = paper.print_letters(request.actor, waiting[: letter.AT_ONCE])
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="letters.pdf"'
    return response


class AnswerForm(forms.Form):
    """What the institution says to the learner's words."""

    answer = forms.CharField(label=lazy("Answer"), max_length=500, required=False)


@require_safe
@console(Right.CORRECT)
def requests(request: Asked) -> HttpResponse:
    """What learners say is not right, oldest first."""
    found = name_requests.waiting(request.actor)
    title = ngettext(
        "{count} learner says that something is not right",
        "{count} learners say that something is not right",
        len(found),
    )
    return render(request, "ledger/requests.html", {"found": found, "title": title.format(count=len(found))})


@require_POST
@console(Right.CORRECT)
def answer(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Put away, with or without a correction."""
    name_requests.decide(request.actor, id, done="done" in request.POST, answer=request.POST.get("answer", "")[:500])
    messages.success(request, _("Put away."))
    return HttpResponseRedirect(reverse("name_requests", args=[request.tenant.slug]))
