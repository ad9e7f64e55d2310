"""Writes `docs/commands.md`: what `--help` says, for every command. Run as `python -m tools.house.commands_page`.

The blocks themselves are filled, and compared with the real output, by `tools.house.guides`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from tools.house.guides import Block, real
from tools.house.tree import ROOT

PAGE = ROOT / "docs" / "commands.md"

INTRODUCTION = """# Commands

Made by `make docs` from the program itself; a test compares every block with the real output.

Exit status: 0 done, or everything passed; 1 failed; 2 indeterminate; 3 the command was not understood.
"""


def commands() -> list[str]:
    """Every command as it is typed: "mikra", "mikra design", "mikra design check", ..."""
    from mikra.cli import app

    def walk(command: Any, typed: str) -> Iterator[str]:
        yield typed
        for name, inner in getattr(command, "commands", {}).items():
            if not inner.hidden:
                yield from walk(inner, f"{typed} {name}")

    return list(walk(typer.main.get_command(app), "mikra"))


def render() -> str:
    """The page, with today's output."""
    parts = [INTRODUCTION]
    for typed in commands():
        shown = real(Block(command=f"{typed} --help", exit_code=0, shown="", start=0, end=0))
        parts.append(f"\n## {typed}\n\n<!-- run: {typed} --help -->\n```text\n{shown}```\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
