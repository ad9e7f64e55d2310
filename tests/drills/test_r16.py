"""R16: what cannot be written or reached, for real: said, nothing lost, and it goes on by itself.

A disk that takes no more is a limit that the kernel sets on the worker while it runs (RLIMIT_FSIZE), and lifts again;
a locked database is locked by another process, a read-only one is so for SQLite itself; the mail server is one that is
not there and then is. Where a message of the database stands for one, that is tests/server/batches/test_faults.py.
"""

from __future__ import annotations

import resource
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from mikra.adapters.clock import now
from mikra.adapters.mail import SmtpPost
from mikra.errors import UnavailableError
from mikra.server.actions import awards_content, deliveries, sealing
from mikra.server.rights import Role
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.store.deliveries import Delivery
from mikra.server.store.tenants import Tenant
from mikra.trust.loader import Loaded
from mikra.verification import Policy, verify
from tests.adapters.test_mail import World
from tests.server.batches.test_r1 import Drill
from tests.server.conftest import actor as actor
from tests.server.conftest import forgetful as forgetful
from tests.server.conftest import join as join
from tests.server.conftest import tenant as tenant
from tests.server.deliveries.conftest import sealed as sealed
from tests.server.institution import approved, class_list, drain, give_keys, proven, publish

pytestmark = pytest.mark.drill("R16")
Amount = Callable[[int, int], int]
ENOUGH = 120.0


class Watched:
    """A worker's lines, as they come; and what it had acknowledged when something was looked at."""

    def __init__(self, drill: Drill) -> None:
        self.drill, self.process = drill, drill.worker()
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.drill.read(line)
            self.lines.append(line.strip())

    def until(self, what: Callable[[str], bool], after: int = 0, seconds: float = ENOUGH) -> str:
        """The first line that is so."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in self.lines[after:]:
                if what(line):
                    return line
            if self.process.poll() is not None and not any(map(what, self.lines[after:])):
                break
            time.sleep(0.02)
        raise AssertionError(f"it did not come: {self.lines[-5:]}")

    def end(self) -> None:
        self.process.kill()
        self.reader.join(20)
        self.process.communicate()

    def stored(self) -> int:
        """How many awards are there."""
        with closing(sqlite3.connect(self.drill.home / "mikra.sqlite3", timeout=30)) as database:
            return int(database.execute("select count(*) from award").fetchone()[0])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, amount: Amount) -> Drill:
    """An institution and its list, approved."""
    return Drill(tmp_path_factory.mktemp("prepared"), rows=amount(60, 3_000), chunk=10).prepare()


@pytest.fixture
def started(prepared: Drill, tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """`started()`: a worker on a copy of it."""
    running: list[Watched] = []

    def starting(**more: Any) -> Watched:
        home = Path(shutil.copytree(prepared.home, tmp_path / "home"))
        running.append(Watched(replace(prepared, home=home, pause=0.05, problems=[], **more)))
        return running[-1]

    yield starting
    for one in running:
        one.end()


def full(worker: Watched) -> int:
    """The worker's disk takes no more; how many awards are there when it says so."""
    worker.until(lambda line: line.startswith("acknowledged") and line != "acknowledged 0")
    size = (worker.drill.home / "mikra.sqlite3").stat().st_size
    begin = len(worker.lines)
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    worker.until(lambda line: line.startswith("waits"), begin)
    return worker.stored()


def lifted(worker: Watched) -> None:
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    worker.until(lambda line: line == "complete")


def held(worker: Watched, seconds: float) -> None:
    """Another process holds the database for so long; nothing is stored meanwhile."""
    worker.until(lambda line: line.startswith("acknowledged") and line != "acknowledged 0")
    with closing(sqlite3.connect(worker.drill.home / "mikra.sqlite3", timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        before = int(other.execute("select count(*) from award").fetchone()[0])
        time.sleep(seconds)
        assert int(other.execute("select count(*) from award").fetchone()[0]) == before
        other.execute("ROLLBACK")


def test_a_database_that_is_held_and_a_disk_that_takes_no_more(
    started: Callable[..., Watched], amount: Amount, record_property: Callable[[str, object], None]
) -> None:
    """Held for less than the worker waits, and in full for longer; then the disk is full, and then it is not."""
    worker = started()
    seconds = amount(1, 25)
    held(worker, seconds)
    there = full(worker)
    assert there >= worker.drill.acknowledged, "what was acknowledged is not there"
    assert there < worker.drill.rows, "it was over before the disk was full"
    said = {line for line in worker.lines if line.startswith("waits")}
    assert all("nothing was lost" in line or "UnavailableError" in line for line in said), said
    lifted(worker)
    assert worker.drill.judge() == []
    record_property("seconds_locked", seconds)
    record_property("credentials", worker.drill.rows)


def test_planted_what_is_acknowledged_before_it_is_stored_is_found(started: Callable[..., Watched]) -> None:
    worker = started(fault="ack-first")
    assert full(worker) < worker.drill.acknowledged


@pytest.mark.django_db
def test_a_database_that_is_read_only(tenant: Tenant, actor: Callable[..., Any]) -> None:
    if connection.vendor != "sqlite":
        return
    give_keys(tenant)
    batch = approved(proven(actor(tenant, Role.REGISTRAR)), publish(tenant), class_list(3))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=1")
        try:
            with pytest.raises(UnavailableError) as refused:
                sealing.advance(batch.id)
        finally:
            cursor.execute("PRAGMA query_only=0")
    assert refused.value.retry_after
    assert "nothing was lost" in refused.value.message
    drain(batch)
    assert Batch.get(tenant, batch.id).state == Batch.State.DONE
    assert Award.of(tenant).count() == 3


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.sockets
@pytest.mark.django_db
def test_a_mail_server_that_is_down(port: int, tenant: Tenant, sealed: Callable[..., Batch]) -> None:
    """Each letter waits, and says why; when the server is there again each goes out once."""
    from aiosmtpd.controller import Controller

    sealed(tenant, 3)
    at = now()
    deliveries.send_due(at, post=lambda: SmtpPost("127.0.0.1", port, tls=False))
    assert {(one.state, one.problem) for one in Delivery.of(tenant)} == {("queued", "ConnectionRefusedError")}
    world = World()
    controller = Controller(world, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        for hours in range(1, 4):
            deliveries.send_due(
                at + hours * (Delivery.of(tenant)[0].due - at), post=lambda: SmtpPost("127.0.0.1", port, tls=False)
            )
    finally:
        controller.stop()
    assert {(one.state, one.problem) for one in Delivery.of(tenant)} == {("sent", "")}
    assert len(world.taken) == 3, "a letter went out twice, or not at all"


class Unreachable:
    """The rest of the world."""

    def load(self, url: str, *, accept: str = "") -> Loaded:
        raise UnavailableError("Nobody answers there.", where="address")


@pytest.mark.django_db
def test_a_status_host_that_is_down(tenant: Tenant, sealed: Callable[..., Batch]) -> None:
    """The file is not called false, nor good: its status is not known, and that is said."""
    sealed(tenant, 1)
    (report,) = verify(
        awards_content.file_of(Award.of(tenant).get()),
        at=now(),
        policy=Policy(status_required=True),
        loader=Unreachable(),
    )
    status = next(one for one in report.checks if one.id == "status")
    assert (report.verdict.value, status.code) == ("INDETERMINATE", "valid_status_unknown")
