"""The start page: what waits for whom, the first steps of a new institution, the stop switch."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from mikra.server.actions import batches_approval, claims, stop, tenant_settings
from mikra.server.actions.claim_codes import code_of
from mikra.server.rights import Actor, Role
from mikra.server.store.deliveries import Delivery
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant
from tests.server.awards_pages.conftest import Desk
from tests.server.institution import class_list

Join = Callable[..., Person]
SignIn = Callable[[Person], Client]
START = "/console/zed/"


def test_a_new_institution_is_led_from_step_to_step(tenant: Tenant, join: Join, sign_in: SignIn) -> None:
    administrator = sign_in(join(tenant, Role.ADMINISTRATOR, Role.DESIGNER)).get(START).content.decode()
    assert "Nothing waits for you" in administrator
    assert "/console/zed/providers/" in administrator
    registrar = sign_in(join(tenant, Role.REGISTRAR)).get(START).content.decode()
    assert "A colleague with another role does this" in registrar
    assert "/console/zed/awards/new/" in registrar


def test_each_sees_what_waits_for_them(desk: Desk, actor: Callable[..., Actor], join: Join, sign_in: SignIn) -> None:
    tenant_settings.change(actor(desk.tenant, Role.ADMINISTRATOR), four_eyes=True)
    batch = desk.batch(class_list(3, faults=1))
    mine = desk.browser.get(START).content.decode()
    assert "1 thing waits for you" in mine
    assert "1 of 3 rows needs you" in mine
    assert f"/console/zed/awards/{batch.id}/" in mine
    batches_approval.ask_approval(desk.actor, batch.id)
    assert "Nothing waits for you" in desk.browser.get(START).content.decode()
    second = sign_in(join(desk.tenant, Role.SEALER)).get(START).content.decode()
    assert "Waits for your approval" in second
    auditor = sign_in(join(desk.tenant, Role.AUDITOR)).get(START).content.decode()
    assert str(batch.id) not in auditor


def test_letters_and_requests_come_to_the_registrar(desk: Desk) -> None:
    batch = desk.batch(class_list(2))
    batches_approval.approve(desk.actor, batch.id, sentence=batches_approval.sentence(desk.actor, batch.id))
    desk.seal()
    first, second = Delivery.of(desk.tenant).order_by("id")
    first.state = Delivery.State.BOUNCED
    first.save()
    claims.ask_for_correction(code_of(second.tenant_id, second.id), "I write it Jana-Zoë")
    page = desk.browser.get(START).content.decode()
    assert "2 things wait for you" in page
    assert "1 letter came back" in page
    assert "1 learner asks for a correction" in page
    assert "Jana-Zoë" not in page


def test_that_sealing_is_stopped_is_said_to_all(
    desk: Desk, actor: Callable[..., Actor], join: Join, sign_in: SignIn
) -> None:
    assert "has been stopped" not in desk.browser.get(START).content.decode()
    stop.stop(actor(desk.tenant, Role.SEALER), "A key is lost")
    assert "has been stopped" in desk.browser.get(START).content.decode()
    assert "has been stopped" in sign_in(join(desk.tenant, Role.AUDITOR)).get(START).content.decode()
