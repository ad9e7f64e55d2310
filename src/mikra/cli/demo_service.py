"""The second half of `mikra demo`: the institution's service, with a university and a college in it.

With a terminal it serves until Ctrl-C; without one it looks at its own pages over HTTP, and ends.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mikra.cli.installed import choose, open_service, tell
from mikra.cli.output import console, plain
from mikra.errors import ConflictError, UnavailableError

if TYPE_CHECKING:
    from mikra.server.processes.family import Child

PORT = 8000
PAGES = ("/", "/sign-in/", "/mail/", "/health/", "/health/ready/")
MOST_SECONDS = 60


def free_port(wanted: int) -> int:
    """That one, or the next that nobody listens at."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise UnavailableError(
        "No port is free.", where=f"127.0.0.1:{wanted}", fix="Name another: DEMO_PORT=9000 make demo"
    )


def show_service(folder: Path, language: str) -> int:
    """Makes it where it is not there yet, and serves it. The exit status."""
    given = os.environ.get("DEMO_PORT", "")
    port = free_port(int(given) if given.isdigit() else PORT)
    home = choose(str(folder / "service"), new=True, mode="demonstration", origin=f"http://127.0.0.1:{port}")
    from mikra.server.processes import start

    start.prepare_home(home)
    open_service()
    _up_to_date(folder, language)
    _load(language)
    _tell(home, port, language)
    return _serve(port, language) if sys.stdout.isatty() and sys.stdin.isatty() else _look(home, port, language)


def _up_to_date(folder: Path, language: str) -> None:
    """A database of this version, as `mikra upgrade` makes it: with a backup before, and back where it fails."""
    from mikra.server.backup.upgrade import upgrade
    from mikra.server.database_state import State, state_of_database
    from mikra.server.installation import installation
    from mikra.server.processes import start

    try:
        if state_of_database() is State.BEHIND:
            file = plain(str(upgrade(installation()).backup))
            console().print(f"[green]✓[/] {tell('upgraded', language, file=file)}", soft_wrap=True)
        start.ready_database()
    except (ConflictError, UnavailableError) as error:
        error.where = error.where or str(folder)
        error.fix = f"Begin a new one: remove {folder} (make demo-clean), or name another folder with --output."
        raise


def _load(language: str) -> None:
    from mikra.cli.demo_list import mended_list, messy_list
    from mikra.server import demonstration
    from mikra.server.installation import installation

    (installation().home / "class-list.csv").write_bytes(messy_list())
    if demonstration.is_whole():
        return
    console().print(tell("demo_making", language))
    with _signer():
        demonstration.load(messy_list(), mended_list())


@contextmanager
def _signer() -> Iterator[None]:
    """The signer alone, as long as the demonstration is made."""
    from mikra.server.installation import installation
    from mikra.server.processes.family import Child

    child, ended = Child(name="signer", ready=installation().signer_plan.exists), threading.Event()

    def keep() -> None:
        while not ended.wait(0.2):
            child.look()

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        _end(child)


def _end(child: Child) -> None:
    if child.process is not None:
        child.process.terminate()
        child.process.wait(20)


def _tell(home: Path, port: int, language: str) -> None:
    """Addresses, and who can sign in."""
    from mikra.server import demonstration

    out = console()
    out.print(f"\n[bold]{tell('demo_service', language)}[/]")
    out.print(f"  http://127.0.0.1:{port}/  [dim]{tell('demo_front', language)}[/]", soft_wrap=True)
    out.print(f"  http://127.0.0.1:{port}/mail/  [dim]{tell('demo_mail', language)}[/]", soft_wrap=True)
    out.print(f"  {plain(str(home / 'class-list.csv'))}  [dim]{tell('demo_list', language)}[/]", soft_wrap=True)
    before = ""
    for institution, name, email, roles in demonstration.sign_ins():
        if institution != before:
            out.print(f"  [bold]{plain(institution)}[/]")
        before = institution
        out.print(f"    {plain(email):<34} {plain(roles):<16} {plain(name)}", soft_wrap=True)


def _serve(port: int, language: str) -> int:
    from mikra.cli.serve import run

    return run("127.0.0.1", port, workers=1, threads=4, jobs=True, language=language)


def _look(home: Path, port: int, language: str) -> int:
    """Serves in a process of its own, asks for its pages, and ends it."""
    words = ["serve", "--home", str(home), "--port", str(port), "--workers", "1", "--lang", language or "en"]
    code = "from mikra.cli import main; main()"
    with (home / "service.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-c", code, *words], stdout=log, stderr=log)
    try:
        answers = {page: _answer(port, page, process) for page in PAGES}
    finally:
        process.terminate()
        process.wait(30)
    for page, status in answers.items():
        mark = "[green]✓[/]" if status == 200 else "[bold red]✗[/]"
        console().print(f"  {mark} http://127.0.0.1:{port}{page}  {status}")
    return 0 if set(answers.values()) == {200} else 1


def _answer(port: int, page: str, process: subprocess.Popen[bytes]) -> int:
    """The status of a page; 0 where nothing answers in time."""
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            time.sleep(0.3)
    return 0
