"""How sure it is that a wallet is a learner's own: by their letter, by their address, by their institution's sign-in.

The institution's service names somebody. Whom it names by an address that this institution knows of a learner, whose
awards lie in the wallet, is that learner. One account proves one wallet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from mikra.adapters.clock import now
from mikra.errors import ConflictError, NotFoundError
from mikra.server.actions import learner_addresses, wallets
from mikra.server.actions.work import work
from mikra.server.store import personal
from mikra.server.store.sign_on import SignOn
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Held, Proof, Wallet, proof_by

LADDER = (Proof.Way.LINK, Proof.Way.CODE, Proof.Way.INSTITUTION, Proof.Way.EID)
"""From the weakest to the strongest."""
_SUBJECT = "wallet-subject"


def shown(held: Held) -> str:
    """The strongest way by which the owner showed that this award is theirs; "" for a file that they brought."""
    if held.award_id is None:
        return ""
    ways = set(Proof._default_manager.filter(wallet=held.wallet_id, award=held.award_id).values_list("way", flat=True))
    return next((str(one) for one in reversed(LADDER) if one in ways), "")


def services(held: Held) -> list[SignOn]:
    """By which sign-ins it can be shown more surely; none once it was."""
    if held.award is None or shown(held) in (Proof.Way.INSTITUTION, Proof.Way.EID):
        return []
    return [one for one in SignOn.enabled_ones() if one.tenant_id == held.award.tenant_id]


def by_institution(
    wallet: Wallet, tenant: Tenant, subject: str, addresses: Collection[str], at: dt.datetime | None = None
) -> int:
    """Notes that this institution's service named the owner; of how many awards.

    `subject` and `addresses` are what the service said. ConflictError for an account that has proven another wallet,
    and where it names nobody whose awards are here; NotFoundError where nothing of that institution is here.
    """
    known = {one.strip().casefold() for one in addresses if one.strip()}
    rows = Held.of(wallet).filter(award__tenant=tenant, award__learner__erased=None, removed=None)
    awards = [one.award for one in rows.select_related("award__learner__key") if one.award and one.award.learner]
    if not awards:
        raise NotFoundError("There is no award of this institution in your wallet.", code="not_found")
    theirs = [one for one in awards if known & _addresses(one)]
    if not theirs:
        raise ConflictError(
            "Your institution names you by an address that it did not use for these awards.",
            fix="Ask your institution to correct the address that it has of you.",
        )
    token, moment = token_of(tenant, subject), at or now()
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        proven = proof_by(tenant, token)
        if proven is not None and proven.wallet_id != wallet.pk:
            raise ConflictError(
                "This account has shown that another wallet is its owner's.",
                fix="Sign in to that wallet, or erase it first.",
            )
        if proven is None:
            _note(wallet, tenant, moment, subject=token)
        have = set(Proof.of(wallet).filter(way=Proof.Way.INSTITUTION).values_list("award", flat=True))
        for one in theirs:
            if one.pk not in have:
                _note(wallet, tenant, moment, award=one)
    return len(theirs)


def token_of(tenant: Tenant, subject: str) -> bytes:
    """By which an account is found: `Proof.subject`."""
    return personal.token(tenant.id, _SUBJECT, subject)


def _addresses(award: object) -> set[str]:
    profile = learner_addresses.profile_of(award.learner)  # type: ignore[attr-defined]
    return {str(one).casefold() for one in profile["emails"]}


def _note(wallet: Wallet, tenant: Tenant, at: dt.datetime, **more: object) -> None:
    content = personal.seal_away(wallets.key_of(wallet), {})
    common = {"wallet": wallet, "way": Proof.Way.INSTITUTION, "tenant": tenant, "created": at}
    Proof(**common, content=content, **more).save(force_insert=True)
