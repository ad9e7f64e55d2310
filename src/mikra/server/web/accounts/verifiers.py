"""The verifiers that an institution knows, so that the wallet can say of whom it is told."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mikra.errors import MikraError
from mikra.server.actions import known_verifiers
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy


class VerifierForm(forms.Form):
    """One more."""

    name = forms.CharField(
        label=lazy("Name of the organisation"), max_length=200, help_text=lazy("As learners are to read it.")
    )
    by = forms.CharField(
        label=lazy("By what its requests are known"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        max_length=known_verifiers.LONGEST,
        help_text=lazy(
            "The host to which answers go, such as verify.example.org; or the certificate that seals its requests, or "
            "its SHA-256 fingerprint; or a DID. Ask the organisation itself, and not by a link that somebody sent you."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def index(request: Asked) -> HttpResponse:
    """The list, and a form for one more."""
    form = VerifierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            known_verifiers.add(request.actor, **form.cleaned_data)
        except MikraError as error:
            form.add_error(error.where if error.where in form.fields else "by", refusals.said(error))
        else:
            messages.success(request, _("Learners are told from now on that you know it."))
            return HttpResponseRedirect(reverse("verifiers", args=[request.tenant.slug]))
    values = {"form": form, "rows": known_verifiers.listed(request.actor)}
    return render(request, "settings/verifiers.html", values, status=422 if form.errors else 200)


@require_POST
@console(Right.ADMINISTER)
def remove(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One less."""
    known_verifiers.remove(request.actor, id)
    messages.success(request, _("Removed. Nobody is told any more that you know it."))
    return HttpResponseRedirect(reverse("verifiers", args=[request.tenant.slug]))
