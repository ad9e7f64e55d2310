"""S7: the search over designs in the console, by the clock of the server's own work, with 10,000 designs.

The designs are clones of one with titles of their own, written straight into the tables, each with an edition. One
process asks as a browser would, for words that few, many and all of them have, and for pages further on. "Database
alone" is the same question without the page.

    python -m benchmarks.design_search [--json]
    MIKRA_BENCH_DESIGNS=1000 python -m benchmarks.design_search
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import figures, service
from benchmarks.figures import Figure

DESIGNS = int(os.environ.get("MIKRA_BENCH_DESIGNS", "10000"))
TARGET = 50.0
ROUNDS = 10
SUBJECTS = ("Water", "Soil", "Air", "Welding", "Nursing", "Statistics", "Care", "Networks", "Accounting", "Poetry")
KINDS = ("monitoring", "practice", "management", "basics", "laboratory", "safety", "law")
ASKED = ("", "water", "water monitoring", "law poetry", "zed-00042", "nothing", "soil safety 77", "a")


def measured() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="mikra-bench-") as folder:
        found = service.elsewhere("benchmarks.design_search", Path(folder), DESIGNS)
    yield Figure(
        id="S7",
        what="search over designs, p95",
        unit="ms",
        measured=found["p95"],
        target=TARGET,
        peers={"database alone": found["database"]},
        note=(
            f"median {found['median']:.1f}, processor p95 {found['cpu']:.1f};"
            f" {found['held']:,.0f} designs on SQLite, {found['asked']:.0f} questions"
        ),
    )


def ask(count: int) -> dict[str, float]:
    """Fills the shelf, then asks as somebody who works there."""
    from django.test import Client

    from mikra.server.rights import Role
    from mikra.server.store.designs import Design
    from mikra.server.store.people import Membership, Person
    from mikra.server.store.tenants import Tenant

    service.prepare(1)
    fill(count)
    tenant, person = Tenant._default_manager.get(), Person.objects.get()
    Membership._default_manager.create(tenant=tenant, person=person, roles=[Role.DESIGNER])
    client = Client(headers={"Host": "127.0.0.1:8000"})
    client.force_login(person)
    asked = [{"q": text, "from": start} for text in ASKED for start in ("", "240")] * ROUNDS
    address = f"/console/{tenant.slug}/designs/"
    both = [_timed(client, address, one) for one in (*asked[:4], *asked)][4:]
    spent, worked = sorted(one for one, _cpu in both), sorted(cpu for _one, cpu in both)
    begun = time.perf_counter()
    for one in asked:
        list(Design.found(tenant, text=one["q"])[:24])
    return {
        "held": Design.there(tenant).count(),
        "asked": len(spent),
        "p95": spent[int(0.95 * len(spent))],
        "median": spent[len(spent) // 2],
        "cpu": worked[int(0.95 * len(worked))],
        "database": 1000 * (time.perf_counter() - begun) / len(asked),
    }


def fill(count: int) -> None:
    """So many designs of the one institution that is there, each with an edition; a second or two for ten thousand."""
    from mikra.adapters.clock import now
    from mikra.server.store.base import new_ids
    from mikra.server.store.designs import Design, Edition
    from mikra.vocabulary.folding import words

    first = Edition._default_manager.select_related("design").first()
    assert first is not None
    designs, editions = [], []
    ids = new_ids(2 * count)
    for number in range(count):
        subject, kind = SUBJECTS[number % len(SUBJECTS)], KINDS[number // len(SUBJECTS) % len(KINDS)]
        title, code = f"{subject} {kind} {number}", f"ZED-{number:05}"
        made = {"draft": {**first.design.draft, "title": {"en": title}}, "stated": 11, "state": Design.State.PUBLISHED}
        designs.append(
            Design(
                id=ids[number],
                tenant_id=first.tenant_id,
                code=code,
                title=title,
                search="".join(f" {word}" for word in words(f"{title} {code}")),
                programme=f"Programme {number % 12}",
                last_used=now() - dt.timedelta(hours=number),
                **made,
            )
        )
        parts = {"content": first.content, "digest": first.digest, "published_on": first.published_on, "title": title}
        editions.append(
            Edition(id=ids[count + number], tenant_id=first.tenant_id, design_id=ids[number], number=1, **parts)
        )
    Design._default_manager.bulk_create(designs, batch_size=500)
    Edition._default_manager.bulk_create(editions, batch_size=500)


def _timed(client: Any, address: str, query: dict[str, str]) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor. What is no page is no figure."""
    begun, worked = time.perf_counter(), time.process_time()
    answer = client.get(address, query)
    spent = 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - worked)
    if answer.status_code != 200 or b"<h1>" not in answer.content:
        raise RuntimeError(f"no page: {answer.status_code}")
    return spent


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        service.set_up()
        print(json.dumps(ask(int(sys.argv[2]))))
    else:
        figures.main(lambda: list(measured()))
