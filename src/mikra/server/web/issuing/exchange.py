"""VCALM 1.0 over HTTP: the address of an interaction link, and its exchange. Wallets read JSON; people read a page."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from mikra.errors import InputError, ProtocolError
from mikra.exchange import vc_api_exchange
from mikra.server.actions import wallet_exchange, wallet_offers
from mikra.server.web.issuing.wallet_api import endpoint
from mikra.server.web.pages import render
from mikra.server.web.wallet.files import unindexed


@endpoint("GET")
def interaction(request: HttpRequest, slug: str, secret: str) -> HttpResponse:
    """3.7.2: the ways to the credential. A browser that was led here by a camera gets a page that opens the wallet."""
    tenant = wallet_offers.tenant_of(slug)
    told = wallet_exchange.protocols(tenant, secret[:100])
    wanted = request.get_preferred_type(["application/json", "text/html"])
    if wanted == "text/html":
        link = vc_api_exchange.link(wallet_exchange.address(tenant, secret))
        response = unindexed(render(request, "claim/wallet_link.html", {"tenant": tenant, "link": link}))
    else:
        response = _json(told)
    patch_vary_headers(response, ["Accept"])
    return response


@endpoint("POST")
def exchange(request: HttpRequest, slug: str, secret: str) -> HttpResponse:
    """3.6.5: a message of the wallet, and the answer."""
    return _json(wallet_exchange.exchange(wallet_offers.tenant_of(slug), secret[:100], _body(request)))


def _json(value: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), content_type="application/json")


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > vc_api_exchange.MOST_BYTES:
        raise ProtocolError("This is larger than a wallet needs.", where="body", code="invalid_request")
    try:
        return request.body
    except (OSError, InputError) as error:
        raise ProtocolError("The request was cut off.", code="invalid_request") from error
