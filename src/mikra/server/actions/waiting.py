"""What waits for a person on their start page, by their rights; and the first steps of an institution that is new."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from mikra.server.actions import deliveries, name_requests
from mikra.server.actions.batches_watch import is_own_work
from mikra.server.rights import Actor, Right
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Design, Edition
from mikra.server.store.prior_learning import PriorCase
from mikra.server.store.tenants import Provider, SealKey

MOST = 5
REVIEW_SOON = dt.timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Each member is empty, or 0, for those who have no business with it. `total` counts what asks for this person."""

    lists: tuple[Batch, ...] = ()
    approvals: tuple[Batch, ...] = ()
    running: tuple[Batch, ...] = ()
    came_back: int = 0
    requests: int = 0
    reviews: int = 0
    overdue: int = 0
    to_assess: int = 0
    to_decide: int = 0

    @property
    def total(self) -> int:
        letters = 1 if self.came_back else 0
        overdue = 1 if self.overdue else 0
        return (
            len(self.lists)
            + len(self.approvals)
            + letters
            + self.requests
            + self.reviews
            + overdue
            + self.to_assess
            + self.to_decide
        )


def waiting(actor: Actor, day: dt.date) -> Waiting:
    """What this person could go on with now."""
    actor.need(Right.VIEW)
    prepares = actor.may(Right.PREPARE)
    counts = deliveries.counts(actor) if prepares else {}
    return Waiting(
        lists=_batches(actor, Batch.State.WHO, Batch.State.CHECK) if prepares else (),
        approvals=_approvals(actor) if actor.may(Right.SEAL) else (),
        running=_batches(actor, Batch.State.SEALING, Batch.State.SCHEDULED, Batch.State.PAUSED) if prepares else (),
        came_back=counts.get("bounced", 0) + counts.get("failed", 0),
        requests=name_requests.count_open(actor),
        reviews=Design.there(actor.tenant).filter(state=Design.State.IN_REVIEW).count()
        if actor.may(Right.REVIEW)
        else 0,
        overdue=_overdue(actor, day) if actor.may(Right.QUALITY) or actor.may(Right.DESIGN) else 0,
        to_assess=PriorCase.to_assess(actor.tenant, actor.person_id).count(),
        to_decide=PriorCase.of(actor.tenant).filter(state=PriorCase.State.DECISION).count()
        if actor.may(Right.SEAL) and actor.may(Right.LEARNERS)
        else 0,
    )


def _batches(actor: Actor, *states: str) -> tuple[Batch, ...]:
    rows = Batch.of(actor.tenant).select_related("edition").defer("upload", "receipt").filter(state__in=states)
    return tuple(rows.order_by("-id")[:MOST])


def _approvals(actor: Actor) -> tuple[Batch, ...]:
    """Lists that somebody else prepared, where a second person is asked for."""
    found = _batches(actor, Batch.State.APPROVAL)
    return tuple(one for one in found if not is_own_work(actor, one))


def _in_review(actor: Actor) -> int:
    return Design.there(actor.tenant).filter(state=Design.State.IN_REVIEW).count()


def _overdue(actor: Actor, day: dt.date) -> int:
    """Designs whose last edition has to be reviewed within 60 days, or should have been."""
    there = Design.there(actor.tenant).exclude(state=Design.State.ARCHIVED).values_list("id", flat=True)
    latest: dict[uuid.UUID, Edition] = Edition.latest(actor.tenant, list(there))
    due = [one.review_by for one in latest.values() if one.review_by and not one.withdrawn]
    return sum(1 for review_by in due if review_by - day <= REVIEW_SOON)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSteps:
    """What an institution has done of what it takes to award."""

    provider: bool
    key: bool
    design: bool
    award: bool

    @property
    def done(self) -> bool:
        return self.provider and self.key and self.design and self.award


def first_steps(actor: Actor) -> FirstSteps:
    """How far a new institution is."""
    actor.need(Right.VIEW)
    keys = SealKey.of(actor.tenant).filter(use=SealKey.Use.CREDENTIALS, retired=None)
    return FirstSteps(
        provider=Provider.of(actor.tenant).exists(),
        key=keys.exists(),
        design=Edition.of(actor.tenant).exists(),
        award=Award.of(actor.tenant).filter(trial=False).exists(),
    )
