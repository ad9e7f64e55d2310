"""How `--help` looks: examples that can be pasted, one to a line; plain names of arguments; exit codes said once."""

from __future__ import annotations

import copy
from typing import Any

import typer.core

ORDER = (
    "design",
    "roster",
    "keys",
    "signer",
    "issue",
    "certificate",
    "seal",
    "status",
    "verify",
    "doctor",
    "convert",
    "forms",
    "loss",
    "trust",
    "register",
    "meter",
    "vocabulary",
    "esco",
    "serve",
    "worker",
    "upgrade",
    "selftest",
    "wallets",
    "list",
    "allow",
    "forget",
    "dev",
    "backup",
    "restore",
    "reconcile",
    "export",
    "demo",
    "offer",
    "request",
    "result",
    "vc",
    "vc-api",
)
"""The commands in the order in which a registrar meets them."""

EXIT_CODES = "Exit status: 0 done, 1 the answer is no, 2 not certain or stopped half-way, 3 not understood."


def examples(*commands: str, note: str = "") -> str:
    """An epilog: commands as they are pasted, then what else there is to say."""
    lines = ["[bold]Examples[/bold]", *(f"  {command}".replace("[", "\\[") for command in commands)]
    return "\n".join([*lines, *(["", note] if note else [])])


class PlainCommand(typer.core.TyperCommand):
    """A command whose usage line reads `issue [OPTIONS] DESIGN LIST`."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        for param in self.params:
            if isinstance(param, typer.core.TyperArgument):
                param.type = copy.copy(param.type)
                param.type.get_metavar = lambda *_, **__: ""  # type: ignore[method-assign]

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]


class InOrder(typer.core.TyperGroup):
    """Lists the commands in `ORDER`."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)
