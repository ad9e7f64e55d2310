"""A class list that was sealed, whose letters are due."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mikra.adapters.clock import now
from mikra.server.actions import batches, batches_approval, rows, sealing, tenant_settings
from mikra.server.rights import Actor, Role
from mikra.server.store.batches import Batch
from mikra.server.store.tenants import Tenant
from tests.server.institution import class_list, give_keys, proven, publish

Sealed = Callable[..., Batch]


@pytest.fixture
def sealed(actor: Callable[..., Actor]) -> Sealed:
    """`sealed(tenant, count)`: a batch of so many learners, sealed, without a time of grace."""

    def made(tenant: Tenant, count: int = 3, data: bytes | None = None) -> Batch:
        tenant_settings.change(actor(tenant, Role.ADMINISTRATOR), grace_minutes=0)
        give_keys(tenant)
        registrar = proven(actor(tenant, Role.REGISTRAR))
        batch = batches.begin(registrar, publish(tenant).id)
        rows.take_list(registrar, batch.id, data or class_list(count), "list.csv")
        batches_approval.approve(registrar, batch.id, sentence=batches_approval.sentence(registrar, batch.id))
        while sealing.advance_any(now()):
            pass
        return Batch.get(tenant, batch.id)

    return made
