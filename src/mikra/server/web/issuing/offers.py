"""The page on which a learner takes an award into a wallet of their own: a code to scan, a link, six digits to type."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from mikra.errors import ConflictError
from mikra.exchange import oid4vci_metadata
from mikra.server.actions import claims, wallet_copies, wallet_offers
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
}


@require_http_methods(["GET", "HEAD", "POST"])
@public
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """Which form; then the offer itself, for ten minutes."""
    found = claims.look(code)
    if not found.claimed:
        raise ConflictError("Collect it first.", fix="Press the button on the page of the offer.")
    issuer = wallet_copies.issuer_of(found.delivery.tenant)
    forms = [(one.id, *FORMS[one.id]) for one in issuer.configurations]
    values = {"code": code, "tenant": found.delivery.tenant, "design": found.design, "forms": forms, "offered": None}
    if request.method == "POST" and forms:
        wanted = request.POST.get("form", "")
        known = wanted if wanted in [one[0] for one in forms] else forms[0][0]
        offered = wallet_offers.offer(code, known, language=language())
        values |= {"offered": offered, "qr": image_of(offered.short), "form": {one[0]: one[1] for one in forms}[known]}
    return unindexed(render(request, "claim/wallet.html", values))
