"""Keys and seals with their honest label and their end, and the stop switch."""

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
from mikra.server.actions import keys_shown, seal_keys_made
from mikra.server.actions import stop as switch
from mikra.server.rights import Right
from mikra.server.store.tenants import Provider
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy

USES = {
    "credentials": lazy("Credentials"),
    "status": lazy("Status lists"),
    "receipts": lazy("Receipts and the audit trail"),
    "wallets": lazy("Credentials that wallets fetch"),
    "trial": lazy("Trial runs"),
}
STATES = {
    "in_force": (lazy("In force"), "good"),
    "ends_soon": (lazy("Ends soon"), "warn"),
    "over": (lazy("Its certificate has ended"), "warn"),
    "retired": (lazy("Retired: what it sealed stays valid"), "idle"),
    "compromised": (lazy("In other hands"), "bad"),
}
MOST = 100_000
"""Bytes of a key file."""


class ProviderForm(forms.Form):
    """Whose seal it will be."""

    provider = forms.ChoiceField(label=lazy("Seal of"))


class BringForm(ProviderForm):
    """A key file of one's own."""

    file = forms.FileField(label=lazy("Key file (.p12, .pfx)"), help_text=lazy("It goes to the signer, encrypted."))
    password = forms.CharField(
        label=lazy("Password of the file"), widget=forms.PasswordInput, max_length=200, strip=False
    )


class LostForm(forms.Form):
    """A key that others have."""

    since = forms.DateField(
        label=lazy("Since"), help_text=lazy("What it sealed from that day on does not count any more.")
    )
    reason = forms.CharField(label=lazy("What happened"), max_length=300)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=lazy("Why"), max_length=300, help_text=lazy("It stands in the audit trail."))


@require_safe
@console(Right.ADMINISTER)
def index(request: Asked) -> HttpResponse:
    """All keys."""
    found = keys_shown.keys(request.actor, now())
    sealing = [one for one in found if one.key.use == "credentials" and one.state in ("in_force", "ends_soon")]
    return render(request, "keys/index.html", {"keys": found, "uses": USES, "states": STATES, "sealing": sealing})


def _with_holders(request: Asked, form: ProviderForm) -> ProviderForm:
    chosen = [(str(id), name) for id, name in keys_shown.holders(request.actor)]
    form.fields["provider"].choices = chosen  # type: ignore[attr-defined]
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def make(request: Asked) -> HttpResponse:
    """A seal with a certificate of one's own."""
    form = _with_holders(request, ProviderForm(request.POST or None))
    if request.method == "POST" and form.is_valid():
        try:
            provider = Provider.get(request.tenant, form.cleaned_data["provider"])
            seal_keys_made.make(request.actor, provider, keys_shown.holder_of(provider))
        except MikraError as error:
            form.add_error("provider", refusals.said(error))
        else:
            return _done(request, _("The seal is made, and in force."))
    return render(request, "keys/make.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def bring(request: Asked) -> HttpResponse:
    """A seal from a file. File and password are never written down as they came."""
    form = BringForm(request.POST or None, request.FILES or None)
    _with_holders(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["file"].read(MOST + 1)
            provider = Provider.get(request.tenant, form.cleaned_data["provider"])
            seal_keys_made.bring_file(request.actor, provider, content, form.cleaned_data["password"])
        except MikraError as error:
            form.add_error("file", refusals.said(error))
        else:
            return _done(request, _("The seal is in force."))
    return render(request, "keys/bring.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@console(Right.ADMINISTER)
def retire(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Nothing more is sealed with it."""
    seal_keys_made.retire(request.actor, id)
    return _done(request, _("Nothing more is sealed with it. What it sealed stays valid."))


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def lost(request: Asked, id: uuid.UUID) -> HttpResponse:
    """It is in other hands."""
    form = LostForm(request.POST or None)
    shown = keys_shown.key(request.actor, id, now())
    if request.method == "POST" and form.is_valid():
        since = dt.datetime.combine(form.cleaned_data["since"], dt.time(), dt.UTC)
        seal_keys_made.compromised(request.actor, id, form.cleaned_data["reason"], since=since)
        return _done(request, _("Nothing more is sealed with it, and what it sealed since then does not count."))
    return render(request, "keys/lost.html", {"form": form, "shown": shown}, status=422 if form.errors else 200)


@require_safe
@console()
def certificate(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The certificate, for whoever is to trust it."""
    response = HttpResponse(keys_shown.certificate_file(request.actor, id), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="seal.pem"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.STOP)
def stop(request: Asked) -> HttpResponse:
    """The switch: stops all sealing of this institution, or lets it go on."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        change = switch.go_on if "go_on" in request.POST else switch.stop
        change(request.actor, form.cleaned_data["reason"])
        return HttpResponseRedirect(request.path)
    return render(request, "keys/stop.html", {"form": form}, status=422 if form.errors else 200)


def _done(request: Asked, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("keys", args=[request.tenant.slug]))
