"""`mikra backup | restore | reconcile | export`: copies, and what comes after them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mikra.cli.help import examples
from mikra.cli.installed import Database, Home, choose, open_service, tell
from mikra.cli.output import Exit, Language, console, next_step, plain

BACKUP = examples("mikra backup", "mikra backup --to /mnt/backup/mikra-monday.backup")
RESTORE = examples("mikra restore mikra-monday.backup --home new", "mikra restore a.backup --erasures erasures.jsonl")
RECONCILE = examples(
    "mikra reconcile --reason 'disk lost on Monday' --lists 1-token --lists 2-token",
    "mikra reconcile --reason 'test of the backup' --nothing-withdrawn",
)
EXPORT = examples("mikra export zed", "mikra export zed --to zed.zip")


def backup(
    home: Home = "",
    database: Database = "",
    to: Annotated[
        str, typer.Option("--to", help="The file to write; else in the folder backups.", metavar="FILE")
    ] = "",
    language: Language = "",
) -> None:
    """Copy everything but the keys into one file, while the service works."""
    choose(home, database)
    open_service()
    from mikra.server.backup.take import back_up
    from mikra.server.installation import installation

    written = back_up(installation(), Path(to) if to else None)
    console().print(f"[green]✓[/] {tell('backed_up', language, file=plain(str(written)))}", soft_wrap=True)
    console().print(f"[dim]{tell('keys_apart', language)}[/]", soft_wrap=True)
    next_step(language, ["mikra", "keys", "export", str(installation().home), "-o", "keys.mikra"])


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", metavar="FILE")],
    home: Home = "",
    database: Database = "",
    erasures: Annotated[
        list[Path] | None,
        typer.Option("--erasures", help="A newer list of erasures than that beside the backup.", metavar="FILE"),
    ] = None,
    language: Language = "",
) -> None:
    """Fill an empty installation from a backup. It serves at once, and issues again after `mikra reconcile`."""
    folder = choose(home, database, new=True)
    from mikra.server.processes import start

    start.prepare_home(folder, database)
    open_service()
    from mikra.server.backup.restore import restore as fill
    from mikra.server.installation import installation

    found = fill(installation(), file, erasures or [])
    rows = sum(found.about["counts"].values())
    told = tell("restored", language, rows=rows, at=found.about["at"][:16].replace("T", " "))
    console().print(f"[green]✓[/] {told}", soft_wrap=True)
    if found.erased_again:
        console().print(tell("erased_again", language, count=found.erased_again))
    for name in found.missing:
        console().print(f"[yellow]![/] {tell('key_missing', language, name=plain(name))}", soft_wrap=True)
    next_step(
        language,
        *([["mikra", "keys", "import", "keys.mikra", "--home", str(folder)]] if found.missing else []),
        ["mikra", "reconcile", "--home", str(folder), "--reason", "..."],
    )
    if found.missing:
        raise SystemExit(Exit.UNDECIDED)


def reconcile(
    reason: Annotated[str, typer.Option("--reason", help="Why, for the audit trail.", metavar="TEXT")],
    home: Home = "",
    database: Database = "",
    lists: Annotated[
        list[Path] | None,
        typer.Option("--lists", help="A status list as it was published last: NUMBER/token.", metavar="FILE"),
    ] = None,
    nothing_withdrawn: Annotated[
        bool, typer.Option("--nothing-withdrawn", help="Nothing was withdrawn since the backup; you know it.")
    ] = False,
    language: Language = "",
) -> None:
    """After a restore: take over what was withdrawn, begin new status lists, and let issuing go on."""
    choose(home, database)
    open_service()
    from mikra.adapters.clock import now
    from mikra.cli.output import read_input
    from mikra.server.backup import reconcile as of_backup

    published = [read_input(str(one)) for one in lists or []]
    done = of_backup.reconcile(published, nothing_withdrawn=nothing_withdrawn, reason=reason, at=now())
    counts = {"closed": done.closed, "withdrawn": done.withdrawn, "paused": done.paused}
    console().print(f"[green]✓[/] {tell('reconciled', language, **counts)}", soft_wrap=True)


def export(
    institution: Annotated[str, typer.Argument(help="Short name of the institution.", metavar="INSTITUTION")],
    home: Home = "",
    database: Database = "",
    to: Annotated[str, typer.Option("--to", help="The ZIP to write.", metavar="FILE")] = "",
    language: Language = "",
) -> None:
    """Everything of one institution in open formats: designs, credentials, ledger, audit trail."""
    choose(home, database)
    open_service()
    from mikra.server.backup import tenant_export

    file = Path(to or f"{institution}.zip")
    counts = tenant_export.export(institution, file)
    told = tell(
        "exported", language, file=plain(str(file)), credentials=counts["credentials"], designs=counts["designs"]
    )
    console().print(f"[green]✓[/] {told}", soft_wrap=True)
    console().print(f"[yellow]![/] {tell('exported_personal', language)}", soft_wrap=True)
