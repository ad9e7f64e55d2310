"""`mikra vocabulary`: the controlled vocabularies, and search in them."""

from __future__ import annotations

from typing import Annotated

import typer

from mikra.cli.output import Exit, Language, console, say

EXAMPLES = (
    "Examples: mikra vocabulary   |   mikra vocabulary assessment   |   mikra vocabulary isced_f software --lang ro"
)


def vocabulary(
    scheme: Annotated[str, typer.Argument(help="A list; without it, all lists are named.")] = "",
    search: Annotated[str, typer.Argument(help="What to look for.")] = "",
    language: Language = "",
    limit: Annotated[int, typer.Option(help="At most so many.")] = 40,
) -> None:
    """Look up the values that a design may hold, by typing part of their name in any language."""
    from rich.table import Table

    from mikra import vocabulary as v

    table = Table(box=None, pad_edge=False)
    out = console()
    if not scheme:
        for one in v.schemes():
            table.add_row(one.name, one.title, str(len(v.entries(one.name))), one.source)
        out.print(table)
        return
    found = v.search(scheme, search, language, limit) if search else list(v.entries(scheme))[:limit]
    for entry in found:
        table.add_row(entry.slug, entry.label(language), entry.iri)
    out.print(table)
    if not found:
        out.print(say("vocabulary.nothing", language, search=search, scheme=scheme))
        raise SystemExit(Exit.NO)
    total = len(v.entries(scheme))
    if not search and total > len(found):
        out.print(say("vocabulary.more", language, shown=len(found), total=total))
