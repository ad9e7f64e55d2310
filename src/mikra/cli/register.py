"""`mikra register import | find | show`: who knows a provider, as of when, and what they say."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra.cli import world
from mikra.cli.help import PlainCommand, examples
from mikra.cli.output import (
    AsJson,
    Exit,
    Language,
    columns,
    console,
    plain,
    print_json,
    read_input,
    write_output,
)
from mikra.errors import InputError
from mikra.messages import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mikra.trust.identity import Identity
    from mikra.trust.register import Answer, Provider, Register

app = typer.Typer(help="Registers of providers: take in lists, and ask them.", no_args_is_help=True)

KINDS = ("deqar", "deqar-json", "csv", "yaml")
RegisterPath = Annotated[Path, typer.Argument(help="The register.", metavar="REGISTER")]


@app.command(
    "import",
    cls=PlainCommand,
    epilog=examples(
        "mikra register import register.json partners.yaml --as-of 2026-05-01",
        "mikra register import register.json schools.csv --as-of 2026-05-01",
    ),
)
def take_in(
    register: RegisterPath,
    source: Annotated[str, typer.Argument(help="The list: CSV, JSON or YAML.", metavar="LIST")],
    as_of: Annotated[str, typer.Option("--as-of", metavar="DAY", help="The day for which the list speaks.")],
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help=f"What it is: {', '.join(KINDS)}; else told by its name.")
    ] = "",
    title: Annotated[str, typer.Option("--title", metavar="WORDS", help="What the list is called.")] = "",
    reports: Annotated[
        str, typer.Option("--reports", metavar="FILE", help="With DEQAR's institutions: its file of reports.")
    ] = "",
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="OURS=HEADING", help="A column with an unusual heading. May be repeated."),
    ] = None,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where the list is published.")] = "",
    language: Language = "",
) -> None:
    """Take a list of providers into a register, in place of an older state of the same list."""
    from mikra.trust.accreditation import day_of
    from mikra.trust.register import Register, Source, write

    day = day_of(as_of)
    if day is None:
        raise typer.BadParameter(f"{as_of} is not a day; write 2026-05-31", param_hint="--as-of")
    data = read_input(source)
    chosen = kind or _kind(source)
    with world.uncollected():
        providers = _read(chosen, data, read_input(reports) if reports else b"", field or [])
    made = Source(
        id=Path(source).stem if chosen != "deqar" else "deqar",
        title=title or ("DEQAR" if chosen.startswith("deqar") else Path(source).stem),
        kind=chosen,
        as_of=day,
        digest=hashlib.sha256(data).hexdigest(),
        url=url,
    )
    before = world.register(register) if register.exists() else None
    write_output(str(register), write((before or Register()).with_source(made, providers)))
    words = text("register.taken", language, count=len(providers), source=made.title, day=day.isoformat())
    console().print(plain(words))


def _kind(source: str) -> str:
    kinds = {".csv": "csv", ".json": "deqar-json", ".yaml": "yaml", ".yml": "yaml"}
    found = kinds.get(Path(source).suffix.lower(), "")
    return "deqar" if found == "csv" and Path(source).name.startswith("deqar-") else found


def _read(kind: str, data: bytes, reports: bytes, fields: list[str]) -> tuple[Provider, ...]:
    from mikra import strictjson
    from mikra.issuance.design_yaml import parse_yaml
    from mikra.trust import register_sources

    match kind:
        case "deqar":
            return register_sources.deqar(data, reports)
        case "deqar-json":
            limits = strictjson.Limits(max_bytes=50_000_000, max_nodes=2_000_000)
            return register_sources.deqar_json(strictjson.parse(data, limits))
        case "csv":
            pairs = [field.partition("=") for field in fields]
            return register_sources.national(data, {ours.strip(): heading for ours, _, heading in pairs})
        case "yaml":
            return register_sources.entries(parse_yaml(data))
    raise InputError("What kind of list this is cannot be told.", expected=", ".join(KINDS), fix="Say it with --kind.")


@app.command(
    cls=PlainCommand,
    epilog=examples(
        'mikra register find register.json "University of Zed"', "mikra register find register.json ror=02feahw73"
    ),
)
def find(
    register: RegisterPath,
    asked: Annotated[
        list[str], typer.Argument(help="Identifiers as SCHEME=VALUE (vat=RO123), or a name.", metavar="WHO...")
    ],
    country: Annotated[str, typer.Option("--country", metavar="CODE", help="The country, for names.")] = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Who knows this provider, as of when, and what they say. A name alone finds it only possibly."""
    known = _open(register)
    identities, names = _asked(asked, country)
    answers = known.find(identities, names, country.upper())
    if as_json:
        print_json([_answer(answer) for answer in answers])
    else:
        _say(answers, known, language)
    raise SystemExit(Exit.DONE if answers else Exit.NO)


def _asked(asked: Sequence[str], country: str) -> tuple[list[Identity], list[str]]:
    from mikra.trust.identity import identity

    pairs = [one.partition("=") for one in asked if "=" in one]
    found = [identity(scheme, value, country) for scheme, _, value in pairs]
    if any(one is None for one in found):
        raise InputError("This is no identifier.", found=" ".join(asked)[:80], expected="SCHEME=VALUE, as vat=RO123")
    return [one for one in found if one is not None], [one for one in asked if "=" not in one]


@app.command(cls=PlainCommand, epilog=examples("mikra register show register.json"))
def show(register: RegisterPath, language: Language = "", as_json: AsJson = False) -> None:
    """Show the lists in a register, and the day for which each speaks."""
    known = _open(register)
    if as_json:
        print_json(
            [
                {"id": s.id, "title": s.title, "kind": s.kind, "as_of": s.as_of.isoformat(), "url": s.url,
                 "sha256": s.digest, "providers": len(known.providers[s.id])}
                for s in known.sources
            ]
        )  # fmt: skip
        return
    table = columns()
    for source in known.sources:
        told = text("register.listed", language, source=source.title, day=source.as_of.isoformat())
        table.add_row(plain(told), str(len(known.providers[source.id])))
    console().print(table)


def _open(file: Path) -> Register:
    found = world.register(file)
    assert found is not None
    return found


def _answer(answer: Answer) -> dict[str, Any]:
    provider = answer.provider
    return {
        "certainty": answer.certainty.value,
        "by": {"scheme": answer.by.scheme, "value": answer.by.value},
        "source": {"id": answer.source.id, "title": answer.source.title, "as_of": answer.source.as_of.isoformat()},
        "key": provider.key,
        "names": list(provider.names),
        "country": provider.country,
        "identifiers": [{"scheme": one.scheme, "value": one.value} for one in provider.identities],
        "says": provider.says,
        "closed": provider.closed.isoformat() if provider.closed else None,
        "accreditations": len(provider.scopes),
    }


def _say(answers: Sequence[Answer], known: Register, language: str) -> None:
    out = console()
    if not answers:
        sources = ", ".join(
            text("register.listed", language, source=s.title, day=s.as_of.isoformat()) for s in known.sources
        )
        out.print(plain(text("register.nobody", language, sources=sources)))
    for answer in answers:
        source, provider = answer.source, answer.provider
        name, day = provider.names[0], source.as_of.isoformat()
        by = f"{answer.by.scheme} {answer.by.value}"
        out.print(
            plain(text(f"register.{answer.certainty.value}", language, source=source.title, day=day, name=name, by=by))
        )
        if provider.says:
            out.print(plain("  " + text("register.says", language, source=source.title, text=provider.says)))
