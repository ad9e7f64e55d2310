"""Deeds of a registrar on an installation that runs: `python -m tests.drills.deeds HOME DEED [ID]`; the answer is JSON.

revoke ID     withdraws an award
file ID       the sealed file of an award
others        each award that is valid, and the number of its list
begin         a list of three, approved: its batch
batch ID      state, problem and how many are sealed
stop, go_on   the stop switch of the institution
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

WHY = "A drill."


def main(home: str, deed: str, id: str = "") -> Any:
    os.environ |= {"MIKRA_HOME": home, "DJANGO_SETTINGS_MODULE": "mikra.server.settings"}
    import django

    django.setup()
    from mikra.adapters.clock import now
    from mikra.server.actions import awards_content, batches_watch, corrections, stop
    from mikra.server.rights import Actor, Role, rights_of
    from mikra.server.store.awards import Award
    from mikra.server.store.people import Membership
    from mikra.server.store.tenants import Tenant

    tenant = Tenant._default_manager.get(slug="north")
    person = Membership.of(tenant).order_by("id")[0].person_id
    every = rights_of([str(role) for role in Role])
    actor = Actor(tenant=tenant, name=f"person:{person}", rights=every, person_id=person, proven=now())
    if deed == "revoke":
        return corrections.revoke(actor, id, WHY).state
    if deed == "file":
        return awards_content.file_of(Award.get(tenant, id)).decode()
    if deed == "others":
        rows = Award.of(tenant).filter(state=Award.State.VALID).order_by("id")
        return [[str(one.id), one.list_number] for one in rows]
    if deed == "begin":
        return _begun(actor)
    if deed == "batch":
        found = batches_watch.batch(actor, id)
        return {"state": str(found.state), "problem": found.problem, "sealed": found.sealed}
    (stop.stop if deed == "stop" else stop.go_on)(actor, WHY)
    return deed


def _begun(actor: Any) -> str:
    from mikra.server.actions import batches, batches_approval, rows
    from mikra.server.store.awards import Award
    from mikra.server.store.batches import Batch
    from tests.server.institution import class_list

    edition = Award.of(actor.tenant).order_by("id")[0].edition_id
    start = 1_000 * (1 + Batch.of(actor.tenant).count())
    batch = batches.begin(actor, edition)
    rows.take_list(actor, batch.id, class_list(3, start=start), "list.csv")
    batches_approval.approve(actor, batch.id, sentence=batches_approval.sentence(actor, batch.id))
    return str(batch.id)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
