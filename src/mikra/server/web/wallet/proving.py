"""A learner who is in their wallet goes to the institution's sign-in and back: it names them, and opens nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from mikra.errors import MikraError
from mikra.server.actions import wallet_identity, wallet_return, wallets
from mikra.server.store.sign_on import SignOn
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Held, Wallet
from mikra.server.web.callers import caller_of
from mikra.server.web.refusals import said
from mikra.server.words import _

_ASKED = "wallet_proving"
_LONGEST = 600
"""Seconds between going there and coming back."""


class HttpResponsePostAgain(HttpResponseRedirect):
    """The same form, to another address of ours (RFC 9110, 15.4.8)."""

    status_code = 307


def begin(request: HttpRequest, held: Held | None, service: SignOn) -> HttpResponse:
    """Off to that service; the session knows why: to show that `held` is theirs, or to come back into an old wallet."""
    slug = service.tenant.slug
    request.session[_ASKED] = {"tenant": slug, "held": str(held.id) if held else "", "at": int(time.time())}
    if service.kind == SignOn.Kind.OIDC:
        return HttpResponsePostAgain(reverse("openid_connect_login", args=[f"{slug}-oidc"]))
    return HttpResponsePostAgain(reverse("saml_login", args=[slug]))


def asked(request: HttpRequest, tenant: Tenant) -> Wallet | None:
    """The wallet whose owner went to this institution's service just now, to show who they are."""
    found = request.session.get(_ASKED)
    if not found or found["tenant"] != tenant.slug or time.time() - found["at"] > _LONGEST:
        return None
    return wallets.of_signed_in(request.user)


def proven(
    request: HttpRequest, wallet: Wallet, tenant: Tenant, subject: str, addresses: Sequence[str]
) -> HttpResponse:
    """Back on the page from which they went, with what came of it."""
    held = request.session.pop(_ASKED)["held"]
    if not held:
        return _returning(request, wallet, tenant, subject)
    back = reverse("wallet_one", args=[held])
    try:
        wallet_identity.by_institution(wallet, tenant, subject, addresses)
    except MikraError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, _("Your institution has said that this is you."))
    return HttpResponseRedirect(back)


def _returning(request: HttpRequest, wallet: Wallet, tenant: Tenant, subject: str) -> HttpResponse:
    label = next((one.label for one in wallet_return.services() if one.tenant_id == tenant.pk), tenant.name)
    try:
        wallet_return.ask(wallet, tenant, subject, label, caller=caller_of(request))
    except MikraError as error:
        messages.error(request, said(error))
    return HttpResponseRedirect(reverse("wallet_return"))
