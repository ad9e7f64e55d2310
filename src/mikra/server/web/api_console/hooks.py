"""Webhooks: the list, a new one whose secret is shown once, what was sent to one, sending it again."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.errors import MikraError
from mikra.server.actions import webhooks
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy

EVENTS = [
    ("batch.done", lazy("A class list was sealed")),
    ("batch.reverted", lazy("A whole class list was taken back")),
    ("award.sealed", lazy("Credentials were sealed")),
    ("award.changed", lazy("Awards were suspended, resumed, withdrawn or replaced")),
    ("award.claimed", lazy("A learner collected an award")),
    ("delivery.bounced", lazy("A letter came back")),
    ("edition.published", lazy("An edition was published")),
]
PAGE = 50


class HookForm(forms.Form):
    """A new webhook."""

    url = forms.CharField(label=lazy("Address"), max_length=500, help_text=lazy("Begins with https:// and is public."))
    events = forms.MultipleChoiceField(
        label=lazy("Events"),
        choices=EVENTS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": lazy("Choose what is to be told.")},
    )


@require_safe
@console(Right.CONNECT)
def index(request: Asked) -> HttpResponse:
    """All webhooks."""
    return render(request, "settings/webhooks.html", {"hooks": webhooks.webhooks(request.actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.CONNECT)
def new(request: Asked) -> HttpResponse:
    """The form; then the secret, on this answer alone."""
    form = HookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = webhooks.make(request.actor, **form.cleaned_data)
        except MikraError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error))
        else:
            return render(request, "settings/webhooks_made.html", {"made": made})
    values = {"form": form, "events": EVENTS}
    return render(request, "settings/webhooks_new.html", values, status=422 if form.errors else 200)


@require_safe
@console(Right.CONNECT)
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One webhook, with what was sent to it."""
    hook = webhooks.webhook(request.actor, id)
    try:
        after = uuid.UUID(request.GET["after"]) if request.GET.get("after") else None
    except ValueError:
        after = None
    found = webhooks.messages(request.actor, id, before=after, limit=PAGE + 1)
    values = {
        "hook": hook,
        "sent": found[:PAGE],
        "more": str(found[PAGE - 1].id) if len(found) > PAGE else "",
        "names": dict(EVENTS),
    }
    return render(request, "settings/webhooks_one.html", values)


@require_POST
@console(Right.CONNECT)
def do(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Stop, start, try out, remove."""
    what = request.POST.get("do", "")
    here = reverse("webhook", args=[request.tenant.slug, id])
    if what == "remove":
        webhooks.remove(request.actor, id)
        messages.success(request, _("Nothing is sent to this address any more."))
        return HttpResponseRedirect(reverse("webhooks", args=[request.tenant.slug]))
    steps = {"stop": webhooks.stop, "start": webhooks.start, "test": webhooks.try_out}
    if what in steps:
        steps[what](request.actor, id)
        said = {
            "stop": _("Stopped. What happens meanwhile waits."),
            "start": _("What waits is sent, and all that comes."),
            "test": _("A test event is on its way. Load this page again in a few seconds."),
        }
        messages.success(request, said[what])
    return HttpResponseRedirect(here)


@require_POST
@console(Right.CONNECT)
def replay(request: Asked, id: uuid.UUID) -> HttpResponse:
    """A message once more."""
    webhooks.replay(request.actor, id, request.POST.get("message", ""))
    messages.success(request, _("It is sent again, under the same id."))
    return HttpResponseRedirect(reverse("webhook", args=[request.tenant.slug, id]))
