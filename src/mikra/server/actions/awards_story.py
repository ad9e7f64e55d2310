"""One award with all that belongs to it: what was decided and why, its letters, what it replaced, what replaced it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from mikra.server.actions import forms_given
from mikra.server.actions.awards_content import file_of
from mikra.server.actions.claims import paper_address
from mikra.server.actions.corrections import current
from mikra.server.actions.receipts import name_of
from mikra.server.rights import Actor, Right
from mikra.server.store.awards import Award, Change, Sealed
from mikra.server.store.deliveries import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A decision. `by` is a person's name, "" where the service decided."""

    at: dt.datetime
    state: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`name` is "" for those who may not see names. `current`: the award that counts in its place, or itself."""

    award: Award
    name: str
    events: tuple[Event, ...]
    deliveries: tuple[Delivery, ...]
    before: Award | None
    after: Award | None
    current: Award
    forms: tuple[str, ...]


def story(actor: Actor, award_id: uuid.UUID | str) -> Story:
    """All of one award. NotFoundError."""
    actor.need(Right.VIEW)
    award = Award.get(actor.tenant, award_id)
    changes = Change.of(actor.tenant).filter(award=award).select_related("by").order_by("created", "id")
    letters = Delivery.of(actor.tenant).filter(award=award).order_by("created", "id")
    forms = Sealed.of(actor.tenant).filter(award=award, content__isnull=False).values_list("form", flat=True)
    return Story(
        award=award,
        name=name_of(award) if actor.may(Right.LEARNERS) else "",
        events=tuple(_event(one) for one in changes),
        deliveries=tuple(letters) if actor.may(Right.PREPARE) else (),
        before=award.supersedes,
        after=Award.of(actor.tenant).filter(supersedes=award).first(),
        current=current(award),
        forms=tuple(sorted(set(forms))),
    )


def _event(change: Change) -> Event:
    by = change.by.name if change.by else ""
    return Event(at=change.created, state=change.state, reason=change.reason, by=by)


def credential(actor: Actor, award_id: uuid.UUID | str, form: str = "edc") -> bytes:
    """The sealed credential, byte for byte. NotFoundError where it was erased."""
    actor.need(Right.LEARNERS)
    return file_of(Award.get(actor.tenant, award_id), form=form)


def certificate(actor: Actor, award_id: uuid.UUID | str, language: str) -> bytes:
    """The certificate for people, PDF, with the sealed credential inside."""
    from mikra.rendering.certificate import CertificateRenderer

    award = Award.get(actor.tenant, award_id)
    forms_given.check(actor.tenant, forms_given.CERTIFICATE)
    renderer = CertificateRenderer(demonstration=award.trial, verify_url=paper_address(award))
    return renderer.render(credential(actor, award_id), language=language)


def erased(award: Award) -> bool:
    """Whether nobody can be named any more."""
    return award.learner is None or award.learner.erased is not None


def designs_awarded(actor: Actor) -> list[tuple[str, str]]:
    """(design, title) of all that was ever awarded here, for a filter."""
    actor.need(Right.VIEW)
    rows = Award.of(actor.tenant).values_list("edition__design_id", "edition__title").distinct()
    found = {str(design): title for design, title in rows}
    return sorted(found.items(), key=lambda one: one[1].casefold())
