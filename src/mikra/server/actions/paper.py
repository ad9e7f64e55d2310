"""The fallback on paper: letters for learners without an address, or whose letter came back, to print and post."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils import translation

from mikra.adapters.clock import now
from mikra.errors import InputError, MikraError
from mikra.rendering.letter import AT_ONCE, Letter, write_letters
from mikra.server.actions import audit, claim_codes, letters, wallet_copies, wallet_offers
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.rights import Actor, Right
from mikra.server.store import delivery_rows
from mikra.server.store.awards import Award
from mikra.server.store.deliveries import Delivery
from mikra.server.words import _


def waiting(actor: Actor, batch: uuid.UUID | None = None) -> list[uuid.UUID]:
    """Deliveries that want paper: those without an address, and those whose letter came back or failed."""
    actor.need(Right.PREPARE)
    rows = delivery_rows.ledger(actor.tenant, batch=batch)
    paper = rows.filter(channel=Delivery.Channel.LETTER).exclude(state__in=("claimed", "withdrawn", "printed"))
    back = rows.filter(channel=Delivery.Channel.MAIL, state__in=("bounced", "failed"))
    return [*paper.values_list("pk", flat=True), *back.values_list("pk", flat=True)]


def print_letters(actor: Actor, ids: Sequence[uuid.UUID]) -> bytes:
    """One page for each of these, in the language of the institution or the learner's first. InputError for none."""
    actor.need(Right.PREPARE)
    actor.need(Right.LEARNERS)
    if not ids or len(ids) > AT_ONCE:
        raise InputError("Nothing to print." if not ids else "Too many at once.", expected=f"1 to {AT_ONCE} letters")
    found = [delivery_rows.fresh(Delivery.get(actor.tenant, one).id) for one in ids]
    pages, done = [], []
    for delivery in found:
        try:
            pages.append(_letter(delivery))
        except MikraError:
            continue  # erased meanwhile
        done.append(delivery)
    if not pages:
        raise InputError("Nothing to print.", fix="The personal data of these people was erased.")
    pdf = write_letters(pages, sender=actor.tenant.name, title=_("Letters"), language=actor.tenant.language)
    with work():
        for delivery in done:
            delivery_rows.printed(delivery, now())
        line = audit.Line(verb="letters.printed", subject=f"tenant:{actor.tenant.id}", detail={"letters": len(done)})
        audit.note(actor, line)
    return pdf


def _letter(delivery: Delivery) -> Letter:
    to = letters.person_of(delivery)
    code = claim_codes.code_of(delivery.tenant_id, delivery.id)
    title, tenant = delivery.award.edition.title, delivery.tenant.name
    with translation.override(to.language):
        return Letter(
            name=to.name,
            subject=_("Yours: {title}").format(title=title),
            before=(
                _("Hello {name},").format(name=to.name),
                _("{tenant} has awarded you the micro-credential “{title}”.").format(tenant=tenant, title=title),
                _("Point the camera of a phone at the picture, or type the code at this address:"),
            ),
            address=f"{installation().origin.rstrip('/')}/claim/",
            code=claim_codes.spaced(code),
            link=letters.claim_address(delivery),
            after=(
                *_for_wallets(delivery.award),
                _("Keep this letter to yourself: whoever has the code can collect what is yours."),
            ),
        )


def _for_wallets(award: Award) -> tuple[str, ...]:
    """The digits that a wallet app asks for, where this service puts anything into one."""
    if not wallet_copies.issuer_of(award.tenant).configurations:
        return ()
    digits = wallet_offers.paper_digits(award)
    said = _("If you put it into a wallet app and the app asks for a code, type these six digits: {digits}")
    return (said.format(digits=f"{digits[:3]} {digits[3:]}"),)
