"""R2: the power fails while a class list is sealed: the database opens, is whole, and nothing acknowledged is lost.

A real run is recorded (`power`): every write and every sync, and every line by which it said what was done. The disk is
then made as it may be found after any of these steps, and opened again.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.drills import power
from tests.drills.power import Disk, Kind, Loss, Step
from tests.plugins.migrated import NAME, lay_tables

ROOT = Path(__file__).parents[2]
Amount = Callable[[int, int], int]
pytestmark = pytest.mark.drill("R2")
CHUNK = 10
SPREAD = (Loss.NONE_KEPT, Loss.RANDOM, Loss.TORN, Loss.ALL_KEPT)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A run from an approved list to its end, on the disk."""

    home: Path
    rows: int
    disk: Disk


def run(home: Path, *what: str, under: tuple[str, ...] = ()) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MIKRA_", "DJANGO"))}
    command = [*under, sys.executable, "-m", "tests.server.batches.issuing", *what]
    given = {**kept, "MIKRA_HOME": str(home), "MIKRA_DATABASE": ""}
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False, timeout=1_800)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def record(folder: Path, rows: int, fault: str = "") -> Recorded:
    """Skips, saying so, where processes cannot be watched."""
    if shutil.which("strace") is None or subprocess.run(["strace", "-qq", "true"], check=False).returncode:
        pytest.skip("strace is not installed, or may not watch a process (tools/install-test-system.sh)")
    home = lay_tables(folder / "home")
    run(home, "prepare", str(rows))
    before = {str(one): one.read_bytes() for one in home.rglob("*") if one.is_file()}
    trace = folder / "trace"
    run(home, "work", str(CHUNK), *([fault] if fault else []), under=(*power.STRACE, "-o", str(trace)))
    steps = list(power.read_trace(trace.read_bytes(), home))
    trace.unlink()
    return Recorded(home=home, rows=rows, disk=Disk(before, steps))


