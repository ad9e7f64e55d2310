"""Two learners are awarded something on a service that runs: `python -m tests.journeys.learner_seed HOME`."""

from __future__ import annotations

import sys
from pathlib import Path


def main(home: str) -> None:
    from tests.journeys import registrar_seed

    registrar_seed.main(home, str(Path(home) / "cookies.json"))
    from mikra.adapters.clock import now
    from mikra.server.actions import batches, batches_approval, rows, wallet_copies
    from mikra.server.rights import Actor, Right
    from mikra.server.store.designs import Edition
    from mikra.server.store.people import Membership
    from mikra.server.store.tenants import Tenant
    from tests.server.institution import class_list

    registrar_seed._decide(step_up=False, grace_minutes=0)
    tenant = Tenant._default_manager.get(slug="zed")
    wallet_copies.prepare(tenant)  # as where an institution is made by the first page
    person = Membership.of(tenant).select_related("person")[0].person
    actor = Actor(tenant=tenant, name=f"person:{person.id}", rights=frozenset(Right), person_id=person.id, proven=now())
    batch = batches.begin(actor, Edition.of(tenant)[0].id)
    rows.take_list(actor, batch.id, class_list(2), "list.csv")
    batches_approval.approve(actor, batch.id, sentence=batches_approval.sentence(actor, batch.id))


if __name__ == "__main__":
    main(sys.argv[1])
