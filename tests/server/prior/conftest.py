"""What tests of prior learning share: a registrar, an assessor, a case with evidence, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from mikra.server.actions import prior_learning, prior_learning_assessment, prior_learning_decision
from mikra.server.actions import prior_learning_evidence as evidence
from mikra.server.actions.prior_learning_assessment import Found
from mikra.server.rights import Actor, Role
from mikra.server.store.designs import Edition
from mikra.server.store.prior_learning import PriorCase, PriorDecision
from mikra.server.store.tenants import Tenant
from tests.server.institution import give_keys, proven, publish

LEARNER = {
    "given_name": "Zoë",
    "family_name": "O'Brien",
    "email": "zoe@learner.example",
    "learner_id": "S000077",
    "grade": "8",
}
PDF = b"%PDF-1.7\nwork of Zoe\n%%EOF"


@dataclass
class Validation:
    """An institution that validates, and its people. `decider` seals and did not assess."""

    tenant: Tenant
    edition: Edition
    registrar: Actor
    assessor: Actor
    decider: Actor

    @property
    def count(self) -> int:
        return len(prior_learning.outcomes_of(self.edition, "en"))

    def open(self, **learner: str) -> PriorCase:
        """With one description as evidence."""
        case = prior_learning.open_case(self.registrar, self.edition.id, {**LEARNER, **learner})
        evidence.add_description(self.registrar, case.id, title="Six years", outcomes=[0], text="Kept a plant running.")
        return case

    def sent(self, **learner: str) -> PriorCase:
        case = self.open(**learner)
        assert self.assessor.person_id is not None
        return prior_learning.send(self.registrar, case.id, self.assessor.person_id)

    def assessed(self, *, unmet: int = 0, **learner: str) -> PriorCase:
        """All outcomes are met but the first so many."""
        case = self.sent(**learner)
        found = {n: Found(met=n >= unmet, method="Talk", reason="Explained it.") for n in range(self.count)}
        return prior_learning_assessment.assess(self.assessor, case.id, found)

    def decided(self, outcome: str = "awarded", **learner: str) -> PriorDecision:
        case = self.assessed(unmet=0 if outcome == "awarded" else 1, **learner)
        return prior_learning_decision.decide(self.decider, case.id, outcome, "As assessed.")


@pytest.fixture
def validation(tenant: Tenant, actor: Callable[..., Actor]) -> Validation:
    give_keys(tenant)
    return Validation(
        tenant=tenant,
        edition=publish(tenant),
        registrar=proven(actor(tenant, Role.REGISTRAR)),
        assessor=actor(tenant, Role.REVIEWER),
        decider=proven(actor(tenant, Role.SEALER)),
    )


@pytest.fixture
def outsider(stranger: Tenant, actor: Callable[..., Actor]) -> Actor:
    """Somebody with every role, elsewhere."""
    return replace(actor(stranger, *Role))
