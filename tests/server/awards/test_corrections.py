"""Correcting awards: each change with a reason, for good where it must be, told to whoever has heard of the award."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.sealing import jades
from mikra.server.actions import awards, awards_content, batches, batches_undo, corrections, corrections_supersede, rows
from mikra.server.actions.corrections_supersede import facts, supersede
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award, Change
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.status import StatusList, StatusMark
from mikra.server.store.tenants import Tenant
from tests.server.institution import class_list, drain, proven

pytestmark = [pytest.mark.django_db, pytest.mark.both]
WHY = "The grade was entered wrongly."


def first(actor: Actor) -> Award:
    return Award.of(actor.tenant).order_by("row")[0]


def sent(award: Award) -> None:
    Delivery.of(award.tenant_id).filter(award=award).update(state="sent")


def test_suspended_and_resumed(registrar: Actor, batch: Batch) -> None:
    award = first(registrar)
    assert corrections.suspend(registrar, award.id, WHY).state == "suspended"
    mark = StatusMark._default_manager.get(list_id=award.list_number, index=award.list_index)
    assert mark.value == 2
    assert StatusList._default_manager.get(pk=award.list_number).dirty is not None
    assert corrections.resume(registrar, award.id, "It was right after all.").state == "valid"
    assert StatusMark._default_manager.count() == 0
    changes = Change.of(registrar.tenant).order_by("created").values_list("state", "reason")
    assert list(changes) == [("suspended", WHY), ("valid", "It was right after all.")]
    verbs = Entry._default_manager.filter(subject=f"award:{award.id}").order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["award.sealed", "award.suspended", "award.resumed"]


def test_withdrawn_is_for_good(registrar: Actor, batch: Batch) -> None:
    award = first(registrar)
    corrections.revoke(registrar, award.id, WHY)
    for act in (corrections.revoke, corrections.suspend, corrections.resume):
        with pytest.raises(ConflictError):
            act(registrar, award.id, WHY)
    with pytest.raises(ConflictError):
        supersede(registrar, award.id, {"grade": "5"}, WHY)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1_001])
def test_without_a_reason_nothing_changes(registrar: Actor, batch: Batch, reason: str) -> None:
    award = first(registrar)
    for act in (corrections.revoke, corrections.suspend):
        with pytest.raises(InputError) as refused:
            act(registrar, award.id, reason)
        assert refused.value.where == "reason"
    assert first(registrar).state == "valid"


def test_a_letter_that_is_not_out_is_taken_back(registrar: Actor, batch: Batch) -> None:
    award = first(registrar)
    corrections.revoke(registrar, award.id, WHY)
    (delivery,) = award.deliveries.all()
    assert (delivery.kind, delivery.state) == ("award", "withdrawn")


def test_who_has_heard_of_it_is_told(registrar: Actor, batch: Batch) -> None:
    award = first(registrar)
    sent(award)
    corrections.suspend(registrar, award.id, WHY)
    corrections.revoke(registrar, award.id, WHY)
    told = award.deliveries.filter(kind="change")
    assert [(one.state, one.channel) for one in told] == [("queued", "mail")] * 2


def test_a_wrong_grade_is_put_right(registrar: Actor, batch: Batch) -> None:
    old = first(registrar)
    sent(old)
    known = {one.field: one.text for one in facts(registrar, old.id)}
    assert known["learner_id"] == "S000001"
    new = supersede(registrar, old.id, {"grade": "10"}, WHY)
    old.refresh_from_db()
    assert (old.state, old.reason, new.state, new.supersedes_id) == ("superseded", WHY, "valid", old.id)
    assert (new.awarded_on, new.learner_id, new.batch_id) == (old.awarded_on, old.learner_id, None)
    document = orjson.loads(jades.unseal(awards_content.file_of(new)).payload)
    assert "10" in orjson.dumps(document["credentialSubject"]["hasClaim"][0]["provenBy"]).decode()
    assert (new.list_number, new.list_index) != (old.list_number, old.list_index)
    (letter,) = new.deliveries.all()
    assert (letter.state, letter.kind) == ("queued", "award")
    assert corrections.current(old) == new
    again = supersede(registrar, new.id, {"family_name": "Nováková-Malá"}, "Married name.")
    assert corrections.current(old) == again
    assert awards.award(registrar, again.id).name.endswith("Nováková-Malá")


def test_a_correction_that_cannot_be(registrar: Actor, batch: Batch) -> None:
    award = first(registrar)
    grade = {one.field: one.text for one in facts(registrar, award.id)}["grade"]
    with pytest.raises(ConflictError, match="Nothing would change"):
        supersede(registrar, award.id, {"grade": grade}, WHY)
    with pytest.raises(InputError) as refused:
        supersede(registrar, award.id, {"grade": "eleven"}, WHY)
    assert refused.value.where == "grade"
    with pytest.raises(InputError, match="no such field"):
        supersede(registrar, award.id, {"shoe_size": "44"}, WHY)
    assert Award.of(registrar.tenant).count() == 4


def test_an_award_is_replaced_once(registrar: Actor, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people correct it at the same moment: the second finds the state changed, or the constraint stops it."""
    award = first(registrar)
    supersede(registrar, award.id, {"grade": "10"}, WHY)
    monkeypatch.setattr(corrections, "check_change", lambda *_: None)
    with pytest.raises(ConflictError, match="somebody else"):
        supersede(registrar, award.id, {"grade": "5"}, WHY)


