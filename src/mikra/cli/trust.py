"""`mikra trust update | show | check`: the EU's trusted lists, kept in a folder; nothing is fetched unasked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra.cli import world
from mikra.cli.help import PlainCommand, examples
from mikra.cli.output import AsJson, Exit, Language, busy, columns, console, plain, print_json, read_input
from mikra.cli.world import ListSigner
from mikra.messages import text

if TYPE_CHECKING:
    from datetime import datetime

    from mikra.trust.lote import EntityList, Opened, Service
    from mikra.trust.qualification import Answer
    from mikra.trust.trusted_list import TrustedList
    from mikra.trust.trusted_lists import TrustedLists

app = typer.Typer(help="The EU's trusted lists: fetch them, look at them, ask them.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder that holds the lists.", metavar="DIR")]


@app.command(
    cls=PlainCommand,
    epilog=examples("mikra trust update lists", note="This asks the network: every list that is named."),
)
def update(
    context: typer.Context,
    folder: Folder,
    url: Annotated[
        str, typer.Option("--from", metavar="URL", help="Where the list of the lists is; else the EU's.")
    ] = "",
    list_signer: ListSigner = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Fetch the trusted lists of the EU, check who signed each, and keep them."""
    from mikra.adapters.clock import now
    from mikra.adapters.folder import write_whole
    from mikra.trust.trusted_list_update import update as fetch
    from mikra.trust.trusted_lists import INDEX, LOTL_URL, folder_file

    signers = world.list_signers(list_signer)
    loader = world.door(context).with_limits(most=world.MOST_LIST, seconds=world.LIST_SECONDS)
    with busy("trust.fetching", language):
        found = fetch(
            loader, url=url or LOTL_URL, signers=signers, now=now(), known=lambda name: folder_file(folder, name)
        )
    for name, data in sorted(found.files.items(), key=lambda item: item[0] == INDEX):
        write_whole(folder / name, data)
    if as_json:
        print_json(
            {
                "lists": [_facts(opened.content) for _, opened in found.current],
                "problems": [{"territory": where, "code": e.code, "what": e.message} for where, e in found.problems],
            }
        )
    else:
        _table([opened.content for _, opened in found.current], now(), language)
        for where, error in found.problems:
            console(stderr=True).print(f"[yellow]![/] {plain(f'{where}: {error}')}")
    raise SystemExit(Exit.UNDECIDED if found.problems else Exit.DONE)


@app.command(
    cls=PlainCommand,
    epilog=examples("mikra trust show lists", "mikra trust show lists --list-signer commission.pem --json"),
)
def show(folder: Folder, list_signer: ListSigner = None, language: Language = "", as_json: AsJson = False) -> None:
    """Show the kept lists: of which day each is, and until when it can be relied on."""
    from mikra.adapters.clock import now

    lists = _open(folder, list_signer)
    opened = [(entry.pointer.territory, lists.open(entry)) for entry in lists.entries]
    good = [found.content for _, found in opened if not isinstance(found, Exception)]
    if as_json:
        bad = [{"territory": territory, "code": error.code} for territory, error in lists.unusable]
        fetched = lists.fetched.isoformat() if lists.fetched else None
        lotl = _facts(lists.lotl.content) | {"signer": lists.lotl.signer}
        print_json({"fetched": fetched, "list_of_lists": lotl, "lists": [_facts(one) for one in good], "unusable": bad})
    else:
        _age(lists, now(), language)
        _table([lists.lotl.content, *good], now(), language)
        for territory, error in lists.unusable:
            console(stderr=True).print(f"[bold red]✗[/] {plain(f'{territory}: {error}')}")
    raise SystemExit(Exit.UNDECIDED if lists.unusable else Exit.DONE)


