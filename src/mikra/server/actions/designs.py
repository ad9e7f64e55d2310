"""Designs: finding, beginning, copying, putting away. What stands in them is changed by `drafts`."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import orjson
from django.db import models

from mikra.adapters.clock import now
from mikra.errors import ConflictError, NotFoundError
from mikra.issuance import design as content
from mikra.issuance import design_file
from mikra.server.actions import audit, drafts
from mikra.server.actions.drafts_paths import copied
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.designs import Design, Edition
from mikra.server.store.tenants import Provider

EXAMPLES = {
    "university": "university-short-course.yaml",
    "welding": "vet-welding-module.yaml",
    "digital": "company-digital-skills.yaml",
}
"""Examples of the core to begin with."""

_OF_AN_EDITION = ("format", "published", "digest")


def list_designs(
    actor: Actor, *, text: str = "", state: str = "", programme: str = ""
) -> models.QuerySet[Design, Design]:
    """By words, state and programme, last used first; to be cut into pages."""
    actor.need(Right.VIEW)
    return Design.found(actor.tenant, text=text, state=state, programme=programme)


def get_design(actor: Actor, design_id: uuid.UUID | str) -> Design:
    """One design, deleted or not. NotFoundError."""
    actor.need(Right.VIEW)
    return Design.get(actor.tenant, design_id)


def blank(actor: Actor) -> dict[str, Any]:
    """What an empty design begins with: the languages of the institution, and the one organisation it speaks for."""
    tenant = actor.tenant
    members: dict[str, Any] = {
        "edition": f"{now().year}.1",
        "languages": list(tenant.languages or [tenant.language]),
    }
    issuing = [one for one in Provider.named(tenant) if one.issues] or Provider.named(tenant)
    if len(issuing) == 1:
        members["issuer"] = copied(issuing[0].body)
    if tenant.demonstration:
        members["demonstration"] = True
    return members


def example(name: str) -> dict[str, Any]:
    """The content of an example. NotFoundError."""
    if name not in EXAMPLES:
        raise NotFoundError("There is no such example.", found=name[:40], expected=", ".join(EXAMPLES))
    return read_file(files("mikra.examples").joinpath(EXAMPLES[name]).read_bytes())


def read_file(data: bytes) -> dict[str, Any]:
    """The content of a design file (YAML or JSON), as a draft. InputError, ConflictError of `design_file`."""
    members: dict[str, Any] = orjson.loads(design_file.write_json(design_file.read_design(data)))
    return as_draft(members)


def as_draft(members: Mapping[str, Any]) -> dict[str, Any]:
    """The content without what makes it a published edition."""
    return copied({name: value for name, value in members.items() if name not in _OF_AN_EDITION})


def create_design(
    actor: Actor, members: Mapping[str, Any], *, reason: str = "", at: dt.datetime | None = None
) -> Design:
    """A new draft with this content, complete or not; where its code is taken or lacking it gets one of its own."""
    actor.need(Right.DESIGN)
    at = at or now()
    drafts.check_size(members)
    with work():
        return begin(actor, members, reason=reason, at=at)


def begin(actor: Actor, members: Mapping[str, Any], *, reason: str, at: dt.datetime) -> Design:
    """The same inside a transaction of the caller."""
    draft = as_draft(members)
    draft["code"] = free_code(actor, str(draft.get("code") or "").strip()[:60])
    design = Design(
        tenant=actor.tenant,
        code=draft["code"],
        draft=draft,
        made_by_id=actor.person_id,
        authors=[str(actor.person_id)] if actor.person_id else [],
        created=at,
        last_used=at,
    )
    drafts.describe(design, at.date())
    design.save()
    audit.note(actor, audit.Line(verb="design.begun", subject=f"design:{design.id}", detail={"from": reason}), at=at)
    return design


def free_code(actor: Actor, wanted: str) -> str:
    """The wanted code, or the next one that nobody has: WATER-Q, WATER-Q-2, WATER-Q-3."""
    if wanted and not Design.has_code(actor.tenant, wanted):
        return wanted
    stem = re.sub(r"-[0-9]{1,3}$", "", wanted) or "NEW"
    number = 2 if wanted else 1
    while Design.has_code(actor.tenant, f"{stem}-{number}"):
        number += 1
    return f"{stem}-{number}"


def copy_design(actor: Actor, design_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Design:
    """A new draft with the content of another design of this institution."""
    source = get_design(actor, design_id)
    return create_design(actor, source.draft, reason="copy", at=at)


def delete_design(actor: Actor, design_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Design:
    """Puts a draft away that was never published; `restore_design` brings it back."""
    actor.need(Right.DESIGN)
    at = at or now()
    with work():
        design = drafts.editable(actor, design_id)
        if design.editions.exists():
            raise ConflictError(
                "A design that was published cannot be deleted: its credentials are in the world.",
                fix="Put it into the archive.",
                code="design_published",
            )
        design.deleted = at
        design.save(update_fields=("deleted", "changed"))
        audit.note(actor, audit.Line(verb="design.deleted", subject=f"design:{design.id}"), at=at)
    return design


def restore_design(actor: Actor, design_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Design:
    """Brings a deleted draft back; where its code was taken meanwhile, under the next one."""
    actor.need(Right.DESIGN)
    at = at or now()
    with work():
        design = Design.get(actor.tenant, design_id, lock=True)
        if design.deleted:
            design.deleted = None
            code = free_code(actor, design.code)
            if code != design.code:
                design.code, design.draft = code, {**design.draft, "code": code}
            design.save()
            audit.note(actor, audit.Line(verb="design.restored", subject=f"design:{design.id}"), at=at)
    return design


def archive_design(actor: Actor, design_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Design:
    """Out of use: its editions can no longer be awarded, its credentials stay what they are."""
    return _move(actor, design_id, archived=True, at=at or now())


def unarchive_design(actor: Actor, design_id: uuid.UUID | str, *, at: dt.datetime | None = None) -> Design:
    """Back from the archive: published where the draft is its last edition, else a draft."""
    return _move(actor, design_id, archived=False, at=at or now())


def _move(actor: Actor, design_id: uuid.UUID | str, *, archived: bool, at: dt.datetime) -> Design:
    actor.need(Right.PUBLISH)
    with work():
        design = Design.get(actor.tenant, design_id, lock=True)
        here = design.state == Design.State.ARCHIVED
        if here == archived:
            return design
        if archived and design.state == Design.State.IN_REVIEW:
            raise ConflictError(
                "This design is in review.", fix="Decide on the review, or take it back.", code="design_not_draft"
            )
        last = design.editions.order_by("-number").first()
        rests = last is not None and as_draft(orjson.loads(bytes(last.content))) == design.draft
        back = Design.State.PUBLISHED if rests else Design.State.DRAFT
        design.state = Design.State.ARCHIVED if archived else back
        design.save(update_fields=("state", "changed"))
        verb = "design.archived" if archived else "design.unarchived"
        audit.note(actor, audit.Line(verb=verb, subject=f"design:{design.id}"), at=at)
    return design


def latest_editions(actor: Actor, found: list[Design]) -> dict[uuid.UUID, Edition]:
    """Design -> its last edition, for lists."""
    actor.need(Right.VIEW)
    return Edition.latest(actor.tenant, [one.id for one in found])


def whole(design: Design) -> content.Design:
    """The draft as a `Design` of the core. InputError for the first thing that keeps it from being one."""
    return design_file.read_design(orjson.dumps({"format": design_file.FORMAT, **design.draft}))
