"""Sealing a batch: each row once, everything that belongs to it in one transaction, and again after any crash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest

from mikra.adapters.clock import now
from mikra.errors import ConflictError, MikraError, NotAllowedError, UnavailableError
from mikra.sealing import jades
from mikra.server.actions import (
    awards_content,
    batches,
    batches_approval,
    claim_codes,
    rows,
    rows_mending,
    seal_keys,
    sealing,
    sealing_press,
    sealing_store,
)
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.store.designs import Edition
from mikra.server.store.learners import Learner, LearnerToken
from mikra.server.store.tenants import SealKey, Tenant, Wrapped
from tests.server.institution import approved, class_list, drain, proven, sealed_batch

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_every_row_becomes_one_credential(registrar: Actor, edition: Edition) -> None:
    batch = sealed_batch(registrar, edition, class_list(20))
    assert (batch.state, batch.problem, batch.sealed) == (Batch.State.DONE, "", 20)
    awards = list(Award.of(registrar.tenant).order_by("row"))
    assert [one.row for one in awards] == list(range(2, 22))
    assert len({(one.list_number, one.list_index) for one in awards}) == 20
    for award in awards:
        file = awards_content.file_of(award)
        document = orjson.loads(jades.unseal(file).payload)
        assert document["credentialSubject"]["hasClaim"][0]["id"] == f"urn:uuid:{award.id}"
        assert document["credentialSubject"]["identifier"][0]["notation"] == f"S{(award.row or 0) - 1:06d}"
        (entry, _) = document["status"]
        assert entry["statusListIndex"] == str(award.list_index)
        assert entry["statusListCredential"].endswith(f"/status/{award.list_number}/revocation")


def test_the_data_of_a_row_goes_when_it_is_sealed(registrar: Actor, edition: Edition) -> None:
    batch = sealed_batch(registrar, edition, class_list(5))
    kept = BatchRow._default_manager.filter(batch=batch)
    assert {(one.state, one.cells, one.key_id, bytes(one.keys)) for one in kept} == {("sealed", None, None, b"")}
    assert Wrapped._default_manager.count() == Learner.of(registrar.tenant).count() + 1
    assert [row.cells for row in rows.rows(registrar, batch.id)] == [()] * 5


def test_what_belongs_to_an_award_is_there(registrar: Actor, edition: Edition) -> None:
    batch = sealed_batch(registrar, edition, class_list(3))
    for award in Award.of(registrar.tenant):
        (delivery,) = award.deliveries.all()
        assert (delivery.state, delivery.channel) == ("waiting", "mail")
        assert delivery.due == batch.release
        assert bytes(delivery.token or b"") == claim_codes.token_of(claim_codes.code_of(batch.tenant_id, delivery.id))
        assert DeliveryStep._default_manager.filter(delivery=delivery).count() == 1
        assert {one.kind for one in LearnerToken._default_manager.filter(learner=award.learner)} >= {
            "same", "mail", "word", "id",
        }  # fmt: skip
        assert Entry._default_manager.filter(verb="award.sealed", subject=f"award:{award.id}").count() == 1
    assert batch.release is not None
    assert batch.finished is not None
    assert batch.release - batch.finished == dt.timedelta(minutes=15)


def test_without_an_address_it_is_a_letter(registrar: Actor, edition: Edition) -> None:
    sealed_batch(registrar, edition, class_list(2).replace(b"p1@student.example", b""))
    assert sorted(Delivery.of(registrar.tenant).values_list("channel", flat=True)) == ["letter", "mail"]


def test_a_learner_with_two_addresses_is_one(registrar: Actor, edition: Edition, tenant: Tenant) -> None:
    from tests.server.institution import publish

    sealed_batch(registrar, edition, class_list(3))
    again = class_list(3).replace(b"p1@student.example", b"private@mail.example")
    sealed_batch(registrar, publish(tenant), again)
    assert Award.of(tenant).count() == 6
    assert Learner.of(tenant).count() == 3
    from mikra.server.store import personal

    profiles = [personal.look_into(personal.opened(one.key), bytes(one.profile)) for one in Learner.of(tenant)]
    assert ["private@mail.example", "p1@student.example"] in [one["emails"] for one in profiles]


def test_two_learners_of_one_name_stay_two(registrar: Actor, edition: Edition) -> None:
    data = b"Given name,Family name,Grade\r\nAna,Pop,9\r\nAna,Pop,8\r\n"
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, data, "list.csv")
    rows_mending.insist(registrar, batch.id, [3])
    batches_approval.approve(registrar, batch.id, sentence=batches_approval.sentence(registrar, batch.id))
    drain(batch)
    assert Learner.of(registrar.tenant).count() == 2


def test_the_same_list_again_creates_nothing(registrar: Actor, edition: Edition) -> None:
    sealed_batch(registrar, edition, class_list(6))
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(7), "list.csv")
    counts = batches.summary(registrar, batch.id)
    assert (counts.has, counts.ready) == (6, 1)
    assert "already" in rows.rows(registrar, batch.id, state="has")[0].said


def test_two_lists_with_one_learner_award_once(registrar: Actor, edition: Edition) -> None:
    """Both were ready when they were read; whoever is sealed second gets nothing twice."""
    first, second = (batches.begin(registrar, edition.id) for _ in range(2))
    for one in (first, second):
        rows.take_list(registrar, one.id, class_list(4), "list.csv")
        assert batches.summary(registrar, one.id).ready == 4
    batches_approval.approve(registrar, first.id, sentence=batches_approval.sentence(registrar, first.id))
    with pytest.raises(ConflictError, match="No row"):
        batches_approval.approve(registrar, second.id, sentence=batches_approval.sentence(registrar, second.id))
    Batch.of(registrar.tenant).filter(pk=second.id).update(state=Batch.State.SEALING)
    BatchRow._default_manager.filter(batch=second).update(state="ready")
    drain(first)
    drain(second)
    assert Award.of(registrar.tenant).count() == 4
    assert batches.summary(registrar, second.id).has == 4


def test_a_row_that_breaks_a_rule_is_refused_alone(registrar: Actor, edition: Edition) -> None:
    batch = approved(registrar, edition, class_list(5))
    from mikra.server.store import personal

    row = BatchRow._default_manager.select_related("key").get(batch=batch, number=4)
    kept = personal.look_into(personal.opened(row.key), bytes(row.cells or b""))
    kept["v"]["completed"] = "no day"
    row.cells = personal.seal_away(personal.opened(row.key), kept)
    row.save()
    drain(batch)
    counts = batches.summary(registrar, batch.id)
    assert (counts.sealed, counts.failed) == (4, 1)
    assert Batch.get(registrar.tenant, batch.id).state == Batch.State.DONE


class Down:
    """A signer that does not answer."""

    def __init__(self, of: SealKey) -> None:
        self.algorithm, self.certificate, self.chain = "ES256", bytes(of.certificate), ()

    def sign(self, data: bytes) -> bytes:
        raise UnavailableError("The signer does not answer.", fix="Start it.", retry_after=5)

    sign_digest = sign


@pytest.mark.drill("R16")
def test_a_signer_that_is_down_loses_nothing(registrar: Actor, edition: Edition) -> None:
    """R16: said in the batch; the next try goes on by itself."""
    batch = approved(registrar, edition, class_list(5))
    key = SealKey.of(registrar.tenant).get(use=SealKey.Use.CREDENTIALS)
    up = seal_keys.signer_of(key)
    sealing_press.forget()
    seal_keys.hold(key.address, Down(key))
    assert not sealing.advance(batch.id)
    assert batches.progress(registrar, batch.id).problem == "The signer does not answer.\nStart it."
    assert Award.of(registrar.tenant).count() == 0
    stems = set(BatchRow._default_manager.filter(batch=batch).values_list("award_stem", flat=True))
    assert "" not in stems, "what is intended is written down before it is sealed"
    seal_keys.hold(key.address, up)
    sealing_press.forget()
    drain(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.problem, batch.sealed) == (Batch.State.DONE, "", 5)
    assert {str(one.id)[:-2] for one in Award.of(registrar.tenant)} == stems


class Crash(Exception):
    """The process died here."""


@pytest.mark.parametrize("where", ["seal", "store", "note"])
def test_what_a_crash_left_is_taken_up(
    registrar: Actor, edition: Edition, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = approved(registrar, edition, class_list(9))

    def crash(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as planted:
        if where == "seal":
            planted.setattr(sealing_press.Press, "seal", crash)
        elif where == "store":
            planted.setattr(sealing_store, "store", crash)
        else:
            planted.setattr(sealing_store.audit, "note_all", crash)
        with pytest.raises(Crash):
            sealing.advance(batch.id, chunk=4)
    intended = set(BatchRow._default_manager.filter(batch=batch, state="intent").values_list("award_stem", flat=True))
    assert len(intended) == 4
    assert Award.of(registrar.tenant).count() == 0
    drain(batch, chunk=4)
    assert Award.of(registrar.tenant).count() == 9
    assert intended <= {str(one.id)[:-2] for one in Award.of(registrar.tenant)}
    assert Sealed.of(registrar.tenant).count() == Delivery.of(registrar.tenant).count() == 9


def test_what_another_worker_stored_is_not_stored_again(registrar: Actor, edition: Edition) -> None:
    """Two have sealed the same rows; the second one stores nothing."""
    batch = approved(registrar, edition, class_list(4))
    full = Batch._default_manager.select_related("tenant", "edition__design").get(pk=batch.id)
    at = now()
    press = sealing_press.press_for(full, at)
    intended = sealing._intend(full, 0, 10, at, press)
    made = press.seal(full, intended, at)
    assert sealing_store.store(full, press, made, at) == 4
    assert sealing_store.store(full, press, made, at) == 0
    assert Award.of(registrar.tenant).count() == 4


def test_a_second_click_changes_nothing(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    said = batches_approval.sentence(registrar, batch.id)
    first = batches_approval.approve(registrar, batch.id, sentence=said)
    second = batches_approval.approve(registrar, batch.id, sentence=said)
    assert first.approved == second.approved
    assert Entry._default_manager.filter(verb="batch.approved").count() == 1


def test_the_sentence(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    assert batches_approval.sentence(registrar, batch.id) == (
        "You award Water quality monitoring (3 ECTS, EQF 6) to 3 people, identity checked on site, "
        "sealed by University of Zed."
    )


def test_a_list_that_changed_is_not_sealed_unread(registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    said = batches_approval.sentence(registrar, batch.id)
    rows_mending.leave_out(registrar, batch.id, [2])
    with pytest.raises(ConflictError) as refused:
        batches_approval.approve(registrar, batch.id, sentence=said)
    assert refused.value.code == "sentence_changed"


def test_four_eyes(tenant: Tenant, registrar: Actor, actor: Callable[..., Actor], edition: Edition) -> None:
    tenant.settings = {"four_eyes": True}
    tenant.save()
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    batches_approval.ask_approval(registrar, batch.id)
    said = batches_approval.sentence(registrar, batch.id)
    with pytest.raises(NotAllowedError) as refused:
        batches_approval.approve(registrar, batch.id, sentence=said)
    assert refused.value.code == "four_eyes"
    helped = proven(actor(tenant, Role.REGISTRAR))
    batches_approval.send_back(proven(actor(tenant, Role.SEALER)), batch.id, "One row is missing.")
    rows_mending.leave_out(helped, batch.id, [2])
    batches_approval.ask_approval(registrar, batch.id)
    said = batches_approval.sentence(registrar, batch.id)
    with pytest.raises(NotAllowedError):
        batches_approval.approve(helped, batch.id, sentence=said)
    second = proven(actor(tenant, Role.SEALER))
    assert batches_approval.approve(second, batch.id, sentence=said).state == Batch.State.SEALING


def test_sealing_asks_for_a_fresh_proof(tenant: Tenant, registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    said = batches_approval.sentence(registrar, batch.id)
    for stale in (None, now() - dt.timedelta(minutes=11)):
        with pytest.raises(NotAllowedError) as refused:
            batches_approval.approve(replace(registrar, proven=stale), batch.id, sentence=said)
        assert refused.value.code == "step_up"
    tenant.settings = {"step_up": False}
    tenant.save()
    assert batches_approval.approve(replace(registrar, proven=None), batch.id, sentence=said).approved


def test_what_keeps_a_batch_from_being_sealed(
    tenant: Tenant, registrar: Actor, edition: Edition, actor: Callable[..., Actor]
) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    said = batches_approval.sentence(registrar, batch.id)

    def refused() -> str:
        with pytest.raises(MikraError) as error:
            batches_approval.approve(registrar, batch.id, sentence=said)
        return error.value.code

    Tenant._default_manager.update(stopped=now())
    assert refused() == "sealing_stopped"
    Tenant._default_manager.update(stopped=None, issuing_blocked="restored")
    assert refused() == "issuing_blocked"
    Tenant._default_manager.update(issuing_blocked="")
    Edition.of(tenant).update(review_by=now().date() - dt.timedelta(days=1))
    assert refused() == "review_overdue"
    Edition.of(tenant).update(review_by=None, withdrawn=now())
    assert refused() == "edition_withdrawn"
    Edition.of(tenant).update(withdrawn=None)
    SealKey.of(tenant).update(retired=now())
    assert refused() == "key_missing"
    with pytest.raises(NotAllowedError):
        batches_approval.approve(proven(actor(tenant, Role.AUDITOR)), batch.id, sentence=said)


@pytest.mark.drill("R15")
def test_the_stop_switch_stops_a_batch_that_runs(tenant: Tenant, registrar: Actor, edition: Edition) -> None:
    """R15: at the next piece."""
    batch = approved(registrar, edition, class_list(9))
    assert sealing.advance(batch.id, chunk=3)
    Tenant._default_manager.update(stopped=now())
    assert not sealing.advance(batch.id, chunk=3)
    assert not sealing.advance_any()
    assert Award.of(tenant).count() == 3
    assert "stopped" in batches.progress(registrar, batch.id).problem
    Tenant._default_manager.update(stopped=None)
    drain(batch)
    assert Award.of(tenant).count() == 9


def test_paused_and_resumed(tenant: Tenant, registrar: Actor, edition: Edition) -> None:
    batch = approved(registrar, edition, class_list(9))
    assert sealing.advance(batch.id, chunk=3)
    batches_approval.pause(registrar, batch.id)
    assert not sealing.advance(batch.id)
    seen = batches.progress(registrar, batch.id)
    assert (seen.done, seen.total, seen.state) == (3, 9, "paused")
    batches_approval.resume(registrar, batch.id)
    drain(batch)
    assert Award.of(tenant).count() == 9


def test_a_scheduled_batch_begins_at_its_moment(tenant: Tenant, registrar: Actor, edition: Edition) -> None:
    batch = batches.begin(registrar, edition.id)
    rows.take_list(registrar, batch.id, class_list(3), "list.csv")
    said = batches_approval.sentence(registrar, batch.id)
    moment = now() + dt.timedelta(hours=3)
    batches_approval.approve(registrar, batch.id, sentence=said, at=moment)
    assert not sealing.advance_any()
    assert sealing.advance_any(moment + dt.timedelta(seconds=1))
    assert Award.of(tenant).count() == 3


def test_batches_have_their_turns(tenant: Tenant, registrar: Actor, edition: Edition) -> None:
    from tests.server.institution import publish

    long = approved(registrar, edition, class_list(12))
    short = approved(registrar, publish(tenant), class_list(2))
    for _ in range(3):
        sealing.advance_any(chunk=2)
    assert Award.of(tenant).filter(batch=short).count() == 2
    assert Award.of(tenant).filter(batch=long).count() in (2, 4)


def test_a_trial_run_sends_nothing_and_counts_for_nobody(tenant: Tenant, registrar: Actor, edition: Edition) -> None:
    batch = sealed_batch(registrar, edition, class_list(3), trial=True)
    assert batch.state == Batch.State.DONE
    assert Delivery.of(tenant).count() == 0
    assert LearnerToken._default_manager.count() == 0
    for award in Award.of(tenant):
        assert (award.trial, award.list_index) == (True, None)
        document = orjson.loads(jades.unseal(awards_content.file_of(award)).payload)
        assert "status" not in document
    real = batches.begin(registrar, edition.id)
    rows.take_list(registrar, real.id, class_list(3), "list.csv")
    assert batches.summary(registrar, real.id).ready == 3


def test_a_past_day_of_award(tenant: Tenant, registrar: Actor, edition: Edition) -> None:
    day = dt.date(2023, 6, 1)
    sealed_batch(registrar, edition, class_list(2), awarded_on=day)
    assert {one.awarded_on for one in Award.of(tenant)} == {day}
    document = orjson.loads(jades.unseal(awards_content.file_of(Award.of(tenant).first())).payload)
    assert document["credentialSubject"]["hasClaim"][0]["awardedBy"]["awardingDate"].startswith("2023-06-01")
    batch = batches.begin(registrar, edition.id, awarded_on=day)
    (said,) = batches_approval.doubts(registrar, batch.id)
    assert "not yet in force on 2023-06-01" in said


def test_nobody_stands_in_the_clear(registrar: Actor, edition: Edition) -> None:
    """R13: not one table holds a name, an address or a number that can be read."""
    from django.apps import apps
    from django.db import connection

    sealed_batch(registrar, edition, class_list(4))
    for model in apps.get_app_config("store").get_models():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            text = b"|".join(
                bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for r in cursor.fetchall() for v in r
            )
        for canary in (b"p1@student", b"S000001", "Nováková".encode(), b"Kowalski", "Дimo".encode()):
            assert canary not in text, model
