"""About the learner: name and identifier, addresses, a code on paper, everything as a file, and the end of it."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mikra.errors import MikraError, NotAllowedError
from mikra.server.actions import wallet_consents, wallet_owner, wallet_return, wallet_sign_in, wallets
from mikra.server.store.wallets import Held
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import Asked, learner
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.wallet.files import saved
from mikra.server.web.wallet.sign_in import AddressForm, CodeForm
from mikra.server.words import _, lazy


class AboutForm(forms.Form):
    """What the learner says about themselves; nobody else reads it here."""

    name = forms.CharField(label=lazy("Your name"), max_length=200, required=False)
    esi = forms.CharField(
        label=lazy("European Student Identifier"),
        max_length=250,
        required=False,
        help_text=lazy("It begins with urn:schac:personalUniqueCode:int:esi. Leave it empty if you have none."),
    )


class EraseForm(forms.Form):
    """A word that nobody types by accident."""

    sure = forms.BooleanField(label=lazy("Erase all of it. I have exported what I want to keep."), required=True)


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def about(request: Asked) -> HttpResponse:
    """What is known of the owner, and what they can do with it."""
    form = AboutForm(request.POST if request.method == "POST" else None, initial=wallets.profile(request.wallet))
    if request.method == "POST" and form.is_valid():
        try:
            wallet_owner.describe(request.wallet, name=form.cleaned_data["name"], esi=form.cleaned_data["esi"])
        except MikraError as error:
            form.add_error("esi", said(error))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
    values = {
        "form": form,
        "addresses": wallet_owner.addresses(request.wallet),
        "accounts": wallet_return.linked(request.wallet),
        "wanted_by": wallet_return.asked_of(request.wallet),
        "paper": request.wallet.recovery is not None,
    }
    return render(request, "wallet/owner.html", values, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def add_address(request: Asked) -> HttpResponse:
    """Another address that opens the wallet: it answers a code first."""
    waits = bool(wallet_sign_in.sent_to(request))
    code = CodeForm(request.POST if "code" in request.POST else None)
    form = AddressForm(request.POST if "email" in request.POST else None)
    form.fields["email"].label = _("Another e-mail address of yours")
    try:
        if form.is_bound and form.is_valid():
            wallet_sign_in.send(request, form.cleaned_data["email"], caller=caller_of(request))
            return HttpResponseRedirect(request.path)
        if waits and code.is_bound and code.is_valid():
            wallet_owner.add_address(request.wallet, wallet_sign_in.spend(request, code.cleaned_data["code"]))
            messages.success(request, _("This address opens your wallet too."))
            return HttpResponseRedirect(reverse("wallet_owner"))
    except MikraError as error:
        (code if code.is_bound else form).add_error(None, said(error))
    values = {"form": form, "code": code, "email": wallet_sign_in.shown(request)}
    return render(request, "wallet/address.html", values, status=422 if form.errors or code.errors else 200)


@require_POST
@learner
def remove_address(request: Asked, id: uuid.UUID) -> HttpResponse:
    """It opens the wallet no longer."""
    try:
        wallet_owner.remove_address(request.wallet, str(id))
    except MikraError as error:
        if error.code == "not_found":
            raise
        messages.error(request, said(error))
    else:
        messages.success(request, _("Removed. To add it again, it has to answer a code."))
    return HttpResponseRedirect(reverse("wallet_owner"))


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def adding(request: Asked) -> HttpResponse:
    """New awards without asking each time: on (`give`) and off (`take_back`) by one press each."""
    if request.method == "POST":
        try:
            if "give" in request.POST:
                wallet_consents.give(request.wallet, request.POST["give"])
                messages.success(request, _("New awards go into your wallet. A letter says so each time."))
            else:
                wallet_consents.take_back(request.wallet, request.POST.get("take_back", ""))
                messages.success(request, _("You are asked each time again."))
        except NotAllowedError as error:
            messages.error(request, said(error))
        return HttpResponseRedirect(request.path)
    return render(request, "wallet/adding.html", {"choices": wallet_consents.choices(request.wallet)})


@require_POST
@learner
def paper(request: Asked) -> HttpResponse:
    """A code for paper, shown once."""
    return render(request, "wallet/recovery.html", {"code": wallet_owner.new_recovery(request.wallet)})


@require_POST
@learner
def export(request: Asked) -> HttpResponse:
    """Everything, as one file."""
    return saved(wallet_owner.export(request.wallet), "zip", name="wallet")


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def erase(request: Asked) -> HttpResponse:
    """The end of the wallet. What institutions keep, and why, is said before."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        wallet = request.wallet
        logout(request)
        wallet_owner.erase(wallet)
        return render(request, "wallet/erased.html", {})
    rows = Held.of(request.wallet).filter(award__isnull=False).select_related("award__tenant")
    tenants = sorted({one.award.tenant for one in rows if one.award}, key=lambda one: one.name)
    return render(request, "wallet/erase.html", {"form": form, "tenants": tenants}, status=422 if form.errors else 200)
