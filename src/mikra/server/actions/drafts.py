"""Working on a draft: saving it with nobody's work lost, going back, and judging how it stands.

A draft holds what somebody typed, right or wrong; `judge` says what is wrong. Whoever saves names the version that was
read (and the open page, whose own savings are no conflict); what was overtaken is a ConflictError and changes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.issuance.design_assessment import Assessment, assess_prototype
from mikra.issuance.design_draft import Draft, read_draft
from mikra.issuance.design_file import SIZE_LIMIT
from mikra.server.actions import audit
from mikra.server.actions.drafts_paths import copied, leaves
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.designs import Design, DraftVersion
from mikra.vocabulary.folding import words

STRETCH = dt.timedelta(minutes=1)
"""Savings of one open page within that time are one step to go back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How a draft stands: what can be read of it, what is wrong, and what the checks of content say."""

    draft: Draft
    assessment: Assessment

    @property
    def publishable(self) -> bool:
        """MISSION, A4: no mandatory element is missing, and every value can stand."""
        return self.draft.ready and self.assessment.complete

    @property
    def stated(self) -> int:
        """Of the eleven mandatory elements: those that are stated, or come with the award."""
        return 11 - len(self.assessment.meter.missing)


def judge(members: Mapping[str, Any], *, language: str, day: dt.date) -> Judged:
    """How this content stands, as if awarded on that day."""
    draft = read_draft(members, language=language)
    return Judged(draft=draft, assessment=assess_prototype(draft.prototype(), day))


def save_draft(
    actor: Actor,
    design_id: uuid.UUID | str,
    members: Mapping[str, Any],
    *,
    version: int,
    page: str = "",
    at: dt.datetime | None = None,
) -> Design:
    """Saves the whole content of a draft, complete or not. ConflictError where others saved since `version`.

    `page`: an id of the open page that saves; its next savings may name the same version.
    """
    actor.need(Right.DESIGN)
    at = at or now()
    check_size(members)
    with work():
        design = editable(actor, design_id)
        if overtaken(design, version, page):
            raise ConflictError(
                "Somebody else saved this design meanwhile.",
                where=f"version {version}",
                found=f"version {design.version}",
                fix="Look at both versions and choose what stays.",
                code="design_overtaken",
            )
        if members != design.draft:
            _keep_step(actor, design, page, at)
            _store(actor, design, members, page=page, at=at)
    return design


def overtaken(design: Design, version: int, page: str = "") -> bool:
    """Whether others saved since: never by the page itself."""
    return design.version != version and not (page and design.saver == page)


def check_size(members: Mapping[str, Any]) -> None:
    """InputError for what is larger than a design file may be."""
    try:
        written = orjson.dumps(members)
    except TypeError as error:
        raise InputError("A text of this design holds half a character.", code="json_bad_unicode") from error
    if any("\x00" in f"{path}{value}" for path, value in leaves(members)):
        raise InputError(
            "A text of this design holds a character that nobody can write (U+0000).",
            fix="Type the text again.",
            code="json_bad_unicode",
        )
    size = len(written)
    if size > SIZE_LIMIT:
        raise InputError(
            "This design is too large.", found=f"{size} bytes", expected=f"at most {SIZE_LIMIT}", code="too_large"
        )


def editable(actor: Actor, design_id: uuid.UUID | str) -> Design:
    """The design, locked, if its draft may be changed now. ConflictError says what has to happen first."""
    design = Design.get(actor.tenant, design_id, lock=True)
    if design.deleted:
        raise NotFoundError("This design was deleted.", fix="Bring it back first.", code="not_found")
    if design.state != Design.State.DRAFT:
        raise ConflictError(
            "This design cannot be changed now.",
            where="state",
            found=design.state,
            expected="draft",
            fix=_FIX.get(design.state, ""),
            code="design_not_draft",
        )
    return design


_FIX = {
    "review": "Take it back from review, or wait for the decision.",
    "published": "Begin a new edition of it.",
    "archived": "Bring it back from the archive.",
}


def _keep_step(actor: Actor, design: Design, page: str, at: dt.datetime) -> None:
    """Puts the draft away before it changes, once for each stretch of typing."""
    last = DraftVersion.last(design)
    going_on = page and design.saver == page and last is not None and at - last.created < STRETCH
    if not going_on:
        DraftVersion.keep(design, actor.person_id)
        audit.note(
            actor,
            audit.Line(verb="design.changed", subject=f"design:{design.id}", detail={"after": design.version}),
            at=at,
        )


def _store(actor: Actor, design: Design, members: Mapping[str, Any], *, page: str, at: dt.datetime) -> None:
    design.draft = dict(members)
    design.version += 1
    design.saver = page
    if actor.person_id and str(actor.person_id) not in design.authors:
        design.authors = [*design.authors, str(actor.person_id)]
    design.last_used = at
    describe(design, at.date())
    design.save()


def describe(design: Design, day: dt.date) -> Judged:
    """Brings what lists and searches need into line with the draft."""
    judged = judge(design.draft, language=design.tenant.language, day=day)
    read = judged.draft.design
    design.title = read.title.best(read.primary_language)[:300]
    code = str(design.draft.get("code") or "").strip()
    if code and "code" not in judged.draft.lacks and not Design.has_code(design.tenant, code, but=design.id):
        design.code = code[:64]
    texts = (*read.title.values(), design.code, read.issuer.name.best(read.primary_language))
    design.search = "".join(f" {word}" for word in dict.fromkeys(w for text in texts for w in words(text)))
    design.stated = judged.stated
    design.quality_on = _quality_day(judged)
    design.programme = read.module.programme.best(read.primary_language)[:120] if read.module else design.programme
    return judged


def _quality_day(judged: Judged) -> dt.date | None:
    quality = judged.draft.design.quality
    days = [one.date for one in quality.internal] + [one.reviewed for one in quality.external]
    found = max((day for day in days if day), default="")
    return dt.date.fromisoformat(found) if found else None


def undo(actor: Actor, design_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Design:
    """Goes one step back; again, one more. ConflictError where there is nothing to go back to."""
    actor.need(Right.DESIGN)
    at = at or now()
    with work():
        design = editable(actor, design_id)
        step = DraftVersion.last(design)
        if step is None:
            raise ConflictError("There is nothing to undo.", code="nothing_to_undo")
        members = step.draft
        step.delete()
        _restore(actor, design, members, step.number, at)
    return design


def go_back(actor: Actor, design_id: uuid.UUID | str, number: int, *, at: dt.datetime | None = None) -> Design:
    """Takes up an earlier draft again; the present one is kept beside it."""
    actor.need(Right.DESIGN)
    at = at or now()
    with work():
        design = editable(actor, design_id)
        step = design.versions.filter(number=number).first()
        if step is None:
            raise NotFoundError("This version is not kept any more.", found=str(number), code="not_found")
        members = step.draft
        DraftVersion.keep(design, actor.person_id)
        _restore(actor, design, members, number, at)
    return design


def _restore(actor: Actor, design: Design, members: Mapping[str, Any], number: int, at: dt.datetime) -> None:
    line = audit.Line(verb="design.gone_back", subject=f"design:{design.id}", detail={"to": number})
    audit.note(actor, line, at=at)
    _store(actor, design, copied(members), page="", at=at)


def list_versions(actor: Actor, design_id: uuid.UUID | str) -> list[DraftVersion]:
    """The steps to go back to, the last first."""
    actor.need(Right.VIEW)
    design = Design.get(actor.tenant, design_id)
    return list(design.versions.select_related("by").order_by("-number"))
