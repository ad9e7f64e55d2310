"""The first start: whoever has the one-time token of the console makes the first institution, and administers it."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mikra.errors import MikraError
from mikra.server.actions import first_start
from mikra.server.web import refusals
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.words import lazy


class SetUpForm(forms.Form):
    """What the first start asks."""

    token = forms.CharField(
        label=lazy("Set-up code"),
        max_length=100,
        help_text=lazy("It stands where the service was started. It works once."),
    )
    institution = forms.CharField(label=lazy("Name of your institution"), max_length=200)
    slug = forms.SlugField(
        label=lazy("Short name for addresses"),
        max_length=40,
        help_text=lazy("Letters, digits and hyphens, such as zed or tu-north."),
    )
    language = forms.ChoiceField(label=lazy("Main language"), choices=settings.LANGUAGES)
    name = forms.CharField(label=lazy("Your name"), max_length=200)
    email = forms.EmailField(label=lazy("Your e-mail address"), max_length=254)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def set_up(request: HttpRequest) -> HttpResponse:
    """The form; done, the person is signed in."""
    form = SetUpForm(request.POST or None, initial={"token": "", "language": "en"})
    if request.method == "POST" and form.is_valid():
        try:
            person = first_start.spend(**form.cleaned_data)
        except MikraError as error:
            form.add_error(error.where if error.where in form.fields else None, refusals.said(error))
        else:
            login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
            return HttpResponseRedirect(reverse("console"))
    return render(request, "account/set_up.html", {"form": form}, status=422 if form.errors else 200)
