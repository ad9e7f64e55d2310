"""What a process of the drill R1 does (`issuing`): an institution and its list, sealing, and looking at what is there.

Faults are planted to see that the drill would find them.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from django.core.management import call_command
from django.db import Error, connection, models

from mikra.adapters.clock import chance, now
from mikra.errors import UnavailableError
from mikra.issuance.award_id import AwardId
from mikra.issuance.design import Design as CoreDesign
from mikra.sealing import jades
from mikra.server.actions import (
    audit,
    awards_content,
    batches,
    batches_approval,
    rows,
    seal_keys,
    sealing,
    sealing_press,
    sealing_store,
)
from mikra.server.rights import Actor, Right
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery
from mikra.server.store.designs import Edition
from mikra.server.store.people import Person
from mikra.server.store.tenants import SealKey, Tenant
from tests.formats.drawn_png import image
from tests.server.institution import class_list, publish
from tests.simulators import europe


def hold_keys() -> None:
    """The same key and certificate in every process."""
    subject = europe.name("University of Zed", identifier="VATRO-12345678", country="RO")
    made = europe.self_issued(europe.key("P-256"), europe.Plan(subject=subject))
    for use in (SealKey.Use.CREDENTIALS, SealKey.Use.RECEIPTS, SealKey.Use.STATUS):
        seal_keys.hold(f"drill:{use}", made.signer)


def white_page() -> bytes:
    """Some lines on white: a few hundred bytes."""
    return image(80, 80, lambda x, y: (0, 0, 0) if y % 20 == 7 and 10 < x < 60 else (255, 255, 255))


def plain_pages() -> None:
    """A page that costs nothing: drawing one takes seconds, and this is about sealing."""
    sealing_press.pages_of = lambda edition, trial=False: {"en": white_page()}


def prepare(count: int, core: CoreDesign | None = None) -> None:
    call_command("migrate", verbosity=0)
    tenant = Tenant._default_manager.create(slug="zed", name="University of Zed", languages=["en"])
    edition = publish(tenant, core)
    certificate = seal_keys._HELD["drill:credentials"].certificate
    for use in (SealKey.Use.CREDENTIALS, SealKey.Use.RECEIPTS, SealKey.Use.STATUS):
        known = {"name": str(use), "address": f"drill:{use}", "label": "", "not_after": now()}
        SealKey._default_manager.create(tenant=tenant, use=use, certificate=certificate, **known)
    person = Person.objects.create_user("registrar@zed.example")
    actor = Actor(tenant=tenant, name=f"person:{person.id}", rights=frozenset(Right), person_id=person.id, proven=now())
    batch = batches.begin(actor, edition.id)
    rows.take_list(actor, batch.id, class_list(count), "list.csv")
    batches_approval.approve(actor, batch.id, sentence=batches_approval.sentence(actor, batch.id))


def two_lists(count: int) -> float:
    """Two more batches of so many rows, of other people; CPU seconds that one of them took to take in."""
    tenant, person = Tenant._default_manager.get(), Person.objects.get()
    actor = Actor(tenant=tenant, name=f"person:{person.id}", rights=frozenset(Right), person_id=person.id, proven=now())
    spent = 0.0
    for number in (1, 2):
        batch = batches.begin(actor, Edition.of(tenant)[0].id)
        data = class_list(count, start=number * 1_000_000)
        before = time.process_time()
        rows.take_list(actor, batch.id, data, "list.csv")
        spent = time.process_time() - before
        batches_approval.approve(actor, batch.id, sentence=batches_approval.sentence(actor, batch.id))
    return spent


def told(name: str, made: Any) -> Any:
    """A step that says when it is over, and then waits a little, to be killed there."""

    def step(*given: Any, **more: Any) -> Any:
        done = made(*given, **more)
        print(name, flush=True)
        time.sleep(float(os.environ.get("DRILL_PAUSE", "0")))
        return done

    return step


def plant(fault: str) -> None:
    """`ack-first`: says that it is done before it is. `no-intents`: what it meant to seal is nowhere written down,
    what was sealed is stored and closed in two steps, and the database does not stand in the way. `careless`: SQLite
    syncs less than it must (R2)."""
    if fault == "ack-first":
        whole = sealing_store.store

        def early(batch: Batch, press: Any, made: Any, at: Any) -> int:
            done = BatchRow._default_manager.filter(batch=batch, state="sealed").count()
            print(f"acknowledged {done + len(made)}", flush=True)
            time.sleep(float(os.environ.get("DRILL_PAUSE", "0")))
            return whole(batch, press, made, at)

        sealing_store.store = early
    if fault == "no-intents":
        _forgetful()
    if fault == "careless":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")


def _forgetful() -> None:
    with connection.schema_editor() as editor:
        constraint = next(one for one in Award._meta.constraints if one.name == "award_row_once")
        present = [one["columns"] for one in _constraints().values() if one["unique"]]
        if ["batch_id", "row"] in present:
            editor.remove_constraint(Award, constraint)

    def intend(batch: Batch, slot: int, chunk: int, moment: Any, press: Any) -> list[sealing_press.Intended]:
        found = sealing._rows(batch, chunk, state="ready")
        return [
            sealing_press.Intended(
                one.id, one.number, one.cells, one.key_id, one.wrapped, None, AwardId.new(moment, chance(9)).stem, 1, i
            )
            for i, one in enumerate(found)
        ]

    def store(batch: Batch, press: Any, made: Any, at: Any) -> int:
        tables = sealing_store.Filling(batch, press, made, at).tables
        tables.awards = [(*one[:4], None, *one[5:14], None, None, one[16]) for one in tables.awards]
        sealing_store.bulk.insert(Award, sealing_store.AWARD, tables.awards, written=True)
        sealing_store.bulk.insert(Sealed, sealing_store.SEALED, tables.sealed, written=True)
        print("stored", flush=True)
        time.sleep(float(os.environ.get("DRILL_PAUSE", "0")))
        ids = [one.row.id for one in made]
        BatchRow._default_manager.filter(id__in=ids).update(state="sealed", cells=None, key=None)
        return len(made)

    sealing._intend = intend
    sealing_store.store = store
    sealing_press.Press._place = lambda *_: sealing_press.Place("https://s.example/1", 1)


def _constraints() -> dict[str, Any]:
    with connection.cursor() as cursor:
        found: dict[str, Any] = connection.introspection.get_constraints(cursor, "award")
        return found


def work(chunk: int, fault: str = "") -> None:
    sealing_press.Press.seal = told("sealed", sealing_press.Press.seal)
    plant(fault)
    sealing_store.store = told("stored", sealing_store.store)
    batch = Batch._default_manager.get()
    while True:
        try:
            did = sealing.advance(batch.id, chunk=chunk)
            batch = Batch._default_manager.get()
            done = Award._default_manager.count()
        except (UnavailableError, Error) as error:
            print(f"waits {type(error).__name__}", flush=True)
            connection.close()
            time.sleep(0.2)
            continue
        print(f"acknowledged {done}", flush=True)
        if batch.state == Batch.State.DONE:
            print("complete", flush=True)
            return
        if not did:
            print(f"waits {batch.problem}", flush=True)
            time.sleep(0.05)


def judge() -> None:
    """Figures of what is there; `broken` counts what does not hold."""
    awards = Award._default_manager
    total = awards.count()
    every = max(1, total // 200)
    broken = 0
    for award in awards.select_related("learner").order_by("id")[::every]:
        if award.learner_id is not None:
            broken += bool(jades.check_integrity(jades.unseal(awards_content.file_of(award))))
    print(
        json.dumps(
            {
                "awards": total,
                "rows": awards.values("row").distinct().count(),
                "places": awards.values("list_number", "list_index").distinct().count(),
                "sealed": Sealed._default_manager.count(),
                "deliveries": Delivery._default_manager.count(),
                "left": BatchRow._default_manager.exclude(state="sealed").count(),
                "lines": Entry._default_manager.filter(verb="award.sealed").count(),
                "chain": chain_holds(),
                "broken": broken,
                "taken": awards.aggregate(most=models.Max("list_index"))["most"],
            }
        )
    )


def chain_holds() -> bool:
    before = audit.START
    for number, one in enumerate(Entry._default_manager.order_by("number"), 1):
        line = audit.Line(verb=one.verb, subject=one.subject, reason=one.reason, detail=one.detail)
        before = audit.digest_of(before, number, one.at, one.actor, line)
        if one.number != number or before != bytes(one.digest):
            return False
    return True


def run(what: str, *given: str) -> None:
    hold_keys()
    plain_pages()
    if what == "prepare":
        prepare(int(given[0]))
    elif what == "work":
        work(int(given[0]), *given[1:])
    else:
        judge()
