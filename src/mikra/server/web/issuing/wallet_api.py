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

from mikra.adapters.clock import now
from mikra.errors import InputError, MikraError, NotAllowedError, NotFoundError, ProtocolError, UnavailableError
from mikra.exchange import dpop, oauth, oid4vci_encryption, oid4vci_metadata
from mikra.exchange.client_attestation import Texts
from mikra.exchange.oid4vci import Profile
from mikra.server.actions import (
    wallet_clients,
    wallet_copies,
    wallet_issuing,
    wallet_metadata,
    wallet_offers,
    wallet_requests,
    wallet_tokens,
)
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.wallet_clients import Asked
from mikra.server.installation import installation
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public

BUCKETS = Buckets(a_minute=240, burst=240, programs=True)
"""By the address that asks."""
HEADERS = "Authorization, Content-Type, DPoP, OAuth-Client-Attestation, OAuth-Client-Attestation-PoP"
"""What pages of other sites may send."""
MOST = 600_000
"""Bytes of a request."""
P = ParamSpec("P")


def endpoint(
    method: str, *, public_for: int = 0, resource: bool = False
) -> Callable[..., Callable[..., HttpResponseBase]]:
    """A view for wallets: one method, CORS, errors as JSON; kept for `public_for` seconds, or by nobody.

    `resource`: it takes an access token, so that what is wrong with that or its proof is 401 (RFC 6750, RFC 9449, 7.1).
    """

    def made(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[..., HttpResponseBase]:
        def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            response = _answered(view, method, resource, request, *args, **kwargs)
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "DPoP-Nonce, WWW-Authenticate"
            profile = kwargs.get("profile")
            if (
                request.method == "POST"
                and isinstance(profile, Profile)
                and (profile.strict or request.headers.get("DPoP"))
            ):
                response["DPoP-Nonce"] = wallet_clients.proof_nonce(now())
            cached = public_for and response.status_code == 200
            response["Cache-Control"] = f"public, max-age={public_for}" if cached else "no-store"
            return response

        answered.__name__, answered.__doc__ = view.__name__, view.__doc__
        guarded: Callable[..., HttpResponseBase] = csrf_exempt(public(answered))
        return guarded

    return made


def _answered(
    view: Callable[..., HttpResponse], method: str, resource: bool, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    if request.method == "OPTIONS":
        allowed = {
            "Access-Control-Allow-Methods": method,
            "Access-Control-Allow-Headers": HEADERS,
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
        return _refused(error, resource)
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


def _refused(error: ProtocolError, resource: bool) -> HttpResponse:
    proof = error.code in (dpop.INVALID, dpop.USE_NONCE)
    status = 401 if resource and proof else oauth.status_of(error)
    response = _json(oauth.refusal(error), status)
    if resource and status in (401, 403):
        response["WWW-Authenticate"] = oauth.challenge(error, "DPoP" if proof or error.where == "DPoP" else "Bearer")
    return response


def _json(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), status=status, content_type="application/json")


def _answer(found: wallet_issuing.Answer) -> HttpResponse:
    status = 202 if found.later else 200
    if found.encryption is None:
        return _json(found.body, status)
    return HttpResponse(found.encrypted, status=status, content_type=oid4vci_encryption.MEDIA_TYPE)


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST:
        raise ProtocolError("This is larger than a wallet needs.", expected=f"{MOST} bytes", code="invalid_request")
    try:
        return request.body
    except (OSError, InputError) as error:
        raise ProtocolError("The request was cut off.", code="invalid_request") from error


def _asked(request: HttpRequest, profile: Profile) -> Asked:
    headers = request.headers
    return Asked(
        profile=profile,
        authorization=headers.get("Authorization", ""),
        dpop=headers.get("DPoP", ""),
        client=Texts(
            attestation=headers.get("OAuth-Client-Attestation", ""),
            proof=headers.get("OAuth-Client-Attestation-PoP", ""),
        ),
        method=request.method or "",
        url=installation().origin.rstrip("/") + request.path,
    )


@endpoint("GET", public_for=300)
def issuer_metadata(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """12.2: which credentials, and where; sealed for whoever asks for that first."""
    tenant, wanted = wallet_offers.tenant_of(slug), request.headers.get("Accept", "").split(",")[0].split(";")[0]
    if wanted.strip().lower() == oid4vci_encryption.MEDIA_TYPE:
        try:
            text = wallet_metadata.signed(tenant, profile, now())
        except (UnavailableError, NotAllowedError):  # in the clear it is as true
            pass
        else:
            return HttpResponse(text, content_type=oid4vci_encryption.MEDIA_TYPE, headers={"Vary": "Accept"})
    response = _json(wallet_metadata.told(tenant, profile, now()))
    response["Vary"] = "Accept"
    return response


@endpoint("GET", public_for=300)
def server_metadata(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """RFC 8414: where the token is."""
    return _json(oid4vci_metadata.server_metadata(wallet_copies.issuer_of(wallet_offers.tenant_of(slug), profile)))


@endpoint("GET")
def offer(request: HttpRequest, slug: str, profile: Profile, reference: str) -> HttpResponse:
    """4.1.3: the offer behind a short link."""
    return _json(wallet_offers.referred(wallet_offers.tenant_of(slug), profile, reference[:100]))


@endpoint("POST")
def token(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """6: the code becomes a token."""
    kind = request.headers.get("Content-Type", "")
    return _json(wallet_tokens.token(wallet_offers.tenant_of(slug), _asked(request, profile), _body(request), kind))


@endpoint("POST")
def push(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """RFC 9126: a request for authorisation, before the learner's browser comes with it."""
    kind = request.headers.get("Content-Type", "")
    asked = _asked(request, profile)
    return _json(wallet_requests.push(wallet_offers.tenant_of(slug), asked, _body(request), kind), 201)


@endpoint("POST")
def challenge(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """Client attestations, draft 07, 8: a challenge for the proof of a wallet."""
    wallet_offers.tenant_of(slug)
    return _json({"attestation_challenge": wallet_clients.challenge(now())})


@endpoint("POST")
def nonce(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """7: a nonce for a proof."""
    wallet_offers.tenant_of(slug)
    return _json({"c_nonce": wallet_issuing.nonce()})


@endpoint("POST", resource=True)
def credential(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """8: the credential."""
    tenant, kind = wallet_offers.tenant_of(slug), request.headers.get("Content-Type", "")
    return _answer(wallet_issuing.credential(tenant, _asked(request, profile), _body(request), kind))


@endpoint("POST", resource=True)
def deferred(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """9: the credential that could not be had before."""
    tenant, kind = wallet_offers.tenant_of(slug), request.headers.get("Content-Type", "")
    return _answer(wallet_issuing.deferred(tenant, _asked(request, profile), _body(request), kind))


@endpoint("POST", resource=True)
def notification(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """11: what became of it."""
    wallet_issuing.notification(wallet_offers.tenant_of(slug), _asked(request, profile), _body(request))
    return HttpResponse(status=204)


@endpoint("GET", public_for=300)
def did_json(request: HttpRequest, slug: str) -> HttpResponse:
    """did:web: the keys of badges."""
    document = wallet_copies.did_json(wallet_offers.tenant_of(slug))
    return HttpResponse(orjson.dumps(document), content_type="application/did+json")


@endpoint("GET", public_for=300)
def keys_metadata(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """SD-JWT VC draft 11, 5: the keys of attestations."""
    return _json(wallet_copies.keys_metadata(wallet_offers.tenant_of(slug), profile))


@endpoint("GET", public_for=86_400)
def type_metadata(request: HttpRequest) -> HttpResponse:
    """SD-JWT VC, 6: what our type of attestation is, always the same bytes."""
    return HttpResponse(wallet_copies.type_metadata(), content_type="application/json")
