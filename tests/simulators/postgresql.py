"""A PostgreSQL of a test's own: in a folder and on a port that nobody else has, as a user who owns that folder."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER = "postgres"


@dataclass(kw_only=True)
class PostgreSQL:
    """`address` names its database; `kill` is what a crash of the server is."""

    folder: Path
    port: int
    programs: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self, *settings: str) -> None:
        """Starts it, and waits until it answers."""
        words = [word for one in (*settings, "shared_buffers=16MB") for word in ("-c", one)]
        command = [str(self.programs / "postgres"), "-D", str(self.folder), "-p", str(self.port), "-h", "127.0.0.1"]
        with (self.folder.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                _as_owner([*command, "-k", str(self.folder), *words]), stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder.parent / "server.log").read_text()
            time.sleep(0.1)

    def _answers(self) -> bool:
        asked = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    def kill(self) -> None:
        """All of it at once, as a power cut does."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
            self.process = None


def _as_owner(command: Sequence[str]) -> list[str]:
    """PostgreSQL does not run as root."""
    return ["runuser", "-u", USER, "--", *command] if os.getuid() == 0 else list(command)


@contextmanager
def postgresql(*settings: str) -> Iterator[PostgreSQL]:
    """A server that runs; skipped where PostgreSQL is not installed. Durable, unless told to be fast or careless."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "")]
    if not found[-1].exists() or not found[-1].is_file():
        pytest.skip("PostgreSQL is not installed")
    outer = Path(tempfile.mkdtemp(prefix="mikra-postgresql-"))
    if os.getuid() == 0:
        shutil.chown(outer, USER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = PostgreSQL(folder=outer / "data", port=port, programs=found[-1].resolve().parent)
    make = [str(server.programs / "initdb"), "-D", str(server.folder), "-U", USER, "-A", "trust", "-E", "UTF8", "-N"]
    try:
        subprocess.run(_as_owner(make), check=True, capture_output=True, timeout=120)
        server.start(*settings)
        yield server
    finally:
        server.kill()
        shutil.rmtree(outer, ignore_errors=True)
