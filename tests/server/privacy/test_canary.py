"""R13: what names a learner is in no log, no figure, no trail, no address, and on no page of somebody else."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from mikra.server import logs, metrics
from mikra.server.actions import corrections, deliveries, letters, name_requests, rows
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.tenants import Tenant
from tests.server.institution import publish
from tests.server.privacy.canary import BIRTH, EMAIL, FAMILY, GIVEN, NUMBER, class_list, found_in

pytestmark = pytest.mark.drill("R13")
log = logging.getLogger("mikra.test")


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """All that is written to the log, by us and by the libraries."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    logs.configure(stream)
    try:
        yield stream
    finally:
        root.handlers[:], root.level = before, level
        logging.captureWarnings(False)


def flows(registrar: Actor, batch: Batch, client: Client) -> list[Any]:
    """Upload with faults, mending, sealing, letters, claiming, words, correction; the answers of every page."""
    tenant, edition = batch.tenant, publish(batch.tenant)
    from mikra.server.actions import batches

    second = batches.begin(registrar, edition.id)
    rows.take_list(registrar, second.id, class_list(f"{GIVEN},,{EMAIL},{NUMBER},none"), f"{FAMILY}.csv")
    deliveries.send_due(batch.finished)
    award = batch.awards.get(row=2)
    code = letters.claim_address(Delivery.of(tenant).get(award=award)).rstrip("/").rpartition("/")[2]
    answers = [
        client.post(f"/claim/{code}/take/"),
        client.post(f"/claim/{code}/wrong/", {"text": f"I am {GIVEN} {FAMILY}, born {BIRTH}"}),
        client.post("/claim/", {"code": FAMILY}),
        client.get("/nowhere/", {"who": EMAIL}),
        client.post("/api/v1/batches", f'{{"name": "{FAMILY}"', content_type="application/json"),
        client.post("/api/v1/nothing", {"email": EMAIL}),
        client.get("/health/"),
        client.get("/health/ready/"),
        client.get("/metrics"),
    ]
    corrections.revoke(registrar, award.id, "the wrong person")
    return answers


def addresses(answers: list[Any]) -> str:
    """Everywhere these answers lead."""
    found = [one.get("Location", "") for one in answers]
    for one in answers:
        found += re.findall(r'(?:href|action|src)="([^"]*)"', one.content.decode("utf-8", "replace"))
    return "\n".join(found)


def test_no_flow_tells_who_it_is_about(
    registrar: Actor, batch: Batch, client: Client, told: io.StringIO, tenant: Tenant
) -> None:
    answers = flows(registrar, batch, client)
    log.info("something", extra={"learner": FAMILY, "email": EMAIL})
    written = told.getvalue()
    assert '"route": "claim_take"' in written, "the log was listening"
    assert "something" in written
    assert not found_in(written)
    assert not found_in(metrics.page())
    trail = "\n".join(
        f"{one.actor} {one.verb} {one.subject} {one.reason} {one.detail}" for one in Entry._default_manager.all()
    )
    assert "award.correction_asked" in trail
    assert not found_in(trail)
    assert not found_in(addresses(answers))


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


def test_a_log_that_names_somebody_is_noticed(told: io.StringIO) -> None:
    """The planted fault."""
    log.info("sealed", extra={"problem": f"{GIVEN} {FAMILY}"})
    log.warning("sealed %s", "a batch", extra={"code": EMAIL})
    assert set(found_in(told.getvalue())) == {GIVEN, FAMILY, EMAIL}
