"""Deciding on a batch: one sentence, a second person where the institution wants one, a moment; and stopping it.

ask_approval(actor, batch_id)
approve(actor, batch_id, sentence=...)       seals what is ready, now or `at` a moment; a second click changes nothing
send_back, pause, resume, cancel
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.issuance.design import Design
from mikra.model.remarks import SupervisionKind
from mikra.server.actions import audit, batches_rules, seal_keys
from mikra.server.actions.batches import counts_of
from mikra.server.actions.batches_design import design_of
from mikra.server.actions.rows_reading import remove_rows, taken
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import SealKey
from mikra.server.words import _, ngettext

State = Batch.State


def sentence(actor: Actor, batch_id: uuid.UUID | str) -> str:
    """What is about to be done, in the actor's language; `approve` wants it back, so that nobody seals unread."""
    actor.need(Right.VIEW)
    batch = Batch.get(actor.tenant, batch_id)
    return _said(batch, Edition.get(actor.tenant, batch.edition_id))


def _said(batch: Batch, edition: Edition) -> str:
    design = design_of(edition)
    ready = counts_of(batch).ready
    title = design.title.best(design.primary_language)
    facts = ", ".join(_facts(design))
    what = f"{title} ({facts})" if facts else title
    issuer = design.issuer.name.best(design.primary_language)
    people = ngettext("{count} person", "{count} people", ready).format(count=ready)
    pattern = (
        _("Trial run: {what} for {people}, sealed with the demonstration key. Nothing is sent.")
        if batch.trial
        else _("You award {what} to {people}, {check}, sealed by {issuer}.")
    )
    return pattern.format(what=what, people=people, check=_checked(batch, design), issuer=issuer)


def _facts(design: Design) -> list[str]:
    """Workload and level, as people say them."""
    load, level = design.workload, design.level
    found = [f"{_number(load.ects)} ECTS"] if load.ects else []
    if not found and load.hours:
        found.append(_("{hours} hours").format(hours=_number(load.hours)))
    if level.eqf:
        found.append(f"EQF {level.eqf.slug}")
    return found


