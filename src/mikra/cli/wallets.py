"""`mikra wallets list | allow | forget`: the wallets that the operator knows by name, and who vouches for wallets."""

from __future__ import annotations

from typing import Annotated

import typer

from mikra.cli.help import InOrder, PlainCommand, examples
from mikra.cli.installed import Database, Home, choose, open_service
from mikra.cli.output import Language, print_json

LIST = examples("mikra wallets list")
ALLOW = examples(
    "mikra wallets allow https://wallet.example/one https://wallet.example/back",
    note="Only a wallet on the web needs this; apps come back by a scheme of their own.",
)
FORGET = examples("mikra wallets forget https://wallet.example/one")

Name = Annotated[str, typer.Argument(help="What the wallet calls itself (client_id).", metavar="NAME")]

app = typer.Typer(
    name="wallets",
    cls=InOrder,
    help="Wallets that may send learners to this service: their addresses, and who vouches for them.",
)


def show(home: Home = "", database: Database = "", language: Language = "") -> None:
    """What is known: wallets with their addresses, and how many certificates of providers of wallets."""
    _open(home, database)
    from mikra.server import wallet_providers
    from mikra.server.actions import wallet_registry

    print_json(
        {
            "wallets": wallet_registry.known(),
            "providers": len(wallet_providers.anchors()),
            "providers_folder": str(wallet_providers.folder()),
            "unreadable": wallet_providers.faults(),
        }
    )


def allow(
    name: Name,
    addresses: Annotated[
        list[str], typer.Argument(help="Where it takes learners back, letter for letter.", metavar="ADDRESS...")
    ],
    home: Home = "",
    database: Database = "",
    language: Language = "",
) -> None:
    """Let a wallet on the web take learners back to these https addresses; to others it cannot."""
    _open(home, database)
    from mikra.server.actions import wallet_registry

    print_json({"wallet": name, "addresses": wallet_registry.allow(name, addresses)})


def forget(name: Name, home: Home = "", database: Database = "", language: Language = "") -> None:
    """Take a wallet off the list. What it fetched already stays with its learners."""
    _open(home, database)
    from mikra.server.actions import wallet_registry

    wallet_registry.forget(name)
    print_json({"wallet": name, "addresses": []})


def _open(home: str, database: str) -> None:
    choose(home, database)
    open_service()


app.command("list", cls=PlainCommand, epilog=LIST)(show)
app.command("allow", cls=PlainCommand, epilog=ALLOW)(allow)
app.command("forget", cls=PlainCommand, epilog=FORGET)(forget)
