"""What learners say is not right on their awards: read by whoever may correct, and put away with an answer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from mikra.adapters.clock import now
from mikra.errors import ConflictError, MikraError
from mikra.server.actions import audit, claims, learner_addresses, letters
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.deliveries import NameRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A request as it is shown."""

    request: NameRequest
    name: str
    text: str


def count_open(actor: Actor) -> int:
    """How many wait."""
    return NameRequest.of(actor.tenant).filter(state=NameRequest.State.OPEN).count() if actor.may(Right.CORRECT) else 0


def waiting(actor: Actor, limit: int = 100) -> list[Said]:
    """Those that wait, oldest first."""
    actor.need(Right.CORRECT)
    actor.need(Right.LEARNERS)
    rows = NameRequest.of(actor.tenant).filter(state=NameRequest.State.OPEN).order_by("id")
    related = rows.select_related("award", "award__learner", "award__learner__key", "award__edition", "tenant")
    return [_said(one) for one in related[:limit]]


def _said(request: NameRequest) -> Said:
    learner = request.award.learner
    try:
        profile = learner_addresses.profile_of(learner) if learner else {}
        name, text = letters.person(profile, request.tenant.language).name, claims.said_in(request)
    except MikraError:
        name = text = ""
    return Said(request=request, name=name, text=text)


def decide(actor: Actor, request_id: uuid.UUID, *, done: bool, answer: str) -> NameRequest:
    """Puts a request away. ConflictError for one that was put away already."""
    actor.need(Right.CORRECT)
    with work():
        found = NameRequest.get(actor.tenant, request_id, lock=True)
        if found.state != NameRequest.State.OPEN:
            raise ConflictError("Somebody has answered this already.", found=found.state)
        found.state = NameRequest.State.DONE if done else NameRequest.State.DECLINED
        found.answer, found.decided, found.text = answer.strip(), now(), None
        found.save(update_fields=("state", "answer", "decided", "text"))
        line = audit.Line(verb=f"award.correction_{found.state}", subject=f"award:{found.award_id}")
        audit.note(actor, line)
    return found