def _number(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _checked(batch: Batch, design: Design) -> str:
    """How identity was checked: as the list says for each learner, or as it was planned for all."""
    if "identity_verified" in batch.mapping.values():
        return _("identity checked as the list says for each")
    plan = design.assessment[0] if design.assessment else None
    if plan is None or not plan.identity_verified:
        return _("identity not checked")
    places = {
        SupervisionKind.ON_SITE: _("identity checked on site"),
        SupervisionKind.ONLINE: _("identity checked online"),
    }
    return places.get(plan.supervision, _("identity checked"))


def doubts(actor: Actor, batch_id: uuid.UUID | str) -> list[str]:
    """What should be known before sealing, in words: accreditations on the day of award, a review that is due."""
    actor.need(Right.VIEW)
    batch = Batch.get(actor.tenant, batch_id)
    return batches_rules.doubts(Edition.get(actor.tenant, batch.edition_id), batch.awarded_on or now().date())


def ask_approval(actor: Actor, batch_id: uuid.UUID | str) -> Batch:
    """The list is ready for a second person. From now on it is not changed unless it is sent back."""
    actor.need(Right.PREPARE)
    with work():
        batch = Batch.get(actor.tenant, batch_id, lock=True)
        if batch.state == State.APPROVAL:
            return batch
        batches_rules.check_state(batch, State.CHECK)
        _check_any(batch)
        batch.state, batch.problem = State.APPROVAL, ""
        if actor.name not in batch.hands:
            batch.hands = [*batch.hands, actor.name]
        batch.save()
        audit.note(actor, audit.Line(verb="batch.approval_asked", subject=f"batch:{batch.id}"))
    return batch


def approve(
    actor: Actor,
    batch_id: uuid.UUID | str,
    *,
    sentence: str,
    at: dt.datetime | None = None,
    now_is: dt.datetime | None = None,
) -> Batch:
    """Seals what is ready: in the background, now, or from the moment `at` on. `sentence` is what the person was shown.

    A second click, or a second request, gives the same batch. NotAllowedError: no right, second person or fresh proof
    wanted, stopped, edition no longer awarded. ConflictError: the list changed since the sentence was shown.
    """
    actor.need(Right.SEAL)
    moment = now_is or now()
    _mark_who_has_it(actor, batch_id)
    with work():
        batch = Batch.get(actor.tenant, batch_id, lock=True)
        if batch.state in _APPROVED and batch.note == sentence and batch.approved_by_id == actor.person_id:
            return batch
        batches_rules.check_state(batch, State.CHECK, State.APPROVAL)
        edition = _check_all(actor, batch, moment, sentence, at)
        batch.state = State.SCHEDULED if at else State.SEALING
        batch.note, batch.problem, batch.scheduled = sentence, "", at
        batch.approved, batch.approved_by_id, batch.upload = moment, actor.person_id, None
        batch.save()
        detail = {"edition": str(edition.id), "rows": counts_of(batch).ready, "trial": batch.trial}
        audit.note(actor, audit.Line(verb="batch.approved", subject=f"batch:{batch.id}", detail=detail))
    return batch


_APPROVED = (State.SCHEDULED, State.SEALING, State.PAUSED, State.DONE)


def _check_all(actor: Actor, batch: Batch, moment: dt.datetime, sentence: str, at: dt.datetime | None) -> Edition:
    edition = Edition.get(actor.tenant, batch.edition_id)
    actor.tenant.refresh_from_db(fields=("stopped", "issuing_blocked", "settings"))
    batches_rules.check_may_seal(actor.tenant)
    batches_rules.check_edition(edition, trial=batch.trial, at=moment)
    batches_rules.check_person(actor, batch, moment)
    _check_any(batch)
    if at is not None and (at.tzinfo is None or at <= moment):
        raise InputError(_("This moment has passed."), where="at", found=str(at)[:40], expected=_("a time to come"))
    use = SealKey.Use.TRIAL if batch.trial else SealKey.Use.CREDENTIALS
    seal_keys.key_for(actor.tenant, use, edition=None if batch.trial else edition)
    if sentence != _said(batch, edition):
        raise ConflictError(
            _("The list has changed since you read this sentence."),
            where="sentence",
            found=sentence[:300],
            expected=_said(batch, edition),
            fix=_("Read it once more, and seal if it is right."),
            code="sentence_changed",
        )
    return edition


def _check_any(batch: Batch) -> None:
    if not batch.rows.filter(state=BatchRow.State.READY).exists():
        raise ConflictError(
            _("No row of this list is ready."), fix=_("Mend the rows that need it, or take some back."), code="no_rows"
        )


def _mark_who_has_it(actor: Actor, batch_id: uuid.UUID | str) -> None:
    """Learners who got the edition since the list was read; the sentence then has another count."""
    with work():
        batch = Batch.get(actor.tenant, batch_id, lock=True)
        if batch.state not in (State.CHECK, State.APPROVAL) or batch.trial:
            return
        ready = batch.rows.filter(state=BatchRow.State.READY, same__isnull=False)
        known = [bytes(one) for one in ready.values_list("same", flat=True) if one is not None]
        for start in range(0, len(known), 500):
            if has := taken(batch, known[start : start + 500]):
                batch.rows.filter(state=BatchRow.State.READY, same__in=list(has)).update(state=BatchRow.State.HAS)


def send_back(actor: Actor, batch_id: uuid.UUID | str, reason: str) -> Batch:
    """Back to whoever prepared it, with a reason; nothing was sealed."""
    actor.need(Right.SEAL)
    if not reason.strip():
        raise InputError(_("Say what is to be changed."), where="reason")
    with work():
        batch = Batch.get(actor.tenant, batch_id, lock=True)
        batches_rules.check_state(batch, State.APPROVAL, State.SCHEDULED)
        batch.state, batch.problem, batch.scheduled = State.CHECK, reason.strip(), None
        batch.approved = batch.approved_by = None
        batch.save()
        audit.note(actor, audit.Line(verb="batch.sent_back", subject=f"batch:{batch.id}", reason=reason.strip()))
    return batch


def pause(actor: Actor, batch_id: uuid.UUID | str) -> Batch:
    """Sealing stops after the rows in hand; it goes on where it stopped."""
    return _move(actor, batch_id, "batch.paused", (State.SEALING, State.SCHEDULED), State.PAUSED)


def resume(actor: Actor, batch_id: uuid.UUID | str) -> Batch:
    """Sealing goes on."""
    return _move(actor, batch_id, "batch.resumed", (State.PAUSED,), State.SEALING)


def _move(actor: Actor, batch_id: uuid.UUID | str, verb: str, before: tuple[str, ...], after: str) -> Batch:
    actor.need(Right.SEAL)
    with work():
        batch = Batch.get(actor.tenant, batch_id, lock=True)
        if batch.state == after:
            return batch
        batches_rules.check_state(batch, *before)
        batch.state = after
        batch.save(update_fields=("state",))
        audit.note(actor, audit.Line(verb=verb, subject=f"batch:{batch.id}"))
    return batch


def cancel(actor: Actor, batch_id: uuid.UUID | str) -> Batch:
    """Nothing comes of this list; its rows are destroyed. What is sealed already is undone by `batches_undo.revert`."""
    actor.need(Right.PREPARE)
    with work():
        batch = Batch.get(actor.tenant, batch_id, lock=True)
        if batch.state == State.CANCELLED:
            return batch
        batches_rules.check_state(batch, State.WHO, State.CHECK, State.APPROVAL, State.SCHEDULED)
        drop(actor, batch)
    return batch


def drop(actor: Actor, batch: Batch) -> None:
    """Cancels a locked batch of which nothing is sealed; inside `work()`."""
    remove_rows(batch)
    key = batch.key
    batch.state, batch.secret, batch.upload, batch.key = State.CANCELLED, None, None, None
    batch.save()
    if key is not None:
        key.delete()
    audit.note(actor, audit.Line(verb="batch.cancelled", subject=f"batch:{batch.id}"))
