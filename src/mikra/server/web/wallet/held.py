"""What is in the wallet: all of it, one of them, a file that the learner brings, taking out and putting back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import InputError, MikraError, UnavailableError
from mikra.rendering.mosaic import mosaic
from mikra.server.actions import (
    claims,
    forms_given,
    shares,
    verifying,
    wallet_forms,
    wallet_identity,
    wallet_next,
    wallet_return,
    wallets,
    wallets_claiming,
)
from mikra.server.store.wallets import Held
from mikra.server.web.guards import Asked, learner, not_there
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.verify.telling import TILES, told
from mikra.server.web.wallet import proving
from mikra.server.web.wallet.files import saved, saved_as
from mikra.server.words import _, language, lazy

STALE = dt.timedelta(hours=1)
"""After which what is looked at is checked once more."""

RECENT = 3
"""Of the newest so many it is asked how they were, of one at a time."""


class FileForm(forms.Form):
    """A credential of any issuer."""

    text = forms.CharField(
        label=lazy("Or paste its text"),
        required=False,
        max_length=verifying.LARGEST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )


@require_safe
@learner
def index(request: Asked) -> HttpResponse:
    """All of them, the newest first."""
    held = [card(one) for one in wallets.held(request.wallet)]
    out = len(wallets.held(request.wallet, removed=True))
    asked = next((each for each in held[:RECENT] if wallet_next.waits_for_answer(each["held"])), None)
    wanted = wallet_return.asked_of(request.wallet)
    return render(request, "wallet/index.html", {"held": held, "out": out, "asked": asked, "wanted_by": wanted})


def card(one: Held) -> dict[str, Any]:
    """A credential in a list: title, issuer, tile, art."""
    about, tongue = wallets.about(one), language()
    title = about.get("title", {}).get(tongue, "") or about.get("file", "") or _("A file")
    awarded = about.get("awarded", "")
    return {
        "held": one,
        "title": title,
        "issuer": about.get("issuer", {}).get(tongue, ""),
        "awarded": dt.date.fromisoformat(awarded) if awarded else None,
        "tile": tile_of(one, about),
        "art": mosaic(title),
        "count": about.get("count", 1),
    }


def tile_of(one: Held, about: dict[str, Any]) -> str:
    """What is known of it since it was last checked."""
    return TILES.get(about.get("code", "")) or {"TOTAL-FAILED": "altered"}.get(one.verdict, "unsure")


@require_safe
@learner
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One of them, checked now, with all that can be done with it."""
    held = wallets.get(request.wallet, id)
    tongue, fault, credentials = language(), "", []
    try:
        if held.checked is None or held.checked < now() - STALE:
            held = wallets.look_again(held)
        checked = verifying.check(wallets.content(held), name=wallets.about(held).get("file", ""), languages=(tongue,))
        credentials = [told(each[tongue], tongue) for each in checked.reports]
    except (InputError, UnavailableError) as error:
        fault = said(error)
    letter = wallets_claiming.letter_of(held)
    successor = claims.look(letter).successor if letter else ""
    values = {
        "held": held,
        "card": card(held),
        "credentials": credentials,
        "fault": fault,
        "letter": wallets_claiming.collected(letter),
        "successor": successor,
        "paper": held.award is not None and forms_given.given(held.award.tenant, forms_given.CERTIFICATE),
        "proof": wallet_identity.shown(held),
        "services": wallet_identity.services(held),
        "next": wallet_next.of(held, language=tongue),
        "shown": [each for each in shares.mine(request.wallet) if str(held.id) in each.held and each.state == "open"],
    }
    return render(request, "wallet/one.html", values)


@require_POST
@learner
def prove(request: Asked, id: uuid.UUID, service: str) -> HttpResponse:
    """Off to the institution's own sign-in (`service`: a kind of `SignOn`), to show that the award is the owner's."""
    held = wallets.get(request.wallet, id)
    found = next((one for one in wallet_identity.services(held) if one.kind == service), None)
    if found is None:
        raise not_there()
    return proving.begin(request, held, found)


@require_safe
@learner
def file(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The file as it came, for Europass and any other wallet."""
    held = wallets.get(request.wallet, id)
    return saved(wallets.content(held), held.form)


@require_safe
@learner
def certificate(request: Asked, id: uuid.UUID) -> HttpResponse:
    """For people who want paper; the sealed credential is inside."""
    held = wallets.get(request.wallet, id)
    taken = wallet_forms.make(held, wallet_forms.Form.CERTIFICATE, language=language())
    return saved_as(taken.content, taken.name)


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def add(request: Asked) -> HttpResponse:
    """A file of any issuer. It is checked on arrival, and kept whatever the check says of its issuer."""
    form = FileForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "wallet/add.html", {"form": form}, status=422 if form.errors else 200)
    upload = request.FILES.get("file")
    data = upload.read(verifying.LARGEST + 1) if upload else form.cleaned_data["text"].strip().encode()
    try:
        if not data.strip():
            raise InputError("There is nothing to keep yet.", fix="Choose a file, or paste its text.")
        held = wallets.keep(request.wallet, data, name=str(upload.name or "") if upload else "")
    except MikraError as error:
        form.add_error("text", said(error))
        return render(request, "wallet/add.html", {"form": form}, status=422)
    messages.success(request, _("It is in your wallet."))
    return HttpResponseRedirect(reverse("wallet_one", args=[held.id]))


@require_POST
@learner
def remove(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Out of the wallet, for now."""
    wallets.remove(request.wallet, id)
    messages.success(request, _("Taken out. For 30 days you can put it back."))
    return HttpResponseRedirect(reverse("wallet_removed"))


@require_POST
@learner
def put_back(request: Asked, id: uuid.UUID) -> HttpResponse:
    """And in again."""
    wallets.put_back(request.wallet, id)
    messages.success(request, _("It is in your wallet again."))
    return HttpResponseRedirect(reverse("wallet_one", args=[id]))


@require_safe
@learner
def removed(request: Asked) -> HttpResponse:
    """What was taken out, until it is deleted."""
    rows = wallets.held(request.wallet, removed=True)
    held = [card(one) | {"until": one.removed + wallets.UNDO} for one in rows if one.removed]
    return render(request, "wallet/removed.html", {"held": held})
