"""What comes of a positive decision: a batch of one on the path of all others, and a credential that says its route."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.errors import ConflictError, NotAllowedError
from mikra.issuance.design_assessment import assess
from mikra.model import Credential, jsonld
from mikra.model.remarks import Route, RouteKind, find
from mikra.sealing import jades
from mikra.server.actions import (
    awards_content,
    batches,
    batches_approval,
    batches_undo,
    claim_codes,
    claims,
    corrections_supersede,
    rows,
    rows_typed,
)
from mikra.server.actions import prior_learning_decision as decision
from mikra.server.rights import Actor
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.prior_learning import PriorCase
from mikra.validation.annex1 import Stage
from tests.server.institution import class_list, drain, sealed_batch
from tests.server.prior.conftest import PDF, Validation


def seal(validation: Validation, batch: Batch) -> Award:
    decider = validation.decider
    batches_approval.approve(decider, batch.id, sentence=batches_approval.sentence(decider, batch.id))
    drain(batch)
    batch.refresh_from_db()
    assert batch.state == Batch.State.DONE
    return Award.of(validation.tenant).get(batch=batch)


def credential_of(award: Award) -> Credential:
    return jsonld.decode(orjson.loads(jades.unseal(awards_content.file_of(award)).payload))


def routes(credential: Credential) -> set[RouteKind]:
    return {one.route for claim in credential.achievements for one in find(claim.additional_note, Route)}


def test_a_positive_decision_leads_to_a_credential_that_says_its_route(validation: Validation) -> None:
    made = validation.decided()
    batch = decision.to_award(validation.registrar, made.case_id)
    assert (batch.state, batch.source, batch.awarded_on) == ("check", "case", made.created.date())
    assert batches.summary(validation.registrar, batch.id).ready == 1
    award = seal(validation, batch)
    assert award.route == RouteKind.VALIDATION
    credential = credential_of(award)
    assert routes(credential) == {RouteKind.VALIDATION}
    assert not any(claim.influenced_by for claim in credential.achievements)
    assert award.awarded_on == made.created.date()
    text = jades.unseal(awards_content.file_of(award)).payload
    for word in (b"Kept a plant", b"Explained it", b"As assessed", b"Six years", PDF):
        assert word not in text


def test_a_class_of_the_same_edition_goes_on_saying_that_it_was_a_course(validation: Validation) -> None:
    batch = decision.to_award(validation.registrar, validation.decided().case_id)
    seal(validation, batch)
    plain = sealed_batch(validation.registrar, validation.edition, class_list(1))
    award = Award.of(validation.tenant).get(batch=plain)
    assert award.route == RouteKind.COURSE
    credential = credential_of(award)
    assert routes(credential) == {RouteKind.COURSE}
    assert any(claim.influenced_by for claim in credential.achievements)


def test_what_is_previewed_is_what_is_sealed(validation: Validation) -> None:
    batch = decision.to_award(validation.registrar, validation.decided().case_id)
    assert routes(batches.preview(validation.registrar, batch.id, 2)) == {RouteKind.VALIDATION}


def test_asked_again_it_is_the_same_batch(validation: Validation) -> None:
    made = validation.decided()
    first = decision.to_award(validation.registrar, made.case_id)
    assert decision.to_award(validation.registrar, made.case_id).id == first.id
    batches_approval.cancel(validation.registrar, first.id)
    assert decision.to_award(validation.registrar, made.case_id).id != first.id
    assert first.hands == [validation.registrar.name, validation.assessor.name]


@pytest.mark.parametrize("outcome", ["not_awarded", "more"])
def test_only_a_positive_decision_leads_there(validation: Validation, outcome: str) -> None:
    made = validation.decided(outcome)
    with pytest.raises(ConflictError):
        decision.to_award(validation.registrar, made.case_id)
    assert not Batch.of(validation.tenant).exists()


def test_only_who_prepares_awards_makes_one_of_it(validation: Validation) -> None:
    made = validation.decided()
    with pytest.raises(NotAllowedError):
        decision.to_award(validation.decider, made.case_id)


def test_no_other_list_takes_its_place(validation: Validation) -> None:
    """Else whoever was never assessed would be awarded by that route."""
    batch = decision.to_award(validation.registrar, validation.decided().case_id)
    with pytest.raises(ConflictError, match="case of prior learning"):
        rows.take_list(validation.registrar, batch.id, class_list(3), "list.csv")
    with pytest.raises(ConflictError, match="case of prior learning"):
        rows_typed.take_one(validation.registrar, batch.id, {"given_name": "Petr", "family_name": "Other"})
    assert batches.summary(validation.registrar, batch.id).total == 1


def test_where_four_eyes_are_asked_for_neither_registrar_nor_assessor_seals(
    validation: Validation, actor: Callable[..., Actor]
) -> None:
    validation.tenant.settings = {"four_eyes": True, "step_up": False}
    validation.tenant.save()
    batch = decision.to_award(validation.registrar, validation.decided().case_id)
    said = batches_approval.sentence(validation.registrar, batch.id)
    with pytest.raises(NotAllowedError):
        batches_approval.approve(validation.registrar, batch.id, sentence=said)
    batches_approval.approve(validation.decider, batch.id, sentence=said)


def test_a_decision_that_is_not_sealed_is_taken_back_with_its_batch(validation: Validation) -> None:
    made = validation.decided()
    batch = decision.to_award(validation.registrar, made.case_id)
    decision.withdraw(validation.decider, made.case_id, "Too early.")
    batch.refresh_from_db()
    assert batch.state == Batch.State.CANCELLED
    assert PriorCase.get(validation.tenant, made.case_id).state == "decision"


def test_a_decision_that_is_sealed_stands(validation: Validation) -> None:
    made = validation.decided()
    seal(validation, decision.to_award(validation.registrar, made.case_id))
    with pytest.raises(ConflictError) as caught:
        decision.withdraw(validation.decider, made.case_id, "Too late.")
    assert caught.value.code == "prior_sealed"


def test_a_corrected_award_and_one_issued_again_keep_their_route(validation: Validation) -> None:
    made = validation.decided()
    batch = decision.to_award(validation.registrar, made.case_id)
    award = seal(validation, batch)
    new = corrections_supersede.supersede(validation.registrar, award.id, {"given_name": "Zoe"}, "Name")
    assert new.route == RouteKind.VALIDATION
    assert routes(credential_of(new)) == {RouteKind.VALIDATION}


def test_a_batch_done_once_more_keeps_its_route_and_its_case(validation: Validation) -> None:
    made = validation.decided()
    batch = decision.to_award(validation.registrar, made.case_id)
    seal(validation, batch)
    again = batches_undo.re_issue(validation.registrar, batch.id, "Wrong day")
    assert PriorCase.get(validation.tenant, made.case_id).batch_id == again.id
    award = seal(validation, again)
    assert routes(credential_of(award)) == {RouteKind.VALIDATION}


def test_the_credential_is_no_poorer_than_that_of_a_course(validation: Validation) -> None:
    """Annex I is met as well as by a class of the same edition: element 10 by the mode of the assessment."""
    award = seal(validation, decision.to_award(validation.registrar, validation.decided().case_id))
    plain = sealed_batch(validation.registrar, validation.edition, class_list(1))
    course = Award.of(validation.tenant).get(batch=plain)
    validated, attended = (assess(credential_of(one), Stage.AWARD).meter.elements for one in (award, course))
    assert [one.state for one in validated] == [one.state for one in attended]


def test_each_route_has_room_in_its_column() -> None:
    """SQLite takes what is too long, PostgreSQL does not."""
    assert max(len(one) for one in RouteKind) <= (Award._meta.get_field("route").max_length or 0)


def test_the_learner_reads_on_the_page_of_the_letter_how_it_was_achieved(validation: Validation) -> None:
    award = seal(validation, decision.to_award(validation.registrar, validation.decided().case_id))
    plain = sealed_batch(validation.registrar, validation.edition, class_list(1))
    says = {
        one.id: claims.look(code_of(one)).design.route for one in (award, Award.of(validation.tenant).get(batch=plain))
    }
    assert list(says.values()) == [RouteKind.VALIDATION, RouteKind.COURSE]
    page = Client().get(f"/claim/{code_of(award)}/").content.decode()
    assert "validation of prior learning" in page


def code_of(award: Award) -> str:
    delivery = award.deliveries.get()
    return claim_codes.code_of(award.tenant_id, delivery.id)


def test_the_verifiers_page_says_so_and_of_a_course_it_does_not(validation: Validation) -> None:
    award = seal(validation, decision.to_award(validation.registrar, validation.decided().case_id))
    plain = sealed_batch(validation.registrar, validation.edition, class_list(1))
    course = Award.of(validation.tenant).get(batch=plain)
    pages = []
    for one in (award, course):
        file = SimpleUploadedFile("credential.jsonld", awards_content.file_of(one))
        pages.append(Client().post("/verify/", {"file": file}).content.decode())
    assert ["Awarded after validation of prior learning" in page for page in pages] == [True, False]


def test_how_a_class_takes_part_is_not_said_of_who_took_no_part(validation: Validation) -> None:
    """The edition is taught in a blended way, and assessed on site."""
    batch = decision.to_award(validation.registrar, validation.decided().case_id)
    (claim,) = batches.preview(validation.registrar, batch.id, 2).achievements
    assert claim.specified_by
    assert claim.specified_by.mode == ()
    assert [plan.mode for plan in claim.specified_by.influenced_by if plan.mode] == []
    assert any(one.specified_by and one.specified_by.mode for one in claim.proven_by)
