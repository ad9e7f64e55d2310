"""R10: a backup while awards are sealed, restored elsewhere: blocked until reconciled, and no place is given twice.

What was withdrawn since the backup, damaged backups and keys: tests/server/ops/test_backup.py.
"""

from __future__ import annotations

import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.drills.test_r16 import Watched
from tests.server.batches.test_r1 import Drill
from tests.server.ops.test_backup import Machine

pytestmark = [pytest.mark.drill("R10"), pytest.mark.sockets]
Amount = Callable[[int, int], int]
FIVE_MINUTES = 300


def ask(home: Path, words: str) -> list[Any]:
    with closing(sqlite3.connect(home / "mikra.sqlite3", timeout=30)) as database, database:
        return database.execute(words).fetchall()


def places(home: Path) -> set[tuple[int, int]]:
    """Where the status of each award stands."""
    return set(ask(home, "select list_number, list_index from award"))


@pytest.fixture
def old(tmp_path: Path, amount: Amount) -> Drill:
    home = tmp_path / "old"
    made = Drill(home, rows=amount(60, 100_000), chunk=amount(10, 500), pause=0.2).prepare()
    (home / "mikra.toml").touch(mode=0o600)
    return made


def backed_up_meanwhile(old: Drill, to: Path) -> None:
    """A backup while its worker seals: between fixing the places of some rows and storing them. Then it goes on."""
    worker = Watched(old)
    try:
        worker.until(lambda line: line.startswith("acknowledged") and line != "acknowledged 0")
        worker.until(lambda line: line == "sealed", len(worker.lines))
        worker.process.send_signal(signal.SIGSTOP)
        Machine(home=old.home).run("backup", "--to", str(to))
        assert ask(old.home, "select count(*) from batch_row where state = 'intent'") == [(old.chunk,)]
        worker.process.send_signal(signal.SIGCONT)
        worker.until(lambda line: line == "complete", seconds=1_800)
    finally:
        worker.end()


def restored(old: Drill, backup: Path, home: Path) -> float:
    """On a clean machine, and its keys brought there; how long the restoring took."""
    begin = time.monotonic()
    Machine(home=home).run("restore", str(backup), code=2)  # says which keys it needs
    took = time.monotonic() - begin
    for one in (old.home / "keys").iterdir():
        shutil.copyfile(one, home / "keys" / one.name)
    return took


def test_a_backup_meanwhile_restored_and_reconciled(
    old: Drill, tmp_path: Path, amount: Amount, record_property: Callable[[str, object], None]
) -> None:
    backup, home = tmp_path / "meanwhile.backup", tmp_path / "new"
    backed_up_meanwhile(old, backup)
    restored(old, backup, home)
    given, before = places(old.home), places(home)
    assert 0 < len(before) < len(given) == old.rows
    assert before < given
    unblocked = Path(shutil.copytree(home, tmp_path / "unblocked"))
    worker = Watched(replace(old, home=home, pause=0, acknowledged=0, problems=[]))
    try:
        assert "may be issued" in worker.until(lambda line: line.startswith("waits"))
        assert places(home) == before, "it issued before it was reconciled"
        Machine(home=home).run("reconcile", "--reason", "drill", "--nothing-withdrawn")
        assert places(home) == before
        ask(home, "update batch set state = 'sealing', problem = ''")  # the registrar lets it go on
        worker.until(lambda line: line == "complete", seconds=1_800)
    finally:
        worker.end()
    assert worker.drill.judge() == []
    assert (places(home) - before) & given == set(), "a place of a status list was given a second time"
    record_property("credentials", old.rows)
    planted_nobody_reconciles(replace(old, home=unblocked, pause=0, acknowledged=0, problems=[]), before, given)
    if amount(0, 1):
        whole = tmp_path / "whole.backup"
        Machine(home=old.home).run("backup", "--to", str(whole))
        took = restored(old, whole, tmp_path / "third")
        record_property("seconds_to_restore", round(took))
        assert took < FIVE_MINUTES
        assert places(tmp_path / "third") == given


def planted_nobody_reconciles(drill: Drill, before: set[tuple[int, int]], given: set[tuple[int, int]]) -> None:
    """The fault: somebody takes the block away by hand, and goes on. Then places are given twice, and that is seen."""
    ask(drill.home, "update tenant set issuing_blocked = ''")
    worker = Watched(drill)
    try:
        worker.until(lambda line: line.startswith("acknowledged") and line != f"acknowledged {len(before)}")
    finally:
        worker.end()
    assert (places(drill.home) - before) & given
