"""Who may do what: roles are bundles of rights, an `Actor` is somebody (or a key) with rights in one tenant.

Actions ask the actor (`actor.need(Right.SEAL)`); pages ask the same before they show a button. `STEP_UP` is how long
after a fresh proof of identity a right that asks for one may be used.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from mikra.errors import NotAllowedError

if TYPE_CHECKING:
    from mikra.server.store.tenants import Tenant

STEP_UP = dt.timedelta(minutes=10)


class Right(StrEnum):
    """One thing that somebody may do."""

    VIEW = "view"
    DESIGN = "design"
    REVIEW = "review"
    PUBLISH = "publish"
    QUALITY = "quality"
    PREPARE = "prepare"
    """Class lists up to the seal, deliveries, finding people."""
    LEARNERS = "learners"
    """Sees names of learners."""
    SEAL = "seal"
    CORRECT = "correct"
    RECOGNISE = "recognise"
    AUDIT = "audit"
    RIGHTS_CASES = "rights_cases"
    """Access, rectification, erasure: the cases of the GDPR."""
    ADMINISTER = "administer"
    """People, settings, keys, connections."""
    STOP = "stop"
    """The stop switch."""
    CONNECT = "connect"
    """Where events are sent to, and folders from which lists are read."""


class Role(StrEnum):
    """What an administrator gives to people (issue by issue; DESIGN, H2)."""

    DESIGNER = "designer"
    REVIEWER = "reviewer"
    REGISTRAR = "registrar"
    SEALER = "sealer"
    QUALITY = "quality"
    RECOGNITION = "recognition"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.DESIGNER: frozenset({Right.VIEW, Right.DESIGN}),
    Role.REVIEWER: frozenset({Right.VIEW, Right.REVIEW, Right.PUBLISH}),
    Role.REGISTRAR: frozenset({Right.VIEW, Right.PREPARE, Right.LEARNERS, Right.CORRECT, Right.SEAL}),
    Role.SEALER: frozenset({Right.VIEW, Right.LEARNERS, Right.SEAL, Right.STOP}),
    Role.QUALITY: frozenset({Right.VIEW, Right.REVIEW, Right.QUALITY}),
    Role.RECOGNITION: frozenset({Right.VIEW, Right.RECOGNISE, Right.LEARNERS}),
    Role.ADMINISTRATOR: frozenset(
        {Right.VIEW, Right.ADMINISTER, Right.CONNECT, Right.RIGHTS_CASES, Right.STOP, Right.AUDIT}
    ),
    Role.AUDITOR: frozenset({Right.VIEW, Right.AUDIT}),
}
"""A registrar seals alone where the tenant asks for no second person; where it does, who prepared cannot seal."""


def rights_of(roles: list[str]) -> frozenset[Right]:
    """All rights of these roles; unknown ones give none."""
    known = [RIGHTS[Role(one)] for one in roles if one in set(Role)]
    return frozenset().union(*known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who acts in a tenant. `name` is what the audit trail keeps: `person:UUID`, `key:UUID`, `system`."""

    tenant: Tenant
    name: str
    rights: frozenset[Right]
    person_id: uuid.UUID | None = None
    proven: dt.datetime | None = None
    """When this person last proved who they are, beyond an open session."""
    language: str = "en"
    scopes: frozenset[str] = field(default=frozenset())
    made_by: str = ""
    """Of a key: the person who made it, who counts as one pair of eyes with it."""

    def may(self, right: Right) -> bool:
        return right in self.rights

    def need(self, right: Right) -> None:
        """NotAllowedError unless the actor has this right."""
        if right not in self.rights:
            raise NotAllowedError(
                "You may not do this here.",
                expected=f"the right to {right}",
                fix="Ask an administrator of your institution for a role that includes it.",
                code="not_allowed",
            )

    def proven_lately(self, at: dt.datetime) -> bool:
        """Whether a step-up holds at that moment."""
        return self.proven is not None and at - self.proven <= STEP_UP


def system(tenant: Tenant) -> Actor:
    """The service itself, for its own periodic work."""
    return Actor(tenant=tenant, name="system", rights=frozenset(Right))
