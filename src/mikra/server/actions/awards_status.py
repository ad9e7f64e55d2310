"""One award for programs: what it counts for, where that is public, its sealed bytes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from mikra.server.actions.awards_content import file_of
from mikra.server.actions.status_places import place_of
from mikra.server.rights import Actor, Right
from mikra.server.store.awards import Award


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`list` and `index` say where verifiers look; None for a trial run."""

    state: str
    changed: dt.datetime | None
    reason: str
    successor: uuid.UUID | None
    list: str | None
    index: int | None


def status(actor: Actor, award_id: uuid.UUID | str) -> Status:
    """What an award counts for now. NotFoundError."""
    actor.need(Right.VIEW)
    award = Award.get(actor.tenant, award_id)
    place = place_of(award)
    successor = Award.of(actor.tenant).filter(supersedes=award).values_list("id", flat=True).first()
    return Status(
        state=award.state,
        changed=award.changed,
        reason=award.reason,
        successor=successor,
        list=place.base if place else None,
        index=place.index if place else None,
    )


def credential(actor: Actor, award_id: uuid.UUID | str, *, form: str = "edc") -> bytes:
    """The sealed credential, byte for byte. NotFoundError: none in this form, or erased."""
    actor.need(Right.LEARNERS)
    return file_of(Award.get(actor.tenant, award_id), form=form)
