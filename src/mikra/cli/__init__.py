"""The command line: `mikra design | roster | issue | verify | meter | keys | vocabulary | demo`.

Each command's imports are its own, so that `mikra verify` starts fast.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import typer
import typer.core

from mikra.cli import demo, design, issue, keys, meter, roster, verify, vocabulary
from mikra.cli.output import Exit, fail
from mikra.errors import MikraError, UnavailableError

ORDER = ("design", "roster", "keys", "issue", "verify", "meter", "vocabulary", "demo")
"""The commands in the order in which a registrar meets them."""


class InOrder(typer.core.TyperGroup):
    """Lists the commands in `ORDER`."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="mikra",
    cls=InOrder,
    help="Describe, award, seal and verify European micro-credentials.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(design.app, name="design")
app.add_typer(roster.app, name="roster")
app.add_typer(keys.app, name="keys")
app.command("issue", epilog=issue.EXAMPLES)(issue.issue)
app.command("verify", epilog=verify.EXAMPLES)(verify.verify)
app.command("meter", epilog=meter.EXAMPLES)(meter.meter)
app.command("vocabulary", epilog=vocabulary.EXAMPLES)(vocabulary.vocabulary)
app.command("demo", epilog=demo.EXAMPLES)(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        from mikra import __version__

        typer.echo(f"mikra {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
) -> None:
    """Describe, award, seal and verify European micro-credentials."""


_UsageError = typer.BadParameter.__bases__[0]
"""Typer brings its own copy of click; these are the classes that it raises, whichever version it is."""

_ClickException: type[Any] = _UsageError.__bases__[0]


def _ready_streams() -> None:
    """A terminal that lacks a letter shows another in its place; one that was closed is as good as none."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _nowhere())
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line; every error ends in words and an exit code, none in a traceback."""
    _ready_streams()
    try:
        try:
            result = app(args=arguments, standalone_mode=False)
        finally:
            sys.stdout.flush()
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except _ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except MikraError as error:
        fail(error)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.DONE)
    except OSError as error:
        sys.stdout = _nowhere()
        fail(UnavailableError("The answer could not be written.", found=error.strerror or "", fix="Make room for it."))
    sys.exit(result if isinstance(result, int) else Exit.DONE)
