"""Showing: the learner chooses what, of it which facts, how long; sees how often it was opened; and stops it."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.server.actions import shares, wallet_answer_choices, wallet_answers, wallet_next, wallets
from mikra.server.store.wallets import Held
from mikra.server.web.guards import Asked, learner
from mikra.server.web.pages import day, render
from mikra.server.web.qr import image_of
from mikra.server.web.refusals import said
from mikra.server.web.wallet.held import card
from mikra.server.words import _, language, lazy

LENGTHS = (("7", lazy("7 days")), ("30", lazy("30 days")), ("90", lazy("90 days")), ("0", lazy("No end")))
_LINKEDIN = "https://www.linkedin.com/profile/add"


class ShareForm(forms.Form):
    """What is shown, and how."""

    days = forms.ChoiceField(label=lazy("How long can it be opened?"), choices=LENGTHS, widget=forms.RadioSelect)
    note = forms.CharField(
        label=lazy("What is it for?"),
        required=False,
        max_length=shares.LONGEST,
        help_text=lazy("Whoever opens it reads this. You can leave it empty."),
    )
    password = forms.CharField(
        label=lazy("Password"),
        required=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy("Whoever opens it has to know it. Tell it by another way than the link."),
    )
    once = forms.BooleanField(label=lazy("It can be opened once"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def choose(request: Asked) -> HttpResponse:
    """Which credentials (`held`, as often as wanted), which facts, how long."""
    asked = request.POST if request.method == "POST" else request.GET
    picked = [wallets.get(request.wallet, one) for one in dict.fromkeys(asked.getlist("held")[: shares.MOST])]
    rows = wallets.held(request.wallet)
    lengths = LENGTHS if all(shares.may_last(one, now()) for one in picked) else LENGTHS[:-1]
    form = ShareForm(request.POST if request.method == "POST" else None, initial={"days": "30"})
    form.fields["days"].choices = lengths  # type: ignore[attr-defined]
    fields = request.POST.getlist("fields") if request.method == "POST" else list(shares.CHOICES)
    if request.method == "POST" and form.is_valid():
        try:
            made = shares.make(
                request.wallet,
                [one.id for one in picked],
                fields=fields,
                days=int(form.cleaned_data["days"]),
                password=form.cleaned_data["password"],
                once=form.cleaned_data["once"],
                note=form.cleaned_data["note"],
            )
        except MikraError as error:
            name = error.where if error.where in form.fields else None
            form.add_error(name, said(error))
        else:
            return HttpResponseRedirect(reverse("wallet_shared", args=[made.id]))
    values = {
        "form": form,
        "picked": {str(one.id) for one in picked},
        "cards": [card(one) for one in (picked if len(picked) == 1 else rows)],
        "alone": len(picked) == 1,
        "choices": _choices(picked or rows),
        "fields": fields,
    }
    return render(request, "wallet/share.html", values, status=422 if form.errors else 200)


def _choices(picked: list[Held]) -> list[tuple[str, str, str]]:
    """(name, label, what would be read): of one credential its own words; of several the label alone."""
    tongue = language()
    facts = [wallets.about(one).get("facts", {}).get(tongue, {}) for one in picked]
    found = []
    for name in shares.CHOICES:
        rows = [each[name] for each in facts if name in each]
        stated = [each for each in rows if each["stated"]]
        if not facts:
            found.append((name, "", ""))
        elif stated:
            text = " · ".join(str(value) for value in stated[0]["values"]) if len(picked) == 1 else ""
            found.append((name, stated[0]["label"], text if len(text) <= 160 else f"{text[:157]} …"))
    return [one for one in found if one[1]]


@require_safe
@learner
def index(request: Asked) -> HttpResponse:
    """All that was shown to others: by links, and in answer to verifiers."""
    found = [_row(one) for one in shares.mine(request.wallet)]
    answers = [_answer(one) for one in wallet_answers.mine(request.wallet)]
    return render(request, "wallet/shares.html", {"shares": found, "answers": answers})


def _answer(one: wallet_answers.Noted) -> dict[str, Any]:
    labels = [wallet_answer_choices.label_of(name, language()) for name in one.fields]
    return {
        "id": one.id,
        "to": one.asker or one.to,
        "name": one.name,
        "confirmed": list(dict.fromkeys([*filter(None, [one.asker]), *(each for each, _name in one.known)])),
        "purpose": one.purpose,
        "at": one.at,
        "titles": one.titles,
        "labels": labels,
    }


def _row(one: shares.Shared) -> dict[str, Any]:
    titles = [each.get(language(), "") or _("A file") for each in one.titles] or [_("What was in it is gone")]
    return {"shared": one, "share": one.share, "title": ", ".join(titles), "state": one.state}


@require_safe
@learner
def one(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The link, its code for a phone, how often it was opened, and its end."""
    found = shares.one_of(request.wallet, id)
    link = shares.link(found.share)
    held = _held(request, found)
    values = {
        **_row(found),
        "next": wallet_next.of(held[0], language=language()) if len(held) == 1 and found.state == "open" else None,
        "link": link,
        "qr": image_of(link),
        "days": [{"label": day(each), "value": times} for each, times in found.opened],
        "linkedin": _linkedin(request, found, link),
        "labels": [label for name, label, _text in _choices(_held(request, found)) if name in found.fields],
    }
    return render(request, "wallet/shared.html", values)


def _held(request: Asked, found: shares.Shared) -> list[Held]:
    known = {str(one.id): one for one in wallets.held(request.wallet)}
    return [known[one] for one in found.held if one in known]


def _linkedin(request: Asked, found: shares.Shared, link: str) -> dict[str, Any] | None:
    """What LinkedIn would be told, and the address that tells it; None where it is not one lasting share of one."""
    held = _held(request, found)
    if len(held) != 1 or found.share.password or found.share.once or found.share.expires or found.state != "open":
        return None
    about, tongue = wallets.about(held[0]), language()
    told = {
        "name": about.get("title", {}).get(tongue, ""),
        "organizationName": about.get("issuer", {}).get(tongue, ""),
        "issueYear": about.get("awarded", "")[:4],
        "issueMonth": about.get("awarded", "")[5:7].lstrip("0"),
        "certUrl": link,
    }
    told = {name: value for name, value in told.items() if value}
    return {"told": told, "href": f"{_LINKEDIN}?{urlencode({'startTask': 'CERTIFICATION_NAME', **told})}"}


@require_POST
@learner
def stop(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Nobody opens it from now on."""
    shares.stop(request.wallet, id)
    messages.success(request, _("Stopped. Nobody can open it any more."))
    return HttpResponseRedirect(reverse("wallet_shared", args=[id]))
