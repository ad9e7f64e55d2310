"""What each child of `mikra serve` does: serve pages, hold the keys, do the work that nobody asks for."""

from __future__ import annotations

import getpass
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

from mikra.errors import ConflictError, MikraError, UnavailableError
from mikra.server import logs
from mikra.server.installation import installation

log = logging.getLogger("mikra.processes")


def run(name: str, words: Sequence[str]) -> None:
    """The child of that name, until it is ended."""
    logs.configure()
    kinds: dict[str, Callable[[Sequence[str]], None]] = {
        "web": web,
        "signer": signer,
        "runner": runner,
        "worker": worker,
    }
    try:
        kinds[name](words)
    except MikraError as error:
        log.error("process cannot run", extra={"child": name, "code": error.code, "problem": error.message})
        raise SystemExit(1) from error


def web(words: Sequence[str]) -> None:
    """granian: HOST PORT WORKERS THREADS."""
    from granian import Granian

    host, port, workers, threads = words
    Granian(
        "mikra.server.processes.application:application",
        address=host,
        port=int(port),
        interface="wsgi",  # type: ignore[arg-type]
        workers=int(workers),
        blocking_threads=int(threads),
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level="warning",  # type: ignore[arg-type]
        websockets=False,
    ).serve()


def signer(_: Sequence[str]) -> None:
    """The process that holds the keys. SIGHUP, or a key that was made, lets it read its plan again."""
    from mikra.adapters.signer_keys import read_plan
    from mikra.adapters.signer_server import SignerServer, open_keys, reopen_keys

    file = installation().signer_plan
    plan = read_plan(file)
    try:
        server = SignerServer(plan, open_keys(plan, _password), lambda held: reopen_keys(file, held, _password))
    except ConflictError as error:
        raise UnavailableError(error.message, where=error.where, code="signer_runs") from error
    signal.signal(signal.SIGTERM, lambda *_: server.close())
    signal.signal(signal.SIGINT, lambda *_: server.close())
    signal.signal(signal.SIGHUP, server.hang_up)
    server.hang_up()  # a key that was planned between the reading of the plan and the socket
    server.serve()


def _password(name: str) -> str:
    """Of a key whose plan names no file with it: asked for, where somebody sits there."""
    if not sys.stdin or not sys.stdin.isatty():
        raise UnavailableError(
            "The password of a seal key is not known, and there is no terminal to ask for it.",
            where=name,
            fix="Name a password_file for this key in the plan of the signer.",
            code="password_missing",
        )
    return getpass.getpass(f"{name}: ")


def runner(_: Sequence[str]) -> None:
    """The embedded runner."""
    _django()
    from mikra.server.jobs.embedded import Runner

    woken = Event()

    def pause(seconds: float) -> None:
        woken.wait(seconds)

    works = Runner(pause=pause)

    def end(*_: Any) -> None:
        works.stop()
        woken.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    works.run()


def worker(words: Sequence[str]) -> None:
    """A worker on PostgreSQL: how many jobs at once."""
    _django()
    from mikra.server.jobs.scaled import work_until_ended

    work_until_ended(int(words[0]) if words else 2)


def _django() -> None:
    import django

    django.setup()
