"""A row of a class list as others will see it: the letter, the learner's page, the verifier's page, the certificate."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any

from mikra.adapters.clock import now
from mikra.errors import NotFoundError
from mikra.issuance.design import Design
from mikra.issuance.design_assessment import assess
from mikra.model import Credential
from mikra.server.actions import batches, batches_rules, letters, rows_cells, samples
from mikra.server.actions.batches_design import design_for, trial_of
from mikra.server.actions.learners_profile import profile_of
from mikra.server.actions.rows import need_either, row_of
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.rights import Actor
from mikra.server.store.awards import Award
from mikra.server.store.base import new_id
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery
from mikra.server.store.designs import Edition
from mikra.server.words import _
from mikra.validation.annex1 import Element, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One ready row. `before` and `after` are the numbers of its neighbours, 0 where there is none."""

    number: int
    before: int
    after: int
    person: letters.Person
    design: Design
    credential: Credential
    awarded_on: dt.date
    issued_on: dt.date
    subject: str
    body: str
    elements: tuple[Element, ...]


def preview(actor: Actor, batch_id: uuid.UUID | str, number: int = 0, *, language: str = "") -> Preview:
    """The row of that number, or the first that is ready. `language`: of the letter, the learner's own where "".

    NotFoundError where no row is ready.
    """
    need_either(actor)
    batch = Batch.get(actor.tenant, batch_id)
    number = number or _first(batch)
    row = row_of(batch, number)
    credential = batches.preview(actor, batch_id, number)
    edition = Edition.get(actor.tenant, batch.edition_id)
    values = rows_cells.opened_row(row)[1]
    person = letters.person(profile_of(values), actor.tenant.language)
    person = replace(person, language=language or person.language)
    subject, body = _letter(actor, edition, person)
    dated = batches_rules.with_day(values, batch).get("completed")
    ready = batch.rows.filter(state=BatchRow.State.READY).values_list("number", flat=True)
    return Preview(
        number=number,
        before=ready.filter(number__lt=number).order_by("-number").first() or 0,
        after=ready.filter(number__gt=number).order_by("number").first() or 0,
        person=person,
        design=design_for(batch),
        credential=credential,
        awarded_on=dt.date.fromisoformat(dated) if dated else now().date(),
        issued_on=now().date(),
        subject=subject,
        body=body,
        elements=assess(credential, Stage.AWARD).meter.elements,
    )


def _first(batch: Batch) -> int:
    found = batch.rows.filter(state=BatchRow.State.READY).order_by("number").values_list("number", flat=True).first()
    if found is None:
        raise NotFoundError(
            _("No row of this list is ready."), fix=_("Mend one first; then it can be looked at."), code="not_found"
        )
    return found


def _letter(actor: Actor, edition: Edition, person: letters.Person) -> tuple[str, str]:
    """The letter as it would be written now; its link leads nowhere."""
    award = Award(id=new_id(), tenant=actor.tenant, edition=edition, awarded_on=now().date())
    expires = now() + dt.timedelta(days=settings_of(actor.tenant).claim_days)
    delivery = Delivery(id=new_id(), tenant=actor.tenant, award=award, expires=expires, due=now())
    return letters.text_of(delivery, person)


def certificate(actor: Actor, batch_id: uuid.UUID | str, number: int, *, language: str) -> bytes:
    """The certificate of that row, in PDF, marked as a demonstration: it is not sealed yet."""
    need_either(actor)
    batch = Batch.get(actor.tenant, batch_id)
    row: dict[str, Any] = batches_rules.with_day(rows_cells.opened_row(row_of(batch, number))[1], batch)
    return samples.drawn(trial_of(design_for(batch)), row, language=language, at=now().replace(microsecond=0))
