"""A service of one's own: `mikra serve` in a folder, as an operator starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

MIKRA = (sys.executable, "-c", "from mikra.cli import main; main()")
BEGIN = 120.0
"""Seconds for a first start on a busy machine: the database is made in them."""


@dataclass(kw_only=True)
class Service:
    """A running service; `log` holds all that it said."""

    process: subprocess.Popen[bytes]
    home: Path
    port: int
    log: Path

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return int(answer.status), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def until(self, what: Callable[[], bool], seconds: float = BEGIN) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, self.said()
            assert self.process.poll() is None, self.said()
            time.sleep(0.1)

    def children(self) -> dict[int, str]:
        """Every process of its group but the first: number -> command."""
        listed = subprocess.run(["ps", "-eo", "pid,pgid,args"], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
        mine = {int(pid): args for pid, group, args in rows if int(group) == self.process.pid}
        return {pid: args for pid, args in mine.items() if pid != self.process.pid and "defunct" not in args}

    def up(self) -> None:
        """Waits until it serves."""

        def answers() -> bool:
            try:
                return self.get("/")[0] == 200
            except OSError:
                return False

        self.until(lambda: "Serving at" in self.said())
        self.until(answers, 60)


def environment() -> dict[str, str]:
    """As an operator has it: nothing of the test's own installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MIKRA_", "DJANGO_"))}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """`serve(*words)` starts one; what is left of it afterwards is killed."""
    started: list[Service] = []

    def starting(*words: str, home: Path | None = None) -> Service:
        port, log = free_port(), tmp_path / f"log-{len(started)}"
        folder = home or tmp_path / "home"
        command = [
            *MIKRA,
            "serve",
            "--home",
            str(folder),
            "--port",
            str(port),
            "--workers",
            "1",
            "--lang",
            "en",
            *words,
        ]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, env=environment(), start_new_session=True)
        one = Service(process=process, home=folder, port=port, log=log)
        started.append(one)
        return one

    yield starting
    for one in started:
        if one.process.poll() is None or one.children():
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait(20)
