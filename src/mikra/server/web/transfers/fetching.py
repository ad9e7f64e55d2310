"""The file for whoever has its code: a page for people, an address for programs. The code stands in no address."""

from __future__ import annotations

from django import forms
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mikra import strictjson
from mikra.errors import InputError, MikraError, NotFoundError
from mikra.exchange.transfer import MEDIA_TYPE
from mikra.server.actions import transfers
from mikra.server.actions.rate_limits import Buckets
from mikra.server.web import errors
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.words import lazy

BUCKETS = Buckets(a_minute=30, burst=20)
"""By the address that asks: a code of 128 bits is not guessed, and this is not to be tried."""
_MOST = 4_096


class CodeForm(forms.Form):
    """What stands after # in the link."""

    code = forms.CharField(
        label=lazy("Code of the file"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-from-fragment": ""}),
        help_text=lazy("The letters and digits after # in the link."),
    )


def saved(content: bytes) -> HttpResponse:
    """As a browser keeps it."""
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = 'attachment; filename="credentials-for-my-institution.json"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@public
def page(request: HttpRequest) -> HttpResponse:
    """For an institution whose programs do not know this address."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        BUCKETS.take(caller_of(request))
        try:
            return saved(transfers.fetch(form.cleaned_data["code"]))
        except NotFoundError as error:
            form.add_error("code", said(error))
    return render(request, "transfers/fetch.html", {"form": form}, status=422 if form.errors else 200)


@csrf_exempt
@public
def api(request: HttpRequest) -> HttpResponseBase:
    """`POST {"code": "..."}`: the sealed file, until its end. problem+json for what is no question."""
    try:
        response: HttpResponseBase = _answered(request)
    except MikraError as error:
        response = errors.answer(request, error)
    response["Cache-Control"] = "no-store"
    return response


def _answered(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        raise InputError(
            "This address answers to POST alone.", found=str(request.method), expected="POST", code="method_not_allowed"
        )
    BUCKETS.take(caller_of(request))
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > _MOST:
        raise InputError("This is too large.", expected=f"at most {_MOST} bytes", code="too_large")
    try:
        asked = strictjson.parse(request.body)
    except (SuspiciousOperation, UnreadablePostError) as error:
        raise InputError("This did not arrive whole.", fix="Send it again.", code="request_malformed") from error
    code = asked.get("code") if isinstance(asked, dict) else None
    if not isinstance(code, str):
        raise InputError(
            "There is no code in this question.", expected='{"code": "..."}', code="request_malformed", where="code"
        )
    return HttpResponse(transfers.fetch(code), content_type=MEDIA_TYPE)
