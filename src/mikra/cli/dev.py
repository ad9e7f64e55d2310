"""`mikra dev offer`: JSON for test suites of wallets, against a service in development mode; production refuses it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from mikra.cli.help import examples
from mikra.cli.installed import Database, Home, choose, open_service
from mikra.cli.output import Language, print_json
from mikra.errors import NotAllowedError, NotFoundError

OFFER = examples(
    "mikra dev offer",
    "mikra dev offer --format jwt_vc_json",
    note="A new offer at each call, of the newest award: {“offer”, “tx_code”}. MIKRA_MODE=development.",
)

app = typer.Typer(help="For test suites of wallets, in development mode alone.", no_args_is_help=True, hidden=True)


@app.command("offer", epilog=OFFER)
def offer(
    home: Home = "",
    database: Database = "",
    origin: Annotated[str, typer.Option("--origin", help="Address of the service.", metavar="ADDRESS")] = "",
    form: Annotated[
        str, typer.Option("--format", help="dc+sd-jwt, jwt_vc_json or ldp_vc.", metavar="FORMAT")
    ] = "dc+sd-jwt",
    short: Annotated[bool, typer.Option("--by-reference", help="The offer as an address.")] = False,
    language: Language = "",
) -> None:
    """Print an offer for a wallet."""
    choose(home, database, origin=origin, mode=os.environ.get("MIKRA_MODE", "development"))
    open_service()
    from mikra.server.actions import wallet_copies, wallet_issuing
    from mikra.server.installation import Mode, installation
    from mikra.server.store.awards import Award

    if installation().mode is Mode.PRODUCTION:
        raise NotAllowedError(
            "Offers are made by learners here.",
            expected="a service in development mode",
            fix="Start one of your own: MIKRA_MODE=development mikra serve.",
            code="not_allowed",
        )
    rows = Award._default_manager.filter(state=Award.State.VALID, trial=False).exclude(learner=None)
    award = rows.select_related("tenant", "edition", "learner").order_by("-id").first()
    if award is None:
        raise NotFoundError("Nothing has been awarded here yet.", fix="Award something first.", code="not_found")
    known = {one.format: one.id for one in wallet_copies.issuer_of(award.tenant).configurations}
    offered = wallet_issuing.offer_award(award, known.get(form, form), rehearsal=True)
    print_json({"offer": offered.short if short else offered.link, "tx_code": offered.typed})