def points(disk: Disk, count: int, dice: random.Random) -> list[int]:
    """Half of them right after something was said, where a promise is youngest; the others anywhere."""
    said = [number for number, one in enumerate(disk.steps, 1) if one.data.startswith(b"acknowledged")]
    first = next(number for number, one in enumerate(disk.steps) if one.kind is Kind.WRITE)
    young = dice.choices(said, k=count // 2)
    return [*young, *(dice.randrange(first, len(disk.steps)) for _ in range(count - len(young)))]


def lay(recorded: Recorded, point: int, loss: Loss, dice: random.Random, to: Path) -> Path:
    """The folder as it is found when the power is back."""
    for name, content in recorded.disk.after(point, loss, dice).items():
        file = to / Path(name).relative_to(recorded.home)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return to


def problems(home: Path, acknowledged: int) -> list[str]:
    """What is wrong with a database that was found; nothing where every promise was kept."""
    with sqlite3.connect(home / NAME) as database:
        try:
            (whole,) = database.execute("PRAGMA integrity_check").fetchone()
            if whole != "ok":
                return [f"not whole: {whole[:200]}"]
            return [*_promises(database, acknowledged)]
        except sqlite3.DatabaseError as error:
            return [f"does not open: {error}"]


def _promises(database: sqlite3.Connection, acknowledged: int) -> list[str]:
    def one(sql: str) -> int:
        (found,) = database.execute(sql).fetchone()
        return int(found)

    awards = one("SELECT COUNT(*) FROM award")
    found = [] if awards >= acknowledged else [f"{acknowledged} acknowledged, {awards} there"]
    for what in (
        "SELECT COUNT(*) FROM (SELECT DISTINCT batch_id, row FROM award)",
        "SELECT COUNT(*) FROM (SELECT DISTINCT list_number, list_index FROM award)",
        "SELECT COUNT(*) FROM sealed",
        "SELECT COUNT(*) FROM delivery",
        "SELECT COUNT(*) FROM batch_row WHERE state = 'sealed'",
        "SELECT COUNT(*) FROM audit_entry WHERE verb = 'award.sealed'",
    ):
        found += [f"{what}: {count} for {awards} awards" for count in [one(what)] if count != awards]
    numbers = [number for (number,) in database.execute("SELECT number FROM audit_entry ORDER BY number")]
    if any(b != a + 1 for a, b in pairwise(numbers)) or one("SELECT number FROM audit_head") != numbers[-1]:
        found.append("the audit trail has a gap")
    return found


def acknowledged(disk: Disk, point: int) -> int:
    return max((int(line.split()[1]) for line in disk.said(point) if line.startswith("acknowledged")), default=0)


def test_what_was_acknowledged_is_there_whenever_the_power_fails(
    tmp_path: Path, amount: Amount, record_property: Callable[[str, object], None]
) -> None:
    recorded = record(tmp_path, amount(40, 600))
    dice, seen = random.Random(2), 0
    chosen = points(recorded.disk, amount(25, 400), dice)
    for number, point in enumerate(chosen):
        loss = SPREAD[number % len(SPREAD)]
        home = lay(recorded, point, loss, dice, tmp_path / f"after-{number}")
        assert problems(home, acknowledged(recorded.disk, point)) == [], (point, loss)
        if number % amount(25, 20) == 0:
            seen += goes_on(home, recorded.rows)
        shutil.rmtree(home)
    record_property("points", len(chosen))
    record_property("finished", seen)


def goes_on(home: Path, rows: int) -> int:
    """What is left is sealed, each row once."""
    assert run(home, "work", str(CHUNK)).rstrip().endswith("complete")
    assert problems(home, rows) == []
    return 1


FAULTS = ("careless", "ack-first")
"""It leaves the syncing to chance (`synchronous=NORMAL`); it says that it is done before it is (in full alone)."""


@pytest.mark.parametrize("fault", FAULTS if os.environ.get("MIKRA_FULL") == "1" else FAULTS[:1])
def test_a_planted_fault_is_found(tmp_path: Path, fault: str) -> None:
    recorded = record(tmp_path, 30, fault)
    dice = random.Random(3)
    found: list[str] = []
    for number, point in enumerate(points(recorded.disk, 30, dice)):
        home = lay(recorded, point, Loss.NONE_KEPT, dice, tmp_path / f"after-{number}")
        found += problems(home, acknowledged(recorded.disk, point))
        shutil.rmtree(home)
    assert any("acknowledged" in one for one in found), "the drill does not see this fault"


class TestTheDisk:
    """The simulation itself, by hand."""

    BEFORE = {"/d/a": b"old."}
    STEPS = (
        Step(kind=Kind.WRITE, path="/d/a", data=b"new", size=0),
        Step(kind=Kind.SYNC, path="/d/a"),
        Step(kind=Kind.CREATE, path="/d/b"),
        Step(kind=Kind.WRITE, path="/d/b", data=b"x" * 1_000, size=100),
        Step(kind=Kind.SYNC, path="/d/b"),
        Step(kind=Kind.SYNC, path="/d"),
        Step(kind=Kind.CUT, path="/d/a", size=1),
        Step(kind=Kind.REMOVE, path="/d/b"),
    )

    def after(self, point: int, loss: Loss, seed: int = 1) -> dict[str, bytes]:
        return Disk(self.BEFORE, self.STEPS).after(point, loss, random.Random(seed))

    def test_what_was_not_synced_may_be_lost_or_kept(self) -> None:
        assert self.after(1, Loss.NONE_KEPT) == {"/d/a": b"old."}
        assert self.after(1, Loss.ALL_KEPT) == {"/d/a": b"new."}
        assert self.after(2, Loss.NONE_KEPT) == {"/d/a": b"new."}

    def test_a_new_name_is_there_after_a_sync_of_its_folder(self) -> None:
        assert self.after(5, Loss.NONE_KEPT) == {"/d/a": b"new."}
        assert self.after(5, Loss.ALL_KEPT) == {"/d/a": b"new.", "/d/b": bytes(100) + b"x" * 1_000}
        assert self.after(6, Loss.NONE_KEPT) == self.after(5, Loss.ALL_KEPT)

    def test_a_name_that_went_may_still_be_there(self) -> None:
        assert set(self.after(8, Loss.NONE_KEPT)) == {"/d/a", "/d/b"}
        assert self.after(8, Loss.NONE_KEPT)["/d/a"] == b"new."
        assert self.after(8, Loss.ALL_KEPT) == {"/d/a": b"n"}

    def test_a_write_is_torn_at_sectors(self) -> None:
        kept = {self.after(4, Loss.TORN, seed).get("/d/b", b"").count(b"x") for seed in range(200)}
        assert kept == {0, 76, 412, 488, 512, 588, 924, 1_000}

    def test_a_call_that_cannot_be_replayed_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="cannot replay"):
            list(power.read_trace(b'write(3</d/a>, "\\x61", 1) = 1', Path("/d")))

    def test_calls_are_read(self) -> None:
        lines = (
            b'openat(AT_FDCWD<\\x2f>, "\\x2f\\x64\\x2f\\x62", O_RDWR|O_CREAT, 0644) = 3<\\x2f\\x64\\x2f\\x62>',
            b'pwrite64(3<\\x2f\\x64\\x2f\\x62>, "\\x61\\x62", 2, 512) = 2',
            b"fdatasync(3<\\x2f\\x64\\x2f\\x62>) = 0",
            b"fdatasync(4<\\x2f\\x64>) = 0",
            b'unlink("\\x2f\\x64\\x2f\\x62") = 0',
            b'unlink("\\x2f\\x65\\x2f\\x62") = 0',
            b'unlink("\\x2f\\x64\\x2f\\x62") = -1 ENOENT (No such file or directory)',
            b'write(1<\\x70>, "\\x61\\x0a", 2) = 2',
        )
        kinds = [one.kind for one in power.read_trace(b"\n".join(lines), Path("/d"))]
        assert kinds == [Kind.CREATE, Kind.WRITE, Kind.SYNC, Kind.SYNC, Kind.REMOVE, Kind.SAID]
