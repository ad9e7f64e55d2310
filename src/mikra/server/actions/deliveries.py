"""Letters to learners, from the moment they are due until they are claimed: sent, refused, returned, reminded.

The state row is the truth. A letter is marked before it is handed over, and noted after; where a worker dies between
the two, it is sent again after ten minutes under the same Message-ID. "Sent" is said when the next server took it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from mikra.adapters.clock import now
from mikra.adapters.delivery_reports import read_report
from mikra.adapters.mail import Later, Mailbox, Post, Refused
from mikra.errors import ConflictError, InputError, MikraError
from mikra.server.actions import audit, claim_codes, learner_addresses, letters, status_lists, wallet_consents
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.post import our_post
from mikra.server.rights import Actor, Right
from mikra.server.store import delivery_rows
from mikra.server.store.awards import Award
from mikra.server.store.base import new_id
from mikra.server.store.deliveries import Delivery, DeliveryStep

State = Delivery.State
AT_ONCE = 25
STUCK = dt.timedelta(minutes=10)
TRIES = 10
_FIRST_WAIT = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One person's line of the ledger."""

    delivery: Delivery
    name: str
    email: str
    state: str
    problem: str


def send_due(at: dt.datetime | None = None, *, post: Callable[[], Post] = our_post) -> bool:
    """Sends what is due, a few letters at a time; whether there may be more at once. The task `letters`."""
    moment = at or now()
    with work():
        taken = delivery_rows.take_due(moment, AT_ONCE, stuck=moment - STUCK)
    if not taken:
        return False
    status_lists.publish_first({one.tenant_id for one in taken}, moment)
    line = post()
    try:
        for one in taken:
            _send(one, line, moment)
    finally:
        line.close()
    return len(taken) == AT_ONCE


def _send(taken: Delivery, line: Post, at: dt.datetime) -> None:
    delivery = delivery_rows.fresh(taken.id)
    if delivery.state != State.SENDING:
        return  # withdrawn while it waited its turn
    if not delivery.message_id:
        delivery.message_id = letters.new_message_id()
        with work():
            delivery.save(update_fields=("message_id",))
    added = wallet_consents.land(delivery, at)
    try:
        reminder = delivery.resent_from_id is not None
        outcome = line.send(letters.message_of(delivery, reminder=reminder, added=added))
    except MikraError as error:
        with work():
            delivery_rows.step(delivery, State.FAILED, at, error.message, problem=error.message[:300])
        return
    with work():
        if isinstance(outcome, Refused):
            delivery_rows.step(delivery, State.BOUNCED, at, outcome.why, problem=outcome.why)
            _note_bounce(delivery, at)
        elif isinstance(outcome, Later):
            _later(delivery, outcome, at)
        else:
            delivery_rows.step(delivery, State.SENT, at, problem="")
            if added:
                delivery_rows.step(delivery, State.CLAIMED, at, claimed=at)


def _note_bounce(delivery: Delivery, at: dt.datetime) -> None:
    """In the trail, from which webhooks tell it. The answer of the server may quote the address: it stays out."""
    line = audit.Line(verb="delivery.bounced", subject=f"delivery:{delivery.id}")
    audit.note_all(delivery.tenant, "system", [line], at)


def _later(delivery: Delivery, outcome: Later, at: dt.datetime) -> None:
    """Again after 1, 2, 4 ... minutes, at most a day; after ten tries somebody must look."""
    tries = delivery.tries + 1
    if tries >= TRIES:
        delivery_rows.step(delivery, State.FAILED, at, outcome.why, tries=tries, problem=outcome.why)
        return
    due = at + min(_FIRST_WAIT * 2 ** (tries - 1), dt.timedelta(days=1))
    delivery_rows.step(delivery, State.QUEUED, at, outcome.why, tries=tries, problem=outcome.why, due=due)


def read_mailbox(mailbox: Mailbox, at: dt.datetime | None = None) -> int:
    """Takes delivery reports out of a mailbox; how many were about letters of ours."""
    moment, count = at or now(), 0
    for data in mailbox.messages():
        bounce = read_report(data)
        delivery = delivery_rows.by_message(bounce.message_id) if bounce else None
        if bounce is None or delivery is None or not bounce.final:
            continue
        if delivery.state in (State.SENT, State.SENDING, State.QUEUED):
            with work():
                delivery_rows.step(delivery, State.BOUNCED, moment, bounce.status, problem=bounce.status or "returned")
                _note_bounce(delivery, moment)
            count += 1
    return count


def remind_due(at: dt.datetime | None = None) -> bool:
    """A new letter for offers that nobody collected, as often as the institution wants. The task `reminders`."""
    moment = at or now()
    for one in delivery_rows.to_remind(moment).iterator():
        decided = settings_of(one.tenant)
        last = one.due + dt.timedelta(days=decided.reminder_days)
        if last <= moment and delivery_rows.chain_length(one) < decided.reminders:
            with work():
                _again(one, moment)
    return False


