"""Replacing an award: the right name, the right grade. A new credential is sealed at once; the old one points to it.

facts(actor, award_id)                          what the old one was made of, field by field
supersede(actor, award_id, changes, reason)     the new award
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError

from mikra.adapters.clock import chance, now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import later
from mikra.issuance.fields import FieldKind, RosterField, choice_label
from mikra.issuance.roster.again import Layout, check_again
from mikra.issuance.roster.corrections import cell_text
from mikra.issuance.roster.result import RosterOptions, SourceKind
from mikra.issuance.roster.table import heading_text
from mikra.model.remarks import RouteKind
from mikra.report import Severity
from mikra.server.actions import audit, batches_rules, claim_codes, corrections, sealing_press
from mikra.server.actions.awards_content import put_away
from mikra.server.actions.batches_design import columns_of
from mikra.server.actions.learners_profile import joined, profile_of, search_tokens
from mikra.server.actions.rows_cells import same_of, values_as_text
from mikra.server.actions.status_places import base_of
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import personal
from mikra.server.store import status as places
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.store.designs import Edition
from mikra.server.store.learners import Learner, LearnerToken
from mikra.server.words import _
from mikra.status.indexes import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A field of an award as a form shows it: name, label, what stands there, the choices where they are few.

    `kind` is that of `issuance.fields.FieldKind`.
    """

    field: str
    label: str
    text: str
    kind: str
    required: bool
    choices: tuple[tuple[str, str], ...]


def facts(actor: Actor, award_id: uuid.UUID | str) -> list[Fact]:
    """What the award was made of. NotFoundError where the learner's data was erased."""
    actor.need(Right.CORRECT)
    actor.need(Right.LEARNERS)
    award = Award.get(actor.tenant, award_id)
    values = facts_of(award)
    fields = columns_of(Edition.get(actor.tenant, award.edition_id))
    return [_fact(one, values, actor.language) for one in fields if one.kind is not FieldKind.CODE]


def _fact(one: RosterField, values: Mapping[str, Any], language: str) -> Fact:
    few = one.kind is FieldKind.CHOICE and len(one.choices) <= 300
    return Fact(
        field=one.name,
        label=heading_text(one.name, language),
        text=cell_text(values.get(one.name, "")),
        kind=one.kind.value,
        required=one.required,
        choices=tuple((choice, choice_label(one.name, choice, language)) for choice in one.choices) if few else (),
    )


def facts_of(award: Award) -> dict[str, Any]:
    """The values of the row that it came from."""
    learner = Learner._default_manager.select_related("key").filter(awards=award).first()
    if learner is None or award.facts is None:
        raise NotFoundError(_("The personal data that belonged here was erased."), code="erased")
    found: dict[str, Any] = personal.look_into(personal.opened(learner.key), bytes(award.facts))
    return found


def supersede(actor: Actor, award_id: uuid.UUID | str, changes: Mapping[str, str], reason: str) -> Award:
    """A new award in place of this one, sealed now. InputError, at the field, for a value that cannot be.

    ConflictError where nothing would change, or where the old one is withdrawn or replaced already.
    """
    actor.need(Right.CORRECT)
    said, at = corrections.checked_reason(reason), now()
    old = Award.get(actor.tenant, award_id)
    corrections.check_change(old, Award.State.SUPERSEDED)
    actor.tenant.refresh_from_db(fields=("stopped", "issuing_blocked"))
    batches_rules.check_may_seal(actor.tenant)
    edition = Edition.get(actor.tenant, old.edition_id)
    values = _changed(actor, edition, facts_of(old), changes, old.awarded_on)
    made = _sealed(edition, old, values, at)
    try:
        with work():
            return _store(actor, old.id, made, said, at)
    except IntegrityError as error:
        raise ConflictError(_("This award was replaced by somebody else just now."), code="award_state") from error


def _changed(
    actor: Actor, edition: Edition, before: Mapping[str, Any], changes: Mapping[str, str], awarded_on: dt.date
) -> dict[str, Any]:
    fields = [one for one in columns_of(edition) if one.kind is not FieldKind.CODE]
    known = {one.name for one in fields}
    if unknown := sorted(set(changes) - known):
        raise InputError(_("The edition has no such field."), where=unknown[0], expected=", ".join(sorted(known)))
    texts = {name: cell_text(value) for name, value in before.items()}
    if all(texts.get(name, "") == text.strip() for name, text in changes.items()):
        raise ConflictError(_("Nothing would change."), fix=_("Correct at least one field."), code="nothing_changed")
    values = _read(fields, {**texts, **changes}, actor.language)
    return {"completed": awarded_on.isoformat(), **values}


