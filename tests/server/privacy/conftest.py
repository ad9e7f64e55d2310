"""What tests of data protection share: somebody who handles the rights of learners, and a learner with canaries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mikra.adapters.clock import now
from mikra.server.actions import rights_cases
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.learners import Learner
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.tenants import Tenant
from tests.server.institution import give_keys, proven, publish, sealed_batch
from tests.server.privacy.canary import class_list

Case = Callable[..., RightsCase]


@pytest.fixture
def officer(tenant: Tenant, actor: Callable[..., Actor]) -> Actor:
    return actor(tenant, Role.ADMINISTRATOR)


@pytest.fixture
def registrar(tenant: Tenant, actor: Callable[..., Actor]) -> Actor:
    return proven(actor(tenant, Role.REGISTRAR))


@pytest.fixture
def batch(tenant: Tenant, registrar: Actor) -> Batch:
    """The learner with the canaries, and two others, sealed."""
    give_keys(tenant)
    return sealed_batch(registrar, publish(tenant), class_list())


@pytest.fixture
def award(batch: Batch) -> Award:
    """The canary's."""
    return batch.awards.get(row=2)


@pytest.fixture
def learner(award: Award) -> Learner:
    assert award.learner is not None
    return award.learner


@pytest.fixture
def case(officer: Actor, learner: Learner) -> Case:
    """`case(kind)`: of the canary, whose identity is proved."""

    def made(kind: str = "erasure") -> RightsCase:
        found = rights_cases.open_case(officer, kind=kind, received=now().date(), asker="by letter", said="all of it")
        rights_cases.link(officer, found.id, learner.id)
        return rights_cases.prove(officer, found.id, "came to the desk with her card")

    return made
