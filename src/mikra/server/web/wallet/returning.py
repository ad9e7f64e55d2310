"""Back into a wallet by an account of an institution: allowing it, asking, waiting, opening, and saying no to it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.server.actions import wallet_return, wallet_sign_in
from mikra.server.web.guards import Asked, learner, not_there
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.wallet import proving
from mikra.server.words import _


@require_safe
@learner
def index(request: Asked) -> HttpResponse:
    """By which account; or how long it takes still."""
    waits = wallet_return.waiting(request.wallet)
    values = {
        "waits": waits,
        "due": waits is not None and waits.opens <= now(),
        "services": wallet_return.services(),
    }
    return render(request, "wallet/return.html", values)


@require_POST
@learner
def ask(request: Asked, slug: str, service: str) -> HttpResponse:
    """Off to that institution's sign-in."""
    wanted = (one for one in wallet_return.services() if (one.tenant.slug, one.kind) == (slug, service))
    found = next(wanted, None)
    if found is None:
        raise not_there()
    return proving.begin(request, None, found)


@require_POST
@learner
def finish(request: Asked) -> HttpResponse:
    """Into the old wallet, or back to the beginning."""
    if request.POST.get("do") != "open":
        wallet_return.give_up(request.wallet)
        return HttpResponseRedirect(reverse("wallet_return"))
    try:
        opened = wallet_return.finish(request.wallet)
    except MikraError as error:
        messages.error(request, said(error))
        return HttpResponseRedirect(reverse("wallet_return"))
    wallet_sign_in.switch(request, opened)
    messages.success(request, _("Your wallet is open again, for your new address too."))
    return HttpResponseRedirect(reverse("wallet"))


@require_POST
@learner
def stop(request: Asked) -> HttpResponse:
    """The owner of the old wallet says no."""
    wallet_return.stop(request.wallet)
    messages.success(request, _("Nobody comes in by that. The account opens your wallet no more."))
    return HttpResponseRedirect(reverse("wallet_owner"))


@require_POST
@learner
def let(request: Asked) -> HttpResponse:
    """An account that has named the owner may open the wallet again, or may not."""
    yes = request.POST.get("let") == "yes"
    wallet_return.let(request.wallet, request.POST.get("proof", ""), yes)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("wallet_owner"))
