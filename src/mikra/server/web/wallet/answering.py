"""A verifier asks: who it is, what it wants, what of the wallet answers, and the learner's yes or no (OpenID4VP 1.0).

What was read of a request waits in the session of the browser, so that what is agreed to is what was looked at.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mikra.adapters.clock import chance, now
from mikra.errors import MikraError, NotFoundError
from mikra.exchange import oid4vci_offer
from mikra.server.actions import wallet_answer_choices, wallet_answers
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.wallet_answers import Asked
from mikra.server.installation import installation
from mikra.server.web.guards import Asked as Request
from mikra.server.web.guards import learner, not_there
from mikra.server.web.headers import CAMERA
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.words import _, language, lazy

BUCKETS = Buckets(a_minute=20, burst=20)
"""By the wallet: each request is fetched from somewhere."""
WAITS = dt.timedelta(minutes=10)
MOST = 3
"""Requests that wait in one session."""
_WAITING = "answering"
_OWN_LETTER = re.compile(r"/claim/([A-Za-z0-9-]{1,60})/?")
_OFFERS = frozenset(one.partition(":")[0] for one in (oid4vci_offer.SCHEME, oid4vci_offer.SCHEME_EUDI))
OFFERED = lazy(
    "This is an offer of a credential, for a wallet app. Here, open the letter of the institution, or add the file."
)


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def begin(request: Request) -> HttpResponse:
    """The verifier's link, pasted; or its parameters behind this address, where it led the browser here."""
    link = request.POST.get("link", "") if request.method == "POST" else ""
    if "client_id" in request.GET:
        link = f"openid4vp://?{request.META['QUERY_STRING']}"
    elif request.method != "POST":
        return _begin(request)
    if own := _OWN_LETTER.fullmatch(link.strip().removeprefix(installation().origin.rstrip("/"))):
        return HttpResponseRedirect(reverse("claim", args=[own[1]]))
    if link.strip().partition(":")[0].lower() in _OFFERS:
        return _begin(request, link, str(OFFERED))
    try:
        BUCKETS.take(request.wallet.id.hex)
        asked = wallet_answers.read(link)
    except MikraError as error:
        return _begin(request, link, said(error))
    token = chance(16).hex()
    waiting = {**request.session.get(_WAITING, {}), token: [asked.packed(), (now() + WAITS).isoformat()]}
    request.session[_WAITING] = dict(list(waiting.items())[-MOST:])
    return HttpResponseRedirect(reverse("wallet_answering", args=[token]))


def _begin(request: Request, link: str = "", fault: str = "") -> HttpResponse:
    values = {"link": link[:2000], "fault": fault}
    response = render(request, "wallet/answer_begin.html", values, status=422 if fault else 200)
    response["Permissions-Policy"] = CAMERA
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@learner
def decide(request: Request, token: str) -> HttpResponse:
    """Yes or no."""
    asked = _waiting(request, token)
    if request.method != "POST":
        return _page(request, asked)
    if request.POST.get("answer") != "yes":
        onward = wallet_answers.decline(asked)
        _done(request, token)
        return _after(request, asked, onward, _("You did not answer. Nothing was shown."))
    picked = {name.partition("-")[2]: str(value)[:100] for name, value in request.POST.items() if name[:5] == "pick-"}
    try:
        onward = wallet_answers.answer(request.wallet, asked, picked, language=language())
    except NotFoundError:
        _done(request, token)
        return _page(request, asked, _("The verifier waits for no answer any more. Ask it to begin again."))
    except MikraError as error:
        return _page(request, asked, said(error))
    _done(request, token)
    return _after(request, asked, onward, _("Your answer is with %(host)s.") % {"host": asked.asker or asked.host})


def _waiting(request: Request, token: str) -> Asked:
    packed, ends = request.session.get(_WAITING, {}).get(token, (None, ""))
    if packed is None or dt.datetime.fromisoformat(ends) <= now():
        raise not_there()
    return Asked.unpacked(packed)


def _done(request: Request, token: str) -> None:
    waiting = dict(request.session.get(_WAITING, {}))
    waiting.pop(token, None)
    request.session[_WAITING] = waiting


def _after(request: Request, asked: Asked, onward: str, sentence: str) -> HttpResponse:
    """Back to a page of this service at once; to any other only where a person presses."""
    if onward and wallet_answers.is_own(onward):
        return HttpResponseRedirect(onward)
    if onward:
        values = {"sentence": sentence, "onward": onward, "host": urlsplit(onward).hostname}
        return render(request, "wallet/answer_done.html", values)
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("wallet_shares"))


def _page(request: Request, asked: Asked, fault: str = "") -> HttpResponse:
    questions = wallet_answer_choices.of(request.wallet, asked.request, language=language())
    wallet_answer_choices.prepare(questions or ())
    values: dict[str, Any] = {
        "asked": asked,
        "nameless": wallet_answers.named_by_nobody(asked),
        "known": wallet_answers.confirmed(asked),
        "questions": questions,
        "picked": {name: value for name, value in request.POST.items() if name[:5] == "pick-"},
        "fault": fault,
    }
    return render(request, "wallet/answer.html", values, status=422 if fault else 200)


@require_POST
@learner
def forget(request: Request, id: uuid.UUID) -> HttpResponse:
    """Takes an answer out of the owner's own list."""
    wallet_answers.forget(request.wallet, id)
    messages.success(request, _("It is out of your list. What was shown was shown."))
    return HttpResponseRedirect(reverse("wallet_shares"))
