"""Review of a draft: asked for, commented, decided. A second person decides where the institution wants four eyes.

While a round is open the draft rests. Requested changes give it back to its author; approval lets it be published.
"""

from __future__ import annotations

import datetime as dt
import uuid

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.model.remarks import QualityAspect
from mikra.server.actions import audit, drafts
from mikra.server.actions.drafts_paths import steps
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.designs import Comment, Design, Review
from mikra.server.store.people import Person

LONGEST = 4_000
"""Characters of a comment or a reason."""


def ask_review(actor: Actor, design_id: uuid.UUID | str, *, version: int, at: dt.datetime | None = None) -> Review:
    """Begins a round on this version of the draft. ConflictError where it was overtaken, or is no draft."""
    actor.need(Right.DESIGN)
    at = at or now()
    with work():
        design = drafts.editable(actor, design_id)
        if design.version != version:
            raise _changed(design, version)
        before = Review.last(design)
        review = Review(tenant=actor.tenant, design=design, version=version, asked_by_id=actor.person_id, created=at)
        if before is not None and before.version == version:
            review.checklist = before.checklist
        review.save()
        _become(actor, design, Design.State.IN_REVIEW, "design.review_asked", at, {"version": version})
    return review


def _changed(design: Design, version: int) -> ConflictError:
    return ConflictError(
        "The design was changed after you opened this page.",
        where=f"version {version}",
        found=f"version {design.version}",
        fix="Look at it again, then go on.",
        code="design_overtaken",
    )


def _become(
    actor: Actor, design: Design, state: Design.State, verb: str, at: dt.datetime, detail: dict[str, int] | None = None
) -> None:
    design.state = state
    design.save(update_fields=("state", "changed"))
    audit.note(actor, audit.Line(verb=verb, subject=f"design:{design.id}", detail=detail or {}), at=at)


