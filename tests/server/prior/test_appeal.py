"""Appealing a decision on prior learning: once, in time, assessed by somebody else; and the letter that says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.server.actions import portability, prior_learning, tenant_settings
from mikra.server.actions import prior_learning_appeal as appeals
from mikra.server.actions import prior_learning_assessment as assessment
from mikra.server.actions import prior_learning_decision as decision
from mikra.server.actions import prior_learning_evidence as evidence
from mikra.server.actions.prior_learning_assessment import Found
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import Entry
from mikra.server.store.people import Person
from mikra.server.store.prior_learning import PriorCase
from tests.server.institution import proven
from tests.server.prior.conftest import Validation

State = PriorCase.State
SAID = "My second project shows the first outcome."
DAY = dt.timedelta(days=1)


@pytest.fixture
def refused(validation: Validation) -> PriorCase:
    """Decided not to be awarded: the first outcome was not met."""
    case_id = validation.decided("not_awarded").case_id
    return PriorCase._default_manager.get(pk=case_id)


def every(validation: Validation) -> dict[int, Found]:
    return {n: Found(met=True, method="Second talk", reason="Shown by the project.") for n in range(validation.count)}


def test_an_appeal_is_assessed_by_somebody_else_and_decided_anew(
    validation: Validation, refused: PriorCase, actor: Callable[..., Actor]
) -> None:
    appeals.appeal(validation.registrar, refused.id, SAID)
    seen = prior_learning.case(validation.registrar, refused.id)
    assert (seen.case.state, seen.case.assessor_id) == (State.DRAFT, None)
    assert seen.appeal is not None
    assert (seen.appeal.reason, seen.appeal.findings[0].met) == (SAID, False)
    assert all(one.met is None for one in seen.findings)
    evidence.add_description(validation.registrar, refused.id, title="Project", outcomes=[0], text="Two years.")
    second, first = actor(validation.tenant, Role.REVIEWER), validation.assessor
    assert first.person_id is not None
    assert second.person_id is not None
    fit = {one.person_id for one in prior_learning.assessors(validation.registrar, seen.case)}
    assert second.person_id in fit
    assert first.person_id not in fit
    with pytest.raises(InputError):
        prior_learning.send(validation.registrar, refused.id, first.person_id)
    prior_learning.send(validation.registrar, refused.id, second.person_id)
    with pytest.raises(NotFoundError):  # the first assessor has no business with it any more
        assessment.assess(first, refused.id, every(validation))
    assessment.assess(second, refused.id, every(validation))
    decision.decide(validation.decider, refused.id, "awarded", "The project shows it.")
    done = prior_learning.case(validation.registrar, refused.id)
    assert done.case.state == State.AWARDED
    assert [one.decision.outcome for one in done.decisions] == ["not_awarded", "awarded"]
    assert done.appeal is not None
    verbs = [one.verb for one in Entry._default_manager.filter(subject=f"prior:{refused.id}").order_by("number")]
    assert verbs.count("prior.appealed") == 1
    assert SAID not in str([one.detail for one in Entry._default_manager.all()])


def test_who_decided_does_not_assess_the_appeal(validation: Validation, actor: Callable[..., Actor]) -> None:
    both = proven(actor(validation.tenant, Role.SEALER, Role.REVIEWER))
    case = validation.assessed(unmet=1)
    decision.decide(both, case.id, "not_awarded", "As assessed.")
    assert both.person_id in {one.person_id for one in prior_learning.assessors(validation.registrar, case)}
    appeals.appeal(validation.registrar, case.id, SAID)
    case.refresh_from_db()
    assert both.person_id not in {one.person_id for one in prior_learning.assessors(validation.registrar, case)}


def test_with_four_eyes_somebody_else_decides_on_it(
    validation: Validation, refused: PriorCase, actor: Callable[..., Actor]
) -> None:
    tenant_settings.change(actor(validation.tenant, Role.ADMINISTRATOR), four_eyes=True)
    appeals.appeal(validation.registrar, refused.id, SAID)
    second = actor(validation.tenant, Role.REVIEWER)
    assert second.person_id is not None
    prior_learning.send(validation.registrar, refused.id, second.person_id)
    assessment.assess(second, refused.id, every(validation))
    validation.decider.tenant.refresh_from_db()
    with pytest.raises(NotAllowedError) as caught:
        decision.decide(validation.decider, refused.id, "awarded", "It is shown.")
    assert caught.value.code == "four_eyes"
    other = proven(actor(validation.tenant, Role.SEALER))
    assert decision.decide(other, refused.id, "awarded", "It is shown.")


def test_until_the_last_day(validation: Validation, refused: PriorCase, actor: Callable[..., Actor]) -> None:
    end = appeals.until(refused)
    assert end is not None
    assert 30 * DAY < end - now() <= 31 * DAY
    with pytest.raises(ConflictError) as caught:
        appeals.appeal(validation.registrar, refused.id, SAID, at=end)
    assert caught.value.code == "prior_appeal_over"
    with pytest.raises(InputError):
        tenant_settings.change(actor(validation.tenant, Role.ADMINISTRATOR), appeal_days=31)
    tenant_settings.change(actor(validation.tenant, Role.ADMINISTRATOR), appeal_days=7)
    refused.tenant.refresh_from_db()
    shorter = appeals.until(refused)
    assert shorter is not None
    assert end - shorter == 23 * DAY
    assert appeals.appeal(validation.registrar, refused.id, SAID, at=shorter - dt.timedelta(seconds=1))


def test_once_with_a_reason_and_of_a_negative_decision(validation: Validation, refused: PriorCase) -> None:
    with pytest.raises(InputError):
        appeals.appeal(validation.registrar, refused.id, "  ")
    with pytest.raises(NotAllowedError):
        appeals.appeal(validation.decider, refused.id, SAID)
    appeals.appeal(validation.registrar, refused.id, SAID)
    with pytest.raises(ConflictError):  # it is open already
        appeals.appeal(validation.registrar, refused.id, SAID)
    with pytest.raises(ConflictError) as caught:
        prior_learning.delete(validation.registrar, refused.id)
    assert caught.value.code == "prior_appealed"
    awarded = validation.decided("awarded", learner_id="S000078", email="other@learner.example")
    with pytest.raises(ConflictError):
        appeals.appeal(validation.registrar, awarded.case_id, SAID)


def test_not_a_second_time(validation: Validation, refused: PriorCase, actor: Callable[..., Actor]) -> None:
    appeals.appeal(validation.registrar, refused.id, SAID)
    second = actor(validation.tenant, Role.REVIEWER)
    assert second.person_id is not None
    prior_learning.send(validation.registrar, refused.id, second.person_id)
    assessment.assess(second, refused.id, {**every(validation), 0: Found(met=False, method="Talk", reason="No.")})
    decision.decide(validation.decider, refused.id, "not_awarded", "It is not shown.")
    refused.refresh_from_db()
    assert appeals.until(refused) is None
    with pytest.raises(ConflictError) as caught:
        appeals.appeal(validation.registrar, refused.id, SAID)
    assert caught.value.code == "prior_appealed"
    assert "no other appeal here" in text(validation.registrar, refused)


def text(actor: Actor, case: PriorCase) -> str:
    """What stands in the letter; the letter itself is drawn."""
    case.refresh_from_db()
    assert appeals.letter(actor, case.id).startswith(b"%PDF-")
    return " ".join(appeals.lines(prior_learning.case(actor, case.id)))


def test_the_letter_says_what_why_and_how_to_appeal(validation: Validation, refused: PriorCase) -> None:
    said = text(validation.registrar, refused)
    assert "does not award you" in said
    assert "As assessed." in said
    assert "Explained it." in said  # the reason on the outcome that is not met
    assert "You can appeal until" in said
    assert "prior.letter" in set(Entry._default_manager.values_list("verb", flat=True))
    waiting = validation.assessed(learner_id="S000079", email="third@learner.example")
    with pytest.raises(ConflictError):
        appeals.letter(validation.registrar, waiting.id)
    with pytest.raises(NotAllowedError):
        appeals.letter(validation.decider, refused.id)
    awarded = validation.decided("awarded", learner_id="S000080", email="fourth@learner.example")
    assert "appeal" not in text(validation.registrar, awarded.case)


def test_by_the_pages(
    validation: Validation, refused: PriorCase, sign_in: Callable[[Person], object], outsider: Actor
) -> None:
    browser = sign_in(Person.objects.get(pk=validation.registrar.person_id))
    address = f"/console/{validation.tenant.slug}/prior-learning/{refused.id}/"
    page = browser.get(address).content.decode()  # type: ignore[attr-defined]
    assert "The learner appeals" in page
    assert "The learner can appeal until" in page
    pdf = browser.get(f"{address}letter.pdf")  # type: ignore[attr-defined]
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert browser.post(f"{address}appeal/", {"reason": ""}).status_code == 422  # type: ignore[attr-defined]
    assert browser.post(f"{address}appeal/", {"reason": SAID}).status_code == 302  # type: ignore[attr-defined]
    page = browser.get(address).content.decode()  # type: ignore[attr-defined]
    assert "The decision is appealed" in page
    assert "First assessment" in page
    assert "The learner appeals" not in page
    assert browser.post(f"{address}appeal/", {"reason": SAID}).status_code == 409  # type: ignore[attr-defined]
    with pytest.raises(NotFoundError):
        appeals.appeal(outsider, refused.id, SAID)


def test_it_is_in_the_learners_copy(validation: Validation, refused: PriorCase) -> None:
    assert portability._prior(refused)["appeal"] is None
    appeals.appeal(validation.registrar, refused.id, SAID)
    refused.refresh_from_db()
    assert portability._prior(refused)["appeal"]["reason"] == SAID
