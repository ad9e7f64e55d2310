"""What tests of awards share: a registrar, and a batch that was sealed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mikra.server.rights import Actor, Role
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant
from tests.server.institution import class_list, give_keys, proven, publish, sealed_batch


@pytest.fixture
def edition(tenant: Tenant) -> Edition:
    give_keys(tenant)
    return publish(tenant)


@pytest.fixture
def registrar(tenant: Tenant, actor: Callable[..., Actor]) -> Actor:
    return proven(actor(tenant, Role.REGISTRAR))


@pytest.fixture
def batch(registrar: Actor, edition: Edition) -> Batch:
    """Four credentials, whose letters are not out yet."""
    return sealed_batch(registrar, edition, class_list(4))
