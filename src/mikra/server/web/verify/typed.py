"""The code on a paper copy: whether it counts, and with the family name what it says. Nothing stands in an address."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from mikra.errors import InputError, NotFoundError
from mikra.server.actions import typed_answers, typed_codes
from mikra.server.actions.rate_limits import Buckets
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.verify.telling import told
from mikra.server.words import language, lazy

BUCKETS = Buckets(a_minute=20, burst=20)
"""By the address that asks."""


class CodeForm(forms.Form):
    """What stands on the paper."""

    code = forms.CharField(
        label=lazy("Code on the paper"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=lazy("Sixteen letters and digits; hyphens do not matter."),
    )
    name = forms.CharField(
        label=lazy("Family name, as it stands there"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=lazy("With it you see what the credential says. Without it, only whether it counts."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@public
def typed_code(request: HttpRequest) -> HttpResponse:
    """The form, and the answer."""
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _unindexed(render(request, "verify/typed.html", {"form": form}, status=422 if form.errors else 200))
    BUCKETS.take(caller_of(request))
    try:
        award = typed_codes.found(form.cleaned_data["code"])
    except (InputError, NotFoundError) as error:
        form.add_error("code", said(error))
        status = 404 if isinstance(error, NotFoundError) else 422
        return _unindexed(render(request, "verify/typed.html", {"form": form}, status=status))
    found = typed_answers.answer(award, form.cleaned_data["name"], language())
    one = told(dict(found.report), language()) if found.report else None
    return _unindexed(render(request, "verify/typed_answer.html", {"one": one, "found": found, "form": form}))


def _unindexed(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"  # with no-referrer, browsers send forms with `Origin: null`
    return response
