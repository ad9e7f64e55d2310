"""A PostgreSQL of the tests' own, where MIKRA_TEST_DATABASE=postgresql: made anew, on a socket, gone at the end.

It runs in a private folder as a user without rights (PostgreSQL refuses root), with everything durable that the service
asks for. Programs are looked for in PATH and where Debian keeps them.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

WANTED = "MIKRA_TEST_DATABASE"
ADDRESS = "MIKRA_DATABASE"
USERS = ("postgres", "nobody")


def programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    folders = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    if found:
        folders.append(Path(found).parent)
    return next((one for one in folders if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


@dataclass
class Cluster:
    """A server in a folder. `address` is as an operator would write it in mikra.toml."""

    folder: Path
    bin: Path

    @property
    def address(self) -> str:
        return f"postgresql://mikra@/postgres?host={self.folder}"

    def _run(self, *command: str) -> None:
        as_user = [] if os.getuid() else ["runuser", "-u", _user(), "--"]
        done = subprocess.run(
            [*as_user, *command], capture_output=True, text=True, cwd=self.folder, timeout=120, check=False
        )
        if done.returncode:
            log = self.folder / "log"
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}")

    def make(self) -> None:
        if not os.getuid():
            shutil.chown(self.folder, _user())
        self._run(
            str(self.bin / "initdb"), "-D", str(self.folder / "data"), "-U", "mikra", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c max_connections=60"
        self._control("start", "-l", str(self.folder / "log"), "-o", options)

    def stop(self, how: str = "fast") -> None:
        """`fast` rolls back and ends in order; `immediate` is as if the machine had lost its server."""
        self._control("stop", "-m", how)

    def _control(self, *what: str) -> None:
        self._run(str(self.bin / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-s", *what)

    def remove(self) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def _user() -> str:
    known = {one.pw_name for one in pwd.getpwall()}
    return next(one for one in USERS if one in known)


def new_cluster() -> Cluster:
    """A running server of one's own; whoever makes it removes it. Skips where there is no PostgreSQL."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)", allow_module_level=True)
    folder = Path(tempfile.mkdtemp(prefix="mikra-pg-"))
    cluster = Cluster(folder, found)
    cluster.make()
    cluster.start()
    return cluster


def prepare() -> None:
    """Called before Django is set up: the address of the server goes where the installation looks for it.

    Processes that share the work (xdist) share the server of the first one, each with a database of its own.
    """
    if os.environ.get(WANTED) != "postgresql" or os.environ.get(ADDRESS):
        return
    if programs() is None:
        return  # the tests are skipped, and said (`tests.plugins.postgres`)
    cluster = new_cluster()
    os.environ[ADDRESS] = cluster.address
    atexit.register(cluster.remove)
