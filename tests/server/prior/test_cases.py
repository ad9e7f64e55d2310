"""A case of prior learning from its first word to the decision: who may do what, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, MikraError, NotAllowedError, NotFoundError
from mikra.server.actions import prior_learning, tenant_settings
from mikra.server.actions import prior_learning_assessment as assessment
from mikra.server.actions import prior_learning_decision as decision
from mikra.server.actions import prior_learning_evidence as evidence
from mikra.server.actions.prior_learning_assessment import Found
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.prior_learning import PriorCase, PriorDecision, PriorEvidence
from mikra.server.store.tenants import Wrapped
from tests.server.institution import publish
from tests.server.prior.conftest import LEARNER, PDF, Validation

State = PriorCase.State


def refused(kind: type[MikraError], act: Callable[..., Any], *given: Any, **more: Any) -> MikraError:
    with pytest.raises(kind) as caught:
        act(*given, **more)
    return caught.value


def test_from_the_first_word_to_the_decision(validation: Validation) -> None:
    case = validation.assessed()
    assert case.state == State.DECISION
    made = decision.decide(validation.decider, case.id, "awarded", "All outcomes are shown.")
    shown = prior_learning.case(validation.registrar, case.id)
    assert shown.case.state == State.AWARDED
    assert shown.name == "Zoë O'Brien"
    assert [one.met for one in shown.findings] == [True] * validation.count
    assert [(one.decision.id, one.reason) for one in shown.decisions] == [(made.id, "All outcomes are shown.")]
    verbs = list(
        Entry._default_manager.filter(tenant=validation.tenant).order_by("number").values_list("verb", flat=True)
    )
    steps = ["opened", "evidence_added", "sent", "assessed", "awarded"]
    assert verbs == [f"prior.{one}" for one in steps]


def test_nothing_that_names_anybody_stands_in_the_clear(validation: Validation) -> None:
    decided = validation.decided("not_awarded")
    evidence_of = PriorEvidence.of(validation.tenant).get()
    case = PriorCase.of(validation.tenant).get()
    blobs = (bytes(case.secret or b""), bytes(evidence_of.secret), bytes(decided.secret))
    lines = [f"{one.reason} {one.detail}" for one in Entry._default_manager.filter(tenant=validation.tenant)]
    for word in ("Brien", "zoe@learner.example", "Kept a plant", "Explained it", "As assessed", "Six years"):
        assert not any(word.encode() in blob for blob in blobs)
        assert not any(word in line for line in lines)


def test_the_learner_is_read_as_a_class_list_is(validation: Validation) -> None:
    registrar, edition = validation.registrar, validation.edition
    nameless = refused(InputError, prior_learning.open_case, registrar, edition.id, {"email": "a@b.example"})
    assert nameless.where in ("given_name", "full_name")
    wrong = refused(InputError, prior_learning.open_case, registrar, edition.id, {**LEARNER, "email": "no address"})
    assert wrong.where == "email"
    assert not PriorCase.of(validation.tenant).exists()
    late = prior_learning.open_case(registrar, edition.id, {**LEARNER, "grade": ""})
    prior_learning.set_learner(registrar, late.id, LEARNER)
    assert prior_learning.case(registrar, late.id).row["grade"] == "8"


def test_an_edition_that_is_no_longer_awarded_takes_no_case(validation: Validation) -> None:
    validation.edition.withdrawn = now()
    validation.edition.save()
    refused(NotAllowedError, prior_learning.open_case, validation.registrar, validation.edition.id, LEARNER)


def test_evidence_says_what_it_speaks_for(validation: Validation) -> None:
    registrar, case = validation.registrar, validation.open()
    evidence.add_file(registrar, case.id, title="Plan", outcomes=[0], name="C:\\x\\plan.pdf", data=PDF)
    evidence.add_link(registrar, case.id, title="Site", outcomes=[0], url="https://own.example/a")
    shown = prior_learning.case(registrar, case.id).evidence
    assert [(one.kind, one.title, one.outcomes) for one in shown] == [
        ("description", "Six years", (0,)),
        ("file", "Plan", (0,)),
        ("link", "Site", (0,)),
    ]
    assert evidence.file(registrar, case.id, shown[1].id) == ("plan.pdf", "application/pdf", PDF)
    assert PDF not in bytes(PriorEvidence.of(validation.tenant).get(pk=shown[1].id).content or b"")
    evidence.remove(registrar, case.id, shown[1].id)
    refused(NotFoundError, evidence.file, registrar, case.id, shown[1].id)
    refused(NotFoundError, evidence.file, registrar, case.id, shown[0].id)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"name": "a.exe", "data": b"MZ\x90\x00\x03"}, "file"),
        ({"name": "a.pdf", "data": b""}, "file"),
        ({"name": "a.pdf", "data": b"%PDF-" + bytes(evidence.LARGEST)}, "file"),
        ({"name": "a.pdf", "data": PDF, "title": " "}, "title"),
        ({"name": "a.pdf", "data": PDF, "outcomes": []}, "outcomes"),
        ({"name": "a.pdf", "data": PDF, "outcomes": [99]}, "outcomes"),
        ({"name": "a.pdf", "data": PDF, "outcomes": [-1]}, "outcomes"),
    ],
)
def test_files_that_are_not_taken(validation: Validation, given: dict[str, Any], where: str) -> None:
    case = validation.open()
    known = {"title": "Plan", "outcomes": [0], **given}
    assert refused(InputError, evidence.add_file, validation.registrar, case.id, **known).where == where
    assert PriorEvidence.of(validation.tenant).count() == 1


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd", "https://", "https://a:b@c.example/"])
def test_links_that_are_none(validation: Validation, url: str) -> None:
    case = validation.open()
    add = evidence.add_link
    assert refused(InputError, add, validation.registrar, case.id, title="x", outcomes=[0], url=url).where == "url"


def test_a_case_without_evidence_goes_to_nobody(validation: Validation) -> None:
    case = prior_learning.open_case(validation.registrar, validation.edition.id, LEARNER)
    refused(ConflictError, prior_learning.send, validation.registrar, case.id, validation.assessor.person_id)


def test_only_members_who_are_fit_assess(validation: Validation, actor: Callable[..., Actor], outsider: Actor) -> None:
    case = validation.open()
    auditor = actor(validation.tenant, Role.AUDITOR)
    for one in (auditor.person_id, outsider.person_id, "nobody"):
        assert refused(InputError, prior_learning.send, validation.registrar, case.id, one).where == "assessor"
    assert auditor.person_id not in {one.person_id for one in prior_learning.assessors(validation.registrar, case)}


def test_only_the_assessor_assesses(validation: Validation, actor: Callable[..., Actor]) -> None:
    case = validation.sent()
    whole = {n: Found(met=True, method="Talk", reason="Yes.") for n in range(validation.count)}
    refused(NotAllowedError, assessment.assess, validation.registrar, case.id, whole)
    refused(NotFoundError, assessment.assess, actor(validation.tenant, Role.REVIEWER), case.id, whole)
    assert assessment.assess(validation.assessor, case.id, whole).state == State.DECISION


def test_an_assessment_says_something_on_every_outcome(validation: Validation) -> None:
    case, act = validation.sent(), assessment.assess
    whole = {n: Found(met=True, method="Talk", reason="Yes.") for n in range(validation.count)}
    last = validation.count - 1
    for gap, where in (
        (Found(), "met"),
        (Found(met=True, reason="x"), "method"),
        (Found(met=False, method="x"), "reason"),
    ):
        given = {**whole, last: gap}
        assert refused(InputError, act, validation.assessor, case.id, given).where == f"{where}-{last}"
        kept = act(validation.assessor, case.id, given, whole=False)
        assert kept.state == State.ASSESSMENT
    assert refused(InputError, act, validation.assessor, case.id, {**whole, 99: Found()}).where == "met-99"


def test_nothing_is_awarded_with_an_outcome_that_is_not_met(validation: Validation) -> None:
    case = validation.assessed(unmet=1)
    error = refused(ConflictError, decision.decide, validation.decider, case.id, "awarded", "Kindly.")
    assert error.code == "outcome_not_met"
    assert decision.decide(validation.decider, case.id, "not_awarded", "One is missing.").outcome == "not_awarded"


def test_nothing_is_awarded_with_a_row_that_is_not_whole(validation: Validation) -> None:
    case = validation.assessed(grade="")
    error = refused(ConflictError, decision.decide, validation.decider, case.id, "awarded", "Yes.")
    assert (error.code, error.found) == ("row_not_whole", "Grade")
    assert PriorCase.get(validation.tenant, case.id).state == State.DECISION


def test_a_decision_gives_its_reasons_and_is_one_of_three(validation: Validation) -> None:
    case = validation.assessed()
    assert refused(InputError, decision.decide, validation.decider, case.id, "awarded", " ").where == "reason"
    assert refused(InputError, decision.decide, validation.decider, case.id, "withdrawn", "x").where == "outcome"
    refused(NotAllowedError, decision.decide, validation.assessor, case.id, "awarded", "x")
    assert not PriorDecision.of(validation.tenant).exists()


def test_nothing_is_decided_before_it_is_assessed_nor_twice(validation: Validation) -> None:
    case = validation.sent()
    refused(ConflictError, decision.decide, validation.decider, case.id, "not_awarded", "x")
    decided = validation.decided(learner_id="S000078", email="other@learner.example")
    refused(ConflictError, decision.decide, validation.decider, decided.case_id, "not_awarded", "x")


def test_more_evidence_can_be_asked_for(validation: Validation) -> None:
    case = validation.assessed(unmet=1)
    decision.decide(validation.decider, case.id, "more", "Show the second year.")
    shown = prior_learning.case(validation.registrar, case.id)
    assert shown.asked_for_more
    assert shown.case.state == State.DRAFT
    evidence.add_description(validation.registrar, case.id, title="Year 2", outcomes=[0], text="Did it.")
    assert prior_learning.send(validation.registrar, case.id, validation.assessor.person_id or "").state == "assessment"


def test_four_eyes(validation: Validation, actor: Callable[..., Actor]) -> None:
    """Who assessed does not decide, where the institution wants it so; where it does not, one person may do both."""
    alone = actor(validation.tenant, Role.REGISTRAR)
    case = validation.open()
    prior_learning.send(alone, case.id, alone.person_id or "")
    assessment.assess(alone, case.id, {n: Found(met=True, method="x", reason="y") for n in range(validation.count)})
    validation.tenant.settings = {"four_eyes": True}
    validation.tenant.save()
    error = refused(NotAllowedError, decision.decide, alone, case.id, "awarded", "x")
    assert error.code == "four_eyes"
    alone.tenant.settings = {}
    assert decision.decide(alone, case.id, "awarded", "x").outcome == "awarded"


def test_a_decision_is_taken_back_in_its_time_of_grace(validation: Validation) -> None:
    made = validation.decided("not_awarded")
    refused(InputError, decision.withdraw, validation.decider, made.case_id, "")
    refused(NotAllowedError, decision.withdraw, validation.assessor, made.case_id, "x")
    minutes = tenant_settings.settings_of(validation.tenant).grace_minutes
    late = made.created + dt.timedelta(minutes=minutes)
    error = refused(ConflictError, decision.withdraw, validation.decider, made.case_id, "x", at=late)
    assert error.code == "prior_grace_over"
    decision.withdraw(validation.decider, made.case_id, "Wrong case.")
    shown = prior_learning.case(validation.registrar, made.case_id)
    assert shown.case.state == State.DECISION
    assert [one.decision.outcome for one in shown.decisions] == ["not_awarded", "withdrawn"]
    assert shown.decisions[0].reason == "As assessed."


def test_a_case_is_deleted_before_its_decision_with_its_key(validation: Validation) -> None:
    case = validation.assessed()
    refused(NotAllowedError, prior_learning.delete, validation.assessor, case.id)
    prior_learning.delete(validation.registrar, case.id)
    assert not PriorCase.of(validation.tenant).exists()
    assert not PriorEvidence.of(validation.tenant).exists()
    assert not Wrapped._default_manager.filter(pk=case.key_id).exists()
    made = validation.decided("not_awarded")
    refused(ConflictError, prior_learning.delete, validation.registrar, made.case_id)


def test_whoever_handles_rights_erases_one_at_any_time(validation: Validation, actor: Callable[..., Actor]) -> None:
    made = validation.decided("not_awarded")
    refused(NotAllowedError, prior_learning.erase, validation.registrar, made.case_id)
    prior_learning.erase(actor(validation.tenant, Role.ADMINISTRATOR), made.case_id)
    assert not PriorCase.of(validation.tenant).exists()


def test_who_sees_which_case(validation: Validation, actor: Callable[..., Actor]) -> None:
    case = validation.sent()
    other = actor(validation.tenant, Role.REVIEWER)
    assert [one.case.id for one in prior_learning.cases(validation.assessor)] == [case.id]
    assert prior_learning.cases(other) == []
    assert prior_learning.counts(other)["assessment"] == 0
    refused(NotFoundError, prior_learning.case, other, case.id)
    refused(NotFoundError, prior_learning.case, actor(validation.tenant, Role.AUDITOR), case.id)


def test_another_institution_finds_nothing(validation: Validation, outsider: Actor) -> None:
    case = validation.assessed()
    piece = PriorEvidence.of(validation.tenant).get()
    whole = {n: Found(met=True, method="x", reason="y") for n in range(validation.count)}
    acts: list[tuple[Any, ...]] = [
        (prior_learning.case, case.id),
        (prior_learning.set_learner, case.id, LEARNER),
        (prior_learning.delete, case.id),
        (prior_learning.erase, case.id),
        (evidence.file, case.id, piece.id),
        (evidence.remove, case.id, piece.id),
        (assessment.assess, case.id, whole),
        (decision.decide, case.id, "awarded", "x"),
        (decision.withdraw, case.id, "x"),
        (decision.to_award, case.id),
        (prior_learning.open_case, validation.edition.id, LEARNER),
    ]
    for act, *given in acts:
        refused(NotFoundError, act, outsider, *given)
    mine = prior_learning.open_case(outsider, publish(outsider.tenant).id, LEARNER)
    refused(NotFoundError, evidence.file, outsider, mine.id, piece.id)
    refused(NotFoundError, evidence.remove, outsider, mine.id, piece.id)
    assert prior_learning.case(validation.registrar, case.id).case.state == State.DECISION
