"""The institution's own sign-in: OpenID Connect or SAML, set up by an administrator in a few fields."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mikra.errors import MikraError, NotFoundError
from mikra.server.actions import sign_on
from mikra.server.rights import Right
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.words import _, lazy


class ServiceForm(forms.Form):
    """What both kinds have."""

    label = forms.CharField(
        label=lazy("Name on the button"), max_length=100, help_text=lazy("Such as: University of Zed account.")
    )
    enabled = forms.BooleanField(label=lazy("People may sign in by it"), required=False, initial=True)


class OidcForm(ServiceForm):
    """OpenID Connect Core 1.0."""

    server_url = forms.URLField(
        label=lazy("Address of the service"),
        assume_scheme="https",
        help_text=lazy("The one whose discovery document is at /.well-known/openid-configuration."),
    )
    client_id = forms.CharField(label=lazy("Client id"), max_length=300)
    secret = forms.CharField(
        label=lazy("Client secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput,
        help_text=lazy("Leave it empty to keep the one that is known."),
    )


class SamlForm(ServiceForm):
    """SAML 2.0, Web Browser SSO."""

    entity_id = forms.CharField(label=lazy("Entity id of your identity provider"), max_length=300)
    sso_url = forms.URLField(label=lazy("Its address for signing in"), assume_scheme="https")
    x509cert = forms.CharField(
        label=lazy("Its certificate"),
        widget=forms.Textarea,
        max_length=10_000,
        help_text=lazy("The one it signs with."),
    )


FORMS: dict[str, type[ServiceForm]] = {"oidc": OidcForm, "saml": SamlForm}


@require_safe
@console(Right.ADMINISTER)
def index(request: Asked) -> HttpResponse:
    """What is set up."""
    return render(
        request, "settings/services.html", {"rows": {one.kind: one for one in sign_on.of_tenant(request.actor)}}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.ADMINISTER)
def one(request: Asked, kind: str) -> HttpResponse:
    """One of the two, to be set up, changed or removed."""
    if kind not in FORMS:
        raise NotFoundError("There is nothing here under this address.", code="not_found")
    known = {row.kind: row for row in sign_on.of_tenant(request.actor)}.get(kind)
    shown = {**known.members, "secret": "", "label": known.label, "enabled": known.enabled} if known else None
    form = FORMS[kind](request.POST or None, initial=shown)
    if request.method == "POST" and "remove" in request.POST:
        sign_on.remove(request.actor, kind)
        return _back(request, _("Removed. People sign in by code."))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            sign_on.set_up(request.actor, kind, given.pop("label"), given, enabled=given.pop("enabled"))
        except MikraError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error))
        else:
            return _back(request, _("Saved."))
    values = {"form": form, "kind": kind, "known": known}
    return render(request, "settings/service.html", values, status=422 if form.errors else 200)


def _back(request: Asked, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("services", args=[request.tenant.slug]))
