"""What was kept long enough goes, by class and by institution; the rest stays, and the trail says what went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session

from mikra.adapters.clock import now
from mikra.errors import NotAllowedError
from mikra.server.actions import batches, claims, deliveries, letters, name_requests, retention, rights_cases, rows
from mikra.server.actions.tenant_settings import change
from mikra.server.jobs.tasks import task
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery, NameRequest
from mikra.server.store.people import Membership, Person, SetUp
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.tenants import Tenant, Wrapped
from mikra.server.store.work import Asked
from tests.server.institution import class_list, give_keys, publish

DAY = dt.timedelta(days=1)


@pytest.fixture
def unsealed(registrar: Actor, tenant: Tenant) -> Batch:
    give_keys(tenant)
    made = batches.begin(registrar, publish(tenant).id)
    rows.take_list(registrar, made.id, class_list(3, faults=1), "list.csv")
    return Batch.get(tenant, made.id)


def left(at: dt.datetime) -> None:
    while retention.delete_due(at):
        pass


def test_rows_and_files_that_were_never_sealed_go_with_their_keys(unsealed: Batch, officer: Actor) -> None:
    change(officer, keep_rows_days=10)
    keys = Wrapped._default_manager.count()
    left(unsealed.created + 9 * DAY)
    assert BatchRow._default_manager.exclude(cells=None).count() == 3, "not yet"
    left(unsealed.created + 11 * DAY)
    unsealed.refresh_from_db()
    assert BatchRow._default_manager.exclude(cells=None).count() == 0
    assert (unsealed.upload, unsealed.secret, unsealed.key, unsealed.state) == (None, None, None, "cancelled")
    assert Wrapped._default_manager.count() == keys - 4
    (line,) = Entry._default_manager.filter(verb="retention.deleted")
    assert line.detail == {"rows": 3, "lists": 1}


def test_a_list_that_is_being_sealed_is_left_alone(unsealed: Batch) -> None:
    Batch._default_manager.update(state=Batch.State.SEALING)
    left(now() + 4000 * DAY)
    assert BatchRow._default_manager.exclude(cells=None).count() == 3


def test_awards_and_their_files_stay_when_all_else_has_gone(batch: Batch, tenant: Tenant) -> None:
    left(now() + 5000 * DAY)
    assert Award.of(tenant).count() == 3
    assert Sealed.of(tenant).exclude(content=None).count() == 3
    assert not Delivery.of(tenant).exists()
    assert Entry._default_manager.filter(verb="award.sealed").count() == 3


def test_the_ledger_goes_when_its_story_is_over(batch: Batch, officer: Actor, registrar: Actor, award: Award) -> None:
    change(officer, keep_deliveries_days=30)
    deliveries.send_due(now() + DAY)
    one = Delivery.of(award.tenant).get(award=award)
    deliveries.resend(registrar, one.id, "it got lost")
    left(now() + 60 * DAY)
    assert Delivery.of(award.tenant).count() == 4, "an offer that can be collected stays"
    for _newest_first in range(2):
        left(now() + 400 * DAY)
    assert Delivery.of(award.tenant).count() == 0


def test_answered_requests_go_and_open_ones_stay(batch: Batch, registrar: Actor, award: Award, tenant: Tenant) -> None:
    code = letters.claim_address(Delivery.of(tenant).get(award=award)).rstrip("/").rpartition("/")[2]
    first, _second = (claims.ask_for_correction(code, text) for text in ("one", "two"))
    name_requests.decide(registrar, first.id, done=True, answer="")
    left(now() + 370 * DAY)
    assert [one.state for one in NameRequest.of(tenant)] == ["open"]


def test_answered_cases_go_with_their_keys(officer: Actor, tenant: Tenant) -> None:
    made = [rights_cases.open_case(officer, kind="access", received=now().date(), asker="A") for _ in range(2)]
    rights_cases.close(officer, made[0].id, outcome="done", answer="")
    left(now() + 1100 * DAY)
    assert [one.id for one in RightsCase.of(tenant)] == [made[1].id]
    assert Wrapped._default_manager.count() == 1


def test_answers_sessions_and_tokens_that_ran_out_go(tenant: Tenant) -> None:
    Asked._default_manager.create(tenant=tenant, caller="key:1", key="k", request=bytes(32))
    for day in (-1, 5000):
        Session.objects.create(session_key=f"s{day}", session_data="", expire_date=now() + day * DAY)
        SetUp._default_manager.create(digest=bytes([day % 7]) * 32, expires=now() + day * DAY)
    left(now())
    assert (Asked.of(tenant).count(), Session.objects.count(), SetUp._default_manager.count()) == (1, 1, 1)
    left(now() + 8 * DAY)
    assert Asked.of(tenant).count() == 0


def test_an_account_goes_with_the_last_place_of_work(
    join: Callable[..., Person], tenant: Tenant, stranger: Tenant
) -> None:
    gone, both, operator = (join(tenant, Role.AUDITOR) for _ in range(3))
    Person._default_manager.filter(pk=operator.pk).update(operator=True)
    Membership._default_manager.create(tenant=stranger, person=both, roles=[])
    Membership.of(tenant).update(ended=now())
    left(now() + 2000 * DAY)
    assert set(Person._default_manager.all()) == {both, operator}
    assert not Membership.of(tenant).exists()
    assert gone not in Person._default_manager.all()


def test_one_institution_decides_for_itself_alone(
    unsealed: Batch, stranger: Tenant, actor: Callable[..., Actor]
) -> None:
    change(actor(stranger, Role.ADMINISTRATOR), keep_rows_days=1)
    left(unsealed.created + 5 * DAY)
    assert BatchRow._default_manager.exclude(cells=None).count() == 3


def test_the_dry_run_counts_and_changes_nothing(unsealed: Batch, officer: Actor, actor: Callable[..., Actor]) -> None:
    said = {name: (days, count) for name, days, count in retention.due(officer, now() + 91 * DAY)}
    assert said["rows"] == (90, 3)
    assert said["lists"] == (90, 1)
    assert BatchRow._default_manager.exclude(cells=None).count() == 3
    with pytest.raises(NotAllowedError):
        retention.due(actor(unsealed.tenant, Role.REGISTRAR))


def test_many_go_piece_by_piece(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PIECE", 2)
    for number in range(5):
        Asked._default_manager.create(tenant=tenant, caller="key:1", key=f"{number}", request=bytes(32))
    later = now() + 8 * DAY
    assert [retention.delete_due(later) for _ in range(3)] == [True, True, False]
    assert not Asked.of(tenant).exists()


def test_the_task_of_the_service_is_this_one(db: None) -> None:
    assert task("retention").called() is retention.delete_due
