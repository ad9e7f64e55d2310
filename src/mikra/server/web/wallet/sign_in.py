"""Into the wallet: an address, a code. What was to be kept or looked at on the way is not forgotten."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods

from mikra.errors import MikraError
from mikra.server.actions import wallet_owner, wallet_sign_in, wallets, wallets_claiming
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.wallet.files import unindexed
from mikra.server.words import _, language, lazy


class AddressForm(forms.Form):
    """Where the code goes."""

    email = forms.CharField(
        label=lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=lazy("Use one that stays yours when you leave your institution. You can add others later."),
    )


class CodeForm(forms.Form):
    """The code of the letter."""

    code = forms.CharField(
        label=lazy("Code"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
    )


class PaperForm(forms.Form):
    """The code on paper, and an address that is to open the wallet from now on."""

    paper = forms.CharField(
        label=lazy("Code on your paper"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@public
def address(request: Any) -> HttpResponse:
    """The address. Whether it has a wallet is told to nobody."""
    target = _target(request)
    if wallets.of_signed_in(request.user) is not None and request.method != "POST":
        return HttpResponseRedirect(_onward(request, target))
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            wallet_sign_in.send(request, form.cleaned_data["email"], caller=caller_of(request))
        except MikraError as error:
            form.add_error("email", said(error))
        else:
            return HttpResponseRedirect(_with(reverse("wallet_code"), target))
    return _page(request, "wallet/sign_in.html", {"form": form, "next": target}, form)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def code(request: Any) -> HttpResponse:
    """The code, and in."""
    target = _target(request)
    if not wallet_sign_in.sent_to(request):
        return HttpResponseRedirect(_with(reverse("wallet_sign_in"), target))
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and form.is_valid():
        try:
            answered = wallet_sign_in.spend(request, form.cleaned_data["code"])
        except MikraError as error:
            form.add_error("code", said(error))
        else:
            offer = wallet_sign_in.remembered(request)
            request.wallet = wallet_sign_in.enter(request, answered, language=language())
            return HttpResponseRedirect(kept(request, offer) if offer else target)
    values = {"form": form, "next": target, "email": wallet_sign_in.shown(request)}
    if not values["email"]:
        messages.error(request, _("That were five wrong codes. Ask for another one."))
        return HttpResponseRedirect(_with(reverse("wallet_sign_in"), target))
    return _page(request, "wallet/code.html", values, form)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def paper(request: Any) -> HttpResponse:
    """No address answers any more: sign in with a new one, then type the code on paper."""
    wallet = wallets.of_signed_in(request.user)
    form = PaperForm(request.POST if request.method == "POST" else None)
    if wallet is not None and request.method == "POST" and form.is_valid():
        try:
            opened = wallet_owner.move(wallet, form.cleaned_data["paper"], caller=caller_of(request))
        except MikraError as error:
            form.add_error("paper", said(error))
        else:
            wallet_sign_in.switch(request, opened)
            messages.success(request, _("Your wallet is open again, for your new address too."))
            return HttpResponseRedirect(reverse("wallet"))
    return _page(request, "wallet/paper.html", {"form": form, "wallet": wallet}, form)


def kept(request: Any, offer: str) -> str:
    """Keeps what a letter led to; the page on which it can be shown to others at once."""
    held = wallets_claiming.keep(request.wallet, offer)
    messages.success(request, _("It is in your wallet."))
    return _with_held(str(held.id))


def _with_held(held: str) -> str:
    return f"{reverse('wallet_share')}?{urlencode({'held': held})}"


def _onward(request: Any, target: str) -> str:
    offer = wallet_sign_in.remembered(request)
    if not offer:
        return target
    request.wallet = wallets.of_signed_in(request.user)
    return kept(request, offer)


def _target(request: Any) -> str:
    given = request.POST.get("next") or request.GET.get("next") or ""
    good = given.startswith("/wallet/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if good and not given.startswith("/wallet/sign-in/") else reverse("wallet")


def _with(address: str, target: str) -> str:
    return address if target == reverse("wallet") else f"{address}?{urlencode({'next': target})}"


def _page(request: Any, template: str, values: dict[str, Any], form: forms.Form) -> HttpResponse:
    return unindexed(render(request, template, values, status=422 if form.errors else 200))
