"""The command line: `mikra design | roster | keys | signer | issue | status | verify | trust | register | ...`.

Each command's imports are its own, so that `mikra verify` starts fast.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import typer

from mikra.cli import (
    backup,
    certificate,
    demo,
    design,
    dev,
    doctor,
    esco,
    forms,
    issue,
    keys_life,
    meter,
    register,
    roster,
    seal,
    selftest,
    serve,
    signer,
    status,
    trust,
    upgrade,
    vc,
    verify,
    vocabulary,
    wallets,
)
from mikra.cli.help import EXIT_CODES, InOrder, PlainCommand, examples
from mikra.cli.output import Exit, console, fail, say, spoken_language
from mikra.errors import MikraError, UnavailableError

BEGIN = examples("mikra demo", "mikra design new university -o water.yaml", "mikra issue --help", note=EXIT_CODES)

app = typer.Typer(
    name="mikra",
    cls=InOrder,
    help="Describe, award, seal and verify European micro-credentials.",
    no_args_is_help=True,
    epilog=BEGIN,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(design.app, name="design")
app.add_typer(roster.app, name="roster")
app.add_typer(keys_life.app, name="keys")
app.add_typer(seal.app, name="seal")
app.add_typer(trust.app, name="trust")
app.add_typer(register.app, name="register")
app.add_typer(status.app, name="status")
app.add_typer(signer.app, name="signer")
app.command("issue", cls=PlainCommand, epilog=issue.EXAMPLES)(issue.issue)
app.command("certificate", cls=PlainCommand, epilog=certificate.EXAMPLES)(certificate.certificate)
app.command("verify", cls=PlainCommand, epilog=verify.EXAMPLES)(verify.verify)
app.command("doctor", cls=PlainCommand, epilog=doctor.EXAMPLES)(doctor.doctor)
app.command("meter", cls=PlainCommand, epilog=meter.EXAMPLES)(meter.meter)
app.command("convert", cls=PlainCommand, epilog=forms.CONVERT)(forms.convert)
app.command("forms", cls=PlainCommand, epilog=forms.FORMS)(forms.forms)
app.command("loss", cls=PlainCommand, epilog=forms.LOSS)(forms.loss)
app.command("vocabulary", cls=PlainCommand, epilog=vocabulary.EXAMPLES)(vocabulary.vocabulary)
app.add_typer(esco.app, name="esco")
app.add_typer(vc.app, name="vc", hidden=True)
app.command("vc-api", cls=PlainCommand, epilog=vc.API_EXAMPLES, hidden=True)(vc.vc_api)
app.command("serve", cls=PlainCommand, epilog=serve.SERVE)(serve.serve)
app.command("worker", cls=PlainCommand, epilog=serve.WORKER)(serve.worker)
app.command("upgrade", cls=PlainCommand, epilog=upgrade.UPGRADE)(upgrade.upgrade)
app.command("selftest", cls=PlainCommand, epilog=selftest.SELFTEST)(selftest.selftest)
app.add_typer(wallets.app, name="wallets")
app.command("backup", cls=PlainCommand, epilog=backup.BACKUP)(backup.backup)
app.command("restore", cls=PlainCommand, epilog=backup.RESTORE)(backup.restore)
app.command("reconcile", cls=PlainCommand, epilog=backup.RECONCILE)(backup.reconcile)
app.command("export", cls=PlainCommand, epilog=backup.EXPORT)(backup.export)
app.add_typer(dev.app, name="dev", hidden=True)
app.command("demo", cls=PlainCommand, epilog=demo.EXAMPLES)(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        from mikra import __version__

        typer.echo(f"mikra {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
    proxy: str = typer.Option("", "--proxy", metavar="HOST:PORT", help="Way to the network, where a house has one."),
    proxy_resolves: bool = typer.Option(False, "--proxy-resolves", help="The proxy takes names, not addresses."),
) -> None:
    """Describe, award, seal and verify European micro-credentials."""
    if proxy:
        from mikra.adapters.proxy import read, through
        from mikra.cli.world import door

        context.obj = through(door(context), read(proxy, resolves=proxy_resolves))


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


def main(arguments: list[str] | None = None, *, door: object = None) -> None:
    """Runs the command line; every error ends in words and an exit code, none in a traceback.

    `door`: an `adapters.http.HttpLoader` in place of the one to the real network.
    """
    _ready_streams()
    typed = sys.argv[1:] if arguments is None else arguments
    language, as_json = spoken_language(typed), "--json" in typed
    try:
        try:
            result = app(args=arguments, standalone_mode=False, obj=door)
        finally:
            sys.stdout.flush()
    except (typer.Abort, KeyboardInterrupt):
        console(stderr=True).print(say("interrupted", language))
        sys.exit(Exit.INTERRUPTED)
    except _ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except MikraError as error:
        fail(error, language, as_json=as_json)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.DONE)
    except OSError as error:
        sys.stdout = _nowhere()
        fail(
            UnavailableError("The answer could not be written.", found=error.strerror or "", fix="Make room for it."),
            language,
        )
    sys.exit(result if isinstance(result, int) else Exit.DONE)
