"""`mikra seal extend | status`: sealed files on their way to long-term form.

The same stage as behind issuing: it can be stopped at any time, and the same command goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli import world
from mikra.cli.help import PlainCommand, examples
from mikra.cli.output import AsJson, Exit, Language
from mikra.errors import InputError

if TYPE_CHECKING:
    from datetime import timedelta
    from decimal import Decimal

    from mikra.adapters.extension_folder import ExtensionFolder
    from mikra.cli.seal_run import Outcome
    from mikra.issuance.extension import Settings
    from mikra.issuance.extension_steps import Goal

app = typer.Typer(help="Sealed files: make them last, see how far they are.", no_args_is_help=True)

LEVELS = ("T", "LT", "LTA")

EXTEND = examples(
    "mikra seal extend issued --tsa https://tsa.example",
    "mikra seal extend credential.jsonld --tsa https://tsa.example --to LT",
    "mikra seal extend issued --tsa https://tsa.example --cost 0.02 --budget 50",
)
STATUS = examples("mikra seal status issued", "mikra seal status issued --json")

Paths = Annotated[
    list[Path], typer.Argument(help="Sealed files, or folders of them; the folder of an issue.", metavar="FILE_OR_DIR")
]
To = Annotated[str, typer.Option("--to", metavar="LEVEL", help="How far: T (time), LT (with answers), LTA (to last).")]
RenewBefore = Annotated[
    int, typer.Option("--renew-before", metavar="DAYS", help="So long before it ends, a proof of time is renewed.")
]


def _level(text: str) -> str:
    if text not in LEVELS:
        raise typer.BadParameter(f"{text} is not one of {', '.join(LEVELS)}", param_hint="--to")
    return text


@app.command("extend", cls=PlainCommand, epilog=EXTEND)
def extend(
    context: typer.Context,
    paths: Paths,
    tsa: Annotated[str, typer.Option("--tsa", metavar="URL", help="Address of the timestamp authority.")],
    to: To = "LTA",
    policy: Annotated[str, typer.Option("--policy", metavar="OID", help="Policy that timestamps must keep.")] = "",
    authorities: Annotated[
        list[Path] | None,
        typer.Option("--authorities", metavar="DIR", help="Certificates of authorities that seals do not carry."),
    ] = None,
    rate: Annotated[float, typer.Option("--rate", help="Timestamps a second, at most; 0: no limit.", min=0)] = 5.0,
    tries: Annotated[int, typer.Option("--tries", help="How often one file is tried in this run.", min=1)] = 4,
    cost: Annotated[str, typer.Option("--cost", metavar="AMOUNT", help="What one timestamp costs.")] = "0",
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help="Currency of the costs.")] = "EUR",
    budget: Annotated[
        str, typer.Option("--budget", metavar="AMOUNT", help="What all timestamps of a folder may cost.")
    ] = "",
    renew_before: RenewBefore = 180,
    newer: Annotated[
        bool, typer.Option("--newer", help="Wait for answers on revocation that are newer than the seal.")
    ] = False,
    loopback: Annotated[
        bool, typer.Option("--loopback", help="Allow authorities on this machine, for trying it out.")
    ] = False,
    as_json: AsJson = False,
    language: Language = "",
) -> None:
    """Adds proofs of time and the authorities' answers to seals, so that they can be checked for decades."""
    from datetime import timedelta

    from mikra.adapters.http import Rules
    from mikra.cli.seal_run import Run, answer, tell

    run = Run(
        goal=_goal(_level(to), timedelta(days=renew_before), newer, authorities or []),
        settings=_settings(rate, tries, cost, budget),
        tsa=tsa,
        policy=policy,
        currency=currency,
        door=world.door(context, Rules(plain=True, loopback=loopback)),
        language=language,
        quiet=as_json,
    )
    outcomes = [run.folder(folder, names) for folder, names in folders(paths)]
    (answer if as_json else tell)(outcomes, run)
    raise SystemExit(_exit(outcomes))


@app.command("status", cls=PlainCommand, epilog=STATUS)
def status(
    paths: Paths,
    to: To = "LTA",
    renew_before: RenewBefore = 180,
    as_json: AsJson = False,
    language: Language = "",
) -> None:
    """How far sealed files are on their way to last, what failed and why, and what has to be renewed when."""
    from datetime import timedelta

    from mikra.cli.seal_status import print_status

    goal = _goal(_level(to), timedelta(days=renew_before), False, [])
    raise SystemExit(print_status(folders(paths), goal, language, as_json=as_json))


def _exit(outcomes: Sequence[Outcome]) -> Exit:
    if any(one.given_up for one in outcomes):
        return Exit.NO
    return Exit.DONE if all(one.complete for one in outcomes) else Exit.UNDECIDED


def folders(paths: Sequence[Path]) -> list[tuple[ExtensionFolder, tuple[str, ...]]]:
    """Each folder with the names of the files meant, in order. Raises InputError for a path that is not there."""
    from mikra.adapters.extension_folder import ExtensionFolder

    found: dict[Path, tuple[ExtensionFolder, list[str]]] = {}
    for path in paths:
        if path.is_file():
            folder, names = ExtensionFolder(path.parent), [path.name]
        else:
            folder = ExtensionFolder.of(path)
            names = list(folder.names())
        found.setdefault(folder.files.resolve(), (folder, []))[1].extend(names)
    return [(folder, tuple(dict.fromkeys(names))) for folder, names in found.values()]


def _goal(to: str, renew_before: timedelta, newer: bool, authorities: Sequence[Path]) -> Goal:
    from mikra.cli.verify import certificates_in
    from mikra.issuance.extension_steps import Goal
    from mikra.sealing.jades import Level

    found = tuple(certificate for path in authorities for certificate in certificates_in(path))
    return Goal(to=Level[to], renew_before=renew_before, newer=newer, certificates=found)


def _settings(rate: float, tries: int, cost: str, budget: str) -> Settings:
    from mikra.issuance.extension import Settings

    return Settings(rate=rate, tries=tries, cost=_amount(cost), budget=_amount(budget) if budget else None)


def _amount(text: str) -> Decimal:
    from decimal import Decimal, InvalidOperation

    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise InputError("This is not an amount of money.", found=text[:40], expected="a number, as in 0.02")
    return found
