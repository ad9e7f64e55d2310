"""What keeps an edition from being awarded, and a batch from being sealed; each in words, with what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from mikra.errors import ConflictError, NotAllowedError
from mikra.issuance.design import AccreditationRecord
from mikra.server.actions.batches_design import design_of
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.rights import Actor
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Design, Edition
from mikra.server.store.tenants import Tenant
from mikra.server.words import _


def check_edition(edition: Edition, *, trial: bool, at: dt.datetime) -> None:
    """NotAllowedError where no new awards of this edition are made: withdrawn, archived, or its review is overdue."""
    if edition.withdrawn is not None or edition.design.state == Design.State.ARCHIVED:
        raise NotAllowedError(
            _("This edition is no longer awarded."),
            found=f"{edition.title}, edition {edition.number}",
            fix=_("Choose the newest edition of the design."),
            code="edition_withdrawn",
        )
    if not trial and edition.review_by is not None and at.date() > edition.review_by:
        raise NotAllowedError(
            _("The quality review of this design is overdue, so it cannot be awarded now."),
            found=edition.review_by.isoformat(),
            fix=_("Have it reviewed and publish a new edition, or set a new date of review."),
            code="review_overdue",
        )


def check_may_seal(tenant: Tenant) -> None:
    """NotAllowedError while the stop switch is on, or while issuing is blocked (after an old backup was restored)."""
    if tenant.stopped is not None:
        raise NotAllowedError(
            _("Sealing has been stopped for this institution."),
            fix=_("Whoever stopped it, or an administrator, can let it go on: Settings, stop switch."),
            code="sealing_stopped",
        )
    if tenant.issuing_blocked:
        raise NotAllowedError(_("Nothing may be issued now."), found=tenant.issuing_blocked, code="issuing_blocked")


def check_person(actor: Actor, batch: Batch, at: dt.datetime) -> None:
    """NotAllowedError where four eyes are asked for and this is one of the two, or where no fresh proof is there."""
    if batch.trial:
        return
    if settings_of(actor.tenant).four_eyes and {actor.name, actor.made_by} & set(batch.hands):
        raise NotAllowedError(
            _("You prepared this list, so a second person must seal it."),
            fix=_("Ask for approval; a colleague with the right to seal looks at it and seals."),
            code="four_eyes",
        )
    if settings_of(actor.tenant).step_up and actor.person_id and not actor.proven_lately(at):
        raise NotAllowedError(
            _("Before you seal, prove once more who you are."),
            fix=_("Confirm it with your code or passkey; this page then goes on."),
            code="step_up",
        )


def check_state(batch: Batch, *states: str) -> None:
    """ConflictError unless the batch is in one of these states."""
    if batch.state not in states:
        raise ConflictError(
            _("This cannot be done with the batch as it is now."),
            found=str(Batch.State(batch.state).label).lower(),
            expected=", ".join(str(Batch.State(one).label).lower() for one in states),
            fix=_("Load the page again: somebody else may have gone on with it."),
            code="batch_state",
        )


def with_day(values: Mapping[str, Any], batch: Batch) -> dict[str, Any]:
    """The values of a row, with the batch's day of award where the row has none."""
    if values.get("completed") or batch.awarded_on is None:
        return dict(values)
    return {**values, "completed": batch.awarded_on.isoformat()}


def doubts(edition: Edition, on: dt.date) -> list[str]:
    """What a person should know before sealing: accreditations that do not cover the day of award, a near review."""
    design = design_of(edition)
    records = [*design.issuer.accreditations, *design.quality.accreditations]
    for body in design.bodies:
        records += [one for one in body.accreditations if one not in records]
    language = design.primary_language
    found = [f"{one.title.best(language)}: {words}" for one in records if (words := _uncovered(one, on))]
    if edition.review_by is not None and dt.timedelta(0) <= edition.review_by - on <= dt.timedelta(days=60):
        found.append(_("The quality review of this design is due on {day}.").format(day=edition.review_by.isoformat()))
    return found


def _uncovered(record: AccreditationRecord, on: dt.date) -> str:
    if record.issued and on < record.issued:
        return _("not yet in force on {day}, the day of award").format(day=on.isoformat())
    if record.expires and on > record.expires:
        return _("no longer in force on {day}, the day of award").format(day=on.isoformat())
    return ""
