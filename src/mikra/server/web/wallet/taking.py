"""Taking a credential away: every form that can be had, the reason for one that cannot, all of them at once."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from mikra.errors import ConflictError, InputError, MikraError
from mikra.server.actions import wallet_bundle, wallet_forms, wallets, wallets_claiming
from mikra.server.actions.wallet_forms import Form
from mikra.server.store.wallets import Held
from mikra.server.web.guards import Asked, learner
from mikra.server.web.pages import render
from mikra.server.web.refusals import said
from mikra.server.web.wallet.files import saved, saved_as
from mikra.server.web.wallet.held import card
from mikra.server.words import language


@require_safe
@learner
def choose(request: Asked, id: uuid.UUID) -> HttpResponse:
    """All forms. What an attestation shows is ticked here."""
    return _page(request, wallets.get(request.wallet, id))


def _page(request: Asked, held: Held, fault: str = "", status: int = 200) -> HttpResponse:
    kept = set(request.POST.getlist("fields"))
    asked = "form" in request.POST
    rows = []
    for one in wallet_forms.offered(held):
        title, purpose = wallet_forms.NAMES[one.form]
        rows.append({"form": one.form.value, "title": title, "purpose": purpose, "why": one.why})
    values = {
        "held": held,
        "card": card(held),
        "forms": [row for row in rows if not row["why"] and row["form"] != Form.ATTESTATION],
        "absent": [row for row in rows if row["why"]],
        "choices": wallet_forms.choices(held, language=language()),
        "kept": kept if asked else None,
        "letter": wallets_claiming.collected(wallets_claiming.letter_of(held)),
        "fault": fault,
    }
    return render(request, "wallet/take.html", values, status=status)


@require_POST
@learner
def take(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One of them (`form`), or all (`form=all`). `fields`: what an attestation shows."""
    held, tongue = wallets.get(request.wallet, id), language()
    wanted = request.POST.get("form", "")
    try:
        shown = set(request.POST.getlist("fields"))
        chosen = wallet_forms.choices(held, language=tongue) if wanted in (Form.ATTESTATION, "all") else []
        out = [name for name, _label, _text in chosen if name not in shown] if "choose" in request.POST else []
        if wanted == "all":
            return saved(wallet_bundle.of(held, language=tongue, left_out=out), "zip", name="credential")
        if wanted not in set(Form):
            raise InputError("There is no such form.", where="form", found=wanted[:40], expected=", ".join(Form))
        taken = wallet_forms.make(held, Form(wanted), language=tongue, left_out=out)
    except MikraError as error:
        if error.code == "not_found":
            raise
        return _page(request, held, said(error), 409 if isinstance(error, ConflictError) else 422)
    return saved_as(taken.content, taken.name)
