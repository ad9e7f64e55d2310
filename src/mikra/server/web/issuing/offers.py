"""The page on which a learner takes an award into a wallet of their own: a code to scan, a link, six digits to type."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from mikra.errors import ConflictError
from mikra.exchange import oid4vci_metadata
from mikra.exchange.oid4vci import EUDI, OPEN
from mikra.server import wallet_providers
from mikra.server.actions import claims, wallet_copies, wallet_exchange, wallet_offers
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.web.qr import image_of
from mikra.server.web.wallet.files import unindexed
from mikra.server.words import language, lazy

FORMS = {
    oid4vci_metadata.SDJWT_ID: (
        lazy("For European wallets"),
        lazy("You choose later which facts you show (SD-JWT VC)."),
    ),
    oid4vci_metadata.JWT_ID: (lazy("As a badge, for other wallets"), lazy("Open Badge 3.0, sealed as a token (JWT).")),
    oid4vci_metadata.LDP_ID: (
        lazy("As a badge, for learner wallets"),
        lazy("Open Badge 3.0 with its seal inside (Ed25519)."),
    ),
    EUDI.name: (
        lazy("For a European Digital Identity Wallet"),
        lazy("Its provider vouches for it, and you say yes on a page of this service."),
    ),
}


LEARNER_WALLET = "vcapi"
"""The form of those that read no OpenID4VCI, as the Learner Credential Wallet."""


@require_http_methods(["GET", "HEAD", "POST"])
@public
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """Which form; then the offer itself, for ten minutes."""
    found = claims.look(code)
    if not found.claimed:
        raise ConflictError("Collect it first.", fix="Press the button on the page of the offer.")
    issuer = wallet_copies.issuer_of(found.delivery.tenant)
    ids = [one.id for one in issuer.configurations]
    if wallet_providers.anchors() and wallet_copies.issuer_of(found.delivery.tenant, EUDI).configurations:
        ids.append(EUDI.name)
    forms = [(one, *FORMS[one]) for one in ids]
    values = {
        "code": code,
        "tenant": found.delivery.tenant,
        "design": found.design,
        "forms": forms,
        "badge": oid4vci_metadata.LDP_ID in ids,
        "possible": wallet_copies.possible(),
        "offered": None,
        "begun": None,
        "paper": claims.on_paper(found),
    }
    if request.method == "POST" and forms and request.POST.get("form") == LEARNER_WALLET:
        begun = wallet_exchange.begin(code, language=language())
        values |= {"begun": begun, "qr": image_of(begun.link), "form": LEARNER_WALLET}
    elif request.method == "POST" and forms:
        wanted = request.POST.get("form", "")
        known = wanted if wanted in ids else ids[0]
        strict = known == EUDI.name
        profile, configuration = (EUDI, "") if strict else (OPEN, known)
        offered = wallet_offers.offer(code, configuration, profile=profile, language=language())
        values |= {"offered": offered, "qr": image_of(offered.short), "form": known, "strict": strict}
    return unindexed(render(request, "claim/wallet.html", values))
