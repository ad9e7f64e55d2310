"""What every command shares: language, console, input and output, errors in words, exit codes.

Exit codes: 0 done; 1 the answer is no; 2 undecided, or stopped half-way and can go on; 3 wrong use or unreadable input.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from mikra import messages
from mikra.errors import ConflictError, InputError, MikraError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table

    from mikra.report import Finding


class Exit(IntEnum):
    """Exit codes of all commands (`verify` follows the table of verdicts)."""

    DONE = 0
    NO = 1
    UNDECIDED = 2
    USAGE = 3
    INTERRUPTED = 130


def default_language() -> str:
    """The language of the terminal where there is a catalogue for it, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            tag = value.partition("_")[0].partition(".")[0].lower()
            return tag if tag in messages.LANGUAGES else "en"
    return "en"


def spoken_language(arguments: Sequence[str]) -> str:
    """The language that a command line asks for, for errors that end it early."""
    words = [*arguments, ""]
    asked = [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    asked += [after for word, after in pairwise(words) if word == "--lang"]
    return next((tag for tag in asked if tag in messages.LANGUAGES), default_language())


def _language(value: str) -> str:
    value = value or default_language()
    if value not in messages.LANGUAGES:
        raise typer.BadParameter(f"{value} is not one of {', '.join(messages.LANGUAGES)}")
    return value


Language = Annotated[
    str, typer.Option("--lang", help="Language of the answer: en, ro, bg, cs, lt.", callback=_language, metavar="LANG")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for programs.")]


def say(key: str, language: str, /, **values: object) -> str:
    """A sentence of the command line in `language`."""
    return messages.text(f"cli.{key}", language, **values)


def console(*, stderr: bool = False) -> Console:
    """A rich console; NO_COLOR and pipes are respected by rich itself. Only a terminal has lines that end."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, emoji=False, soft_wrap=not stream.isatty())


def next_step(language: str, *commands: Sequence[str]) -> None:
    """What a person can do next: commands to paste, each whole on its line."""
    out = console(stderr=True)
    out.print(f"[dim]{say('next', language)}[/]")
    for words in commands:
        out.print(f"  {plain(shlex.join(_called(words)))}", soft_wrap=True)


def _called(words: Sequence[str]) -> Sequence[str]:
    """The command as it can be typed here: by name, or else by the path by which it was started."""
    started = sys.argv[0] if Path(sys.argv[0]).name == words[0] else words[0]
    return words if shutil.which(words[0]) else [started, *words[1:]]


def busy(key: str, language: str) -> AbstractContextManager[object]:
    """Says at a terminal what is being done while nothing else moves."""
    out = console(stderr=True)
    return out.status(say(key, language)) if out.is_terminal else nullcontext()


def read_input(path: str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    if path == "-":
        if sys.stdin is None:
            raise InputError("There is no standard input.", fix="Name a file instead of -.")
        if sys.stdin.isatty():
            console(stderr=True).print(f"[dim]{say('stdin', default_language())}[/]")
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

    if Path(path).exists() and not Path(path).is_file():  # a pipe or a device is written to, never replaced
        Path(path).write_bytes(content)
        return
    write_whole(Path(path), content)


def write_new(path: str, content: bytes) -> None:
    """As `write_output`, but never over other work: ConflictError where a file of that name holds something else."""
    file = Path(path)
    if path != "-" and file.exists() and (not file.is_file() or file.read_bytes() != content):
        raise ConflictError(
            "There is a file of that name already, and somebody's work may be in it.",
            where=path,
            fix="Choose another name, or move that file away.",
        )
    write_output(path, content)


def print_json(value: Any) -> None:
    """An answer for programs: UTF-8, two spaces of indentation."""
    import orjson

    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def columns(*, headed: bool = False) -> Table:
    """A table without lines, whose cells are wrapped and never cut."""
    from rich.table import Table

    return Table(box=None, pad_edge=False, show_header=headed, padding=(0, 1))


def fail(error: MikraError, language: str = "en", *, as_json: bool = False) -> NoReturn:
    """Prints an error in full and ends: 2 where trying again may help, else 3."""
    parts = {"where": error.where, "found": error.found, "expected": error.expected, "fix": error.fix}
    told = {name: value for name, value in parts.items() if value}
    if as_json:
        print_json({"error": {"code": error.code, "what": error.message, **told}})
    out = console(stderr=True)
    out.print(f"[bold red]✗ {plain(error.message)}[/]")
    for name, value in told.items():
        out.print(f"  [dim]{say(name, language)}:[/] {plain(value)}")
    raise SystemExit(Exit.UNDECIDED if isinstance(error, UnavailableError) else Exit.USAGE)


def plain(text: str) -> str:
    """Text that is no markup and moves no cursor, whatever stands in it."""
    from rich.markup import escape

    from mikra.messages.spoken import inert

    return escape(inert(text))


def print_findings(found: Iterable[Finding], language: str, *, most: int = 0) -> None:
    """Findings, one under the other: mark, sentence, place, what to do. `most`: the rest is only counted; 0 is all."""
    out = console()
    marks = {"error": "[bold red]✗[/]", "warning": "[yellow]![/]", "question": "[cyan]?[/]", "information": "[dim]i[/]"}
    every = list(found)
    for one in every[: most or None]:
        told = one.as_dict(language)
        out.print(f"  {marks[told['severity']]} {plain(told['what'])}")
        for name in ("where", "found", "expected", "why", "fix"):
            if value := told.get(name, ""):
                out.print(f"      [dim]{say(name, language)}:[/] {plain(value)}")
    if most and len(every) > most:
        out.print(f"  [dim]{say('more', language, count=len(every) - most)}[/]")
