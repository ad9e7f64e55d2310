"""Look first, then take. Nothing here is indexed, nothing here tells another site where one came from."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.server.actions import claims, feedback, forms_given, wallet_sign_in, wallets, wallets_claiming
from mikra.server.web import refusals
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.web.wallet import sign_in
from mikra.server.words import _, language, lazy


class CodeForm(forms.Form):
    """The code of a paper letter."""

    code = forms.CharField(
        label=lazy("Code of your letter"),
        max_length=40,
        help_text=lazy("Sixteen letters and digits; hyphens do not matter."),
    )


class WrongForm(forms.Form):
    """What is not right."""

    text = forms.CharField(
        label=lazy("What should it be?"),
        max_length=claims.LONGEST,
        widget=forms.Textarea,
        help_text=lazy("Write your name just as it should stand. A person of the institution reads this."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@public
def type_code(request: HttpRequest) -> HttpResponse:
    """For whoever has a letter of paper."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = "".join(one for one in form.cleaned_data["code"].upper() if one.isalnum())
        try:
            claims.look(code)
        except NotFoundError as error:  # no address is made of it: it may be a name, or a number of somebody
            form.add_error("code", refusals.said(error))
        else:
            return HttpResponseRedirect(reverse("claim", args=[code]))
    return _unindexed(render(request, "claim/code.html", {"form": form}, status=422 if form.errors else 200))


@require_safe
@public
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """What was awarded, to whom, and the one button."""
    return _shown(request, code)


def _shown(request: HttpRequest, code: str, *, asked_again: bool = False) -> HttpResponse:
    found = claims.look(code)
    if request.method == "GET":  # programs that look whether an address is there have read nothing
        claims.opened(found)
    values = {"offer": found, "code": code, "design": found.design, "tenant": found.delivery.tenant}
    values |= {"asked_again": asked_again, "answer": feedback.may_answer(found)}
    values["certificate"] = forms_given.given(found.delivery.tenant, forms_given.CERTIFICATE)
    return _unindexed(render(request, "claim/offer.html", values, status=422 if asked_again else 200))


@require_POST
@public
def take(request: HttpRequest, code: str) -> HttpResponse:
    """It is theirs."""
    try:
        claims.claim(code, guardian="guardian" in request.POST)
    except InputError as error:
        if error.where != "guardian":
            raise
        return _shown(request, code, asked_again=True)
    return HttpResponseRedirect(reverse("claim", args=[code]))


@require_safe
@public
def credential(request: HttpRequest, code: str) -> HttpResponse:
    """The sealed file."""
    return _file(claims.credential(code), "application/vc+ld+json", "credential.jsonld")


@require_safe
@public
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate on paper's terms."""
    return _file(claims.certificate(code, language()), "application/pdf", "certificate.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@public
def wrong(request: HttpRequest, code: str) -> HttpResponse:
    """ "This is not how I write my name." """
    found = claims.look(code)
    form = WrongForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        claims.ask_for_correction(code, form.cleaned_data["text"])
        messages.success(request, _("The institution has your words. You will get a letter when it is corrected."))
        return HttpResponseRedirect(reverse("claim", args=[code]))
    values = {"form": form, "offer": found, "code": code, "tenant": found.delivery.tenant}
    return _unindexed(render(request, "claim/wrong.html", values, status=422 if form.errors else 200))


@require_POST
@public
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Into the wallet. Whoever has not opened theirs gets a code, to the address of the letter, with one press."""
    found = claims.look(code)
    if not found.claimed:
        raise ConflictError("Collect it first.", fix="Press the button on the page of the offer.")
    wallet = wallets.of_signed_in(request.user)
    if wallet is not None:
        request.wallet = wallet  # type: ignore[attr-defined]
        return HttpResponseRedirect(sign_in.kept(request, code))
    wallet_sign_in.remember(request, code)
    try:
        address = wallets_claiming.address_of(found)
        wallet_sign_in.send(request, address, caller=caller_of(request), typed=False)
    except InputError:  # a letter of paper, or an address that is none: then the learner says which
        return HttpResponseRedirect(reverse("wallet_sign_in"))
    return HttpResponseRedirect(reverse("wallet_code"))


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _unindexed(response)


def _unindexed(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"  # with no-referrer, browsers send forms with `Origin: null`
    return response
