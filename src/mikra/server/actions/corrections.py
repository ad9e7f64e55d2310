"""Correcting an award: suspended and resumed, withdrawn, or replaced by a new one. Nothing is ever silently changed.

Each needs the right to correct and a reason that the learner and a verifier may read; each is a line of the audit trail
and a `Change` that stays. The status lists carry it within seconds (`status_lists.publish_due`), the learner is told.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.server.actions import audit
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import bulk, copies
from mikra.server.store import status as places
from mikra.server.store.awards import Award, Change
from mikra.server.store.base import new_id
from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.words import _
from mikra.status.table import Value

State = Award.State
LONGEST = 1_000
"""Characters of a reason."""

VALUES = {
    State.VALID: Value.VALID,
    State.SUSPENDED: Value.SUSPENDED,
    State.REVOKED: Value.INVALID,
    State.SUPERSEDED: Value.INVALID,
}
BEFORE = {
    State.VALID: (State.SUSPENDED,),
    State.SUSPENDED: (State.VALID,),
    State.REVOKED: (State.VALID, State.SUSPENDED),
    State.SUPERSEDED: (State.VALID, State.SUSPENDED),
}
"""State -> those from which an award comes to it. Withdrawn is for good."""

NOT_OUT = (Delivery.State.WAITING, Delivery.State.QUEUED)
"""The learner has not heard of it."""

TOLD = (
    Delivery.State.SENDING, Delivery.State.SENT, Delivery.State.OPENED, Delivery.State.CLAIMED, Delivery.State.PRINTED,
)  # fmt: skip


def suspend(actor: Actor, award_id: uuid.UUID | str, reason: str) -> Award:
    """It does not count for now."""
    return _one(actor, award_id, State.SUSPENDED, reason)


def resume(actor: Actor, award_id: uuid.UUID | str, reason: str) -> Award:
    """It counts again."""
    return _one(actor, award_id, State.VALID, reason)


def revoke(actor: Actor, award_id: uuid.UUID | str, reason: str) -> Award:
    """It is withdrawn, for good."""
    return _one(actor, award_id, State.REVOKED, reason)


def _one(actor: Actor, award_id: uuid.UUID | str, state: State, reason: str) -> Award:
    actor.need(Right.CORRECT)
    said, at = checked_reason(reason), now()
    with work():
        award = Award.get(actor.tenant, award_id, lock=True)
        check_change(award, state)
        change([award], state, said, actor, at)
        tell([award], at)
    return award


def checked_reason(reason: str) -> str:
    """InputError where nothing was said, or too much."""
    said = " ".join(reason.split())
    if not said:
        raise InputError(
            _("Say why, in words that the learner may read."), where="reason", fix=_("One sentence is enough.")
        )
    if len(said) > LONGEST:
        raise InputError(_("This reason is too long."), where="reason", expected=f"≤ {LONGEST}", found=str(len(said)))
    return said


def check_change(award: Award, state: State) -> None:
    """ConflictError where an award cannot come from its state to this one, or its learner's data is restricted."""
    if award.learner is not None and award.learner.restricted:
        raise ConflictError(
            _("The data of this learner may only be kept for now: its use is restricted."),
            fix=_("Lift the restriction in the learner's case first."),
            code="restricted",
        )
    if award.state not in BEFORE[state]:
        raise ConflictError(
            _("This cannot be done with the award as it is."),
            found=str(State(award.state).label).lower(),
            expected=", ".join(str(one.label).lower() for one in BEFORE[state]),
            fix=_("What was withdrawn stays so; to put it right, award anew.")
            if award.state in (State.REVOKED, State.SUPERSEDED)
            else _("Load the page again: somebody else may have decided already."),
            code="award_state",
        )


