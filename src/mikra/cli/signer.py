"""`mikra signer run | state | stop | start`: the process that holds the keys, and its switch."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from mikra import messages
from mikra.cli.help import PlainCommand, examples
from mikra.cli.keys import Password, password
from mikra.cli.output import Exit, Language, console, plain

app = typer.Typer(help="The process that holds the keys: run it, stop all sealing, go on.", no_args_is_help=True)
Socket = Annotated[Path, typer.Argument(help="The socket of the signer.", metavar="SOCKET")]


def tell(key: str, language: str, /, **values: object) -> str:
    return messages.text(f"signer.{key}", language, **values)


@app.command(
    cls=PlainCommand,
    epilog=examples("mikra signer run signer.toml --check", note="Then seal with --key signer:SOCKET#NAME."),
)
def run(
    plan_file: Annotated[
        Path, typer.Argument(help="The plan: which keys, what each may seal, how fast.", metavar="PLAN")
    ],
    check: Annotated[bool, typer.Option("--check", help="Open the keys, say what they are, and end.")] = False,
    password_file: Password = "",
    language: Language = "",
) -> None:
    """Hold the keys of a plan, and seal for those who may ask, until it is ended."""
    from mikra.adapters.signer_keys import read_plan
    from mikra.adapters.signer_server import SignerServer, open_keys, reopen_keys

    plan = read_plan(plan_file)

    def secret(_: str) -> str:
        return password(password_file, language)

    keys = open_keys(plan, secret)
    for name, key in keys.items():
        kinds = ", ".join(sorted(key.plan.seals))
        console().print(tell("key", language, name=plain(name), kinds=kinds, rate=key.plan.per_minute))
    if check:
        return
    server = SignerServer(plan, keys, lambda held: reopen_keys(plan_file, held, secret))

    def end(*_: Any) -> None:
        server.close()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGHUP, server.hang_up)
    console().print(tell("ready", language, socket=plain(str(plan.socket))), soft_wrap=True)
    server.serve()


@app.command(cls=PlainCommand, epilog=examples("mikra signer state signer.sock"))
def state(socket: Socket, language: Language = "") -> None:
    """Whether it seals. Exit status 1 while it is stopped."""
    _switch(socket, "state", language)


@app.command(cls=PlainCommand, epilog=examples("mikra signer stop signer.sock"))
def stop(socket: Socket, language: Language = "") -> None:
    """Stop all sealing at once, also after a restart. Verifying goes on."""
    _switch(socket, "stop", language)


@app.command(cls=PlainCommand, epilog=examples("mikra signer start signer.sock"))
def start(socket: Socket, language: Language = "") -> None:
    """Let sealing go on."""
    _switch(socket, "start", language)


def _switch(socket: Path, do: str, language: str) -> None:
    from mikra.adapters.signer_client import switch

    stopped = switch(socket, do)
    console().print(tell("stopped" if stopped else "sealing", language))
    if stopped and do == "state":
        raise SystemExit(Exit.NO)
