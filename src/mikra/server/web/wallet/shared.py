"""What somebody sees who was given a link: the one sentence, checked now, and of the rest what the learner chose.

Nothing is noted but that it was opened, by day. A link with a word, or for once, asks for a press first: programs that
look at links in messages do not use it up.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.server.actions import shares, wallets
from mikra.server.actions.rate_limits import Buckets
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import not_there, public
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.verify.telling import Told, told
from mikra.server.web.wallet.files import saved, unindexed
from mikra.server.words import language, lazy

BUCKETS = Buckets(a_minute=120, burst=60)
"""By the address that asks."""
_MINUTES = 30
_SALT = "mikra.share"


class WordForm(forms.Form):
    """The word that the learner chose."""

    password = forms.CharField(
        label=lazy("Password"), max_length=100, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@public
def show(request: Any, code: str) -> HttpResponse:
    """The share of a code: 404 for a code that is none, 410 for one that has ended."""
    BUCKETS.take(caller_of(request))
    share = shares.find(code)
    if not shares.is_open(share):
        return _ended(request)
    form = WordForm(request.POST if request.method == "POST" else None) if share.password else None
    if request.method == "HEAD" or (shares.asks_first(share) and request.method != "POST"):
        return unindexed(render(request, "share/ask.html", {"form": form, "share": share}))
    if form is not None and not form.is_valid():
        return unindexed(render(request, "share/ask.html", {"form": form, "share": share}, status=422))
    try:
        shown = shares.open_by(
            share, password=form.cleaned_data["password"] if form is not None else "", language=language()
        )
    except InputError as error:
        if form is None:
            raise
        form.add_error("password", said(error))
        return unindexed(render(request, "share/ask.html", {"form": form, "share": share}, status=422))
    except ConflictError:
        return _ended(request)
    return _shown(request, code, shown)


def _shown(request: Any, code: str, shown: shares.Shown) -> HttpResponse:
    tongue, credentials = language(), []
    for number, (held, _data, report) in enumerate(shown.files):
        one = told(report, tongue) if shown.whole else chosen(told(report, tongue), shown.fields)
        key = signing.dumps(f"{shown.share.id}:{held.id}", salt=_SALT)
        address = f"{reverse('share_file', args=[code, number])}?key={key}" if shown.whole else ""
        credentials.append({"told": one, "file": address})
    values = {"share": shown.share, "note": shown.note, "whole": shown.whole, "credentials": credentials}
    values |= {"at": now(), "host": request.get_host()}
    return unindexed(render(request, "share/shown.html", values))


def chosen(one: Told, fields: frozenset[str]) -> Told:
    """The same without what the learner left out; nothing in its details may tell it either."""
    return dataclasses.replace(
        one,
        meta=tuple(text for text, name in zip(one.meta, one.meta_names, strict=True) if name in fields),
        can_do=tuple(row for row in one.can_do if row["name"] in fields),
        first=tuple(row for row in one.first if row["name"] in fields),
        checks=tuple({**check, "findings": ()} for check in one.checks),
    )


@require_safe
@public
def file(request: Any, code: str, number: int) -> HttpResponse:
    """The sealed file, for whoever has just seen all of it on the page of the share."""
    BUCKETS.take(caller_of(request))
    share = shares.find(code)
    try:
        said_ = signing.loads(request.GET.get("key", ""), salt=_SALT, max_age=_MINUTES * 60)
    except signing.BadSignature as error:
        raise not_there() from error
    share_id, _sep, held_id = str(said_).partition(":")
    if share_id != str(share.id) or share.stopped:
        raise not_there()
    held = wallets.get(share.wallet, held_id)
    if held.removed:
        raise not_there()
    return unindexed(saved(wallets.content(held), held.form))


def _ended(request: Any) -> HttpResponse:
    return unindexed(render(request, "share/ended.html", {}, status=410))