def _read(fields: Sequence[RosterField], texts: Mapping[str, str], language: str) -> dict[str, Any]:
    """The values, read as those of a class list are."""
    layout = Layout(
        kind=SourceKind.DELIMITED,
        sheet="",
        headings=tuple(one.name for one in fields),
        used=dict(enumerate(fields)),
        options=RosterOptions(today=now().date(), language=language),
    )
    (found,) = check_again(layout, [(1, [texts.get(one.name, "") for one in fields])])
    for place, one in zip(found.places, found.findings, strict=True):
        if one.severity is Severity.ERROR:
            raise InputError(
                one.what.text(language),
                where=fields[place].name if place >= 0 else "",
                found=one.found,
                expected=one.expected,
                fix=one.fix.text(language) if one.fix else "",
                code=one.rule,
            )
    return values_as_text(found.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    values: dict[str, Any]
    stem: str
    place: tuple[int, int] | None
    file: bytes
    payload_digest: bytes
    press: sealing_press.Press


def _sealed(edition: Edition, old: Award, values: dict[str, Any], at: dt.datetime) -> _Made:
    """The new credential. Its place is reserved before; a crash burns it, and changes nothing else."""
    press = sealing_press.press_of(edition, trial=old.trial, at=at, by_validation=old.route == RouteKind.VALIDATION)
    press.core.tick(at)
    place: tuple[int, int] | None = None
    if press.status:
        with work():
            (place,) = places.reserve(press.shelf(at), 1)
    award_id = AwardId.new(at, chance(9))
    begun = press.core.begin(values, award_id, Place(base_of(place[0]), place[1]) if place else None)
    (file,) = press.core.finish([begun])
    press.dictionary()
    digest = hashlib.sha256(begun.payload).digest()
    return _Made(values=values, stem=award_id.stem, place=place, file=file, payload_digest=digest, press=press)


def _store(actor: Actor, old_id: uuid.UUID, made: _Made, reason: str, at: dt.datetime) -> Award:
    old = Award.get(actor.tenant, old_id, lock=True)
    corrections.check_change(old, Award.State.SUPERSEDED)
    learner = Learner._default_manager.select_for_update(no_key=True).get(pk=old.learner_id)  # type: ignore[misc]
    key = personal.opened(learner.key)
    months = made.press.core.design.valid_months
    award_id = uuid.UUID(AwardId(made.stem).award.removeprefix("urn:uuid:"))
    new = Award(
        id=award_id,
        created=at,
        tenant=actor.tenant,
        edition_id=old.edition_id,
        learner=learner,
        awarded_on=dt.date.fromisoformat(made.values["completed"]),
        ends_on=later(at, months).date() if months else None,
        supersedes=old,
        same=same_of(old.tenant_id, made.values),
        facts=personal.seal_away(key, made.values),
        trial=old.trial,
        route=old.route,
        list_number=made.place[0] if made.place else None,
        list_index=made.place[1] if made.place else None,
    )
    new.save(force_insert=True)
    Sealed._default_manager.create(
        tenant=actor.tenant,
        award=new,
        content=put_away(key, award_id.bytes, made.file, made.press.dictionary()),
        digest=hashlib.sha256(made.file).digest(),
        payload_digest=made.payload_digest,
        seal_key=made.press.seal_key,
    )
    corrections.change([old], Award.State.SUPERSEDED, reason, actor, at)
    corrections.tell([old], at, letter=False)
    _known_as(learner, key, made.values)
    if not old.trial:
        _deliver(new, bool(made.values.get("email")), at)
    detail = {"supersedes": str(old.id), "digest": hashlib.sha256(made.file).hexdigest()}
    audit.note(actor, audit.Line(verb="award.sealed", subject=f"award:{new.id}", reason=reason, detail=detail), at=at)
    return new


def _known_as(learner: Learner, key: bytes, values: Mapping[str, Any]) -> None:
    """The learner's profile with what was corrected first, and found by it too."""
    old = personal.look_into(key, bytes(learner.profile))
    profile = joined(old, profile_of(values))
    if profile == old:
        return
    learner.profile = personal.seal_away(key, profile)
    learner.save(update_fields=("profile",))
    for kind, token in search_tokens(learner.tenant_id, profile) - search_tokens(learner.tenant_id, old):
        LearnerToken._default_manager.create(tenant_id=learner.tenant_id, learner=learner, kind=kind, token=token)


def _deliver(award: Award, has_address: bool, at: dt.datetime) -> None:
    delivery = Delivery(
        tenant=award.tenant,
        award=award,
        channel=Delivery.Channel.MAIL if has_address else Delivery.Channel.LETTER,
        state=Delivery.State.QUEUED,
        due=at,
        expires=at + dt.timedelta(days=settings_of(award.tenant).claim_days),
    )
    delivery.token = claim_codes.token_of(claim_codes.code_of(award.tenant_id, delivery.id))
    delivery.save(force_insert=True)
    DeliveryStep._default_manager.create(delivery=delivery, state=delivery.state, at=at)
