"""New awards into a wallet without asking each time: a consent for one institution, off until given, easily taken back.

wallet_consents.choices(wallet)              institutions that may be asked, and which are
wallet_consents.give(wallet, learner_id)     NotAllowedError where it was not shown that this is the person
wallet_consents.take_back(wallet, id)        nothing lands from then on
wallet_consents.land(delivery)               called by whoever sends letters: in which wallets the award is now

A letter that was forwarded gives nobody this: the address that the institution knows has answered a code. Where the
institution's rule asks a guardian first, nothing lands by itself; the letter asks as always.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import dataclass

from mikra.adapters.clock import now
from mikra.errors import MikraError, NotAllowedError
from mikra.server.actions import audit, minors, wallets
from mikra.server.actions.work import work
from mikra.server.store.awards import Award
from mikra.server.store.deliveries import Delivery
from mikra.server.store.learners import Learner
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Consent, Held, Proof, Wallet, consents

log = logging.getLogger("mikra.wallets")
SURE = (Proof.Way.CODE, Proof.Way.INSTITUTION, Proof.Way.EID)
"""Ways by which it was shown who somebody is; having the link of a letter is none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One institution's record of the learner. `guardian`: its rule asks a guardian, so this cannot be given."""

    tenant: Tenant
    learner_id: uuid.UUID
    consent: Consent | None
    guardian: bool = False


def choices(wallet: Wallet) -> list[Choice]:
    """In the order of names."""
    sure = Proof.of(wallet).filter(way__in=SURE, award__isnull=False).values("award")
    rows = Held.of(wallet).filter(award__in=sure, award__learner__erased=None, removed=None)
    given = {one.learner_id: one for one in Consent.of(wallet).filter(revoked=None)}
    found: dict[uuid.UUID, Choice] = {}
    for one in rows.select_related("award__tenant", "award__learner__key").order_by("-id"):
        award: Award | None = one.award
        if award is None or award.learner_id is None or award.learner_id in found:
            continue
        found[award.learner_id] = Choice(
            tenant=award.tenant,
            learner_id=award.learner_id,
            consent=given.get(award.learner_id),
            guardian=minors.guardian_asked(award),
        )
    return sorted(found.values(), key=lambda each: (each.tenant.name, each.learner_id))


def give(wallet: Wallet, learner_id: uuid.UUID | str, at: dt.datetime | None = None) -> Consent:
    """Twice is once. NotAllowedError for a record that is not shown to be theirs, or whose guardian is asked first."""
    chosen = next((one for one in choices(wallet) if str(one.learner_id) == str(learner_id)), None)
    if chosen is None:
        raise NotAllowedError(
            "It was not shown that this is you.",
            fix="Open the letter of the institution and keep the award by a code sent to the address that it knows.",
        )
    if chosen.guardian:
        raise NotAllowedError("A guardian is asked each time, as this institution has decided.", code="guardian_asked")
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        known = Consent.of(wallet).filter(learner_id=chosen.learner_id, revoked=None).first()
        if known is not None:
            return known
        made = Consent(wallet=wallet, tenant=chosen.tenant, learner_id=chosen.learner_id, created=at or now())
        made.save(force_insert=True)
        _note(made, "consent.given", at or now())
    return made


def take_back(wallet: Wallet, id: uuid.UUID | str, at: dt.datetime | None = None) -> None:
    """Twice is once. NotFoundError for what is somebody else's."""
    found = Consent.get(wallet, id)
    with work():
        if Consent.of(wallet).filter(pk=found.pk, revoked=None).update(revoked=at or now()):
            _note(found, "consent.taken_back", at or now())


def end_of(learner: Learner, at: dt.datetime) -> None:
    """All given for this record: the institution knows the learner by another address now. Inside `work()`."""
    for one in consents().filter(learner=learner):
        Consent.of(one.wallet).filter(pk=one.pk).update(revoked=at)
        line = audit.Line(verb="consent.taken_back", subject=f"learner:{learner.pk}", reason="address")
        audit.note_all(one.tenant, "system", [line], at)


def _note(consent: Consent, verb: str, at: dt.datetime) -> None:
    line = audit.Line(verb=verb, subject=f"learner:{consent.learner_id}")
    audit.note_all(consent.tenant, "learner", [line], at)


def land(delivery: Delivery, at: dt.datetime | None = None) -> bool:
    """Puts the award of a letter into the wallets whose owners want that; whether it is in one now.

    What does not fit, or cannot be read at the moment, is told by the letter as always.
    """
    award = delivery.award
    if delivery.kind != Delivery.Kind.AWARD or award.learner_id is None or award.trial:
        return False
    if award.state != Award.State.VALID or minors.guardian_asked(award):
        return False
    landed = False
    for one in consents().filter(tenant_id=delivery.tenant_id, learner_id=award.learner_id):
        try:
            _put(one, award, at or now())
            landed = True
        except MikraError as error:
            log.warning("not added", extra={"task": "letters", "code": error.code})
    return landed


def _put(consent: Consent, award: Award, at: dt.datetime) -> None:
    wallet = consent.wallet
    known = Held.of(wallet).filter(award=award).exists()
    wallets.keep(wallet, award, source=Held.Source.ADDED, at=at)
    if not known:
        with work():
            line = audit.Line(verb="award.added", subject=f"award:{award.id}")
            audit.note_all(award.tenant, "system", [line], at)
