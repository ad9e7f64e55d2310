"""R1: `kill -9` during a bulk issue, at random moments, and again until it is done: each row once, nothing lost."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from mikra.errors import MikraError
from mikra.issuance.journal import Journal, edition_of, read_journal, whole
from mikra.sealing import jades
from mikra.verification import Policy, verify
from tests.drills import issuing

ROOT = Path(__file__).parents[2]
Amount = Callable[[int, int], int]
pytestmark = pytest.mark.drill("R1")


@dataclass
class Drill:
    """Runs the issuing process, kills it after so many of its lines, and looks at what it left behind."""

    folder: Path
    rows: int
    chunk: int
    fault: str = ""
    pause: float = 0
    acknowledged: int = 0
    problems: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)

    def start(self, hold: int = 0) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.drills.issuing", str(self.folder), str(self.rows), str(self.chunk)]
        return subprocess.Popen(
            [*command, *([self.fault] if self.fault else [])],
            cwd=ROOT,
            env={**os.environ, "DRILL_PAUSE": str(self.pause), "DRILL_HOLD": str(hold)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill_after(self, lines: int, delay: float = 0, *, hold: bool = False) -> bool:
        """One run, killed; True where it was complete before. With `hold` it waits at that line to be killed."""
        with self.start(lines if hold else 0) as process:
            assert process.stdout is not None
            for _ in range(lines):
                line = process.stdout.readline()
                if self._read(line) or not line:
                    break
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            rest = process.communicate()[0]
        complete = "complete" in [line for line in rest.splitlines() if self._read(line)]
        self.look()
        return complete

    def _read(self, line: str) -> bool:
        word, _, number = line.strip().partition(" ")
        if word == "acknowledged":
            self.acknowledged = max(self.acknowledged, int(number))
        return word == "complete"

    def finish(self) -> None:
        with self.start() as process:
            out, err = process.communicate(timeout=600)
        if process.returncode or "complete" not in out:
            self.problems.append(f"it cannot go on: {err.strip().splitlines()[-1:]}")
        self.look()

    def journal(self) -> Journal:
        return read_journal(whole((self.folder / "journal.jsonl").read_bytes()), design=edition_of(issuing.design()))

    def look(self) -> None:
        """After a kill: everything that was acknowledged is there, as it was acknowledged."""
        journal = self.folder / "journal.jsonl"
        if not journal.exists() or not whole(journal.read_bytes()):
            return  # killed before its first line was whole: nothing was promised yet
        try:
            done = self.journal().done
        except MikraError as error:
            self.problems.append(str(error))
            return
        if len(done) < self.acknowledged:
            self.problems.append(f"{self.acknowledged} acknowledged, {len(done)} known")
        known = {one.file: one.sha256 for one in done.values()}
        if not self.known.items() <= known.items():
            self.problems.append("what was done once is no longer known, or is known otherwise")
        for name in known.keys() - self.known.keys():
            self._look_at(name, known[name])
        self.known = known

    def _look_at(self, name: str, digest: str) -> None:
        file = self.folder / "credentials" / name
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            self.problems.append(f"{name} was acknowledged and is not there")

    def judge(self) -> list[str]:
        """What is wrong at the end; nothing where every promise was kept."""
        files = sorted((self.folder / "credentials").glob("*.jsonld"))
        numbers, ids, places = [], set(), set()
        for file in files:
            document = orjson.loads(jades.unseal(file.read_bytes()).payload)
            numbers.append(document["credentialSubject"]["identifier"][0]["notation"])
            ids.add(document["credentialSubject"]["hasClaim"][0]["id"])
            places.update(entry["id"] for entry in document["status"])
            self._look_at(file.name, self.known.get(file.name, "unknown"))
        found = [*self.problems]
        if sorted(numbers) != [f"M{n:06d}" for n in range(1, self.rows + 1)]:
            found.append(f"{len(numbers)} credentials for {len(set(numbers))} of {self.rows} rows")
        if len(ids) != len(files):
            found.append(f"{len(ids)} award ids for {len(files)} credentials")
        if len(places) != 2 * len(files):
            found.append(f"{len(places) // 2} places in status lists for {len(files)} credentials")
        if list((self.folder / "credentials").glob("*.part")):
            found.append("parts of files are left")
        return found


def kills(drill: Drill, count: int, seed: int) -> int:
    """Kills at `count` random moments, then finishes. Returns how many runs were truly cut off."""
    chance = random.Random(seed)
    steps = 5 * -(-drill.rows // drill.chunk)
    cut = 0
    for _ in range(count):
        share = max(2 * steps // max(count, 2), 3)
        cut += not drill.kill_after(chance.randrange(1, share), chance.choice([0, 0, chance.random() / 100]))
    drill.finish()
    return cut


def test_killed_again_and_again_each_row_is_issued_once(
    tmp_path: Path, amount: Amount, record_property: Callable[[str, object], None]
) -> None:
    drill = Drill(tmp_path / "issue", rows=amount(300, 20_000), chunk=amount(10, 50))
    cut = kills(drill, amount(6, 200), seed=1)
    assert drill.judge() == []
    assert cut >= amount(5, 190)
    record_property("kills", cut)
    record_property("credentials", drill.rows)
    sealed = sorted((drill.folder / "credentials").glob("*.jsonld"))
    trusted = frozenset({hashlib.sha256(issuing.signer().certificate).hexdigest()})
    journal = drill.journal()
    assert {d.file for d in journal.done.values()} == {file.name for file in sealed}
    for file in sealed[:: amount(10, 20)]:
        (report,) = verify(
            file.read_bytes(), at=issuing.now(), policy=Policy(trusted_seals=trusted, status_required=False)
        )
        assert report.verdict.exit_code == 0, report.sentence.text()


def test_two_processes_at_once(tmp_path: Path) -> None:
    drill = Drill(tmp_path / "issue", rows=40, chunk=5, pause=0.4)
    with drill.start() as first:
        assert first.stdout is not None
        while first.stdout.readline().strip() != "put":
            assert first.poll() is None
        for _ in range(2):
            with drill.start() as other:
                _, err = other.communicate(timeout=60)
            assert other.returncode == 1
            assert "Another run is issuing into this folder" in err
            assert first.poll() is None
        assert first.communicate(timeout=60)[0].endswith("complete\n")
    drill.look()
    assert drill.judge() == []


@pytest.mark.parametrize(
    ("fault", "found"), [("", False), ("ends-first", True), ("no-intents", True), ("forgetful-places", True)]
)
def test_a_planted_fault_is_found(tmp_path: Path, fault: str, found: bool) -> None:
    """Killed at every step: an engine that says `done` too early, or remembers no intent, is found out; ours is not."""
    drill = Drill(tmp_path / "issue", rows=30, chunk=5, fault=fault)
    for lines in range(1, 9):
        drill.kill_after(lines, hold=True)
    drill.finish()
    assert bool(drill.judge()) == found
