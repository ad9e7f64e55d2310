"""From a letter into a wallet: what was collected is kept, and how it was shown that this is the person is noted."""

from __future__ import annotations

import datetime as dt

from mikra.adapters.clock import now
from mikra.errors import ConflictError, MikraError
from mikra.server.actions import claim_codes, claims, letters, wallets
from mikra.server.actions.work import work
from mikra.server.store import personal
from mikra.server.store.awards import Award
from mikra.server.store.deliveries import Delivery
from mikra.server.store.wallets import Address, Held, Proof, Wallet


def keep(wallet: Wallet, code: str, at: dt.datetime | None = None) -> Held:
    """The award of a letter's code, in this wallet. ConflictError before it is collected; twice is once."""
    moment = at or now()
    offer = claims.look(code, moment)
    if not offer.claimed:
        raise ConflictError("Collect it first.", fix="Press the button on the page of the offer.")
    held = wallets.keep(wallet, offer.award, at=moment)
    way = Proof.Way.CODE if _answered(wallet, address_of(offer)) else Proof.Way.LINK
    with work():
        if not Proof.of(wallet).filter(award=offer.award, way=way).exists():
            content = personal.seal_away(wallets.key_of(wallet), {})
            Proof(wallet=wallet, way=way, tenant=offer.award.tenant, award=offer.award, content=content).save(
                force_insert=True
            )
    return held


def address_of(offer: claims.Offer) -> str:
    """Where the letter went; "" where it was on paper, or was erased."""
    try:
        return letters.person_of(offer.delivery).email
    except MikraError:
        return ""


def _answered(wallet: Wallet, address: str) -> bool:
    """Whether the address that the institution knows has answered a code of this wallet."""
    return bool(address) and Address.of(wallet).filter(token=wallets.token_of(address)).exists()


def collected(letter: str) -> str:
    """The code again, where what it led to was collected; "" where its pages do not put it into other wallets yet."""
    return letter if letter and claims.look(letter).claimed else ""


def letter_of(held: Held) -> str:
    """The code of the offer that led to it, for its pages; "" for what did not come by a letter of ours."""
    award: Award | None = held.award
    if award is None:
        return ""
    offers = Delivery.of(award.tenant_id).filter(award=award).exclude(token=None)
    delivery = offers.exclude(kind=Delivery.Kind.CHANGE).order_by("id").first()
    return claim_codes.code_of(delivery.tenant_id, delivery.id) if delivery else ""
