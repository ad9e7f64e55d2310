"""`mikra upgrade`: the database brought to this version of Mikra, or left as it was."""

from __future__ import annotations

from mikra.cli.help import examples
from mikra.cli.installed import Database, Home, choose, open_service, tell
from mikra.cli.output import Language, console, plain

UPGRADE = examples("mikra upgrade", "mikra upgrade --home /var/lib/mikra", note="Stop the service first.")


def upgrade(home: Home = "", database: Database = "", language: Language = "") -> None:
    """Make a backup, bring the database to this version, look at it, and go back where that fails."""
    choose(home, database)
    open_service()
    from django.db import connection

    from mikra.server.backup.upgrade import upgrade as bring
    from mikra.server.installation import installation
    from mikra.server.processes import start

    done = bring(installation())
    if connection.vendor == "postgresql":
        start.migrate()  # the tables of the queue
    if done.backup is None:
        console().print(f"[green]✓[/] {tell('current', language)}")
    else:
        console().print(f"[green]✓[/] {tell('upgraded', language, file=plain(str(done.backup)))}", soft_wrap=True)
