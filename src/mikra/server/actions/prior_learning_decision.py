"""Deciding on prior learning, taking that back while nothing came of it, and the way to the award.

decide(actor, case_id, outcome, reason)    awarded, not awarded, or more evidence asked for; added, never edited
withdraw(actor, case_id, reason)           within the time of grace, while nothing is sealed
to_award(actor, case_id)                   a batch of one, on the same path as any other
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.server.actions import batches, batches_approval, batches_rules, rows_typed
from mikra.server.actions import prior_learning_row as row
from mikra.server.actions.prior_learning import State, check_state, keep, note, secret_of, seen, view, words_of
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store.batches import Batch
from mikra.server.store.prior_learning import PriorCase, PriorDecision
from mikra.server.words import _

Outcome = PriorDecision.Outcome
_AFTER = {Outcome.AWARDED: State.AWARDED, Outcome.NOT_AWARDED: State.NOT_AWARDED, Outcome.MORE: State.DRAFT}
_NOT_SEALED = (Batch.State.WHO, Batch.State.CHECK, Batch.State.APPROVAL, Batch.State.SCHEDULED)
_ENDED = (Batch.State.CANCELLED, Batch.State.REVERTED)


def decide(actor: Actor, case_id: uuid.UUID | str, outcome: str, reason: str) -> PriorDecision:
    """Decides on a case that was assessed. InputError for no reason; ConflictError where an outcome is not met.

    NotAllowedError where four eyes are asked for and this is the assessor, or the edition is no longer awarded.
    """
    actor.need(Right.SEAL)
    actor.need(Right.LEARNERS)
    if outcome not in _AFTER:
        raise InputError(_("Choose what is decided."), where="outcome", expected=", ".join(_AFTER))
    said = words_of("reason", reason)
    with work():
        found = seen(actor, case_id, lock=True)
        check_state(found, State.DECISION)
        _check_eyes(actor, found)
        if outcome == Outcome.AWARDED:
            _check_award(actor, found)
        made = _add(actor, found, outcome, said)
        found.state = _AFTER[Outcome(outcome)]
        found.changed = made.created
        found.save()
    return made


def _check_eyes(actor: Actor, found: PriorCase) -> None:
    if settings_of(actor.tenant).four_eyes and actor.person_id == found.assessor_id:
        raise NotAllowedError(
            _("You assessed this case, so a second person must decide."),
            fix=_("Ask a colleague with the right to seal."),
            code="four_eyes",
        )
    first = (secret_of(found).get("appeal") or {}).get("decider")
    if settings_of(actor.tenant).four_eyes and first == str(actor.person_id):
        raise NotAllowedError(
            _("You decided the first time, so a second person decides on the appeal."),
            fix=_("Ask a colleague with the right to seal."),
            code="four_eyes",
        )


def _check_award(actor: Actor, found: PriorCase) -> None:
    """Every outcome is met, and the learner's row is whole."""
    batches_rules.check_edition(found.edition, trial=False, at=now())
    unmet = [one.outcome for one in view(found, actor.language).findings if one.met is not True]
    if unmet:
        raise ConflictError(
            _("It cannot be awarded: a credential says that every outcome was reached, and one was not."),
            where="outcome",
            found=unmet[0][:200],
            fix=_("Decide that it is not awarded, or ask for more evidence."),
            code="outcome_not_met",
        )
    known = secret_of(found)["row"]
    try:
        row.checked(found.edition, known, actor.language, whole=True)
    except InputError as error:
        raise ConflictError(
            _("It cannot be awarded: what is known of the learner is not complete."),
            where="outcome",
            found=row.label_of(error.where, actor.language),
            fix=_("Have it put right in the case; then decide."),
            code="row_not_whole",
        ) from error


def _add(actor: Actor, found: PriorCase, outcome: str, reason: str) -> PriorDecision:
    """A decision, and its digest in the trail: a later change of it would show."""
    secret = personal.seal_away(personal.opened(found.key), {"reason": reason})
    made = PriorDecision(tenant=actor.tenant, case=found, outcome=outcome, secret=secret, by_id=actor.person_id)
    made.save(force_insert=True)
    digest = hashlib.sha256(secret).hexdigest()
    note(actor, f"prior.{outcome}", found, decision=str(made.id), digest=digest)
    return made


def until(found: PriorCase) -> dt.datetime | None:
    """Until when the last decision can be taken back; None where there is none."""
    last = found.decisions.order_by("-id").first()
    if last is None or not found.is_decided:
        return None
    return last.created + dt.timedelta(minutes=settings_of(found.tenant).grace_minutes)


def withdraw(actor: Actor, case_id: uuid.UUID | str, reason: str, *, at: dt.datetime | None = None) -> PriorDecision:
    """Takes the decision back, with a reason: the case waits for a decision again. Its batch is cancelled.

    ConflictError after the time of grace, or where it was sealed or is being sealed.
    """
    actor.need(Right.SEAL)
    actor.need(Right.LEARNERS)
    said, moment = words_of("reason", reason), at or now()
    with work():
        found = seen(actor, case_id, lock=True)
        check_state(found, State.AWARDED, State.NOT_AWARDED)
        batch = Batch.get(actor.tenant, found.batch_id, lock=True) if found.batch_id else None
        if batch is not None and batch.state not in (*_NOT_SEALED, *_ENDED):
            raise ConflictError(
                _("This decision was sealed, so it cannot be taken back here."),
                fix=_("Undo the batch, or withdraw the award: its learner is told why."),
                code="prior_sealed",
            )
        end = until(found)
        if end is None or moment >= end:
            raise ConflictError(
                _("The time in which this decision could be taken back is over."),
                found=moment.isoformat(timespec="minutes"),
                expected=end.isoformat(timespec="minutes") if end else "",
                fix=_("It stands. Begin a new case, if the learner asks again."),
                code="prior_grace_over",
            )
        if batch is not None and batch.state in _NOT_SEALED:
            batches_approval.drop(actor, batch)
        made = _add(actor, found, Outcome.WITHDRAWN, said)
        found.state, found.batch, found.changed = State.DECISION, None, now()
        found.save()
    return made


def to_award(actor: Actor, case_id: uuid.UUID | str) -> Batch:
    """The batch of one that comes of a positive decision; asked again, the same, until that one is cancelled or undone.

    It goes the way of any batch: looked at, approved, sealed, within reach of undo. Its route is that of validation.
    """
    actor.need(Right.PREPARE)
    with work():
        found = seen(actor, case_id, lock=True)
        check_state(found, State.AWARDED)
        batch = found.batch
        if batch is None or batch.state in _ENDED:
            batch = _begin(actor, found)
    if batch.state == Batch.State.WHO:
        rows_typed.take_one(actor, batch.id, secret_of(found)["row"], of_case=True)
        batch.refresh_from_db()
    return batch


def _begin(actor: Actor, found: PriorCase) -> Batch:
    decision = found.decisions.filter(outcome=Outcome.AWARDED).latest("id")
    batch = batches.begin(actor, found.edition_id, source="case", awarded_on=decision.created.date())
    batch.hands = list(dict.fromkeys([*batch.hands, *found.hands]))
    batch.save(update_fields=("hands",))
    found.batch = batch
    keep(actor, found)
    note(actor, "prior.to_award", found, batch=str(batch.id))
    return batch
