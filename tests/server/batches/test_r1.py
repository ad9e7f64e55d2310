"""R1: processes that seal are killed, the database's server too: each row once, nothing acknowledged lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.plugins.migrated import lay_tables
from tests.simulators import postgres

ROOT = Path(__file__).parents[3]
Amount = Callable[[int, int], int]
pytestmark = pytest.mark.drill("R1")


@dataclass
class Drill:
    """An installation of its own, and processes that seal in it."""

    home: Path
    rows: int
    chunk: int
    database: str = ""
    fault: str = ""
    pause: float = 0.0
    acknowledged: int = 0
    problems: list[str] = field(default_factory=list)

    def process(self, *what: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MIKRA_", "DJANGO"))}
        given = {"MIKRA_HOME": str(self.home), "MIKRA_DATABASE": self.database, "DRILL_PAUSE": str(self.pause)}
        return subprocess.Popen(
            [sys.executable, "-m", "tests.server.batches.issuing", *what],
            cwd=ROOT,
            env={**kept, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *what: str, seconds: float = 900) -> str:
        with self.process(*what) as process:
            out, err = process.communicate(timeout=seconds)
        assert process.returncode == 0, err[-2_000:]
        return out

    def prepare(self) -> Drill:
        if not self.database:
            lay_tables(self.home)
        self.run("prepare", str(self.rows))
        return self

    def worker(self) -> subprocess.Popen[str]:
        return self.process("work", str(self.chunk), *([self.fault] if self.fault else []))

    def kill_after(self, lines: int, delay: float) -> bool:
        """One worker, killed after so many of its lines and a moment; True where it was complete before."""
        with self.worker() as process:
            assert process.stdout is not None
            complete = any(self.read(process.stdout.readline()) for _ in range(lines))
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            rest = process.communicate()[0]
        complete |= "complete" in rest.splitlines()
        for line in rest.splitlines():
            self.read(line)
        self.look()
        return complete

    def read(self, line: str) -> bool:
        word, _, rest = line.strip().partition(" ")
        if word == "acknowledged":
            self.acknowledged = max(self.acknowledged, int(rest))
        return word == "complete"

    def look(self) -> None:
        """After a kill: what was acknowledged is there."""
        if self.fault or random.Random(self.acknowledged).random() < 0.2:
            found = self.found()
            if int(found["awards"]) < self.acknowledged:
                self.problems.append(f"{self.acknowledged} acknowledged, {found['awards']} there")

    def found(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.run("judge"))
        return found

    def finish(self) -> None:
        out = self.run("work", str(self.chunk), *([self.fault] if self.fault else []))
        for line in out.splitlines():
            self.read(line)

    def judge(self) -> list[str]:
        """What is wrong at the end; nothing where every promise was kept."""
        found, problems = self.found(), [*self.problems]
        once = ("awards", "rows", "places", "sealed", "deliveries", "lines")
        problems += [f"{name}: {found[name]} for {self.rows} rows" for name in once if found[name] != self.rows]
        if found["left"] or found["broken"] or not found["chain"]:
            problems.append(f"left {found['left']}, broken {found['broken']}, chain {found['chain']}")
        return problems


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[postgres.Cluster | None]:
    if request.param == "sqlite":
        yield None
        return
    cluster = postgres.new_cluster()
    yield cluster
    cluster.remove()


def on(small: str) -> pytest.MarkDecorator:
    """In full on both databases, and here on the one where it says most."""
    both = ["sqlite", "postgresql"]
    return pytest.mark.parametrize("database", both if os.environ.get("MIKRA_FULL") == "1" else [small], indirect=True)


def kills(drill: Drill, count: int, seed: int) -> int:
    chance = random.Random(seed)
    steps = 3 * -(-drill.rows // drill.chunk)
    most = max(2 * steps // max(count, 2), 3)
    cut = 0
    for _ in range(count):
        cut += not drill.kill_after(chance.randrange(1, most), chance.choice([0, 0, chance.random() / 50]))
    return cut


@on("sqlite")
def test_killed_again_and_again(
    tmp_path: Path,
    database: postgres.Cluster | None,
    amount: Amount,
    record_property: Callable[[str, object], None],
) -> None:
    address = database.address if database else ""
    drill = Drill(tmp_path, rows=amount(200, 20_000), chunk=amount(10, 100), database=address).prepare()
    cut = kills(drill, amount(3, 200), seed=1)
    drill.finish()
    assert drill.judge() == []
    assert cut >= amount(2, 190)
    record_property("kills", cut)
    record_property("credentials", drill.rows)


@pytest.mark.drill("R8")
@on("postgresql")
def test_two_workers_and_one_is_killed(tmp_path: Path, database: postgres.Cluster | None, amount: Amount) -> None:
    """R8 too: they never share a place in a status list, and what the dead one had begun is taken up."""
    address = database.address if database else ""
    drill = Drill(tmp_path, rows=amount(200, 5_000), chunk=10, database=address, pause=0.01).prepare()
    first, second = drill.worker(), drill.worker()
    with first, second:
        assert first.stdout is not None
        while "stored" not in first.stdout.readline():
            assert first.poll() is None
        first.kill()
        first.communicate()
        out, err = second.communicate(timeout=900)
    assert second.returncode == 0, err[-1_000:]
    assert out.rstrip().endswith("complete")
    assert drill.judge() == []


def test_the_databases_server_is_killed(tmp_path: Path, amount: Amount) -> None:
    """The worker says so, waits, and goes on by itself."""
    cluster = postgres.new_cluster()
    try:
        count = amount(2, 20)
        rows = amount(300, 5_000)
        drill = Drill(tmp_path, rows=rows, chunk=10, database=cluster.address, pause=0.02).prepare()
        with drill.worker() as worker:
            assert worker.stdout is not None
            for _ in range(count):
                for _ in range(5):
                    drill.read(worker.stdout.readline())
                cluster.stop("immediate")
                time.sleep(0.1)
                cluster.start()
            out, err = worker.communicate(timeout=900)
        assert worker.returncode == 0, err[-1_000:]
        for line in out.splitlines():
            drill.read(line)
        assert drill.judge() == []
        assert drill.acknowledged == drill.rows
    finally:
        cluster.remove()


@pytest.mark.parametrize("fault", ["ack-first", "no-intents"])
def test_a_planted_fault_is_found(tmp_path: Path, fault: str) -> None:
    """An engine that acknowledges too early, or writes no intent down, is found out."""
    drill = Drill(tmp_path, rows=30, chunk=10, fault=fault, pause=0.4).prepare()
    for lines in (2, 3):
        drill.kill_after(lines, 0)
    drill.pause = 0
    drill.finish()
    assert drill.judge()