def change(awards: Sequence[Award], state: State, reason: str, actor: Actor, at: dt.datetime) -> None:
    """Writes the decision to locked awards of one tenant, to their places, and into the trail; inside `work()`."""
    for award in awards:
        award.state, award.changed, award.reason = state, at, reason
    bulk.update(Award, "id", ("state", "changed", "reason"), [(a.id, state.value, at, reason) for a in awards])
    bulk.insert(
        Change,
        ("id", "created", "tenant_id", "award_id", "state", "reason", "by_id"),
        [(new_id(), at, a.tenant_id, a.id, state.value, reason, actor.person_id) for a in awards],
    )
    marks = {(a.list_number, a.list_index): int(VALUES[state]) for a in awards if a.list_index is not None}
    marks |= {(number, index): int(VALUES[state]) for _id, number, index in copies.places_of([a.id for a in awards])}
    places.mark({(n, i): value for (n, i), value in marks.items() if n is not None and i is not None}, at)
    verb = "award.resumed" if state is State.VALID else f"award.{state.value}"
    audit.note(actor, *(audit.Line(verb=verb, subject=f"award:{a.id}", reason=reason) for a in awards), at=at)


def tell(awards: Sequence[Award], at: dt.datetime, *, letter: bool = True) -> None:
    """Letters that are not out are taken back, unless the award counts; whoever has heard of it is told (`letter`)."""
    by_id = {award.id: award for award in awards}
    of_these = Delivery._default_manager.filter(award_id__in=list(by_id), kind=Delivery.Kind.AWARD)
    gone = [one for one in by_id.values() if one.state in (State.REVOKED, State.SUPERSEDED)]
    held = of_these.filter(award_id__in=[one.id for one in gone], state__in=NOT_OUT)
    withdraw(list(held.select_for_update(no_key=True)), gone[0].reason if gone else "", at)
    if not letter:
        return
    told = of_these.filter(state__in=TOLD).order_by("created").values_list("award_id", "channel")
    made = [
        (
            new_id(),
            at,
            by_id[award_id].tenant_id,
            award_id,
            Delivery.Kind.CHANGE.value,
            channel,
            "queued",
            at,
            0,
            "",
            "",
        )
        for award_id, channel in dict(told).items()
    ]
    names = (
        "id", "created", "tenant_id", "award_id", "kind", "channel", "state", "due", "tries", "problem", "message_id",
    )  # fmt: skip
    bulk.insert(Delivery, names, made)
    bulk.insert(DeliveryStep, ("delivery_id", "state", "at", "reason"), [(one[0], "queued", at, "") for one in made])


def withdraw(deliveries: Sequence[Delivery], reason: str, at: dt.datetime) -> None:
    """Takes locked letters back."""
    state = Delivery.State.WITHDRAWN.value
    bulk.update(Delivery, "id", ("state",), [(one.id, state) for one in deliveries])
    steps = [(one.id, state, at, reason[:300]) for one in deliveries]
    bulk.insert(DeliveryStep, ("delivery_id", "state", "at", "reason"), steps)


def withdraw_offer(actor: Actor, delivery_id: uuid.UUID | str, reason: str) -> Delivery:
    """The letter, or the link in it, no longer leads to the credential; the award itself stays as it is."""
    actor.need(Right.CORRECT)
    said, at = checked_reason(reason), now()
    with work():
        delivery = Delivery.get(actor.tenant, delivery_id, lock=True)
        if delivery.state in (Delivery.State.WITHDRAWN, Delivery.State.CLAIMED):
            raise ConflictError(
                _("This offer cannot be withdrawn any more."),
                found=str(Delivery.State(delivery.state).label).lower(),
                fix=_("What was claimed is the learner's; to take the award back, withdraw the award."),
                code="delivery_state",
            )
        withdraw([delivery], said, at)
        delivery.state = Delivery.State.WITHDRAWN
        audit.note(actor, audit.Line(verb="offer.withdrawn", subject=f"delivery:{delivery.id}", reason=said), at=at)
    return delivery


def current(award: Award) -> Award:
    """The award that counts in place of this one: itself, or the last that took its place. Old links lead there."""
    seen = {award.pk}
    while award.state == State.SUPERSEDED:
        successor = Award.of(award.tenant_id).filter(supersedes=award).first()
        if successor is None or successor.pk in seen:
            break
        seen.add(successor.pk)
        award = successor
    return award
