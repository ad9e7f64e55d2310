"""Provider profiles: the organisations that an institution speaks for (Recommendation, 5(b); MISSION, A5).

A profile holds what it says of itself; designs take a copy, so that what was published never changes with it.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import ProtectedError

from mikra.errors import ConflictError, InputError
from mikra.issuance.design import Body
from mikra.issuance.design_draft import NOTHING, Fault, read_part
from mikra.rendering.brand import Brand
from mikra.server.actions import audit
from mikra.server.actions.drafts import check_size
from mikra.server.actions.drafts_paths import copied
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.tenants import Provider

LONGEST = 20_000
"""Characters of a policy, in one language."""


def _need(actor: Actor) -> None:
    """Designers and administrators keep the profiles."""
    if not actor.may(Right.ADMINISTER):
        actor.need(Right.DESIGN)


def list_providers(actor: Actor) -> list[Provider]:
    """All profiles, by name."""
    actor.need(Right.VIEW)
    return Provider.named(actor.tenant)


def get_provider(actor: Actor, provider_id: uuid.UUID | str) -> Provider:
    """One profile. NotFoundError."""
    actor.need(Right.VIEW)
    return Provider.get(actor.tenant, provider_id)


def judge_body(body: Mapping[str, Any]) -> tuple[Body | None, tuple[Fault, ...]]:
    """What can be read of an organisation, and what is wrong with it."""
    read, faults = read_part(Body, body)
    return (None if read is NOTHING else read), faults


def create_provider(actor: Actor, body: Mapping[str, Any]) -> Provider:
    """A new profile with this content, complete or not."""
    _need(actor)
    with work():
        made = Provider(tenant=actor.tenant, body={})
        _fill(actor, made, body)
        made.save()
        audit.note(actor, audit.Line(verb="provider.added", subject=f"provider:{made.id}"))
    return made


def save_provider(
    actor: Actor,
    provider_id: uuid.UUID | str,
    body: Mapping[str, Any],
    *,
    policy: Mapping[str, str] | None = None,
    issues: bool | None = None,
    accent: str | None = None,
) -> Provider:
    """Saves what a profile says. InputError for a colour that is none and a policy beyond `LONGEST`."""
    _need(actor)
    with work():
        found = Provider.get(actor.tenant, provider_id, lock=True)
        _fill(actor, found, body)
        if policy is not None:
            found.policy = _policy(policy)
        if issues is not None:
            found.issues = issues
        if accent is not None:
            found.accent = Brand(accent=accent).accent.lower() if accent else ""
        found.save()
        audit.note(actor, audit.Line(verb="provider.changed", subject=f"provider:{found.id}"))
    return found


def _policy(policy: Mapping[str, str]) -> dict[str, str]:
    for tag, text in policy.items():
        if len(text) > LONGEST:
            raise InputError(
                "This policy is longer than it may be.", where=f"policy.{tag}", expected=f"at most {LONGEST} characters"
            )
    return {tag: text.replace("\x00", "").strip() for tag, text in policy.items() if text.strip()}


def _fill(actor: Actor, provider: Provider, body: Mapping[str, Any]) -> None:
    """Takes the content; the name for lists is that in the institution's language."""
    check_size(body)
    names = body.get("name")
    texts = {k: v for k, v in names.items() if isinstance(v, str) and v.strip()} if isinstance(names, dict) else {}
    name = texts.get(actor.tenant.language) or texts.get("en") or next(iter(texts.values()), "")
    provider.body = copied(body)
    provider.name = name.strip()[:200]


def set_logo(actor: Actor, provider_id: uuid.UUID | str, data: bytes) -> Provider:
    """The logo, PNG or SVG; empty takes it away. InputError for a picture that cannot be used."""
    _need(actor)
    if data:
        Brand(logo=data)
    with work():
        found = Provider.get(actor.tenant, provider_id, lock=True)
        found.logo = base64.b64encode(data).decode()
        found.save(update_fields=("logo", "changed"))
        audit.note(actor, audit.Line(verb="provider.logo", subject=f"provider:{found.id}"))
    return found


def logo_of(provider: Provider) -> bytes:
    """The picture; empty where there is none."""
    try:
        return base64.b64decode(provider.logo, validate=True)
    except binascii.Error:
        return b""


def delete_provider(actor: Actor, provider_id: uuid.UUID | str) -> None:
    """Takes a profile away; designs keep their copies. ConflictError while a key seals for it."""
    _need(actor)
    try:
        with work():
            found = Provider.get(actor.tenant, provider_id, lock=True)
            found.delete()
            audit.note(actor, audit.Line(verb="provider.removed", subject=f"provider:{provider_id}"))
    except ProtectedError as error:
        raise ConflictError(
            "A key seals in the name of this organisation.", fix="Retire the key first.", code="provider_in_use"
        ) from error
