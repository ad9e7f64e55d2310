"""Requests of learners about their own data (GDPR, 12 and 15 to 21), from the day they come in to the answer.

    open_case(...)             the clock runs from the day of receipt: one month (12(3))
    link, prove                whose data it is; how identity was proved (12(6))
    extend                     two months more, told to the learner with the reason (12(3))
    restrict, lift             kept, and used for nothing else (18)
    close                      done, refused (with reason: 12(4)) or taken back

What the learner said stands encrypted under a key of the case; the audit trail has ids and kinds alone.
"""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.server.actions import audit, learners
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store.learners import Learner
from mikra.server.store.rights_cases import RightsCase
from mikra.server.words import _

Kind, State = RightsCase.Kind, RightsCase.State
LONGEST = 2_000
"""Characters of one field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as those see it who handle it. `left`: days until it is due, negative when late."""

    case: RightsCase
    said: Mapping[str, str]
    learner: learners.PersonView | None
    left: int


def due_on(received: dt.date, months: int = 1) -> dt.date:
    """The same day of a later month, or its last one (Regulation 1182/71, 3(2)(c))."""
    year, month = divmod(received.year * 12 + received.month - 1 + months, 12)
    return dt.date(year, month + 1, min(received.day, calendar.monthrange(year, month + 1)[1]))


def open_case(actor: Actor, *, kind: str, received: dt.date, asker: str, said: str = "") -> RightsCase:
    """A new case. InputError, with its field, for what cannot be."""
    actor.need(Right.RIGHTS_CASES)
    if kind not in Kind.values:
        raise InputError(_("Choose what the learner asks for."), where="kind", expected=", ".join(Kind.values))
    if received > now().date():
        raise InputError(_("This day has not come yet."), where="received", found=received.isoformat())
    secret = {"asker": _text("asker", asker), "said": _text("said", said, needed=False)}
    with work():
        wrapped, key = personal.new_key(actor.tenant.id)
        wrapped.save(force_insert=True)
        case = RightsCase(tenant=actor.tenant, kind=kind, received=received, due=due_on(received), key=wrapped)
        case.secret, case.by_id = personal.seal_away(key, secret), actor.person_id
        case.save(force_insert=True)
        _note(actor, "case.opened", case, kind=kind)
    return case


def _text(where: str, value: str, *, needed: bool = True) -> str:
    text = value.strip()
    if (needed and not text) or len(text) > LONGEST:
        raise InputError(
            _("Write a word here.") if not text else _("This is too long."),
            where=where,
            expected=f"1 to {LONGEST} characters",
            found=str(len(text)),
        )
    return text


def _note(actor: Actor, verb: str, case: RightsCase, **detail: Any) -> None:
    audit.note(actor, audit.Line(verb=verb, subject=f"case:{case.id}", detail=detail))


def cases(actor: Actor, *, open_ones: bool = True, limit: int = 200) -> list[CaseView]:
    """Those that wait, the most urgent first; or the answered ones, the newest first."""
    actor.need(Right.RIGHTS_CASES)
    return [_view(actor, one) for one in RightsCase.listed(actor.tenant, open_ones=open_ones)[:limit]]


def case(actor: Actor, case_id: uuid.UUID | str) -> CaseView:
    """One of them. NotFoundError."""
    actor.need(Right.RIGHTS_CASES)
    return _view(actor, RightsCase.get(actor.tenant, case_id))


def _view(actor: Actor, one: RightsCase) -> CaseView:
    return CaseView(
        case=one,
        said=_secret(one),
        learner=learners.view(one.learner) if one.learner else None,
        left=(one.due - now().date()).days,
    )


def _secret(one: RightsCase) -> dict[str, str]:
    if one.secret is None:
        return {}
    return dict(personal.look_into(personal.opened(one.key), bytes(one.secret)))


def find(actor: Actor, query: str) -> list[learners.PersonView]:
    """Learners, for whoever handles their rights: the one thing that needs names and no registrar."""
    actor.need(Right.RIGHTS_CASES)
    return learners.find(replace(actor, rights=actor.rights | {Right.LEARNERS}), query)


