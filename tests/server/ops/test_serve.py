"""`mikra serve` as an operator runs it: from an empty folder, ended by SIGTERM, killed, started again."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.ops.conftest import MIKRA, Service, environment, free_port

pytestmark = pytest.mark.sockets
Serve = Callable[..., Service]


def test_from_an_empty_folder_to_a_clean_end(serve: Serve, tmp_path: Path) -> None:
    service = serve()
    service.up()
    said = service.said()
    token = re.search(r"Set-up word: ([A-Z2-7-]{29})", said)
    assert token, said
    assert f"http://127.0.0.1:{service.port}/set-up/" in said
    service.until(lambda: any(" runner" in args for args in service.children().values()))
    assert not any(" signer" in args for args in service.children().values())
    kept = {file.name: file.stat().st_mode & 0o077 for file in service.home.iterdir()}
    assert set(kept) >= {"mikra.toml", "mikra.sqlite3", "keys"}
    assert set(kept.values()) == {0}
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(30) == 0, service.said()
    assert service.children() == {}

    again = serve()
    again.up()
    assert "The database was made" not in again.said()
    newer = re.search(r"Set-up word: ([A-Z2-7-]{29})", again.said())
    assert newer
    assert newer.group(1) != token.group(1)
    os.kill(again.process.pid, signal.SIGKILL)
    again.process.wait(20)
    deadline = time.monotonic() + 20
    while again.children() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert again.children() == {}


def refused(*words: str) -> str:
    done = subprocess.run(
        [*MIKRA, "serve", *words], capture_output=True, text=True, env=environment(), timeout=120, check=False
    )
    assert done.returncode in (2, 3), done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert "cannot be used" in refused(
            "--home", str(tmp_path), "--port", str(other.getsockname()[1]), "--lang", "en"
        )


def test_an_older_database_is_refused_and_upgrade_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "mikra.sqlite3") as database:
        database.execute("create table django_migrations (id integer primary key, app text, name text, applied text)")
    said = refused("--home", str(tmp_path), "--port", str(free_port()), "--lang", "en")
    assert "older version" in said
    assert "mikra upgrade" in said


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "mikra.sqlite3") as database:
        database.execute("create table django_migrations (id integer primary key, app text, name text, applied text)")
        database.execute("insert into django_migrations values (1, 'store', '9999_tomorrow', '2030-01-01')")
    assert "newer version" in refused("--home", str(tmp_path), "--port", str(free_port()), "--lang", "en")


def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    address = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    said = refused("--home", str(tmp_path), "--port", str(free_port()), "--database", address, "--lang", "en")
    assert "does not answer" in said


def test_the_doctor_says_what_is_wrong_and_ends_with_its_state(serve: Serve, tmp_path: Path) -> None:
    def doctor(*words: str) -> subprocess.CompletedProcess[str]:
        command = [*MIKRA, "doctor", "--home", str(tmp_path / "home"), "--lang", "en", *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=120, check=False)

    nothing = doctor()
    assert (nothing.returncode, "no installation in this folder" in nothing.stderr) == (2, True)
    service = serve()
    service.up()
    service.until(lambda: " runner" in "".join(service.children().values()))
    found = doctor("--json")
    told = {one["id"]: one for one in json.loads(found.stdout)}
    assert told["database"]["state"] == "good"
    assert told["backup"]["fix"] == "Run every night: mikra backup --to FILE"
    assert found.returncode == (1 if any(one["state"] == "bad" for one in told.values()) else 2)
