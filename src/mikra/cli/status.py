"""`mikra status list | revoke | suspend | resume | supersede | publish`: what became of the credentials issued."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra import messages
from mikra.cli.help import PlainCommand, examples
from mikra.cli.keys import Password, open_key
from mikra.cli.output import AsJson, Language, columns, console, next_step, plain, print_json, read_input
from mikra.cli.status_manifest import (
    ManifestFile,
    ManifestKey,
    NewManifestFile,
    replacing,
    signer_for,
    withdrawn,
)
from mikra.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from mikra.adapters.status_store import StatusStore
    from mikra.cli.status_manifest import Rewritten
    from mikra.status.indexes import Change, Place, Session
    from mikra.status.table import Value

STORE = "status.sqlite"
app = typer.Typer(help="Status of credentials: withdraw, suspend, replace; publish the lists.", no_args_is_help=True)
StoreFile = Annotated[str, typer.Option("--store", help="The file with the places of all credentials.", metavar="FILE")]
Credentials = Annotated[
    list[str],
    typer.Argument(help="Credentials: their files, or their award ids (urn:uuid:...).", metavar="CREDENTIAL..."),
]
Why = Annotated[str, typer.Option("--why", help="The reason, as verifiers will read it. No names.", metavar="TEXT")]
Who = Annotated[str, typer.Option("--who", help="The office that decided. No names.", metavar="OFFICE")]


def tell(key: str, language: str, /, **values: object) -> str:
    return messages.text(f"lists.{key}", language, **values)


@app.command("list", cls=PlainCommand, epilog=examples("mikra status list", "mikra status list --json"))
def list_(store: StoreFile = STORE, language: Language = "", as_json: AsJson = False) -> None:
    """The status lists, and how many credentials in them are withdrawn or suspended."""
    opened = _open(store)
    with opened.work() as session:
        rows = [_counted(session, number, opened.base) for number in session.lists()]
    if as_json:
        print_json({"address": opened.base, "lists": rows})
        return
    table = columns(headed=True)
    for name in ("address", "year", "given", "withdrawn", "suspended"):
        table.add_column(tell(name, language), justify="left" if name == "address" else "right", overflow="fold")
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("address", "year", "given", "withdrawn", "suspended")))
    console().print(table)


def _counted(session: Session, row: Any, base: str) -> dict[str, Any]:
    from mikra.status.table import Value

    now = [history[-1].value for history in session.changes(row.number).values()]
    return {
        "address": f"{base}{row.number}",
        "year": row.group,
        "size": row.size,
        "given": row.taken,
        "open": row.open,
        "withdrawn": now.count(Value.INVALID),
        "suspended": now.count(Value.SUSPENDED),
    }


@app.command(
    cls=PlainCommand,
    epilog=examples(
        'mikra status revoke water.jsonld --why "Issued in error"',
        note="A withdrawal is for good. Publish the lists next.",
    ),
)
def revoke(
    credentials: Credentials,
    why: Why,
    who: Who = "",
    manifest: ManifestFile = "",
    key: ManifestKey = "",
    password_file: Password = "",
    store: StoreFile = STORE,
    language: Language = "",
) -> None:
    """Withdraw credentials for good."""
    from mikra.adapters.clock import now

    if manifest and len(credentials) > 1:
        raise InputError("A manifest is of one award.", where="--manifest", found=f"{len(credentials)} credentials")
    signer = signer_for((manifest,), key, password_file, language)
    files = [withdrawn(manifest, _id(credentials[0]), signer, now())] if signer else []
    _decide(credentials, "revoked", store, language, files=files, why=why, who=who)


@app.command(cls=PlainCommand, epilog=examples('mikra status suspend water.jsonld --why "Under review"'))
def suspend(
    credentials: Credentials, why: Why = "", who: Who = "", store: StoreFile = STORE, language: Language = ""
) -> None:
    """Suspend credentials for now."""
    _decide(credentials, "suspended", store, language, why=why, who=who)


@app.command(cls=PlainCommand, epilog=examples("mikra status resume suspended.jsonld"))
def resume(
    credentials: Credentials, why: Why = "", who: Who = "", store: StoreFile = STORE, language: Language = ""
) -> None:
    """End a suspension."""
    _decide(credentials, "resumed", store, language, why=why, who=who)


@app.command(
    cls=PlainCommand,
    epilog=examples('mikra status supersede water.jsonld --by new.jsonld --why "Grade corrected"'),
)
def supersede(
    credential: Annotated[
        str, typer.Argument(help="The old credential: its file, or its award id.", metavar="CREDENTIAL")
    ],
    by: Annotated[str, typer.Option("--by", help="The new credential: its file, or its id.", metavar="CREDENTIAL")],
    why: Why,
    link: Annotated[str, typer.Option("--link", help="Where its holder finds the new one.", metavar="ADDRESS")] = "",
    who: Who = "",
    manifest: ManifestFile = "",
    by_manifest: NewManifestFile = "",
    key: ManifestKey = "",
    password_file: Password = "",
    store: StoreFile = STORE,
    language: Language = "",
) -> None:
    """Replace a credential by a new one: the old one then says when, why, and where the new one is."""
    from mikra.adapters.clock import now

    successor = _id(by)
    if not successor:
        raise InputError("The new credential has no id.", where=by, fix="Name its file, or its id.")
    signer, at = signer_for((manifest, by_manifest), key, password_file, language), now()
    files: list[Rewritten] = []
    if signer and manifest:
        files.append(withdrawn(manifest, _id(credential), signer, at, by=successor))
    if signer and by_manifest:
        files.append(replacing(by_manifest, successor, signer, at, old=_id(credential)))
    _decide([credential], "superseded", store, language, files=files, why=why, who=who, successor=successor, link=link)


def _id(named: str) -> str:
    """The id of a credential that is named by its file; an id is itself."""
    return named if named.startswith("urn:") else str(_document(named).get("id", ""))


def _decide(
    named: list[str], what: str, store: str, language: str, *, files: Sequence[Rewritten] = (), **told: str
) -> None:
    """Writes the decision, then the manifests that tell of it, which were sealed before."""
    from mikra.status.indexes import decide

    opened = _open(store)
    places = [place for name in named for place in _places(name, opened)]
    decide(opened, places, _change(what, told))
    for one in files:
        one.write()
    for place in places:
        console().print(f"[green]✓[/] {tell(what, language)}: {plain(place.text)}", soft_wrap=True)
    for one in files:
        console().print(f"[green]✓[/] {tell('manifest', language)}: {plain(one.file)}", soft_wrap=True)
    next_step(language, ["mikra", "status", "publish", "--key", "seal.p12", "-o", "public"])


def _change(what: str, told: dict[str, str]) -> Change:
    from mikra.adapters.clock import now
    from mikra.issuance.compose import instant
    from mikra.status.indexes import Change
    from mikra.status.table import Value

    values: dict[str, Value] = {"suspended": Value.SUSPENDED, "resumed": Value.VALID}
    given = {name: told.get(name, "") for name in ("who", "why", "successor", "link")}
    return replace(Change(value=values.get(what, Value.INVALID), at=instant(now())), **given)  # type: ignore[arg-type]


def _open(store: str) -> StatusStore:
    from mikra.adapters.status_store import open_store

    return open_store(Path(store))


def _places(name: str, store: StatusStore) -> list[Place]:
    """Where the status of a credential stands: as its file says, or as the store knows its award."""
    from mikra.status.indexes import Place

    if name.startswith("urn:uuid:"):
        with store.work() as session:
            found = [Place(f"{store.base}{number}", index) for number, index in session.places(name)]
    else:
        found = _stated(_document(name))
    if not found:
        raise NotFoundError(
            "This credential has no place in a status list.",
            where=name,
            fix="Only credentials that were issued with --status can be withdrawn.",
        )
    return found


def _stated(document: Any) -> list[Place]:
    from mikra.status import bitstring, token
    from mikra.status.indexes import Place

    entries = (*bitstring.entries(document), *token.entries(document))
    return sorted(
        {Place(entry.list_url.rpartition("/")[0], entry.position()) for entry in entries if entry.known},
        key=lambda place: place.text,
    )


def _document(file: str) -> Any:
    """What is sealed in a file of ours; whether its seal is trusted is not the question here, but it must hold."""
    from mikra import formats
    from mikra.adapters.clock import now
    from mikra.verification import openers
    from mikra.verification.question import Question

    items = formats.read(read_input(file), file).items
    if len(items) != 1 or not openers.can_open(items[0]):
        raise InputError("This file is not one sealed credential.", where=file, found=f"{len(items)} things")
    opening = openers.open_item(items[0], Question(at=now()))
    if opening.faults or not opening.document:
        raise InputError("The seal of this file does not hold.", where=file, fix="Use the file that was issued.")
    return opening.document


@app.command(
    cls=PlainCommand,
    epilog=examples(
        "mikra status publish --key seal.p12 -o public",
        note="Run it at least once a day: a list counts for 24 hours. Serve the folder at the address of the lists.",
    ),
)
def publish(
    key: Annotated[
        str, typer.Option("--key", help="The key that seals the lists: as for `mikra issue`.", metavar="KEY")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to be served.", metavar="FOLDER")] = Path(
        "public"
    ),
    hours: Annotated[int, typer.Option(help="How long the lists count.", min=1, max=24, metavar="HOURS")] = 24,
    key_id: Annotated[
        str,
        typer.Option("--key-id", help="Address of the key in the DID document: did:web:...#status.", metavar="DID#KEY"),
    ] = "",
    issuer: Annotated[
        str,
        typer.Option(
            "--issuer", help="The issuer's identifier in its credentials, for readers that compare.", metavar="ID"
        ),
    ] = "",
    store: StoreFile = STORE,
    password_file: Password = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Seal all lists anew, in each encoding, with what is said of withdrawn credentials."""
    import datetime as dt

    from mikra.adapters.clock import now
    from mikra.adapters.folder import write_whole
    from mikra.issuance import status_lists

    opened, signer = _open(store), open_key(key, password_file, language)
    publisher = status_lists.Publisher(signer=signer, key_id=key_id, issuer=issuer, valid=dt.timedelta(hours=hours))
    with opened.work() as session:
        files = list(status_lists.publish(session, opened.base, publisher, at=now()))
    for path, content in files:
        write_whole(output / path, content)
    if as_json:
        print_json({"address": opened.base, "folder": str(output), "files": [path for path, _ in files]})
        return
    console().print(f"[green]✓[/] {tell('published', language, count=len(files), folder=plain(str(output)))}")
    print(tell("serve", language, address=opened.base), file=sys.stderr)
