"""Editions: what was published of a design, for ever as it was; comparing two, and beginning the next one."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import Max

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.issuance import design as content
from mikra.issuance import design_file
from mikra.server.actions import audit, designs, drafts, reviews
from mikra.server.actions.drafts_paths import copied, differences
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.designs import Design, DraftVersion, Edition, Review
from mikra.server.words import _

WARNING = dt.timedelta(days=60)
"""So long before its review-by day an edition warns."""


def publish(
    actor: Actor, design_id: uuid.UUID | str, *, version: int | None = None, at: dt.datetime | None = None
) -> Edition:
    """Makes the approved draft an edition. ConflictError where it is not approved, incomplete, or its label is taken.

    `version`: that of the draft which the caller has seen; the approved one where it says none.
    """
    actor.need(Right.PUBLISH)
    at = at or now()
    with work():
        design = Design.get(actor.tenant, design_id, lock=True)
        review = Review.last(design)
        _check_approved(design, review, design.version if version is None else version)
        judged = drafts.judge(design.draft, language=actor.tenant.language, day=at.date())
        if not judged.publishable:
            raise reviews.incomplete(judged)
        edition = _edition(actor, design, at)
        edition.save()
        design.state, design.authors, design.last_used = Design.State.PUBLISHED, [], at
        design.save()
        detail = {"edition": edition.number, "digest": edition.digest}
        audit.note(actor, audit.Line(verb="edition.published", subject=f"design:{design.id}", detail=detail), at=at)
    return edition


def _check_approved(design: Design, review: Review | None, version: int) -> None:
    approved = review is not None and review.state == Review.State.APPROVED
    if design.deleted or design.state != Design.State.IN_REVIEW or not approved or review is None:
        raise ConflictError(
            "This design is not approved.",
            found=design.state,
            expected="a review that approved it",
            fix="Ask for a review, and let a reviewer approve it.",
            code="design_not_approved",
        )
    if not review.version == design.version == version:
        raise ConflictError(
            "The design is not what was approved.",
            where=f"version {version}",
            found=f"version {design.version}",
            fix="Ask for another review.",
            code="design_overtaken",
        )


def _edition(actor: Actor, design: Design, at: dt.datetime) -> Edition:
    draft = designs.whole(design)
    if Edition.of(actor.tenant).filter(design=design, label=draft.edition).exists():
        raise ConflictError(
            "This design already has an edition of that name.",
            where="edition",
            found=draft.edition,
            fix=_("Give the new edition another name, such as {name}.").format(name=next_label(draft.edition)),
            code="edition_published",
        )
    published = design_file.publish(draft, on=at.date())
    file = design_file.write_json(published)
    if design_file.read_design(file) != published:
        raise InputError("This design would not read back as it is.", code="design_value")
    last = Edition.of(actor.tenant).filter(design=design).aggregate(Max("number"))["number__max"] or 0
    return Edition(
        tenant=actor.tenant,
        design=design,
        number=last + 1,
        label=published.edition,
        content=file,
        digest=published.digest,
        title=published.title.best(published.primary_language)[:300],
        published_on=at.date(),
        published_by_id=actor.person_id,
        review_by=published.review_by,
        created=at,
    )


def next_label(label: str) -> str:
    """The name after this one: 2026.1 -> 2026.2, 3 -> 4, spring -> spring-2."""
    match = re.fullmatch(r"(.*?)([0-9]{1,9})", label, re.DOTALL)
    return f"{match[1]}{int(match[2]) + 1}" if match else f"{label}-2"


def list_editions(actor: Actor, design_id: uuid.UUID | str) -> list[Edition]:
    """All editions of a design, the last first."""
    actor.need(Right.VIEW)
    design = Design.get(actor.tenant, design_id)
    rows = Edition.of(actor.tenant).filter(design=design).select_related("published_by")
    return list(rows.order_by("-number"))


def get_edition(actor: Actor, design_id: uuid.UUID | str, number: int) -> Edition:
    """One edition, by its number from 1. NotFoundError."""
    actor.need(Right.VIEW)
    rows = Edition.of(actor.tenant).filter(design=Design.get(actor.tenant, design_id), number=number)
    found = rows.select_related("design", "published_by").first()
    if found is None:
        raise NotFoundError("There is no such edition.", found=str(number), code="not_found")
    return found


def opened(edition: Edition) -> content.Design:
    """What stands in an edition; ConflictError where its file was changed after it was published."""
    return design_file.read_design(bytes(edition.content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether an edition may be awarded on a day. `days` until its review-by day, None where it has none."""

    open: bool
    warns: bool
    days: int | None
    why: str = ""


