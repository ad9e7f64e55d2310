"""What every command shares: language, console, errors in words, exit codes.

Exit codes: 0 done; 1 the answer is no; 2 undecided, or stopped half-way and can go on; 3 wrong use or unreadable input.
"""

from __future__ import annotations

import os
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from mikra import messages
from mikra.errors import InputError, MikraError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from mikra.report import Finding


class Exit(IntEnum):
    """Exit codes of all commands (`verify` follows the table of verdicts)."""

    DONE = 0
    NO = 1
    UNDECIDED = 2
    USAGE = 3


def default_language() -> str:
    """The language of the terminal where there is a catalogue for it, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            tag = value.partition("_")[0].partition(".")[0].lower()
            return tag if tag in messages.LANGUAGES else "en"
    return "en"


def _language(value: str) -> str:
    value = value or default_language()
    if value not in messages.LANGUAGES:
        raise typer.BadParameter(f"{value} is not one of {', '.join(messages.LANGUAGES)}")
    return value


Language = Annotated[
    str, typer.Option("--lang", help="Language of the answer: en, ro, bg, cs, lt.", callback=_language, metavar="LANG")
]


def say(key: str, language: str, /, **values: object) -> str:
    """A sentence of the command line in `language`."""
    return messages.text(f"cli.{key}", language, **values)


def console(*, stderr: bool = False) -> Console:
    """A rich console; NO_COLOR and pipes are respected by rich itself."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def read_input(path: str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(
            "This file cannot be opened.", where=path, found=error.strerror or "", fix="Check its name and rights."
        ) from error


def write_output(path: str, content: bytes) -> None:
    """To a file, or to standard output for `-`."""
    if path == "-":
        sys.stdout.buffer.write(content)
        return
    from mikra.adapters.folder import write_whole

    write_whole(Path(path), content)


def fail(error: MikraError, language: str = "en") -> NoReturn:
    """Prints an error in full and ends: 2 where trying again may help, else 3."""
    out = console(stderr=True)
    out.print(f"[bold red]✗ {_plain(error.message)}[/]")
    lines = [("where", error.where), ("found", error.found), ("expected", error.expected), ("fix", error.fix)]
    for name, value in lines:
        if value:
            out.print(f"  [dim]{say(name, language)}:[/] {_plain(value)}")
    raise SystemExit(Exit.UNDECIDED if isinstance(error, UnavailableError) else Exit.USAGE)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def print_findings(found: Iterable[Finding], language: str) -> None:
    """Findings, one under the other: mark, sentence, place, what to do."""
    out = console()
    marks = {"error": "[bold red]✗[/]", "warning": "[yellow]![/]", "question": "[cyan]?[/]", "information": "[dim]i[/]"}
    for one in found:
        plain = one.as_dict(language)
        out.print(f"  {marks[plain['severity']]} {_plain(plain['what'])}")
        details = [(name, plain.get(name, "")) for name in ("where", "found", "expected", "fix")]
        for name, value in details:
            if value:
                out.print(f"      [dim]{say(name, language)}:[/] {_plain(value)}")
