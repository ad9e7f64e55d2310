"""What can be awarded: the last published edition of each design, last used first, and whether it may be now."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from mikra.issuance.design import Design as CoreDesign
from mikra.server.actions import designs, editions
from mikra.server.actions.batches_design import design_of
from mikra.server.rights import Actor, Right
from mikra.server.store.designs import Design, Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A design with its last edition, as one chooses it."""

    design: Design
    edition: Edition
    standing: editions.Standing


def listed(actor: Actor, text: str, day: dt.date, *, start: int = 0, limit: int = 24) -> list[Choice]:
    """Designs that were published, found by words of title or code."""
    actor.need(Right.PREPARE)
    rows = designs.list_designs(actor, text=text).filter(id__in=Edition.of(actor.tenant).values("design_id"))
    found = list(rows[start : start + limit])
    last = Edition.latest(actor.tenant, [one.id for one in found])
    for one in found:
        last[one.id].design = one
    return [
        Choice(design=one, edition=last[one.id], standing=editions.standing(last[one.id], day))
        for one in found
        if one.id in last
    ]


def chosen(actor: Actor, edition_id: uuid.UUID | str, day: dt.date) -> Choice:
    """One edition. NotFoundError."""
    actor.need(Right.PREPARE)
    edition = Edition.get(actor.tenant, edition_id)
    return Choice(design=edition.design, edition=edition, standing=editions.standing(edition, day))


def content(actor: Actor, edition_id: uuid.UUID | str) -> CoreDesign:
    """What was published. NotFoundError."""
    actor.need(Right.VIEW)
    return design_of(Edition.get(actor.tenant, edition_id))
