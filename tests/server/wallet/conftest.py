"""A learner's award, whose letter was sent, and wallets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from mikra.server.actions import claim_codes, deliveries, verifying, wallets
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Wallet
from mikra.trust.loader import OFFLINE
from tests.server.deliveries.conftest import sealed as sealed
from tests.server.deliveries.test_letters import World

Made = Callable[..., Batch]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "HttpLoader", lambda: OFFLINE)


@pytest.fixture
def code(tenant: Tenant, sealed: Made) -> str:
    """Of the one letter that was sent, to p1@student.example."""
    sealed(tenant, 1)
    deliveries.send_due(post=World())
    return claim_codes.code_of(tenant.id, Delivery.of(tenant).get().id)


@pytest.fixture
def award(code: str, tenant: Tenant) -> Award:
    return Award.of(tenant).get()


@pytest.fixture
def wallet(db: None) -> Wallet:
    return wallets.open_for("p1@student.example")


@pytest.fixture
def other(db: None) -> Wallet:
    return wallets.open_for("other@student.example")


@pytest.fixture
def browser(wallet: Wallet) -> Client:
    """In which the owner of the wallet has signed in."""
    client = Client()
    client.force_login(wallet.person)
    return client