def test_nothing_is_sealed_while_sealing_is_stopped(registrar: Actor, batch: Batch) -> None:
    """Withdrawing goes on."""
    one, other = Award.of(registrar.tenant).order_by("row")[:2]
    Tenant._default_manager.update(stopped=batch.finished)
    with pytest.raises(NotAllowedError) as refused:
        supersede(registrar, one.id, {"grade": "10"}, WHY)
    assert refused.value.code == "sealing_stopped"
    assert corrections.revoke(registrar, other.id, WHY).state == "revoked"


def test_an_offer_is_withdrawn(registrar: Actor, batch: Batch) -> None:
    (delivery,) = first(registrar).deliveries.all()
    assert corrections.withdraw_offer(registrar, delivery.id, WHY).state == "withdrawn"
    assert first(registrar).state == "valid"
    with pytest.raises(ConflictError):
        corrections.withdraw_offer(registrar, delivery.id, WHY)


def test_a_batch_is_undone_as_if_it_had_not_been(registrar: Actor, batch: Batch) -> None:
    batches_undo.revert(registrar, batch.id, WHY)
    assert set(Award.of(registrar.tenant).values_list("state", flat=True)) == {"revoked"}
    assert set(Delivery.of(registrar.tenant).values_list("kind", "state")) == {("award", "withdrawn")}
    assert Batch.get(registrar.tenant, batch.id).state == Batch.State.REVERTED
    assert StatusMark._default_manager.count() == 4
    again = batches.begin(registrar, batch.edition_id)
    rows.take_list(registrar, again.id, class_list(4), "list.csv")
    assert batches.summary(registrar, again.id).ready == 4, "they do not have it any more"


def test_after_the_time_of_grace_everybody_is_told(registrar: Actor, batch: Batch) -> None:
    Delivery.of(registrar.tenant).update(state="sent")
    assert batch.release is not None
    batches_undo.revert(registrar, batch.id, WHY, at=batch.release)
    kinds = list(Delivery.of(registrar.tenant).order_by("kind").values_list("kind", "state"))
    assert kinds == [("award", "sent")] * 4 + [("change", "queued")] * 4


def test_an_undoing_that_was_cut_off_goes_on(registrar: Actor, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as planted:
        planted.setattr(batches_undo, "PIECE", 1)
        planted.setattr(corrections, "tell", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            batches_undo.revert(registrar, batch.id, WHY)
    assert Award.of(registrar.tenant).filter(state="valid").count() == 4
    batches_undo.revert(registrar, batch.id, WHY)
    assert Award.of(registrar.tenant).filter(state="valid").count() == 0
    assert Entry._default_manager.filter(verb="batch.reverted").count() == 1


def test_the_same_people_again(registrar: Actor, batch: Batch) -> None:
    from mikra.server.actions import batches_approval, rows_mending

    new = batches_undo.re_issue(registrar, batch.id, WHY)
    shown = rows.rows(registrar, new.id)
    assert [row.state for row in shown] == ["ready"] * 4
    place = next(cell.position for cell in shown[0].cells if cell.field == "grade")
    rows_mending.mend_all(registrar, new.id, [row.number for row in shown], position=place, text="10")
    batches_approval.approve(registrar, new.id, sentence=batches_approval.sentence(registrar, new.id))
    drain(new)
    assert Award.of(registrar.tenant).filter(state="valid", batch=new).count() == 4
    learners = Award.of(registrar.tenant).values_list("learner_id", flat=True)
    assert len(set(learners)) == 4, "they are the same learners"


def test_who_may_not(
    tenant: Tenant, stranger: Tenant, registrar: Actor, batch: Batch, actor: Callable[..., Actor]
) -> None:
    award, (delivery,) = first(registrar), first(registrar).deliveries.all()
    acts = (
        lambda who: corrections.revoke(who, award.id, WHY),
        lambda who: corrections.suspend(who, award.id, WHY),
        lambda who: corrections.resume(who, award.id, WHY),
        lambda who: corrections.withdraw_offer(who, delivery.id, WHY),
        lambda who: corrections_supersede.supersede(who, award.id, {"grade": "5"}, WHY),
        lambda who: corrections_supersede.facts(who, award.id),
        lambda who: batches_undo.revert(who, batch.id, WHY),
        lambda who: batches_undo.re_issue(who, batch.id, WHY),
    )
    for act in acts:
        for role in (Role.SEALER, Role.AUDITOR, Role.DESIGNER):
            with pytest.raises(NotAllowedError):
                act(proven(actor(tenant, role)))
        with pytest.raises(NotFoundError):
            act(proven(actor(stranger, Role.REGISTRAR)))
    assert first(registrar).state == "valid"
