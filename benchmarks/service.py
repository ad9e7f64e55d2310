"""S2: class list -> validated, sealed, stored, with status place, audit and delivery rows, through the service itself.

An installation of its own per database, at full durability; the list goes in by `rows.take_list`, and processes seal it
by `sealing.advance` in chunks of 500. Rates are by CPU time of the sealing process and of what it asks of the database
(SQLite is in it, PostgreSQL is not); by the clock for one process and for two.

    python -m benchmarks.service [--json]
    MIKRA_BENCH_ROWS=100000 python -m benchmarks.service
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.figures import Figure

ROWS = int(os.environ.get("MIKRA_BENCH_ROWS", "5000"))
TARGET = 10_000
MOST_MEGABYTES = 150
ROOT = Path(__file__).parent.parent


def measured() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="mikra-bench-") as folder:
        yield from _of("SQLite", Path(folder), "")
    from tests.simulators import postgres

    if postgres.programs() is None:
        yield Figure(id="S2", what="PostgreSQL", unit="", measured=None, note="PostgreSQL is not installed")
        return
    cluster = postgres.new_cluster()
    try:
        with tempfile.TemporaryDirectory(prefix="mikra-bench-") as folder:
            yield from _of("PostgreSQL", Path(folder), cluster.address)
    finally:
        cluster.remove()


def _of(name: str, home: Path, address: str) -> Iterator[Figure]:
    (taken,) = _run(home, address, ["prepare", str(ROWS)])
    one = _run(home, address, ["seal", "1"])[0]
    started = time.monotonic()
    both = _run(home, address, ["seal", "2"], ["seal", "2"])
    spent = time.monotonic() - started - max(found["start"] for found in both)
    pair = sum(found["rows"] for found in both) / max(found["clock"] for found in both)
    yield Figure(
        id="S2", what=f"{name}: rows taken in and encrypted", unit="/s", measured=ROWS / taken["cpu"], note="CPU"
    )
    yield Figure(
        id="S2",
        what=f"{name}: sealed and stored, one process",
        unit="/s",
        measured=one["rows"] / one["cpu"],
        target=TARGET,
        note=f"by the clock {one['rows'] / one['clock']:,.0f}/s, JAdES ES256, {one['bytes']:,.0f} bytes each",
    )
    yield Figure(
        id="S2",
        what=f"{name}: two processes for one, by the clock",
        unit="%",
        measured=100 * pair / (one["rows"] / one["clock"]),
        target=180,
        note=f"{pair:,.0f}/s in {spent:.1f} s{'' if address else _bound(one)}",
    )
    yield Figure(
        id="S2",
        what=f"{name}: memory of a sealing process",
        unit="MB",
        measured=one["megabytes"],
        note=f"at most {MOST_MEGABYTES}; {one['before']:.0f} before the first row",
    )


def _bound(one: dict[str, Any]) -> str:
    """SQLite has one writer: what one process writes in, no other can write in."""
    share = one["writing"] / one["clock"]
    return f"; one process writes in {share:.0%} of its time, so two reach {min(2, 1 / share):.0%} at most"


def _run(home: Path, address: str, *commands: list[str]) -> list[dict[str, Any]]:
    """What processes of their own measured, all at once."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MIKRA_HOME", "DJANGO"))}
    environment = {**kept, "MIKRA_HOME": str(home), "MIKRA_DATABASE": address, "MIKRA_MODE": "development"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.service", *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE
        )
        for command in commands
    ]
    answers = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        raise RuntimeError("a process of the benchmark failed")
    return [json.loads(answer.splitlines()[-1]) for answer in answers]


def elsewhere(module: str, home: Path, count: int) -> dict[str, float]:
    """What `MODULE ask COUNT`, a process of its own, measured on an installation of its own, on SQLite."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MIKRA_HOME", "DJANGO"))}
    environment = {**kept, "MIKRA_HOME": str(home), "MIKRA_DATABASE": "", "MIKRA_MODE": "development"}
    command = [sys.executable, "-m", module, "ask", str(count)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mikra.server.settings")
    import django

    django.setup()
    from tests.server.batches import issuing_steps

    issuing_steps.hold_keys()
    issuing_steps.plain_pages()


def _course() -> Any:
    """A course whose credential has some 5 KB, as the bar has it; awarded for real."""
    from dataclasses import replace

    from mikra.issuance.design import LearnerData, NameForm
    from mikra.issuance.design_file import publish, read_design
    from tests.server.institution import EIDAS

    draft = read_design((ROOT / "benchmarks" / "designs" / "course.yaml").read_bytes())
    issuer = replace(draft.issuer, identifiers=replace(draft.issuer.identifiers, eidas=EIDAS))
    assessment = tuple(replace(one, assessor=None) for one in draft.assessment)
    asked = LearnerData(name=NameForm.GIVEN_AND_FAMILY)
    made = replace(draft, issuer=issuer, awarding_bodies=(), assessment=assessment, learner=asked, demonstration=False)
    return publish(made, on=dt.date(2026, 7, 1))


def prepare(count: int) -> dict[str, float]:
    """Two batches of so many rows: one for one process, one for two."""
    from tests.server.batches import issuing_steps

    issuing_steps.prepare(10, _course())
    spent = issuing_steps.two_lists(count)
    return {"cpu": spent}


def seal(which: int) -> dict[str, float]:
    """Seals the batch of that number until it is done."""
    from mikra.server.actions import sealing
    from mikra.server.store.batches import Batch, BatchRow

    begun = time.monotonic()
    batch = list(Batch._default_manager.order_by("id"))[which]
    before = _megabytes()
    sealing.advance(batch.id, chunk=1)
    done = rows = 0
    writing = _time_writing()
    start, clock, cpu = time.monotonic() - begun, time.monotonic(), time.process_time()
    while True:
        did = sealing.advance(batch.id)
        if not did and Batch._default_manager.values_list("state", flat=True).get(pk=batch.id) == Batch.State.DONE:
            break
        done += did
    spent, by_clock = time.process_time() - cpu, time.monotonic() - clock
    rows = BatchRow._default_manager.filter(batch=batch, state="sealed").count()
    return {
        "rows": rows if done * sealing.CHUNK >= rows else done * sealing.CHUNK,
        "cpu": spent,
        "clock": by_clock,
        "writing": writing[0],
        "start": start,
        "before": before,
        "megabytes": _megabytes(),
        "bytes": _bytes(batch),
    }


def _time_writing() -> list[float]:
    """One number that grows: seconds within the transactions of sealing, from now on, by the clock."""
    from mikra.server.actions import sealing, sealing_finish, sealing_store
    from mikra.server.actions.work import work

    spent = [0.0]

    @contextmanager
    def timed() -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(work())
            begun = time.monotonic()
            yield
            stack.close()
            spent[0] += time.monotonic() - begun

    for module in (sealing, sealing_store, sealing_finish):
        module.work = timed  # type: ignore[attr-defined]
    return spent


def _bytes(batch: Any) -> float:
    from mikra.server.actions.awards_content import file_of
    from mikra.server.store.awards import Award

    return float(len(file_of(Award.of(batch.tenant_id).filter(batch=batch)[0])))


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if len(sys.argv) > 2:
        set_up()
        found = prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else seal(int(sys.argv[2]))
        print(json.dumps(found))
    else:
        figures.main(lambda: list(measured()))