@app.command(
    cls=PlainCommand,
    epilog=examples(
        "mikra trust check seal.pem --trusted-lists lists --at 2026-06-01",
        "mikra trust check seal.pem --trusted-lists lists --list-signer commission.pem",
    ),
)
def check(
    certificate: Annotated[str, typer.Argument(help="Certificate of a seal, with those above it.", metavar="FILE")],
    lists: Annotated[Path, typer.Option("--trusted-lists", metavar="DIR", help="Folder that holds the lists.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="Ask for this day or moment, not for now.")] = "",
    list_signer: ListSigner = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Say what the lists say of a seal's certificate at a time: qualified, or not, and why."""
    from mikra.cli.verify import moment_of
    from mikra.trust.certificates import split
    from mikra.trust.qualification import Level, assess

    leaf, *chain = split(read_input(certificate))
    known = _open(lists, list_signer)
    answer = assess(leaf, at=moment_of(at), chain=chain, lists=known)
    if as_json:
        print_json(_answer(answer))
    else:
        _say(answer, known, language)
    raise SystemExit(Exit.NO if answer.level is Level.NOT_DETERMINED else Exit.DONE)


@app.command(
    cls=PlainCommand,
    epilog=examples(
        "mikra trust entities list.jwt --list-signer operator.pem",
        note="Lists of the wallet world (ETSI TS 119 602, JSON): public bodies that issue attestations, and others.",
    ),
)
def entities(
    file: Annotated[str, typer.Argument(help="The list, as it is published: a sealed text.", metavar="FILE")],
    list_signer: Annotated[
        list[Path], typer.Option("--list-signer", metavar="FILE", help="Certificates of whoever publishes the list.")
    ],
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Check who sealed a list of trusted entities in JSON, and show whom it names, for what."""
    from mikra.adapters.clock import now
    from mikra.sealing.jades_compact import unseal
    from mikra.trust.lote import open_list

    opened = open_list(read_input(file), world.list_signers(list_signer), unseal)
    current = opened.content.covers(now())
    if as_json:
        print_json(_entities(opened, current))
    else:
        _print_entities(opened.content, language, current=current)
    raise SystemExit(Exit.DONE if current else Exit.UNDECIDED)


def _entities(opened: Opened, current: bool) -> dict[str, Any]:
    content = opened.content
    return {
        "type": content.kind,
        "territory": content.territory,
        "operator": dict(content.operator),
        "sequence": content.sequence,
        "issued": content.issued.isoformat(),
        "next_update": content.next_update.isoformat(),
        "current": current,
        "signer": opened.signer,
        "services": [_entity(one) for one in content.services],
    }


def _entity(one: Service) -> dict[str, Any]:
    from mikra.trust.certificates import fingerprint

    return {
        "entity": dict(one.entity),
        "service": dict(one.name),
        "type": one.now.kind,
        "status": one.now.status,
        "certificates": [fingerprint(der) for der in one.now.certificates],
    }


def _print_entities(content: EntityList, language: str, *, current: bool) -> None:
    from mikra.messages.spoken import Day, Said

    told = {"issued": Day(content.issued).text(language), "until": Day(content.next_update).text(language)}
    operator = Said(content.operator).text(language)
    console().print(plain(text("trust.entities.list", language, operator=operator, number=content.sequence, **told)))
    if not current:
        console(stderr=True).print(f"[yellow]![/] {plain(text('trust.entities.old', language))}")
    table = columns(headed=True)
    for name in ("entity", "service", "certificates"):
        table.add_column(text(f"trust.column.{name}", language), overflow="fold")
    for one in content.services:
        what = one.now.kind or Said(one.name).text(language)
        table.add_row(plain(Said(one.entity).text(language)), plain(what), str(len(one.now.certificates)))
    console().print(table)


def _open(folder: Path, signers: list[Path] | None) -> TrustedLists:
    found = world.trusted_lists(folder, signers)
    assert found is not None
    return found


def _facts(content: TrustedList) -> dict[str, Any]:
    return {
        "territory": content.territory,
        "sequence": content.sequence,
        "issued": content.issued.isoformat(),
        "next_update": content.next_update.isoformat() if content.next_update else None,
        "services": len(content.services),
    }


def _age(lists: TrustedLists, now: datetime, language: str) -> None:
    """How old the snapshot is: said first, for it is never renewed unasked."""
    from mikra.messages.spoken import Day

    if lists.fetched is None:
        console().print(plain(text("trust.age.unknown", language)))
        return
    days = (now - lists.fetched).days
    day = Day(lists.fetched).text(language)
    console().print(plain(text("trust.age.known", language, day=day, count=days)))


def _table(contents: list[TrustedList], now: datetime, language: str) -> None:
    from mikra.messages.spoken import Day
    from mikra.verification.listed import Country

    table = columns(headed=True)
    for name in ("country", "number", "issued", "until", "services"):
        table.add_column(text(f"trust.column.{name}", language))
    for one in contents:
        until = Day(one.next_update).text(language) if one.next_update else text("trust.ended", language)
        mark = "" if one.covers(now) else "[yellow]![/] "
        country = Country(one.territory).text(language)
        row = (country, str(one.sequence), Day(one.issued).text(language), until, str(len(one.services)))
        table.add_row(*(plain(cell) for cell in row[:3]), mark + plain(row[3]), plain(row[4]))
    console().print(table)


def _answer(answer: Answer) -> dict[str, Any]:
    state, service = answer.state, answer.service
    return {
        "level": answer.level.value,
        "reason": answer.reason.value,
        "at": answer.at.isoformat(),
        "list": _facts(answer.source) if answer.source else None,
        "provider": dict(service.provider) if service else None,
        "service": dict(service.name) if service else None,
        "status": {"uri": state.status, "since": state.since.isoformat()} if state else None,
    }


def _say(answer: Answer, lists: TrustedLists, language: str) -> None:
    from mikra.verification.listed import findings
    from mikra.verification.policy import Policy

    for finding in findings(answer, Policy(trusted_lists=lists)):
        console().print(plain(finding.what.text(language)))