def _again(old: Delivery, at: dt.datetime) -> Delivery:
    """A new letter in the place of an old one. The old code goes on working until the offer ends."""
    made_id = new_id()
    made = Delivery(
        id=made_id,
        tenant_id=old.tenant_id,
        award_id=old.award_id,
        channel=Delivery.Channel.MAIL,
        state=State.QUEUED,
        due=at,
        token=claim_codes.token_of(claim_codes.code_of(old.tenant_id, made_id)),
        expires=old.expires if old.state != State.CLAIMED else at + _claim_days(old),
        resent_from=old,
    )
    made.save(force_insert=True)
    DeliveryStep._default_manager.create(delivery=made, state=State.QUEUED, at=at)
    return made


def resend(actor: Actor, delivery_id: uuid.UUID, reason: str) -> Delivery:
    """The letter again, to the address that is known now. ConflictError for what was claimed or withdrawn."""
    actor.need(Right.PREPARE)
    if not reason.strip():
        raise InputError("Say why it is sent again.", where="reason")
    with work():
        old = Delivery.get(actor.tenant, delivery_id, lock=True)
        _still_open(old)
        made = _again(old, now())
        audit.note(actor, audit.Line(verb="delivery.resent", subject=f"award:{old.award_id}", reason=reason.strip()))
    return made


def fix_address(actor: Actor, delivery_id: uuid.UUID, email: str, reason: str) -> Delivery:
    """Another address for this learner, and the letter again. The old code is void: it may be in a stranger's hands.

    Of what was collected too, for a learner who has lost all ways into their wallet: whoever asks proves to the
    institution who they are, and the reason says how. No wallet gets new awards of this learner by itself from then on.
    """
    actor.need(Right.PREPARE)
    actor.need(Right.LEARNERS)
    address = email.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InputError("This is no e-mail address.", where="email", expected="name@domain") from error
    with work():
        old = Delivery.get(actor.tenant, delivery_id, lock=True)
        if not _collected(old):
            _still_open(old)
        learner = old.award.learner
        if learner is None:
            raise ConflictError("The personal data that belonged here was erased.", code="erased")
        learner_addresses.give_address(learner, address)
        wallet_consents.end_of(learner, now())
        made = _again(old, now())
        delivery_rows.step(old, State.WITHDRAWN, now(), reason.strip(), token=None)
        line = audit.Line(verb="delivery.address", subject=f"award:{old.award_id}", reason=reason.strip())
        audit.note(actor, line)
    return made


def _claim_days(delivery: Delivery) -> dt.timedelta:
    return dt.timedelta(days=settings_of(delivery.tenant).claim_days)


def _collected(delivery: Delivery) -> bool:
    """Whether it is the letter of an award that was collected, and that counts."""
    counts = delivery.award.state == Award.State.VALID and delivery.kind == Delivery.Kind.AWARD
    return delivery.state == State.CLAIMED and counts


def _still_open(delivery: Delivery) -> None:
    if delivery.state not in delivery_rows.OPEN_STATES:
        raise ConflictError(
            "This offer is not open any more.",
            found=delivery.state,
            fix="To put a credential right, correct the award itself.",
        )


def ledger(
    actor: Actor, *, states: tuple[str, ...] = (), batch: uuid.UUID | None = None, after: str = "", limit: int = 50
) -> list[LedgerRow]:
    """Lines of the ledger, newest first, from the one after `after` (a delivery id)."""
    actor.need(Right.PREPARE)
    actor.need(Right.LEARNERS)
    rows = delivery_rows.ledger(actor.tenant, states=states, batch=batch)
    if after:
        rows = rows.filter(pk__lt=Delivery.get(actor.tenant, after).pk)
    return [_ledger_row(one) for one in rows[:limit]]


def ledger_row(actor: Actor, delivery_id: uuid.UUID) -> LedgerRow:
    """One line of it."""
    actor.need(Right.PREPARE)
    actor.need(Right.LEARNERS)
    return _ledger_row(delivery_rows.fresh(Delivery.get(actor.tenant, delivery_id).id))


def _ledger_row(delivery: Delivery) -> LedgerRow:
    try:
        person = letters.person_of(delivery)
        name, email = person.name, person.email
    except MikraError:
        name = email = ""
    return LedgerRow(delivery=delivery, name=name, email=email, state=delivery.state, problem=delivery.problem)


def counts(actor: Actor, batch: uuid.UUID | None = None) -> dict[str, int]:
    """State -> how many lines of the ledger."""
    actor.need(Right.PREPARE)
    return delivery_rows.counted(actor.tenant, batch)


def history(actor: Actor, delivery_id: uuid.UUID) -> list[DeliveryStep]:
    """What happened to it, oldest first."""
    actor.need(Right.PREPARE)
    return delivery_rows.steps_of(Delivery.get(actor.tenant, delivery_id))
