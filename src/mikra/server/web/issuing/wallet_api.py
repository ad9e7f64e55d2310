"""OpenID4VCI 1.0 over HTTP: metadata, token, nonce, credential, notification. Wallets read JSON, and errors by code.

Any site may ask (wallets in browsers); nothing here knows a cookie. What is secret is kept by no cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mikra.errors import InputError, MikraError, NotFoundError, ProtocolError, UnavailableError
from mikra.exchange import oauth, oid4vci_metadata
from mikra.server.actions import wallet_copies, wallet_issuing, wallet_offers, wallet_tokens
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.wallet_tokens import Asked
from mikra.server.installation import installation
from mikra.server.store.tenants import Tenant
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public

BUCKETS = Buckets(a_minute=240, burst=120)
"""By the address that asks."""
MOST = 600_000
"""Bytes of a request."""
P = ParamSpec("P")


def endpoint(method: str, *, public_for: int = 0) -> Callable[..., Callable[..., HttpResponseBase]]:
    """A view for wallets: one method, CORS, errors as JSON; kept for `public_for` seconds, or by nobody."""

    def made(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[..., HttpResponseBase]:
        def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            response = _answered(view, method, request, *args, **kwargs)
            response["Access-Control-Allow-Origin"] = "*"
            cached = public_for and response.status_code == 200
            response["Cache-Control"] = f"public, max-age={public_for}" if cached else "no-store"
            return response

        answered.__name__, answered.__doc__ = view.__name__, view.__doc__
        guarded: Callable[..., HttpResponseBase] = csrf_exempt(public(answered))
        return guarded

    return made


def _answered(
    view: Callable[..., HttpResponse], method: str, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    if request.method == "OPTIONS":
        allowed = {
            "Access-Control-Allow-Methods": method,
            "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP",
            "Access-Control-Max-Age": "600",
        }
        return HttpResponse(status=204, headers={"Allow": f"OPTIONS, {method}", **allowed})
    if request.method != method and not (method == "GET" and request.method == "HEAD"):
        refused = _json({"error": "invalid_request", "error_description": f"This address answers to {method}."}, 405)
        refused["Allow"] = f"OPTIONS, {method}"
        return refused
    try:
        BUCKETS.take(caller_of(request))
        return view(request, *args, **kwargs)
    except ProtocolError as error:
        return _refused(error)
    except UnavailableError as error:
        busy = _json({"error": "temporarily_unavailable", "error_description": oauth.description(error.message)}, 503)
        if error.code == "rate_limited":
            busy.status_code = 429
        busy["Retry-After"] = str(math.ceil(error.retry_after or 30))
        return busy
    except NotFoundError as error:
        return _json({"error": "not_found", "error_description": oauth.description(error.message)}, 404)
    except MikraError as error:  # the award cannot be told in this form, or may not be sealed now
        said = oauth.description(" ".join(one for one in (error.message, error.fix) if one))
        return _json({"error": "credential_request_denied", "error_description": said}, 400)


def _refused(error: ProtocolError) -> HttpResponse:
    status = oauth.status_of(error)
    response = _json(oauth.refusal(error), status)
    if status in (401, 403):
        response["WWW-Authenticate"] = oauth.challenge(error)
    return response


def _json(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), status=status, content_type="application/json")


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST:
        raise ProtocolError("This is larger than a wallet needs.", expected=f"{MOST} bytes", code="invalid_request")
    try:
        return request.body
    except (OSError, InputError) as error:
        raise ProtocolError("The request was cut off.", code="invalid_request") from error


def _asked(request: HttpRequest) -> Asked:
    headers = request.headers
    return Asked(
        authorization=headers.get("Authorization", ""),
        dpop=headers.get("DPoP", ""),
        method=request.method or "",
        url=installation().origin.rstrip("/") + request.path,
    )


def _tenant(slug: str) -> Tenant:
    return wallet_offers.tenant_of(slug)


@endpoint("GET", public_for=300)
def issuer_metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """12.2: which credentials, and where."""
    return _json(oid4vci_metadata.issuer_metadata(wallet_copies.issuer_of(_tenant(slug))))


@endpoint("GET", public_for=300)
def server_metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """RFC 8414: where the token is."""
    return _json(oid4vci_metadata.server_metadata(wallet_copies.issuer_of(_tenant(slug))))


@endpoint("GET")
def offer(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """4.1.3: the offer behind a short link."""
    return _json(wallet_offers.referred(_tenant(slug), reference[:100]))


@endpoint("POST")
def token(request: HttpRequest, slug: str) -> HttpResponse:
    """6: the code becomes a token."""
    return _json(wallet_tokens.token(_tenant(slug), _body(request), request.headers.get("Content-Type", "")))


@endpoint("POST")
def nonce(request: HttpRequest, slug: str) -> HttpResponse:
    """7: a nonce for a proof."""
    _tenant(slug)
    return _json({"c_nonce": wallet_issuing.nonce()})


@endpoint("POST")
def credential(request: HttpRequest, slug: str) -> HttpResponse:
    """8: the credential."""
    return _json(wallet_issuing.credential(_tenant(slug), _asked(request), _body(request)))


@endpoint("POST")
def notification(request: HttpRequest, slug: str) -> HttpResponse:
    """11: what became of it."""
    wallet_issuing.notification(_tenant(slug), _asked(request), _body(request))
    return HttpResponse(status=204)


@endpoint("GET", public_for=300)
def did_json(request: HttpRequest, slug: str) -> HttpResponse:
    """did:web: the keys of badges."""
    document = wallet_copies.did_json(_tenant(slug))
    return HttpResponse(orjson.dumps(document), content_type="application/did+json")


@endpoint("GET", public_for=300)
def keys_metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """SD-JWT VC draft 11, 5: the keys of attestations."""
    return _json(wallet_copies.keys_metadata(_tenant(slug)))


@endpoint("GET", public_for=86_400)
def type_metadata(request: HttpRequest) -> HttpResponse:
    """SD-JWT VC, 6: what our type of attestation is, always the same bytes."""
    return HttpResponse(wallet_copies.type_metadata(), content_type="application/json")
