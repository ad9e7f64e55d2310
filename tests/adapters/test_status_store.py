"""The store of status places: durable, one writer at a time, never a place twice, whoever asks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mikra.adapters import status_store
from mikra.adapters.status_store import open_store
from mikra.errors import ConflictError, InputError, NotFoundError, UnavailableError
from mikra.status.indexes import Change, decide, number_of, reserve, table_of
from mikra.status.table import Value

ROOT = Path(__file__).parents[2]
BASE = "https://zed.example.test/status"
GONE = Change(value=Value.INVALID, at="2026-06-01T12:00:00Z", who="Registrar", why="Wrong", successor="urn:x", link="")
WORKER = """
import os, sys
from pathlib import Path
from mikra.adapters.status_store import open_store
from mikra.status.indexes import reserve
store = open_store(Path(sys.argv[1]), sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for chunk in range(int(sys.argv[3])):
    for place in reserve(store, [f"{sys.argv[4]}-{chunk}-{n}" for n in range(50)], group="2031", chance=os.urandom):
        print(place.text)
"""


def test_what_is_decided_is_there_after_reopening(tmp_path: Path) -> None:
    store = open_store(tmp_path / "status.sqlite", BASE)
    one, _ = reserve(store, ["a", "b"], group="2031", chance=os.urandom)
    decide(store, [one], GONE)
    store.close()
    again = open_store(tmp_path / "status.sqlite")
    number = number_of(again, one)
    with again.work() as session:
        (row,) = [row for row in session.lists() if row.number == number]
        assert table_of(session, row).value(one.index) == Value.INVALID
        assert session.changes(number)[one.index] == [GONE]
        assert session.places("a") == [(number, one.index)]
        session.seal(number, one.index, b"tombstone")
        assert session.changes(number)[one.index][-1].sealed == b"tombstone"
    assert (tmp_path / "status.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.drill("R8")
def test_workers_never_share_a_place(tmp_path: Path) -> None:
    """R8: four processes that begin at once, on a store that none of them has made before."""
    path = tmp_path / "status.sqlite"
    command = [sys.executable, "-c", WORKER, str(path), BASE, "10"]
    workers = [
        subprocess.Popen([*command, name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in "abcd"
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    texts = []
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in workers:
        texts += worker.communicate(timeout=120)[0].split()
    assert len(texts) == len(set(texts)) == 4 * 10 * 50
    assert len({text.partition("#")[0] for text in texts}) == 4, "the workers share their lists"


@pytest.mark.drill("R8")
def test_without_the_constraint_places_are_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault that the test above must see: a store whose table takes a place twice."""
    weak = status_store._SCHEMA.replace(", PRIMARY KEY (list, idx)\n) STRICT, WITHOUT ROWID", "\n) STRICT").replace(
        ", FOREIGN KEY (list, idx) REFERENCES place (list, idx)", ""
    )
    assert weak != status_store._SCHEMA
    monkeypatch.setattr(status_store, "_SCHEMA", weak)
    store = open_store(tmp_path / "status.sqlite", BASE)
    places = reserve(store, ["a", "b"], group="2031", chance=bytes)
    assert places[0] == places[1]


def test_what_a_failed_transaction_did_is_undone(tmp_path: Path) -> None:
    store = open_store(tmp_path / "status.sqlite", BASE)

    def fail() -> None:
        with store.work() as session:
            session.open_list("2031", 131_072)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.work() as session:
        assert session.lists() == []


def test_a_store_that_is_held_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_store, "WAIT", 0.05)
    path = tmp_path / "status.sqlite"
    first, second = open_store(path, BASE), open_store(path, BASE)
    with first.work(), pytest.raises(UnavailableError, match="cannot be written"), second.work():
        pass


def test_the_wrong_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        open_store(tmp_path / "status.sqlite")
    open_store(tmp_path / "status.sqlite", BASE)
    with pytest.raises(ConflictError, match="another address"):
        open_store(tmp_path / "status.sqlite", f"{BASE}/2")
    (tmp_path / "other").write_bytes(b"SQLite format 3\0" + b"x" * 500)
    with pytest.raises(InputError):
        open_store(tmp_path / "other")
    with sqlite3.connect(tmp_path / "foreign") as foreign:
        foreign.execute("CREATE TABLE x (y)")
    with pytest.raises(InputError, match="no status lists"):
        open_store(tmp_path / "foreign")


def test_a_library_that_does_not_keep_its_word_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_store, "_PRAGMAS", {"synchronous": ("NORMAL", 3)})
    with pytest.raises(UnavailableError, match="does not keep"):
        open_store(tmp_path / "status.sqlite", BASE)


def test_history_needs_a_place(tmp_path: Path) -> None:
    store = open_store(tmp_path / "status.sqlite", BASE)
    with store.work() as session:
        session.open_list("2031", 131_072)
    with pytest.raises(InputError), store.work() as session:
        session.change(1, 5, GONE)
