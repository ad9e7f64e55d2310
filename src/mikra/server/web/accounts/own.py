"""One's own account: name, language, and proving again that it is you before something grave (step-up)."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from mikra.server.actions import people, step_up
from mikra.server.web.guards import Asked, by_own_way, signed_in
from mikra.server.web.pages import render
from mikra.server.words import _, lazy


class AccountForm(forms.Form):
    """What people see of this person, and the language of letters to them."""

    name = forms.CharField(label=lazy("Your name"), max_length=200, help_text=lazy("As colleagues see it."))
    language = forms.ChoiceField(label=lazy("Language of letters to you"), choices=settings.LANGUAGES)


class CodeForm(forms.Form):
    """The code from the letter."""

    code = forms.CharField(label=lazy("Code"), max_length=20)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def account(request: Asked) -> HttpResponse:
    """Name, language, ways to sign in. Learners, who sign in by their wallet, have theirs there."""
    person = request.person
    if person.owns_wallet:
        return HttpResponseRedirect(reverse("wallet_owner"))
    form = AccountForm(request.POST or None, initial={"name": person.name, "language": person.language or "en"})
    if request.method == "POST":
        by_own_way(request)
    if request.method == "POST" and form.is_valid():
        people.describe_oneself(person, name=form.cleaned_data["name"], language=form.cleaned_data["language"])
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(request.path)
    return render(request, "account/own.html", {"form": form, "ways": step_up.ways(person)})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def prove(request: Asked) -> HttpResponse:
    """A code by e-mail, typed here; then back to where it was asked for."""
    target = request.POST.get("next") or request.GET.get("next") or "/console/"
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/console/"
    form = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_bound and form.is_valid():
        if step_up.spend_code(request, form.cleaned_data["code"]):
            return HttpResponseRedirect(target)
        form.add_error("code", _("This is not the code of the last letter, or it is older than 10 minutes."))
    elif request.method == "POST":
        step_up.send_code(request)
        messages.success(request, _("A code is on its way to your e-mail address."))
        return HttpResponseRedirect(request.get_full_path())
    values = {"form": form, "next": target, "sent": step_up.is_sent(request), "ways": step_up.ways(request.person)}
    return render(request, "account/prove.html", values)
