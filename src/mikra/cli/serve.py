"""`mikra serve`: the whole service from one command; `mikra worker`: more hands for it, on PostgreSQL."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mikra.cli.help import examples
from mikra.cli.installed import Database, Home, choose, open_service, tell
from mikra.cli.output import Language, console, plain
from mikra.errors import UnavailableError

SERVE = examples(
    "mikra serve",
    "mikra serve --home /var/lib/mikra --origin https://credentials.zed.example",
    "mikra serve --database postgresql://mikra@db.zed.example/mikra --workers 4",
)
WORKER = examples("mikra worker --database postgresql://mikra@db.zed.example/mikra", "mikra worker --at-once 4")

Host = Annotated[str, typer.Option("--host", help="Address to listen at.", metavar="ADDRESS")]
Port = Annotated[int, typer.Option("--port", help="Port to listen at.", min=1, max=65535, metavar="PORT")]


def serve(
    home: Home = "",
    database: Database = "",
    host: Host = "127.0.0.1",
    port: Port = 8000,
    origin: Annotated[
        str, typer.Option("--origin", help="Address under which the world sees it: https://...", metavar="ADDRESS")
    ] = "",
    workers: Annotated[int, typer.Option(help="Processes that serve pages.", min=1, max=64, metavar="N")] = 2,
    threads: Annotated[int, typer.Option(help="Threads in each of them.", min=1, max=64, metavar="N")] = 4,
    jobs: Annotated[
        bool, typer.Option("--jobs/--no-jobs", help="Also seal, send and publish here; else leave it to workers.")
    ] = True,
    language: Language = "",
) -> None:
    """Run the institution's service until Ctrl-C: pages, the signer, and the work in the background."""
    folder = choose(home, database, new=True, origin=origin)
    from mikra.server.processes import start

    start.prepare_home(folder, database)
    _own_origin(folder, host, port)
    start.free_port(host, port)
    open_service()
    from mikra.server.database_state import State

    if start.ready_database() is State.NEW:
        console().print(f"[green]✓[/] {tell('database_made', language)}")
    _first_start(language)
    raise SystemExit(run(host, port, workers=workers, threads=threads, jobs=jobs, language=language))


def _own_origin(folder: Path, host: str, port: int) -> None:
    """Where nobody said under which address the world comes: this machine's own."""
    from mikra.server.installation import read_installation

    given = read_installation(folder, dict(os.environ))
    if given.origin == type(given)(home=folder).origin:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
        os.environ["MIKRA_ORIGIN"] = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _first_start(language: str) -> None:
    """The one-time token, as long as nobody has set the service up."""
    from mikra.server.actions.first_start import make_token, wanted
    from mikra.server.installation import installation

    if not wanted():
        return
    token, out = make_token(), console()
    out.print(f"\n[bold]{tell('first_start', language)}[/]")
    out.print(f"  {installation().origin}/set-up/", soft_wrap=True)
    out.print(f"  {tell('token', language)}: [bold]{token}[/]\n  [dim]{tell('token_once', language)}[/]\n")


def run(host: str, port: int, *, workers: int, threads: int, jobs: bool, language: str) -> int:
    """The family of processes, until it is ended; its exit status."""
    from django.db import connection

    from mikra.server import metrics
    from mikra.server.actions import wallet_copies, wallet_keys
    from mikra.server.installation import installation
    from mikra.server.processes.family import Child, Family

    wallet_keys.take_over_lists()
    wallet_copies.prepare_all()
    connection.close()
    metrics.begin(installation().home)
    plan = installation().signer_plan
    children = [
        Child(name="web", words=[host, str(port), str(workers), str(threads)], vital=True),
        Child(name="signer", ready=plan.exists),
    ]
    if jobs:
        children.append(Child(name="worker" if connection.vendor == "postgresql" else "runner"))

    def ready() -> None:
        console().print(tell("serving", language, address=plain(installation().origin)), soft_wrap=True)
        console().print(f"[dim]{tell('until', language)}[/]")
        sys.stdout.flush()

    return Family(children).run(ready)


def worker(
    home: Home = "",
    database: Database = "",
    at_once: Annotated[int, typer.Option("--at-once", help="Jobs at once.", min=1, max=32, metavar="N")] = 2,
    language: Language = "",
) -> None:
    """Seal, send and publish beside `mikra serve`, on this or another machine. Needs PostgreSQL."""
    choose(home, database)
    open_service()
    from mikra.server.database_state import State, state_of_database
    from mikra.server.jobs.scaled import application, work_until_ended
    from mikra.server.processes import start

    application()
    if state_of_database() is State.NEW:
        raise UnavailableError("The database is empty.", fix="Start the service first: mikra serve.", retry_after=30)
    start.ready_database()
    console().print(tell("working", language))
    sys.stdout.flush()
    work_until_ended(at_once)
