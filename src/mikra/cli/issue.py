"""`mikra issue`: a class list becomes sealed credentials in a folder; stopped, it goes on where it was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.help import examples
from mikra.cli.keys import Password, open_key
from mikra.cli.output import AsJson, Exit, Language, console, print_findings, print_json, say
from mikra.cli.roster import (
    Column,
    Corrections,
    DateOrder,
    Delimiter,
    DesignFile,
    Encoding,
    ListOptions,
    Mapping_,
    RosterFile,
    Sheet,
)

if TYPE_CHECKING:
    from mikra.cli.award import Award
    from mikra.cli.class_list import ClassList

Key = Annotated[
    str, typer.Option("--key", help="The seal key: a file (.p12, .pem), pkcs11:... or signer:...", metavar="KEY")
]
GoodRows = Annotated[
    bool, typer.Option("--good-rows", help="Issue the rows that are ready; leave the others for later.")
]
Status = Annotated[
    str, typer.Option("--status", help="Address of the status lists, so that it can be withdrawn.", metavar="ADDRESS")
]
StatusStore = Annotated[
    str, typer.Option("--status-store", help="The file with the places of all credentials.", metavar="FILE")
]
StatusMember = Annotated[
    str,
    typer.Option(
        "--status-member", help="Where it stands: status, or credentialStatus for profile 1.2.", metavar="NAME"
    ),
]
Tsa = Annotated[
    str, typer.Option("--tsa", help="Timestamp authority: says how to make the seals last with it.", metavar="URL")
]
EXAMPLES = examples(
    "mikra issue water.yaml class.xlsx --key seal.p12 -o issued",
    "mikra issue water.yaml class.xlsx --key seal.p12 --preview",
    "mikra issue water.yaml messy.csv --key seal.p12 --good-rows",
    "mikra issue water.yaml list.csv --key seal.p12 -o new --status https://a.eu/s",
    note="Run again with the same folder, it issues only what is missing.",
)


def issue(
    design_file: DesignFile,
    list_file: RosterFile,
    key: Key,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the credentials.", metavar="FOLDER")
    ] = Path("issued"),
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be awarded, and seal nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Seal without asking first.")] = False,
    good_rows: GoodRows = False,
    page_per_learner: Annotated[
        bool, typer.Option("--page-per-learner", help="Draw a page with each learner's name. Slower, larger files.")
    ] = False,
    status: Status = "",
    status_store: StatusStore = "status.sqlite",
    status_member: StatusMember = "status",
    tsa: Tsa = "",
    corrections: Corrections = "",
    column: Column = None,
    mapping: Mapping_ = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    date_order: DateOrder = "",
    sheet: Sheet = "",
    password_file: Password = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Seal one credential per learner of a class list. Safe to stop and to run again: never twice, never a gap."""
    from mikra.adapters.clock import now
    from mikra.cli.award import look_ahead
    from mikra.cli.issue_run import Runner
    from mikra.cli.roster import keep, not_twice, read_design, read_list

    not_twice(design_file, list_file)
    design = read_design(design_file)
    signer = open_key(key, password_file, language)
    options = ListOptions.typed(mapping, column, encoding, delimiter, date_order, sheet)
    with read_list(design, list_file, language, options) as found:
        keep(found, language, corrections, "")
        if found.bad and not good_rows:
            _refused(found, list_file, language, corrections, as_json)
        runner = Runner(design, signer, output, language=language, quiet=as_json, personal=page_per_learner, tsa=tsa)
        runner.offer_status(status, status_store, status_member)
        runner.check()
        award = look_ahead(design, found, signer, output, at=now())
        _approve(award, found, language, as_json=as_json, preview=preview, ask=not yes and list_file != "-")
        raise SystemExit(runner.run(found.learners, found.ready, left=found.bad, doubts=award.doubts))


def _refused(found: ClassList, file: str, language: str, corrections: str, as_json: bool) -> None:
    """Nothing is issued while a row needs attention and nobody said to leave it."""
    from mikra.cli.roster import as_dict, print_list

    if as_json:
        print_json(as_dict(found, file, language))
    else:
        print_list(found, language, corrections)
    console(stderr=True).print(say("issue.nothing", language))
    raise SystemExit(Exit.NO)


def _approve(award: Award, found: ClassList, language: str, *, as_json: bool, preview: bool, ask: bool) -> None:
    """Says what will be awarded; at a terminal it asks. Ends here where nothing is to be sealed."""
    from mikra.cli.award import print_award
    from mikra.report import Severity

    if not as_json:
        print_findings((one for one in found.findings if one.severity is Severity.WARNING), language, most=20)
        print_award(award, language)
    if preview:
        if as_json:
            print_json(award.as_dict(language) | {"attention": found.bad})
        else:
            console(stderr=True).print(say("issue.preview", language))
        raise SystemExit(Exit.DONE)
    if ask and award.people and not as_json and not _agreed(language):
        console(stderr=True).print(say("issue.not_sealed", language))
        raise SystemExit(Exit.NO)


def _agreed(language: str) -> bool:
    """The registrar's yes, where one sits at a terminal; a script has said it by running the command."""
    if not _asks():
        return True
    word = say("issue.yes", language)
    answer: str = typer.prompt(say("issue.ask", language, yes=word), default="", show_default=False, err=True)
    return answer.strip().casefold() in {word.casefold(), "y", "yes"}


def _asks() -> bool:
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())
