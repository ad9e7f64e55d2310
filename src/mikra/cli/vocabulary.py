"""`mikra vocabulary`: the controlled vocabularies, and search in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.help import examples
from mikra.cli.output import AsJson, Exit, Language, columns, console, plain, print_json, say

if TYPE_CHECKING:
    from mikra.vocabulary import Entry

EXAMPLES = examples(
    "mikra vocabulary",
    "mikra vocabulary assessment --lang bg",
    "mikra vocabulary isced_f software --addresses",
)


def vocabulary(
    scheme: Annotated[str, typer.Argument(help="A list; without it, all lists are named.", metavar="LIST")] = "",
    search: Annotated[str, typer.Argument(help="Part of a name, in any language.", metavar="WORDS")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, metavar="NUMBER")] = 40,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Show each value's address in its published list too.")
    ] = False,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Look up the values that a design may hold, by typing part of their name in any language."""
    from mikra import vocabulary as v

    if not scheme:
        _schemes(as_json)
        return
    found = (_search(scheme, search, language, limit) if search else list(v.entries(scheme)))[:limit]
    if as_json:
        print_json([_as_dict(entry, language) for entry in found])
    else:
        _print(found, language, addresses=addresses)
    if not found:
        if not as_json:
            console().print(say("vocabulary.nothing", language, search=plain(search), scheme=scheme))
        raise SystemExit(Exit.NO)
    total = len(v.entries(scheme))
    if not (search or as_json) and total > len(found):
        console().print(say("vocabulary.more", language, shown=len(found), total=total))


def _search(scheme: str, words: str, language: str, limit: int) -> list[Entry]:
    """What has such a name: in the reader's language first, then in any of the Union's."""
    from mikra import vocabulary as v

    found: dict[str, Entry] = {}
    for tag in (language, *v.EU_LANGUAGES):
        found |= {one.iri: one for one in v.search(scheme, words, tag, limit) if one.iri not in found}
        if len(found) >= limit:
            break
    return list(found.values())


def _schemes(as_json: bool) -> None:
    from mikra import vocabulary as v

    if as_json:
        facts = [(one.name, one.title, len(v.entries(one.name)), one.source) for one in v.schemes()]
        print_json([dict(zip(("name", "title", "values", "source"), row, strict=True)) for row in facts])
        return
    table = columns()
    for one in v.schemes():
        table.add_row(one.name, one.title, str(len(v.entries(one.name))))
    console().print(table)


def _print(found: list[Entry], language: str, *, addresses: bool) -> None:
    """Values of lists as they are written in a design, and as people call them."""
    out = console()
    width = max((len(entry.slug) for entry in found), default=0)
    for entry in found:
        out.print(f"[bold]{plain(entry.slug):<{width}}[/]  {plain(entry.label(language))}")
        if addresses:
            out.print(f"{'':<{width}}  [dim]{plain(entry.iri)}[/]")


def _as_dict(entry: Entry, language: str) -> dict[str, str]:
    return {"slug": entry.slug, "code": entry.code, "label": entry.label(language), "iri": entry.iri}
