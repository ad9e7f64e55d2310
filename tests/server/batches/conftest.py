"""What tests of batches share: a registrar, an edition, keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mikra.server.rights import Actor, Role
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant
from tests.server.institution import give_keys, proven, publish


@pytest.fixture
def edition(tenant: Tenant) -> Edition:
    give_keys(tenant)
    return publish(tenant)


@pytest.fixture
def registrar(tenant: Tenant, actor: Callable[..., Actor]) -> Actor:
    return proven(actor(tenant, Role.REGISTRAR))