def standing(edition: Edition, day: dt.date) -> Standing:
    """It warns 60 days before its review-by day; after that day, withdrawn or archived, it blocks new awards."""
    days = (edition.review_by - day).days if edition.review_by else None
    why = ""
    if edition.withdrawn:
        why = "withdrawn"
    elif edition.design.state == Design.State.ARCHIVED or edition.design.deleted:
        why = "archived"
    elif days is not None and days < 0:
        why = "review_due"
    warns = days is not None and 0 <= days <= WARNING.days
    return Standing(open=not why, warns=warns, days=days, why=why)


def withdraw_edition(
    actor: Actor, design_id: uuid.UUID | str, number: int, *, withdrawn: bool = True, at: dt.datetime | None = None
) -> Edition:
    """No new awards of this edition from now on, or again some; what was awarded stays as it is."""
    actor.need(Right.PUBLISH)
    at = at or now()
    with work():
        found = get_edition(actor, design_id, number)
        if bool(found.withdrawn) != withdrawn:
            found.withdrawn = at if withdrawn else None
            found.save(update_fields=("withdrawn",))
            verb = "edition.withdrawn" if withdrawn else "edition.reopened"
            audit.note(actor, audit.Line(verb=verb, subject=f"edition:{found.id}"), at=at)
    return found


def begin_edition(
    actor: Actor, design_id: uuid.UUID | str, *, number: int | None = None, at: dt.datetime | None = None
) -> Design:
    """The draft of the next edition, from this edition or the last; a draft that was there is kept, a step back."""
    actor.need(Right.DESIGN)
    at = at or now()
    with work():
        design = Design.get(actor.tenant, design_id, lock=True)
        if design.state not in (Design.State.PUBLISHED, Design.State.DRAFT):
            drafts.editable(actor, design_id)
        known = list_editions(actor, design_id)
        source = next((one for one in known if number in (None, one.number)), None)
        if source is None:
            raise NotFoundError("There is no such edition.", found=str(number), code="not_found")
        label = next_label(source.label)
        while any(one.label == label for one in known):
            label = next_label(label)
        DraftVersion.keep(design, actor.person_id)
        design.draft = {**content_of(source), "edition": label}
        design.version, design.saver, design.state, design.last_used = design.version + 1, "", Design.State.DRAFT, at
        design.authors = [str(actor.person_id)] if actor.person_id else []
        drafts.describe(design, at.date())
        design.save()
        detail = {"from": source.number}
        audit.note(actor, audit.Line(verb="edition.begun", subject=f"design:{design.id}", detail=detail), at=at)
    return design


def content_of(edition: Edition) -> dict[str, Any]:
    """The content of an edition as a draft holds it."""
    return designs.as_draft(orjson.loads(bytes(edition.content)))


def compare(actor: Actor, design_id: uuid.UUID | str, one: int, other: int | None) -> dict[str, tuple[Any, Any]]:
    """Path -> (in edition `one`, in edition `other`, or in the draft where that is None): all that differs."""
    left = content_of(get_edition(actor, design_id, one))
    if other is None:
        right = copied(designs.get_design(actor, design_id).draft)
    else:
        right = content_of(get_edition(actor, design_id, other))
    return differences(left, right)


def export(actor: Actor, design_id: uuid.UUID | str, number: int, form: str) -> bytes:
    """An edition as a design file: `json` as it was published, or `yaml`. NotFoundError for another form."""
    edition = get_edition(actor, design_id, number)
    if form == "json":
        return bytes(edition.content)
    if form == "yaml":
        return design_file.write_yaml(opened(edition))
    raise NotFoundError("A design is not given in this form.", found=form[:20], expected="json, yaml", code="not_found")
