"""Who works for an institution, and with which roles. Whoever leaves keeps nothing; what they did stays theirs."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.server.actions import audit
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right, Role
from mikra.server.store.people import Membership, Person


def describe_oneself(person: Person, *, name: str, language: str) -> None:
    """A person's own name and language."""
    person.name, person.language = name.strip(), language
    with work():
        person.save(update_fields=("name", "language"))


def members(actor: Actor, *, ended: bool = False) -> list[Membership]:
    """Who works here, by name; with `ended`, who did."""
    actor.need(Right.ADMINISTER)
    rows = Membership.of(actor.tenant).select_related("person").filter(ended__isnull=not ended)
    return list(rows.order_by("person__name", "person__email"))


def invite(actor: Actor, *, email: str, name: str, roles: list[str]) -> Membership:
    """Somebody new, who signs in with a code to that address; whoever left comes back. InputError, ConflictError."""
    actor.need(Right.ADMINISTER)
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InputError(
            "This is no e-mail address.", where="email", found=email[:80], expected="name@domain"
        ) from error
    given = _known(roles)
    with work():
        person = Person.objects.filter(email=address).first() or Person.objects.create_user(address, name.strip())
        membership = Membership.of(actor.tenant).filter(person=person).first()
        if membership and membership.ended is None:
            raise ConflictError("This person works here already.", where="email", fix="Change their roles in the list.")
        membership = membership or Membership(tenant=actor.tenant, person=person)
        membership.roles, membership.ended = given, None
        membership.save()
        line = audit.Line(verb="person.invited", subject=f"person:{person.id}", detail={"roles": given})
        audit.note(actor, line)
    return membership


def give_roles(actor: Actor, membership_id: uuid.UUID, roles: list[str]) -> Membership:
    """Other roles for somebody. ConflictError where nobody would administer any more."""
    actor.need(Right.ADMINISTER)
    given = _known(roles)
    with work():
        membership = Membership.get(actor.tenant, membership_id, lock=True)
        if Role.ADMINISTRATOR not in given:
            _keep_one_administrator(actor, membership)
        before, membership.roles = membership.roles, given
        membership.save(update_fields=("roles",))
        detail = {"from": before, "to": given}
        audit.note(actor, audit.Line(verb="person.roles", subject=f"person:{membership.person_id}", detail=detail))
    return membership


def end(actor: Actor, membership_id: uuid.UUID, reason: str = "") -> Membership:
    """Somebody does not work here any more, from this moment on."""
    actor.need(Right.ADMINISTER)
    with work():
        membership = Membership.get(actor.tenant, membership_id, lock=True)
        _keep_one_administrator(actor, membership)
        membership.ended = now()
        membership.save(update_fields=("ended",))
        line = audit.Line(verb="person.ended", subject=f"person:{membership.person_id}", reason=reason)
        audit.note(actor, line)
    return membership


def take_back(actor: Actor, membership_id: uuid.UUID) -> Membership:
    """Undoes `end`."""
    actor.need(Right.ADMINISTER)
    with work():
        membership = Membership.get(actor.tenant, membership_id, lock=True)
        membership.ended = None
        membership.save(update_fields=("ended",))
        audit.note(actor, audit.Line(verb="person.back", subject=f"person:{membership.person_id}"))
    return membership


def _known(roles: list[str]) -> list[str]:
    if not roles:
        raise InputError("Nobody works here without a role.", where="roles", fix="Choose at least one.")
    if unknown := set(roles) - set(Role):
        raise InputError("There is no such role.", where="roles", found=", ".join(sorted(unknown))[:80])
    return sorted(set(roles))


def _keep_one_administrator(actor: Actor, leaving: Membership) -> None:
    if Role.ADMINISTRATOR not in leaving.roles:
        return
    others = Membership.of(actor.tenant).filter(ended=None).exclude(pk=leaving.pk)
    if not any(Role.ADMINISTRATOR in one.roles for one in others):
        raise ConflictError(
            "Nobody would administer this institution any more.",
            fix="Make somebody else an administrator first.",
        )
