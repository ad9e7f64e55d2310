"""Cases of prior learning among personal data: kept as long as decided, copied and erased with their learner."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable

import pytest

from mikra.adapters.clock import now
from mikra.errors import NotFoundError
from mikra.server.actions import (
    awards_content,
    erasure,
    erasure_list,
    portability,
    prior_learning,
    retention,
    rights_cases,
)
from mikra.server.actions import prior_learning_decision as decision
from mikra.server.actions import prior_learning_evidence as evidence
from mikra.server.actions.prior_learning_assessment import Found, assess
from mikra.server.installation import installation
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award
from mikra.server.store.learners import Learner
from mikra.server.store.prior_learning import PriorCase, PriorDecision, PriorEvidence
from mikra.server.store.tenants import Wrapped
from tests.server.prior.conftest import PDF, Validation
from tests.server.prior.test_award import seal


@pytest.fixture
def officer(validation: Validation, actor: Callable[..., Actor]) -> Actor:
    return actor(validation.tenant, Role.ADMINISTRATOR)


def awarded(validation: Validation) -> Award:
    case = validation.open()
    evidence.add_file(validation.registrar, case.id, title="Plan", outcomes=[0], name="plan.pdf", data=PDF)
    assert validation.assessor.person_id is not None
    prior_learning.send(validation.registrar, case.id, validation.assessor.person_id)
    assess(validation.assessor, case.id, {n: Found(met=True, method="x", reason="y") for n in range(validation.count)})
    decision.decide(validation.decider, case.id, "awarded", "Shown.")
    return seal(validation, decision.to_award(validation.registrar, case.id))


def proved(officer: Actor, learner: Learner, kind: str) -> rights_cases.RightsCase:
    case = rights_cases.open_case(officer, kind=kind, received=now().date(), asker="Z.")
    rights_cases.link(officer, case.id, learner.id)
    return rights_cases.prove(officer, case.id, "desk")


def test_a_refused_case_is_kept_with_its_reasons_as_long_as_decided(validation: Validation, officer: Actor) -> None:
    made = validation.decided("not_awarded")
    key = PriorCase.get(validation.tenant, made.case_id).key_id
    day = made.created + dt.timedelta(days=365)
    retention.delete_due(day - dt.timedelta(minutes=1))
    assert prior_learning.case(validation.registrar, made.case_id).decisions[0].reason == "As assessed."
    assert ("prior", 365, 1) in retention.due(officer, day + dt.timedelta(minutes=1))
    retention.delete_due(day + dt.timedelta(minutes=1))
    with pytest.raises(NotFoundError):
        prior_learning.case(validation.registrar, made.case_id)
    assert not PriorEvidence.of(validation.tenant).exists()
    assert not PriorDecision.of(validation.tenant).exists()
    assert not Wrapped._default_manager.filter(pk=key).exists()


def test_what_waits_to_be_sealed_is_not_deleted(validation: Validation) -> None:
    made = validation.decided()
    batch = decision.to_award(validation.registrar, made.case_id)
    batch.state = "sealing"
    batch.save()
    retention.delete_due(now() + dt.timedelta(days=400))
    assert PriorCase.of(validation.tenant).exists()


def test_a_learners_copy_has_the_case_and_the_evidence(validation: Validation, officer: Actor) -> None:
    learner = awarded(validation).learner
    assert learner is not None
    box = zipfile.ZipFile(io.BytesIO(portability.export(officer, proved(officer, learner, "portability").id)))
    (told,) = json.loads(box.read("data.json"))["prior_learning"]
    assert told["decisions"][0]["reason"] == "Shown."
    assert told["row"]["email"] == "zoe@learner.example"
    assert told["findings"][0]["met"] is True
    assert box.read(told["evidence"][1]["file"]) == PDF


def test_a_case_that_was_refused_is_found_by_the_learners_number_or_address(validation: Validation) -> None:
    learner = awarded(validation).learner
    assert learner is not None
    validation.decided("not_awarded", given_name="Zoe")
    validation.decided("not_awarded", given_name="Petr", learner_id="S999999", email="petr@learner.example")
    states = [one["state"] for one in portability.data_of(learner)["prior_learning"]]
    assert states == ["awarded", "not_awarded"]


def test_erasure_takes_cases_and_evidence_and_leaves_the_award(validation: Validation, officer: Actor) -> None:
    award = awarded(validation)
    assert award.learner is not None
    validation.decided("not_awarded", given_name="Petr", learner_id="S999999", email="petr@learner.example")
    case = proved(officer, award.learner, "erasure")
    assert erasure.plan(officer, case.id).prior == 1
    assert erasure.erase(officer, case.id)["prior"] == 1
    left = PriorCase.of(validation.tenant).get()
    assert prior_learning.case(validation.registrar, left.id).name == "Petr O'Brien"
    assert PriorEvidence.of(validation.tenant).count() == 1
    award.refresh_from_db()
    assert award.route == "validation-of-prior-learning"
    with pytest.raises(NotFoundError):
        awards_content.file_of(award)


def test_what_was_erased_stays_so_when_an_older_backup_is_restored(validation: Validation) -> None:
    case = validation.open()
    key, rows = Wrapped._default_manager.get(pk=case.key_id), list(PriorEvidence.of(validation.tenant))
    prior_learning.delete(validation.registrar, case.id)
    key.save(force_insert=True)
    case.save(force_insert=True)
    for one in rows:
        one.save(force_insert=True)
    assert erasure_list.replay(list(erasure_list.read(erasure_list.file_of(installation())))) == 1
    assert not PriorCase.of(validation.tenant).exists()
    assert not PriorEvidence.of(validation.tenant).exists()
