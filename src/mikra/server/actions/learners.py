"""Finding a person across all batches, and everything that they were awarded."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from mikra.server.actions.learners_profile import asked_tokens, shown_name
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store.awards import Award
from mikra.server.store.learners import Learner, having_all

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """A learner as those may see them who work with names. `awards` counts all but trial runs."""

    id: uuid.UUID
    name: str
    emails: tuple[str, ...]
    numbers: tuple[str, ...]
    birth: str
    awards: int
    restricted: bool


def find(actor: Actor, query: str, *, limit: int = 20) -> list[PersonView]:
    """People by an address, a number, or whole words of their name, in any spelling and order; the newest first."""
    actor.need(Right.LEARNERS)
    if not query.strip():
        return []
    found: dict[uuid.UUID, Learner] = {}
    for wanted in asked_tokens(actor.tenant.id, query[:200]):
        for learner in having_all(actor.tenant.id, wanted).select_related("key")[: min(limit, MOST)]:
            found.setdefault(learner.id, learner)
    return [view(one) for one in list(found.values())[: min(limit, MOST)]]


def learner(actor: Actor, learner_id: uuid.UUID | str) -> PersonView:
    """One person. NotFoundError."""
    actor.need(Right.LEARNERS)
    return view(Learner.get(actor.tenant, learner_id))


def of_learner(actor: Actor, learner_id: uuid.UUID | str) -> list[Award]:
    """All their awards, the newest first, whatever became of them."""
    actor.need(Right.LEARNERS)
    owner = Learner.get(actor.tenant, learner_id)
    rows = Award.of(actor.tenant).select_related("edition__design", "batch", "supersedes").filter(learner=owner)
    return list(rows.order_by("-awarded_on", "-id"))


def view(learner: Learner) -> PersonView:
    """What is known of a learner; no name where it was erased."""
    profile = personal.look_into(personal.unwrap(learner.key), bytes(learner.profile)) if learner.key else None
    return PersonView(
        id=learner.id,
        name=shown_name(profile) if profile else "",
        emails=tuple(profile["emails"]) if profile else (),
        numbers=tuple(number for _, number in profile["numbers"]) if profile else (),
        birth=profile["birth"] if profile else "",
        awards=Award.of(learner.tenant_id).filter(learner=learner, trial=False).count(),
        restricted=learner.restricted is not None,
    )
