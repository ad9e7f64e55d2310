"""A registrar at work: a browser, an institution with keys, a batch with a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.server.actions import batches, rows, sealing, tenant_settings
from mikra.server.rights import Actor, Role, rights_of
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant
from tests.server.institution import class_list, give_keys, proven, publish

Join = Callable[..., Person]
SignIn = Callable[[Person], Client]


@dataclass
class Desk:
    """Where a registrar works. `step_up` is off unless a test asks for it."""

    tenant: Tenant
    edition: Edition
    person: Person
    browser: Client

    @property
    def actor(self) -> Actor:
        rights = rights_of([str(Role.REGISTRAR)])
        return proven(
            Actor(tenant=self.tenant, name=f"person:{self.person.id}", rights=rights, person_id=self.person.id)
        )

    def batch(self, data: bytes | None = None, **options: Any) -> Batch:
        """A batch with this list, or with one of five people."""
        made = batches.begin(self.actor, self.edition.id, **options)
        rows.take_list(self.actor, made.id, class_list(5) if data is None else data, "list.csv")
        return Batch.get(self.tenant, made.id)

    def address(self, batch: Batch, page: str = "") -> str:
        return f"/console/{self.tenant.slug}/awards/{batch.id}/{page}"

    def get(self, batch: Batch, page: str, **query: Any) -> Any:
        return self.browser.get(self.address(batch, page), query)

    def post(self, batch: Batch, page: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.browser.post(self.address(batch, page), data or {}, **more)

    def seal(self) -> None:
        """What the worker does."""
        while sealing.advance_any(now()):
            pass


@pytest.fixture
def desk(tenant: Tenant, join: Join, sign_in: SignIn, actor: Callable[..., Actor]) -> Desk:
    """The registrar's."""
    tenant_settings.change(actor(tenant, Role.ADMINISTRATOR), grace_minutes=0, step_up=False)
    give_keys(tenant)
    person = join(tenant, Role.REGISTRAR)
    return Desk(tenant=tenant, edition=publish(tenant), person=person, browser=sign_in(person))
