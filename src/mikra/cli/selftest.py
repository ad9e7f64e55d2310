"""`mikra selftest`: what an outside wallet and verifier see of the running service. Exit status as `mikra doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from mikra.cli.doctor_service import tell_findings
from mikra.cli.help import examples
from mikra.cli.installed import Database, Home, choose, open_service, tell
from mikra.cli.output import AsJson, Language, plain

SELFTEST = examples(
    "mikra selftest",
    "mikra selftest --home /var/lib/mikra --origin https://credentials.zed.example",
    note="The service runs meanwhile, on this machine or behind its proxy. What is tried is removed again.",
)


def selftest(
    home: Home = "",
    database: Database = "",
    origin: Annotated[
        str, typer.Option("--origin", help="Address under which the world sees it.", metavar="ADDRESS")
    ] = "",
    as_json: AsJson = False,
    language: Language = "",
) -> None:
    """Play a wallet and a verifier of another house against the running service, over every protocol and form."""
    choose(home, database, origin=origin)
    open_service()
    from django.utils import translation

    from mikra.server.installation import installation
    from mikra.server.rehearsal import rehearse

    with translation.override(language):
        found = rehearse()
    tell_findings(found, tell("selftest", language, origin=plain(installation().origin)), as_json=as_json)
