"""PostgreSQL: `mikra serve` for the pages, any number of `mikra worker` for the rest; one that dies is replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mikra.errors import ConflictError
from mikra.server.jobs import scaled
from tests.server.ops.conftest import MIKRA, Service, environment, free_port
from tests.simulators.postgresql import PostgreSQL, postgresql

pytestmark = pytest.mark.sockets


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with postgresql() as running:
        yield running


@pytest.fixture
def worker(server: PostgreSQL, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """`worker()` starts one, as on a machine of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def starting() -> subprocess.Popen[bytes]:
        home = tmp_path / f"machine-{len(started)}"
        home.mkdir()
        (home / "mikra.toml").touch()
        command = [*MIKRA, "worker", "--home", str(home), "--database", server.address, "--lang", "en"]
        with (home / "log").open("wb") as log:
            started.append(subprocess.Popen(command, env=environment(), stdout=log, stderr=log, start_new_session=True))
        return started[-1]

    yield starting
    for one in started:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
        one.wait(20)


def asked(server: PostgreSQL, question: str) -> Any:
    with psycopg.connect(server.address) as connection:
        found = connection.execute(question).fetchone()  # type: ignore[arg-type]
    return found[0] if found else None


def until(what: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_workers_take_over_from_each_other(
    server: PostgreSQL, serve: Callable[..., Service], worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    service = serve("--database", server.address, "--no-jobs")
    service.up()
    assert asked(server, "select count(*) from beat") == 0
    first, second = worker(), worker()
    until(lambda: asked(server, "select count(*) from beat where good") > 0)
    until(lambda: asked(server, "select count(*) from procrastinate_workers") >= 2)
    os.kill(first.pid, signal.SIGKILL)
    first.wait(20)
    asked(server, "with gone as (delete from beat returning 1) select count(*) from gone")
    until(lambda: asked(server, "select count(*) from beat where good") > 0)
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert "Jana" not in str(asked(server, "select string_agg(args::text, ' ') from procrastinate_jobs"))


def test_a_careless_server_is_refused(tmp_path: Path) -> None:
    with postgresql("fsync=off") as careless:
        command = [*MIKRA, "serve", "--home", str(tmp_path), "--port", str(free_port()), "--lang", "en"]
        done = subprocess.run(
            [*command, "--database", careless.address], capture_output=True, text=True, env=environment(), check=False
        )
    assert done.returncode == 2
    assert "may lose credentials" in done.stderr
    assert "fsync=off" in done.stderr


@pytest.mark.django_db
def test_workers_need_postgresql() -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        assert scaled.application() is not None
    else:
        with pytest.raises(ConflictError):
            scaled.application()