def withdraw_review(actor: Actor, design_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Design:
    """Takes a draft back from review, to go on writing."""
    actor.need(Right.DESIGN)
    at = at or now()
    with work():
        design, review = _open(actor, design_id, approved_too=True)
        review.state = Review.State.WITHDRAWN
        review.save(update_fields=("state",))
        _become(actor, design, Design.State.DRAFT, "design.review_withdrawn", at)
    return design


def _open(actor: Actor, design_id: uuid.UUID | str, *, approved_too: bool = False) -> tuple[Design, Review]:
    design = Design.get(actor.tenant, design_id, lock=True)
    review = Review.last(design)
    states = {Review.State.OPEN, Review.State.APPROVED} if approved_too else {Review.State.OPEN}
    if design.state != Design.State.IN_REVIEW or review is None or review.state not in states:
        raise ConflictError(
            "This design is not in review now.", found=design.state, fix="Ask for a review first.", code="not_in_review"
        )
    return design, review


def comment(
    actor: Actor, design_id: uuid.UUID | str, text: str, *, where: str = "", at: dt.datetime | None = None
) -> Comment:
    """Says something on the whole design or on one element of it (a member of the design file)."""
    _need_one(actor, Right.REVIEW, Right.DESIGN, Right.QUALITY)
    text = _said(text, "text")
    steps(where)
    with work():
        design = Design.get(actor.tenant, design_id, lock=True)
        review = Review.last(design)
        if review is None or review.state == Review.State.WITHDRAWN:
            raise ConflictError(
                "Nobody has asked for a review of this design.", fix="Ask for a review first.", code="not_in_review"
            )
        made = Comment(
            tenant=actor.tenant, review=review, where=where[:120], text=text, by_id=actor.person_id, created=at or now()
        )
        made.save()
        line = audit.Line(verb="design.commented", subject=f"design:{design.id}", detail={"where": where[:120]})
        audit.note(actor, line, at=at)
    return made


def _need_one(actor: Actor, first: Right, *others: Right) -> None:
    if not any(actor.may(right) for right in others):
        actor.need(first)


def _said(text: str, where: str) -> str:
    text = text.replace("\x00", "").strip().replace("\r\n", "\n")
    if not text or len(text) > LONGEST:
        raise InputError(
            "Nothing is said here." if not text else "This is longer than it may be.",
            where=where,
            found=f"{len(text)} characters",
            expected=f"1 to {LONGEST} characters",
            fix="Write what is to be changed, and why." if not text else "Say it in fewer words.",
            code="text_missing" if not text else "too_large",
        )
    return text


def resolve(
    actor: Actor, comment_id: uuid.UUID | str, *, resolved: bool = True, at: dt.datetime | None = None
) -> Comment:
    """Marks a comment as dealt with, or opens it again."""
    _need_one(actor, Right.REVIEW, Right.DESIGN, Right.QUALITY)
    at = at or now()
    with work():
        found = Comment.get(actor.tenant, comment_id, lock=True)
        found.resolved = at if resolved else None
        found.save(update_fields=("resolved",))
        verb = "design.comment_resolved" if resolved else "design.comment_reopened"
        audit.note(actor, audit.Line(verb=verb, subject=f"comment:{found.id}"), at=at)
    return found


def request_changes(actor: Actor, design_id: uuid.UUID | str, reason: str, *, at: dt.datetime | None = None) -> Review:
    """Gives the draft back to its author, with the reason."""
    actor.need(Right.REVIEW)
    reason, at = _said(reason, "reason"), at or now()
    with work():
        design, review = _open(actor, design_id)
        _decide(actor, review, Review.State.CHANGES, reason, at)
        _become(actor, design, Design.State.DRAFT, "design.changes_requested", at)
    return review


def _decide(actor: Actor, review: Review, state: Review.State, reason: str, at: dt.datetime) -> None:
    review.state, review.reason = state, reason
    review.decided_by_id, review.decided = actor.person_id, at
    review.save(update_fields=("state", "reason", "decided_by", "decided"))


def approve(
    actor: Actor,
    design_id: uuid.UUID | str,
    *,
    version: int,
    reason: str = "",
    at: dt.datetime | None = None,
) -> Review:
    """Lets this version be published. NotAllowedError for an author under four eyes; ConflictError where incomplete."""
    actor.need(Right.REVIEW)
    at = at or now()
    with work():
        design, review = _open(actor, design_id)
        if review.version != version:
            raise _changed(design, version)
        _check_eyes(actor, design, review)
        judged = drafts.judge(design.draft, language=actor.tenant.language, day=at.date())
        if not judged.publishable:
            raise incomplete(judged)
        _decide(actor, review, Review.State.APPROVED, reason.replace("\x00", "").strip()[:LONGEST], at)
        line = audit.Line(verb="design.approved", subject=f"design:{design.id}", detail={"version": version})
        audit.note(actor, line, at=at)
    return review


def is_author(actor: Actor, design: Design, review: Review | None) -> bool:
    """Whether this person wrote at the draft, or asked for its review."""
    asked = review is not None and review.asked_by_id == actor.person_id
    return actor.person_id is None or str(actor.person_id) in design.authors or asked


def _check_eyes(actor: Actor, design: Design, review: Review) -> None:
    if settings_of(actor.tenant).four_eyes and is_author(actor, design, review):
        raise NotAllowedError(
            "Here a second person approves a design, and you wrote at this one.",
            fix="Ask a colleague with the role of a reviewer.",
            code="four_eyes",
        )


def incomplete(judged: drafts.Judged) -> ConflictError:
    """Why a draft cannot be published, by the members and elements that are the matter."""
    missing = [element.name("en", short=True) for element in judged.assessment.meter.missing]
    wrong = [fault.where for fault in judged.draft.faults]
    return ConflictError(
        "This design cannot be published yet.",
        where=", ".join(wrong[:10]),
        found=", ".join(missing),
        expected="all mandatory elements of Annex I, and no value that cannot stand",
        fix="Mend what the meter and the form show, then ask again.",
        code="design_incomplete",
    )


def check_aspect(
    actor: Actor,
    design_id: uuid.UUID | str,
    aspect: str,
    *,
    done: dt.date | None,
    note: str = "",
    at: dt.datetime | None = None,
) -> Review:
    """One of the four aspects of Annex II, principle 1: looked at on that day, by this person; None takes it back."""
    actor.need(Right.QUALITY)
    at = at or now()
    if aspect not in set(QualityAspect):
        expected = ", ".join(QualityAspect)
        raise InputError("There is no such aspect.", where="aspect", found=aspect[:40], expected=expected)
    if done is not None and done > at.date():
        raise InputError(
            "This day is still to come.",
            where="done",
            found=done.isoformat(),
            fix="Give today or a day in the past.",
        )
    with work():
        design, review = _open(actor, design_id, approved_too=True)
        left = {name: value for name, value in review.checklist.items() if name != aspect}
        if done is not None:
            said = note.replace("\x00", "").strip()[:LONGEST]
            left[aspect] = {"done": done.isoformat(), "by": _name(actor), "note": said}
        review.checklist = left
        review.save(update_fields=("checklist",))
        line = audit.Line(verb="design.quality_checked", subject=f"design:{design.id}", detail={"aspect": aspect})
        audit.note(actor, line, at=at)
    return review


def _name(actor: Actor) -> str:
    person = Person._default_manager.filter(pk=actor.person_id).first() if actor.person_id else None
    return person.name if person else ""


def list_comments(actor: Actor, design_id: uuid.UUID | str) -> list[Comment]:
    """All that was said on a design, of all rounds, the oldest first."""
    actor.need(Right.VIEW)
    return list(Comment.on(Design.get(actor.tenant, design_id)))


def last_review(actor: Actor, design_id: uuid.UUID | str) -> Review | None:
    """The last round of review."""
    actor.need(Right.VIEW)
    return Review.last(Design.get(actor.tenant, design_id))
