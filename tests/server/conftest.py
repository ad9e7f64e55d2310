"""Two institutions, people with each role, and a client for each: what every test of the service begins with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import pytest
from django.core.cache import cache
from django.test import Client

from mikra.server.rights import Actor, Role, rights_of
from mikra.server.store import status
from mikra.server.store.people import Membership, Person
from mikra.server.store.tenants import Tenant


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """No test is slowed down for what another did: how often somebody tried is kept in the cache of the process."""
    cache.clear()


_order_of = lru_cache(status.order_of)


@pytest.fixture(autouse=True)
def one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list gives its places in one order, begun anywhere: to work one out takes a tenth of a second."""

    def order(secret: bytes, size: int) -> Sequence[int]:
        shared, begin = _order_of(bytes(32), size), int.from_bytes(secret[:4]) % size
        return [*shared[begin:], *shared[:begin]]

    monkeypatch.setattr(status, "order_of", order)


Join = Callable[..., Person]


@pytest.fixture
def tenant(db: None) -> Tenant:
    """The institution that a test is about."""
    return Tenant._default_manager.create(slug="zed", name="University of Zed", languages=["en", "cs"])


@pytest.fixture
def stranger(db: None) -> Tenant:
    """Another institution of the same installation."""
    return Tenant._default_manager.create(slug="other", name="Other College", languages=["en"])


@pytest.fixture
def join() -> Join:
    """`join(tenant, Role.REGISTRAR, ...)`: a new person with these roles there."""

    def joined(tenant: Tenant, *roles: Role, name: str = "Jana Králová") -> Person:
        count = Person.objects.count()
        person = Person.objects.create_user(f"person{count}@{tenant.slug}.example", name)
        Membership._default_manager.create(tenant=tenant, person=person, roles=[str(one) for one in roles])
        return person

    return joined


@pytest.fixture
def sign_in() -> Callable[[Person], Client]:
    """A browser in which this person has signed in."""

    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def actor(join: Join) -> Callable[..., Actor]:
    """`actor(tenant, Role.REGISTRAR)`: somebody who may call actions."""

    def made(tenant: Tenant, *roles: Role) -> Actor:
        person = join(tenant, *roles)
        return Actor(
            tenant=tenant, name=f"person:{person.id}", rights=rights_of([str(r) for r in roles]), person_id=person.id
        )

    return made
