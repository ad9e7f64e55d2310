"""Keys of programs: the list, a new one that is shown once, an end to one."""

from __future__ import annotations

import datetime as dt
import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.server.actions import api_keys
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy

SCOPES = [
    ("read", lazy("Read"), lazy("designs, class lists, states; no names")),
    ("learners", lazy("Learners"), lazy("sees names, takes credentials, reads the ledger")),
    ("design", lazy("Design"), lazy("writes drafts")),
    ("publish", lazy("Publish"), lazy("publishes what reviewers approved")),
    ("prepare", lazy("Prepare"), lazy("gives class lists, mends them, sends letters again")),
    ("seal", lazy("Seal"), lazy("approves and seals")),
    ("correct", lazy("Correct"), lazy("suspends, withdraws, replaces awards")),
    ("recognise", lazy("Recognise"), lazy("asks wallets for credentials, reads what they show")),
    ("webhooks", lazy("Webhooks"), lazy("decides where events are sent to")),
]


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        label=lazy("What it is for"),
        max_length=120,
        help_text=lazy("The name of the program, such as: student information system."),
    )
    scopes = forms.MultipleChoiceField(
        label=lazy("What it may do"),
        choices=[(name, label) for name, label, _hint in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": lazy("Choose what the key may do.")},
    )
    expires = forms.DateField(
        label=lazy("Last day"), required=False, help_text=lazy("At most two years. Empty: one year from today.")
    )


@require_safe
@console(Right.ADMINISTER)
def index(request: Asked) -> HttpResponse:
    """All keys, those that ended too."""
    found, moment = api_keys.keys(request.actor), now()
    names = {name: label for name, label, _hint in SCOPES}
    values = {
        "keys": [{"key": one, "counts": one.counts(moment), "id": one.id} for one in found],
        "names": names,
        "live": sum(one.counts(moment) for one in found),
    }
    return render(request, "settings/api.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def new(request: Asked) -> HttpResponse:
    """The form; then the key itself, on this answer alone."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = api_keys.make(request.actor, **form.cleaned_data)
        except MikraError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error))
        else:
            return render(request, "settings/api_made.html", {"made": made})
    limit = now().date() + dt.timedelta(days=730)
    values = {"form": form, "scopes": SCOPES, "today": now().date().isoformat(), "limit": limit.isoformat()}
    return render(request, "settings/api_new.html", values, status=422 if form.errors else 200)


@require_POST
@console(Right.ADMINISTER)
def revoke(request: Asked, id: uuid.UUID) -> HttpResponse:
    """An end to a key, at once."""
    key = api_keys.revoke(request.actor, id)
    messages.success(request, _("{name} opens nothing any more.").format(name=key.name))
    return HttpResponseRedirect(reverse("api_keys", args=[request.tenant.slug]))
