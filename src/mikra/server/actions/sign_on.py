"""How people of an institution come in by its own sign-in. It speaks for its own people and for nobody else's:

who comes in by it is known by the e-mail address that it names, must work for that institution already, and sees
that institution alone until they sign in otherwise.
"""

from __future__ import annotations

from mikra.errors import ConflictError, InputError
from mikra.server.actions import audit
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.people import Membership, Person
from mikra.server.store.sign_on import SignOn
from mikra.server.store.tenants import Tenant
from mikra.trust.addresses import address_of

MEMBERS = {
    SignOn.Kind.OIDC: ("server_url", "client_id", "secret"),
    SignOn.Kind.SAML: ("entity_id", "sso_url", "x509cert"),
}
_ADDRESSES = ("server_url", "sso_url")


def of_tenant(actor: Actor) -> list[SignOn]:
    """What this institution has set up."""
    actor.need(Right.ADMINISTER)
    return list(SignOn.of(actor.tenant).order_by("kind"))


def set_up(actor: Actor, kind: str, label: str, members: dict[str, str], *, enabled: bool) -> SignOn:
    """Sets up or changes a service; an empty `secret` keeps the one that is known. InputError."""
    actor.need(Right.ADMINISTER)
    wanted = MEMBERS[SignOn.Kind(kind)]
    with work():
        row = SignOn.of(actor.tenant).filter(kind=kind).first() or SignOn(tenant=actor.tenant, kind=kind)
        before = row.members if row.secret else {}
        given = {name: str(members.get(name) or before.get(name) or "").strip() for name in wanted}
        for name, value in given.items():
            if not value:
                raise InputError("This is needed.", where=name)
        for name in _ADDRESSES:
            if name in given and address_of(given[name]).scheme != "https":
                raise InputError("This must be an https address.", where=name, found=given[name][:80])
        row.members, row.label, row.enabled = given, label.strip(), enabled
        row.save()
        audit.note(
            actor, audit.Line(verb="sign_on.changed", subject=f"tenant:{actor.tenant.id}", detail={"kind": kind})
        )
    return row


def remove(actor: Actor, kind: str) -> None:
    """People sign in by code again."""
    actor.need(Right.ADMINISTER)
    with work():
        SignOn.of(actor.tenant).filter(kind=kind).delete()
        audit.note(
            actor, audit.Line(verb="sign_on.removed", subject=f"tenant:{actor.tenant.id}", detail={"kind": kind})
        )


def person_for(tenant: Tenant, email: str) -> Person:
    """Whom an institution's sign-in names. ConflictError where nobody of that address works for it."""
    found = (
        Membership.of(tenant)
        .select_related("person")
        .filter(person__email=email.strip().lower(), person__is_active=True, ended=None)
        .first()
    )
    if not email.strip() or found is None:
        raise ConflictError(
            "Your institution knows you, but you do not work here yet.",
            fix="Ask an administrator of your institution to add you with this e-mail address.",
            code="not_a_member",
        )
    return found.person
