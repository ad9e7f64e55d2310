"""`python made_home.py fill | issue`: an installation with something in it; and one that issues until it is ended."""

from __future__ import annotations

import datetime as dt
import json
import sys

import django

django.setup()

from mikra.adapters.clock import now  # noqa: E402
from mikra.server.actions import audit, erasure_list  # noqa: E402
from mikra.server.actions.awards_content import put_away  # noqa: E402
from mikra.server.actions.first_start import make_token, spend  # noqa: E402
from mikra.server.actions.work import work  # noqa: E402
from mikra.server.processes import start  # noqa: E402
from mikra.server.store import personal  # noqa: E402
from mikra.server.store.awards import Award, Sealed  # noqa: E402
from mikra.server.store.batches import Batch  # noqa: E402
from mikra.server.store.designs import Design, Edition  # noqa: E402
from mikra.server.store.learners import Learner  # noqa: E402
from mikra.server.store.status import Published, StatusList  # noqa: E402
from mikra.server.store.tenants import Tenant  # noqa: E402

FILE = b'{"sealed": "bytes of a credential"}'


def fill() -> None:
    start.ready_database()
    spend(token=make_token(), email="a@zed.example", name="A", institution="Zed", slug="zed", language="en")
    tenant = Tenant._default_manager.get()
    design = Design._default_manager.create(
        tenant=tenant, code="WATER", title="Water", draft={"title": {"en": "Water"}}
    )
    edition = Edition._default_manager.create(
        tenant=tenant, design=design, number=1, content=b"{}", digest="", title="Water", published_on=now().date()
    )
    batch = Batch._default_manager.create(tenant=tenant, edition=edition, state=Batch.State.SEALING)
    listed = StatusList._default_manager.create(
        tenant=tenant, group="open", size=8192, secret=bytes(32), taken=2, address="https://zed.example/status"
    )
    learners = []
    for number, name in enumerate(("Ana CANARY-ONE", "Ivo CANARY-TWO")):
        key, opened = personal.new_key(tenant.id)
        key.save(force_insert=True)
        profile = personal.seal_away(opened, {"name": name})
        learner = Learner._default_manager.create(tenant=tenant, key=key, profile=profile)
        award = Award._default_manager.create(
            tenant=tenant,
            edition=edition,
            learner=learner,
            batch=batch,
            row=number,
            awarded_on=dt.date(2026, 6, 1),
            list_number=listed.number,
            list_index=number,
        )
        content = put_away(opened, award.id.bytes, FILE, None)
        Sealed._default_manager.create(tenant=tenant, award=award, content=content, digest=bytes(32))
        learners.append(str(learner.id))
    Published._default_manager.create(
        tenant=tenant, list=listed, encoding="token", content=b"x", at=now(), until=now() + dt.timedelta(days=1)
    )
    print(json.dumps({"learners": learners, "list": listed.number}))


def issue() -> None:
    """Ten awards and a line of the audit trail in each transaction: a copy holds all of one, or nothing."""
    tenant, edition = Tenant._default_manager.get(), Edition._default_manager.get()
    print("issuing", flush=True)
    while True:
        with work():
            Award._default_manager.bulk_create(
                [Award(tenant=tenant, edition=edition, awarded_on=dt.date(2026, 6, 1)) for _ in range(10)]
            )
            audit.note_all(tenant, "system", [audit.Line(verb="drill", subject="batch:1")], now())


def erase(learner: str) -> None:
    import uuid

    erasure_list.append(erasure_list.LEARNER, [uuid.UUID(learner)], now())


{"fill": fill, "issue": issue, "erase": erase}[sys.argv[1]](*sys.argv[2:])
