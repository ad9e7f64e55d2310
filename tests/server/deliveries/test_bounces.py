"""The mailbox of the installation is read where one is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mikra.server.actions import bounces, deliveries
from mikra.server.installation import Installation, installation
from mikra.server.store.batches import Batch
from mikra.server.store.tenants import Tenant
from tests.adapters.test_delivery_reports import report
from tests.server.deliveries.test_letters import World, states


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maildir that the installation was told of."""
    (tmp_path / "new").mkdir()
    told: Installation = replace(installation(), mailbox=f"maildir:{tmp_path}")
    monkeypatch.setattr(bounces, "installation", lambda: told)
    return tmp_path / "new"


def test_a_report_in_the_mailbox(tenant: Tenant, sealed: Callable[..., Batch], mailbox: Path) -> None:
    sealed(tenant, 1)
    world = World()
    deliveries.send_due(post=world)
    (mailbox / "1").write_bytes(report().replace(b"<176.1@zed.example>", str(world.taken[0]["Message-ID"]).encode()))
    bounces.read_mailbox()
    assert states(tenant) == ["bounced"]


def test_without_a_mailbox_nothing_is_asked(db: None) -> None:
    assert bounces.read_mailbox() is False
