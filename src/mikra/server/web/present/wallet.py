"""OpenID4VP 1.0, 5.10 and 8.2, for wallets: where the request is fetched, and where the answer is posted.

Errors are those of OAuth (RFC 6749, 5.2), 400 for all that does not hold: never which key, or whose credential.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from mikra.errors import InputError, NotFoundError, ProtocolError, UnavailableError
from mikra.exchange import oauth, oid4vp, oid4vp_answer
from mikra.server.actions import presenting
from mikra.server.actions.rate_limits import Buckets
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public

BUCKETS = Buckets(a_minute=240, burst=120, programs=True)
"""By the address that asks, in memory alone: many wallets may stand behind one."""


@csrf_exempt  # wallets have no cookie of ours
@public
def request_object(request: HttpRequest, handle: str) -> HttpResponse:
    """By GET, or by POST with a nonce of the wallet's own; what else it tells about itself is not read."""
    return _told(request, ("GET", "POST"), lambda: _request_object(request, handle))


def _request_object(request: HttpRequest, handle: str) -> HttpResponse:
    nonce = ""
    if request.method == "POST":
        nonce = oauth.read_form(_body(request), request.content_type or "").get("wallet_nonce", "")
    return HttpResponse(presenting.request_object(handle, nonce), content_type=oid4vp.MEDIA_TYPE)


@csrf_exempt  # wallets have no cookie of ours
@public
def response(request: HttpRequest, handle: str) -> HttpResponse:
    """`direct_post` and `direct_post.jwt`."""
    return _told(
        request,
        ("POST",),
        lambda: JsonResponse(presenting.receive(handle, _body(request), request.content_type or "")),
    )


def _body(request: HttpRequest) -> bytes:
    """What was sent; Django refuses what is larger than any request may be."""
    if len(request.body) > 2 * oid4vp_answer.MOST_BYTES:
        raise InputError("This is more than an answer may hold.", where="body", code="too_large")
    return request.body


def _told(request: HttpRequest, methods: tuple[str, ...], act: Callable[[], HttpResponse]) -> HttpResponse:
    if request.method not in methods:
        said = {"error": "invalid_request_uri_method" if "GET" in methods else "invalid_request"}
        return JsonResponse(said, status=405, headers={"Allow": ", ".join(methods)})
    try:
        BUCKETS.take(caller_of(request))
        return act()
    except NotFoundError as error:
        return _said("invalid_request", error.message, 404)
    except ProtocolError as error:
        return _said(error.code, str(error), 400)
    except InputError as error:
        return _said("invalid_request", error.message, 413 if error.code == "too_large" else 400)
    except UnavailableError as error:
        if error.code != "rate_limited":
            raise
        answer = _said("temporarily_unavailable", error.message, 429)
        answer["Retry-After"] = str(math.ceil(error.retry_after or 5))
        return answer


def _said(code: str, text: str, status: int) -> HttpResponse:
    return JsonResponse({"error": code, "error_description": oauth.description(text)}, status=status)
