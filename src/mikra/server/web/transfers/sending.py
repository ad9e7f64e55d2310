"""The learner chooses what a home institution gets, and sees exactly what goes along."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mikra.errors import MikraError
from mikra.server.actions import transfers, wallets
from mikra.server.store.wallets import Transfer
from mikra.server.web.guards import Asked, learner
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.transfers.fetching import saved
from mikra.server.web.wallet.held import card
from mikra.server.words import _, lazy


class SendForm(forms.Form):
    """Where it goes, and who the learner is there."""

    to = forms.CharField(
        label=lazy("Your institution"),
        required=False,
        max_length=200,
        help_text=lazy("As you call it. It stands in the file, so that nobody takes it for somebody else's."),
    )
    esi = forms.CharField(
        label=lazy("European Student Identifier"),
        max_length=250,
        error_messages={"required": lazy("Without it your institution cannot tell whose file this is.")},
        help_text=lazy("It begins with urn:schac:personalUniqueCode:int:esi. Your institution knows it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def index(request: Asked) -> HttpResponse:
    """What to send, and what waits to be fetched."""
    profile = wallets.profile(request.wallet)
    picked = request.POST.getlist("held") if request.method == "POST" else request.GET.getlist("held")
    form = SendForm(request.POST if request.method == "POST" else None, initial={"esi": profile["esi"]})
    if request.method == "POST" and form.is_valid():
        try:
            transfers.make(request.wallet, picked, esi=form.cleaned_data["esi"], to=form.cleaned_data["to"])
        except MikraError as error:
            where = getattr(error, "where", "")
            form.add_error(where if where in form.fields else None, said(error))
        else:
            messages.success(request, _("The file is ready."))
            return HttpResponseRedirect(reverse("transfers"))
    waiting = [
        {
            "transfer": one.transfer,
            "to": one.to,
            "titles": [card(each)["title"] for each in one.held],
            "link": transfers.link(one.transfer),
        }
        for one in transfers.mine(request.wallet)
    ]
    values = {
        "form": form,
        "cards": [card(one) for one in wallets.held(request.wallet)],
        "picked": picked,
        "waiting": waiting,
        "name": profile["name"],
    }
    return render(request, "transfers/send.html", values, status=422 if form.errors else 200)


@require_POST
@learner
def file(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The sealed file itself."""
    return saved(transfers.file_of(Transfer.get(request.wallet, id)))


@require_POST
@learner
def stop(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Nobody fetches it any more."""
    transfers.stop(request.wallet, id)
    messages.success(request, _("It is gone: nobody can fetch it any more."))
    return HttpResponseRedirect(reverse("transfers"))
