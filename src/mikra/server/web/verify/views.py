"""One box takes a file, several files, text, or a link; the answer begins with one sentence. Nothing is stored."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from html import escape
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mikra.adapters.clock import now
from mikra.errors import InputError, UnavailableError
from mikra.server.actions import verify_reports, verifying
from mikra.server.actions.rate_limits import Buckets
from mikra.server.installation import installation
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.headers import CAMERA
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.verify.several import Result, moment, results, rows
from mikra.server.words import _, language, lazy
from mikra.trust.loader import RecordingLoader

BUCKETS = Buckets(a_minute=60, burst=30)
"""By the address that asks, in memory alone."""
MOST_SENT = 100_000_000
"""Bytes of one request, all files together."""


class Box(forms.Form):
    """Whatever somebody was shown."""

    text = forms.CharField(
        label=lazy("Or paste its text, or a link to it"),
        required=False,
        max_length=verifying.LARGEST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=lazy("JSON, a token, or an address that begins with https."),
    )
    on = forms.DateField(
        label=lazy("Was it valid on this day?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=lazy("Leave it empty to ask about today."),
    )


@csrf_exempt  # nothing is changed by it, so that forms on other sites may send a file here
@require_http_methods(["GET", "HEAD", "POST"])
@public
def verify(request: HttpRequest) -> HttpResponse:
    """The box, and what there is to say of what was put into it."""
    if request.method != "POST":
        return _box(request, Box(initial={"text": request.GET.get("link", "")[:2000]}))
    BUCKETS.take(caller_of(request))
    refuse_size(request)
    form = Box(request.POST)
    if not form.is_valid():
        return _box(request, form)
    try:
        own = _own_page(form.cleaned_data["text"].strip())
        if own:
            return HttpResponseRedirect(own)
        files = _given(request, form)
        on = form.cleaned_data["on"]
        at, web = moment(on) or now(), RecordingLoader(verifying.loader(), clock=now)
        found = results(files, at, web, today=on is None)
    except (InputError, UnavailableError) as error:
        if getattr(error, "code", "") == "rate_limited":
            raise
        form.add_error("text", said(error))
        return _box(request, form)
    return _answer(request, found, (at, on), web)


def refuse_size(request: HttpRequest) -> None:
    """Before anything of it is read."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if length.isdecimal() and int(length) > MOST_SENT:
        raise InputError(
            "This is larger than may be sent at once.",
            found=f"{length} bytes",
            expected=f"at most {MOST_SENT} bytes",
            fix="Send the files in parts.",
            code="too_large",
        )


def _box(request: HttpRequest, form: Box) -> HttpResponse:
    origin = installation().origin.rstrip("/")
    values = {"form": form, "origin": origin, "most": verifying.MOST, "snippet": _snippet(origin)}
    response = render(request, "verify/box.html", values, status=422 if form.errors else 200)
    response["Permissions-Policy"] = CAMERA
    return response


def _snippet(origin: str) -> str:
    """A form for pages of others; it needs no script, and asks nothing of us before it is sent."""
    label, button = _("Check a credential"), _("Check it")
    return (
        f'<form method="post" action="{escape(origin)}/verify/" enctype="multipart/form-data">\n'
        f'  <label>{escape(label)} <input type="file" name="file" required></label>\n'
        f"  <button>{escape(button)}</button>\n"
        "</form>"
    )


def _own_page(text: str) -> str:
    """The page of ours to which a pasted link leads: a share, or a letter's code."""
    origin = installation().origin.rstrip("/")
    if not text.startswith(f"{origin}/") or len(text) > 500 or any(one.isspace() for one in text):
        return ""
    path = urlsplit(text).path
    return path if path.startswith(("/s/", "/c/", "/claim/")) else ""


def _given(request: HttpRequest, form: Box) -> list[tuple[str, bytes]]:
    uploads = request.FILES.getlist("file")
    if len(uploads) > verifying.MOST:
        raise InputError(
            "These are too many files at once.",
            where="file",
            found=str(len(uploads)),
            expected=f"at most {verifying.MOST}",
            fix="Put them into one ZIP file, or send them in parts.",
        )
    files = [(str(one.name or ""), one.read(verifying.LARGEST + 1)) for one in uploads]
    text = form.cleaned_data["text"].strip()
    if text.startswith("https://") and not any(one.isspace() for one in text):
        files.append((text[:100], verifying.from_link(text)))
    elif text:
        files.append(("", text.encode()))
    if not files:
        raise InputError("There is nothing to check yet.", fix="Choose a file, or paste text or a link.")
    return files


def _answer(
    request: HttpRequest, found: list[Result], when: tuple[dt.datetime, dt.date | None], web: RecordingLoader
) -> HttpResponse:
    credentials = [one for each in found for one in each.credentials]
    faults = [one.fault for one in found if one.fault]
    if len(faults) == 1 and not credentials:
        form = Box(request.POST)
        form.is_valid()
        form.add_error("text", faults[0])
        return _box(request, form)
    checked = [one.checked for one in found if one.checked]
    at, on = when
    report = verify_reports.value(checked, web.answers, at=at, today=on is None, language=language())
    if len(credentials) == 1 and not faults:
        (ours,) = (one for each in found for one in each.own)
        values = {"one": credentials[0], "own": ours, "on": on, "report": report, "at": at, "host": request.get_host()}
        return render(request, "verify/answer.html", values)
    listed = rows(found)
    counts = Counter(one.tile for one in listed)
    return render(request, "verify/many.html", {"rows": listed, "counts": counts, "on": on, "report": report})
