"""`mikra esco import`: skills of ESCO into the service, for outcomes to be linked to. None is bundled."""

from __future__ import annotations

from typing import Annotated

import typer

from mikra import messages
from mikra.cli.help import PlainCommand, examples
from mikra.cli.installed import Database, Home, choose, open_service
from mikra.cli.output import AsJson, Language, console, print_json, read_input

app = typer.Typer(help="ESCO, the European classification of skills, in the service.", no_args_is_help=True)
IMPORT = examples(
    "mikra esco import skills_en.csv --language en",
    "mikra esco import skills_cs.csv --language cs",
    note="ESCO is published by the European Commission; take the classification as CSV, one file a language.",
)


@app.callback()
def esco() -> None:
    """ESCO, the European classification of skills, in the service."""


@app.command("import", cls=PlainCommand, epilog=IMPORT)
def import_(
    file: Annotated[str, typer.Argument(help="skills_LANGUAGE.csv of ESCO, or - for standard input.", metavar="FILE")],
    spoken: Annotated[str, typer.Option("--language", help="The language of the file.", metavar="TAG")],
    home: Home = "",
    database: Database = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Take the skills of one language; what was there of that language is replaced."""
    data = read_input(file)
    choose(home, database)
    count = take(data, spoken)
    if as_json:
        print_json({"language": spoken, "skills": count})
    else:
        console().print(messages.text("esco.imported", language, count=count, tag=spoken))


def take(data: bytes, spoken: str) -> int:
    """Into the database of this installation; how many skills."""
    open_service()
    from mikra.server.actions.skills import import_esco

    return import_esco(data, language=spoken)