def link(actor: Actor, case_id: uuid.UUID | str, learner_id: uuid.UUID | str) -> RightsCase:
    """Whose data the case is about. Who was another learner before is not proved to be this one."""
    actor.need(Right.RIGHTS_CASES)
    with work():
        found = _open(actor, case_id)
        learner = Learner.get(actor.tenant, learner_id)
        if learner.erased:
            raise ConflictError(_("The data of this learner was erased."), code="erased")
        if found.learner_id != learner.id:
            found.learner, found.proven = learner, None
            found.save(update_fields=("learner", "proven"))
            _note(actor, "case.learner", found, learner=str(learner.id))
    return found


def prove(actor: Actor, case_id: uuid.UUID | str, how: str) -> RightsCase:
    """How it was made sure that the one who asks is the learner. No copy of an identity document is kept."""
    actor.need(Right.RIGHTS_CASES)
    said = _text("proof", how)
    with work():
        found = _open(actor, case_id)
        if found.learner_id is None:
            raise ConflictError(_("Find the learner first."), code="case_without_learner")
        found.proven = now()
        _keep(found, proof=said)
        found.save(update_fields=("proven", "secret"))
        _note(actor, "case.proven", found)
    return found


def extend(actor: Actor, case_id: uuid.UUID | str, reason: str) -> RightsCase:
    """Two months more, once, and only while the first month runs: the learner has to be told within it."""
    actor.need(Right.RIGHTS_CASES)
    said = _text("reason", reason)
    with work():
        found = _open(actor, case_id)
        if found.extended or found.due < now().date():
            raise ConflictError(_("The time cannot be extended any more."), found=found.due.isoformat())
        found.extended, found.due = now(), due_on(found.received, 3)
        _keep(found, extension=said)
        found.save(update_fields=("extended", "due", "secret"))
        _note(actor, "case.extended", found, due=found.due.isoformat())
    return found


def restrict(actor: Actor, case_id: uuid.UUID | str, *, restricted: bool) -> RightsCase:
    """Sets or lifts the restriction of the learner's data (18): no letters, no corrections while it holds."""
    actor.need(Right.RIGHTS_CASES)
    with work():
        found = _open(actor, case_id)
        if found.learner is None or found.proven is None:
            raise ConflictError(_("Find the learner, and note how identity was proved."), code="case_without_proof")
        learner = Learner.get(actor.tenant, found.learner.id, lock=True)
        learner.restricted = now() if restricted else None
        learner.save(update_fields=("restricted",))
        verb = "learner.restricted" if restricted else "learner.unrestricted"
        audit.note(actor, audit.Line(verb=verb, subject=f"learner:{learner.id}"))
    return found


def close(actor: Actor, case_id: uuid.UUID | str, *, outcome: str, answer: str) -> RightsCase:
    """What the learner was told. An erasure is done by `erasure.erase` alone."""
    actor.need(Right.RIGHTS_CASES)
    if outcome not in (State.DONE, State.REFUSED, State.WITHDRAWN):
        raise InputError(_("Choose what came of it."), where="outcome", found=outcome[:40])
    said = _text("answer", answer, needed=outcome == State.REFUSED)
    with work():
        found = _open(actor, case_id)
        if found.kind == Kind.ERASURE and outcome == State.DONE:
            raise ConflictError(_("Erase the data first; that closes the case."), code="case_state")
        _keep(found, answer=said)
        found.save(update_fields=("secret",))
        finish(found, outcome, now())
        _note(actor, f"case.{outcome}", found)
    return found


def finish(found: RightsCase, state: str, at: dt.datetime) -> None:
    """Closes a locked case; inside `work()`."""
    found.state, found.decided = state, at
    RightsCase._default_manager.filter(pk=found.pk).update(state=state, decided=at)


def _open(actor: Actor, case_id: uuid.UUID | str) -> RightsCase:
    found = RightsCase.get(actor.tenant, case_id, lock=True)
    if found.state != State.OPEN:
        raise ConflictError(_("This case is closed."), found=found.state, code="case_state")
    return found


def _keep(found: RightsCase, **said: str) -> None:
    """More of what was said, under the key of the case."""
    if found.key is None:
        raise NotFoundError(_("The personal data that belonged here was erased."), code="erased")
    found.secret = personal.seal_away(personal.opened(found.key), {**_secret(found), **said})
