"""The page on which a learner gives a wallet leave to fetch a credential (RFC 6749, 4.1; OpenID4VCI 1.0, 5).

What is wrong with the wallet or its address is told here and to nobody else; everything else is told to the wallet.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mikra.errors import InputError, ProtocolError
from mikra.exchange.oid4vci import Profile
from mikra.server.actions import wallet_clients, wallet_offers, wallet_requests, wallets
from mikra.server.actions.batches_design import design_of
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.wallet_requests import Opened, Refused
from mikra.server.store.tenants import Tenant
from mikra.server.web import headers
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.web.wallet.files import unindexed
from mikra.server.words import _, language

BUCKETS = Buckets(a_minute=30, burst=20)
"""By the address that asks, in memory alone."""


@require_GET
@public
def begin(request: HttpRequest, slug: str, profile: Profile) -> HttpResponse:
    """What a wallet sent its learner with; the page itself has an address of its own."""
    BUCKETS.take(caller_of(request))
    tenant = wallet_offers.tenant_of(slug)
    twice = [name for name, values in request.GET.lists() if len(values) > 1]
    query = {name: str(value) for name, value in request.GET.items() if value and "\0" not in str(value)}
    try:
        if twice:
            raise ProtocolError("A parameter stands twice.", where=twice[0][:40], code="invalid_request")
        found = wallet_requests.open_request(tenant, profile, query)
    except Refused as refused:
        return _to(refused.address)
    except ProtocolError as error:
        return _not_believed(request, error)
    offer = found.row.offer
    if offer is not None and offer.rehearsal and not wallet_clients.in_production():
        return _to(wallet_requests.approve(found))
    return HttpResponseRedirect(reverse("wallet_decide", args=[slug, profile, found.secret]))


@require_http_methods(["GET", "HEAD", "POST"])
@public
def decide(request: HttpRequest, slug: str, profile: Profile, secret: str) -> HttpResponse:
    """Yes or no."""
    tenant = wallet_offers.tenant_of(slug)
    found = wallet_requests.opened(tenant, profile, secret)
    wallet = wallets.of_signed_in(request.user)
    if found.row.offer is None and wallet is None:
        return HttpResponseRedirect(f"/wallet/sign-in/?next={quote(request.path)}")
    error: InputError | None = None
    if request.method == "POST":
        BUCKETS.take(caller_of(request))
        given = request.POST
        if given.get("answer") == "no":
            return _to(wallet_requests.deny(found))
        try:
            return _to(
                wallet_requests.approve(
                    found,
                    typed=given.get("typed", "")[:40],
                    wallet=wallet,
                    award=given.get("award", ""),
                    language=language(),
                )
            )
        except InputError as refused:
            error = refused
    return _page(request, tenant, found, wallet, error)


def _page(request: HttpRequest, tenant: Tenant, found: Opened, wallet: Any, error: InputError | None) -> HttpResponse:
    row = found.row
    awards = wallet_requests.choice(row, wallet) if row.offer is None else []
    values = {
        "tenant": tenant,
        "design": design_of(row.offer.award.edition) if row.offer else None,
        "back": _back(row.redirect),
        "client": row.client,
        "attested": bool(row.attested),
        "digits": row.offer is not None and not wallet_requests.is_theirs(row, wallet),
        "chosen": row.offer is not None,
        "awards": [
            (one.pk.hex, design_of(one.edition).title.best(language()), one.awarded_on.isoformat()) for one in awards
        ],
        "error": error,
    }
    response = unindexed(render(request, "claim/wallet_asks.html", values, status=400 if error else 200))
    leads = f"form-action 'self' {_source(row.redirect)}"
    response["Content-Security-Policy"] = headers.POLICY.replace("form-action 'self'", leads)
    return response


def _back(redirect: str) -> str:
    """What a person is told of the address: its host, or the scheme of an app."""
    parts = urlsplit(redirect)
    return parts.hostname or "" if parts.scheme in ("http", "https") else parts.scheme


def _source(redirect: str) -> str:
    """The address as a source of CSP: browsers follow the answer to a form only to where the page says."""
    parts = urlsplit(redirect)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _to(address: str) -> HttpResponse:
    """To the wallet, whatever its scheme."""
    response = HttpResponse(status=302, headers={"Location": address})
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def _not_believed(request: HttpRequest, error: ProtocolError) -> HttpResponse:
    values = {"error": error, "detail": _("The wallet did not ask in a way that can be answered.")}
    return unindexed(render(request, "claim/wallet_refused.html", values, status=400))
