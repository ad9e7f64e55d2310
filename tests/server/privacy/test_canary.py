"""R13: what names a learner is on no page of somebody who may not see it (where else it is not: tests/drills)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mikra.server.actions import letters, name_requests
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.tenants import Tenant
from tests.server.privacy.canary import FAMILY, found_in

pytestmark = pytest.mark.drill("R13")
log = logging.getLogger("mikra.test")


def test_those_who_may_not_see_names_see_none(
    registrar: Actor,
    batch: Batch,
    award: Award,
    tenant: Tenant,
    stranger: Tenant,
    join: Any,
    sign_in: Any,
    client: Client,
) -> None:
    one = Delivery.of(tenant).get(award=award)
    code = letters.claim_address(one).rstrip("/").rpartition("/")[2]
    client.post(f"/claim/{code}/wrong/", {"text": f"I am {FAMILY}"})
    assert found_in(name_requests.waiting(registrar)[0].text)
    base = "/console/zed/"
    pages = [
        f"{base}ledger/", f"{base}ledger/{one.id}/", f"{base}ledger/requests/", f"{base}awards/", f"{base}people/",
        f"{base}awards/{batch.id}/", f"{base}people/{award.learner_id}/", base, f"{base}audit/",
        f"{base}data-protection/",
    ]  # fmt: skip
    without_names = (Role.DESIGNER, Role.REVIEWER, Role.QUALITY, Role.AUDITOR)
    readers: list[Client] = [sign_in(join(tenant, *without_names)), sign_in(join(stranger, *Role)), Client()]
    for reader in readers:
        for page in pages:
            assert not found_in(reader.get(page).content), page
    allowed: Callable[[str], bytes] = lambda page: sign_in(join(tenant, Role.REGISTRAR)).get(page).content  # noqa: E731
    assert found_in(allowed(f"{base}ledger/")), "the page that may name it does"
