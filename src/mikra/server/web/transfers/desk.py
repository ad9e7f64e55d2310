"""The recognition officer opens what a learner brings from another institution. Nothing of it is kept here."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from mikra.adapters.clock import now
from mikra.errors import InputError, NotFoundError, UnavailableError
from mikra.exchange import transfer as file_format
from mikra.server.actions import transfers_received
from mikra.server.rights import Right
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.transfers.fetching import saved
from mikra.server.web.verify.several import results, rows
from mikra.server.words import _, lazy


class ReceivedForm(forms.Form):
    """The link that the learner gave; or a file (`file`)."""

    link = forms.CharField(
        label=lazy("Or the link that the learner gave you"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=lazy("It begins with https and has a # in it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.RECOGNISE)
def received(request: Asked) -> HttpResponse:
    """The box, and what is in the file; with `keep`, the file itself."""
    form = ReceivedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            data = _given(request, form)
            if "keep" in request.POST:
                return saved(data)
            return _answer(request, data, form.cleaned_data["link"].strip())
        except (InputError, UnavailableError, NotFoundError) as error:
            form.add_error("link" if form.cleaned_data["link"] else None, said(error))
    return render(request, "transfers/received.html", {"form": form}, status=422 if form.errors else 200)


def _given(request: Asked, form: ReceivedForm) -> bytes:
    file = request.FILES.get("file")
    if file is not None:
        return bytes(file.read(file_format.LARGEST + 1))
    link = form.cleaned_data["link"].strip()
    if not link:
        raise InputError("There is nothing to open yet.", fix="Choose the file, or paste the link.")
    request.actor.need(Right.RECOGNISE)
    return transfers_received.fetched(link)


def _answer(request: Asked, data: bytes, link: str) -> HttpResponse:
    found = transfers_received.look(request.actor, data)
    files = [(one.name, one.content) for one in found.transfer.parts]
    checked = rows(results(files, now()))
    values = {
        "found": found,
        "transfer": found.transfer,
        "rows": checked,
        "good": sum(one.tile == "genuine" for one in checked),
        "made": dt.datetime.fromisoformat(found.transfer.made),
        "ends": dt.datetime.fromisoformat(found.transfer.ends),
        "link": link,
        "title": _("Received from %(host)s") % {"host": found.transfer.origin.partition("://")[2]},
    }
    return render(request, "transfers/opened.html", values)
