"""A request of a learner: its clock, whose it is, who may, and what it leads to."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable

import pytest

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.server.actions import corrections, deliveries, erasure, portability, rights_cases
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.learners import Learner
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.tenants import Tenant
from tests.server.privacy.canary import EMAIL, FAMILY, NUMBER, found_in

Case = Callable[..., RightsCase]


@pytest.mark.parametrize(
    ("received", "months", "due"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2028, 1, 31), 1, dt.date(2028, 2, 29)),
        (dt.date(2026, 12, 15), 1, dt.date(2027, 1, 15)),
        (dt.date(2026, 11, 30), 3, dt.date(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last_one(received: dt.date, months: int, due: dt.date) -> None:
    assert rights_cases.due_on(received, months) == due


def test_what_the_learner_said_is_encrypted_and_not_in_the_trail(officer: Actor, tenant: Tenant) -> None:
    case = rights_cases.open_case(officer, kind="access", received=now().date(), asker=FAMILY, said=EMAIL)
    assert not found_in(bytes(case.secret or b""))
    assert rights_cases.case(officer, case.id).said["asker"] == FAMILY
    trail = [f"{one.verb} {one.subject} {one.reason} {one.detail}" for one in Entry._default_manager.all()]
    assert any("case.opened" in one for one in trail)
    assert not found_in(" ".join(trail))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("kind", {"kind": "revenge"}),
        ("received", {"received": dt.date(9000, 1, 1)}),
        ("asker", {"asker": "  "}),
        ("said", {"said": "x" * 3000}),
    ],
)
def test_what_cannot_be_a_request_is_refused_at_its_field(
    officer: Actor, field: str, changes: dict[str, object]
) -> None:
    given = {"kind": "access", "received": now().date(), "asker": "A", "said": ""}
    with pytest.raises(InputError) as refused:
        rights_cases.open_case(officer, **{**given, **changes})  # type: ignore[arg-type]
    assert refused.value.where == field


def test_time_is_extended_once_and_only_while_the_first_month_runs(officer: Actor, tenant: Tenant) -> None:
    received = now().date() - dt.timedelta(days=10)
    case = rights_cases.open_case(officer, kind="access", received=received, asker="A")
    extended = rights_cases.extend(officer, case.id, "three archives have to be read")
    assert extended.due == rights_cases.due_on(received, 3)
    with pytest.raises(ConflictError):
        rights_cases.extend(officer, case.id, "again")
    late = rights_cases.open_case(officer, kind="access", received=now().date() - dt.timedelta(days=40), asker="A")
    assert rights_cases.case(officer, late.id).left < 0
    with pytest.raises(ConflictError):
        rights_cases.extend(officer, late.id, "too late")


def test_the_most_urgent_comes_first(officer: Actor, tenant: Tenant) -> None:
    today = now().date()
    new = rights_cases.open_case(officer, kind="access", received=today, asker="A")
    old = rights_cases.open_case(officer, kind="access", received=today - dt.timedelta(days=20), asker="B")
    assert [one.case.id for one in rights_cases.cases(officer)] == [old.id, new.id]
    rights_cases.close(officer, old.id, outcome="done", answer="sent by post")
    assert [one.case.id for one in rights_cases.cases(officer)] == [new.id]
    assert [one.case.id for one in rights_cases.cases(officer, open_ones=False)] == [old.id]
    with pytest.raises(ConflictError):
        rights_cases.close(officer, old.id, outcome="done", answer="again")


def test_a_refusal_says_why(officer: Actor, tenant: Tenant) -> None:
    case = rights_cases.open_case(officer, kind="erasure", received=now().date(), asker="A")
    with pytest.raises(InputError):
        rights_cases.close(officer, case.id, outcome="refused", answer=" ")
    rights_cases.close(officer, case.id, outcome="refused", answer="The law wants results kept for 50 years.")


def test_the_learner_is_found_and_another_learner_is_not_proved(officer: Actor, case: Case, batch: Batch) -> None:
    found = case("access")
    assert [one.name for one in rights_cases.find(officer, EMAIL)] == [f"Kvetoslava {FAMILY}"]
    other = batch.awards.get(row=3).learner_id
    assert other is not None
    assert rights_cases.link(officer, found.id, other).proven is None
    with pytest.raises(ConflictError):
        portability.export(officer, found.id)


def test_all_that_is_known_goes_into_one_file(officer: Actor, case: Case, award: Award) -> None:
    with zipfile.ZipFile(io.BytesIO(portability.export(officer, case("portability").id))) as box:
        data = json.loads(box.read("data.json"))
        assert {f"credentials/{award.id}.jsonld", f"certificates/{award.id}.pdf"} <= set(box.namelist())
        assert box.read(f"certificates/{award.id}.pdf").startswith(b"%PDF")
    assert data["profile"]["emails"] == [EMAIL]
    assert data["profile"]["numbers"][0][1] == NUMBER
    (only,) = data["awards"]
    assert only["id"] == f"urn:uuid:{award.id}"
    assert only["facts"]["family_name"] == FAMILY
    assert data["cases"][0]["said"]["said"] == "all of it"


def test_a_restricted_learner_gets_no_letters_and_no_corrections(
    officer: Actor, registrar: Actor, case: Case, award: Award
) -> None:
    found = case("restriction")
    rights_cases.restrict(officer, found.id, restricted=True)
    later = now() + dt.timedelta(days=1)
    deliveries.send_due(later)
    states = dict(Delivery.of(award.tenant).values_list("award__row", "state"))
    assert states[2] == "waiting"
    assert states[3] == states[4] == "sent"
    with pytest.raises(ConflictError) as refused:
        corrections.revoke(registrar, award.id, "wrong person")
    assert refused.value.code == "restricted"
    rights_cases.restrict(officer, found.id, restricted=False)
    deliveries.send_due(later)
    assert Delivery.of(award.tenant).get(award=award).state == "sent"
    corrections.revoke(registrar, award.id, "wrong person")


def test_those_without_the_right_are_kept_out(
    tenant: Tenant, actor: Callable[..., Actor], case: Case, learner: Learner
) -> None:
    found = case()
    outsider = actor(tenant, *(role for role in Role if role is not Role.ADMINISTRATOR))
    calls: list[Callable[[], object]] = [
        lambda: rights_cases.open_case(outsider, kind="access", received=now().date(), asker="A"),
        lambda: rights_cases.cases(outsider),
        lambda: rights_cases.case(outsider, found.id),
        lambda: rights_cases.find(outsider, EMAIL),
        lambda: rights_cases.link(outsider, found.id, learner.id),
        lambda: rights_cases.prove(outsider, found.id, "x"),
        lambda: rights_cases.extend(outsider, found.id, "x"),
        lambda: rights_cases.restrict(outsider, found.id, restricted=True),
        lambda: rights_cases.close(outsider, found.id, outcome="refused", answer="x"),
        lambda: portability.export(outsider, found.id),
        lambda: erasure.plan(outsider, found.id),
        lambda: erasure.erase(outsider, found.id),
    ]
    for call in calls:
        with pytest.raises(NotAllowedError):
            call()


def test_a_stranger_finds_neither_case_nor_learner(
    stranger: Tenant, actor: Callable[..., Actor], case: Case, learner: Learner
) -> None:
    found, outsider = case(), actor(stranger, *Role)
    own = rights_cases.open_case(outsider, kind="erasure", received=now().date(), asker="A")
    assert rights_cases.find(outsider, EMAIL) == []
    assert [one.case.id for one in rights_cases.cases(outsider)] == [own.id]
    calls: list[Callable[[], object]] = [
        lambda: rights_cases.case(outsider, found.id),
        lambda: rights_cases.link(outsider, own.id, learner.id),
        lambda: rights_cases.link(outsider, found.id, learner.id),
        lambda: rights_cases.prove(outsider, found.id, "x"),
        lambda: rights_cases.extend(outsider, found.id, "x"),
        lambda: rights_cases.restrict(outsider, found.id, restricted=True),
        lambda: rights_cases.close(outsider, found.id, outcome="refused", answer="x"),
        lambda: portability.export(outsider, found.id),
        lambda: erasure.plan(outsider, found.id),
        lambda: erasure.erase(outsider, found.id),
    ]
    for call in calls:
        with pytest.raises(NotFoundError):
            call()
