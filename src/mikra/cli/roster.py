"""`mikra roster template | check`."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra import messages
from mikra.cli.help import PlainCommand, examples
from mikra.cli.output import (
    AsJson,
    Exit,
    Language,
    busy,
    console,
    next_step,
    plain,
    print_findings,
    print_json,
    read_input,
    say,
    write_new,
    write_output,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mikra.cli.class_list import ClassList
    from mikra.errors import InputError
    from mikra.issuance.design import Design
    from mikra.issuance.fields import RosterField

app = typer.Typer(help="Class lists: a workbook to fill in, and what is wrong in a list.", no_args_is_help=True)
DesignFile = Annotated[str, typer.Argument(help="The design file, or - for standard input.", metavar="DESIGN")]
RosterFile = Annotated[
    str, typer.Argument(help="The class list: XLSX, ODS or CSV; - for cells pasted here.", metavar="LIST")
]
Encoding = Annotated[str, typer.Option(help="How the letters of a CSV file are stored, if asked.", metavar="NAME")]
Delimiter = Annotated[str, typer.Option(help="What separates the cells of a CSV file, if asked.", metavar="SIGN")]
DateOrder = Annotated[
    str, typer.Option("--date-order", help="How dates are written, if asked: dmy, mdy or ymd.", metavar="ORDER")
]
Sheet = Annotated[str, typer.Option(help="The sheet of a workbook with several.", metavar="NAME")]
Column = Annotated[
    list[str] | None,
    typer.Option(
        "--column", help='What a column holds: "Born=date_of_birth". May be repeated.', metavar="HEADING=FIELD"
    ),
]
Mapping_ = Annotated[
    str, typer.Option("--mapping", help="Columns as kept with --save-mapping from an earlier list.", metavar="FILE")
]
Corrections = Annotated[
    str, typer.Option(help="Write the rows to mend into this file; mended, it is read again.", metavar="FILE")
]
_MOST = 20
"""Findings on the first screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """How a list is to be read, as it was typed."""

    mapping: str = ""
    column: Sequence[str] = ()
    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    sheet: str = ""
    today: str = ""

    @classmethod
    def typed(
        cls, mapping: str, column: Sequence[str] | None, encoding: str, delimiter: str, order: str, sheet: str
    ) -> ListOptions:
        """As the commands take them."""
        return cls(
            mapping=mapping,
            column=column or (),
            encoding=encoding,
            delimiter=delimiter,
            date_order=order,
            sheet=sheet,
        )


@app.command(
    cls=PlainCommand,
    epilog=examples("mikra roster template water.yaml -o class.xlsx", "mikra roster template water.yaml --lang bg"),
)
def template(
    design_file: DesignFile,
    output: Annotated[
        str, typer.Option("--output", "-o", help="The workbook to write.", metavar="FILE")
    ] = "class-list.xlsx",
    language: Language = "",
) -> None:
    """Write a workbook made for a design: only what differs per learner, with drop-downs and notes."""
    from mikra.issuance.columns import fields_of
    from mikra.issuance.roster import write_template

    design = read_design(design_file)
    content = write_template(
        fields_of(design), design_title=design.title.best(language), code=design.code, language=language
    )
    write_new(output, content)
    if output != "-":
        console().print(say("roster.template", language, file=plain(output)))
        next_step(language, ["mikra", "roster", "check", design_file, output])


@app.command(
    cls=PlainCommand,
    epilog=examples(
        "mikra roster check water.yaml class.xlsx",
        "mikra roster check water.yaml messy.csv --corrections mend.xlsx",
        'mikra roster check water.yaml class.csv --column "Born=date_of_birth"',
        "mikra roster check water.yaml - < class.csv",
    ),
)
def check(
    design_file: DesignFile,
    list_file: RosterFile,
    corrections: Corrections = "",
    save_mapping: Annotated[str, typer.Option(help="Keep in this file which column holds what.", metavar="FILE")] = "",
    column: Column = None,
    mapping: Mapping_ = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    date_order: DateOrder = "",
    sheet: Sheet = "",
    today: Annotated[str, typer.Option(help="Judge dates as of this day.", metavar="DATE")] = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Read a class list cell by cell. Nothing is issued."""
    from mikra.errors import InputError

    options = ListOptions.typed(mapping, column, encoding, delimiter, date_order, sheet)
    options = replace(options, today=today)
    not_twice(design_file, list_file)
    design = read_design(design_file)
    try:
        found = read_list(design, list_file, language, options)
    except InputError as error:
        if not as_json or not error.code:
            raise
        print_json(_refusal(error, list_file))
        raise SystemExit(Exit.NO) from None
    with found:
        keep(found, language, corrections, save_mapping)
        if as_json:
            print_json(as_dict(found, list_file, language))
        else:
            print_list(found, language, corrections)
            _next(design, design_file, list_file, found, corrections, language)
    raise SystemExit(Exit.NO if found.bad else Exit.DONE)


def not_twice(*files: str) -> None:
    """Standard input can be read but once."""
    if files.count("-") > 1:
        raise typer.BadParameter("Only one of the two files can be -, standard input.")


def read_design(file: str) -> Design:
    """The design in a file."""
    from mikra.issuance import design_file

    return design_file.read_design(read_input(file), name=file)


def read_list(design: Design, file: str, language: str, options: ListOptions) -> ClassList:
    """The class list in a file, checked against a design. Raises as `roster.read_roster`."""
    from mikra.cli.class_list import read_class_list
    from mikra.issuance.columns import fields_of
    from mikra.issuance.roster import RosterOptions

    fields = fields_of(design)
    chosen = RosterOptions(
        today=_day(options.today),
        encoding=options.encoding,
        delimiter={"tab": "\t"}.get(options.delimiter, options.delimiter),
        date_order=_order(options.date_order),
        sheet=options.sheet,
        language=language,
    )
    mapping = _kept_mapping(options.mapping)
    mapping |= dict(_assigned(text, fields) for text in options.column)
    with nullcontext() if file == "-" else busy("roster.reading", language):
        return read_class_list(file, fields=fields, options=chosen, mapping=mapping or None)


def _kept_mapping(file: str) -> dict[str, str]:
    """Heading -> field, as `--save-mapping` keeps it."""
    from mikra import strictjson
    from mikra.errors import InputError

    mapping = strictjson.parse(read_input(file)) if file else {}
    if not isinstance(mapping, dict):
        raise InputError(
            "This file holds no mapping of columns.",
            where=file,
            expected="headings, each with its field, as --save-mapping keeps them",
        )
    return mapping


def _day(text: str) -> dt.date:
    from mikra.adapters.clock import now

    try:
        return dt.date.fromisoformat(text) if text else now().date()
    except ValueError:
        raise typer.BadParameter(f"{text} is not a day; write 2026-06-01", param_hint="--today") from None


def _order(text: str) -> Any:
    from mikra.issuance.dates import DateOrder as Order

    if text and text not in {one.value for one in Order}:
        raise typer.BadParameter(f"{text} is not one of dmy, mdy, ymd", param_hint="--date-order")
    return Order(text) if text else None


def _assigned(text: str, fields: Sequence[RosterField]) -> tuple[str, str]:
    """ "Born=Date of birth" -> ("Born", "date_of_birth"); nothing behind the sign: the column is not to be used."""
    heading, sign, name = (part.strip() for part in text.rpartition("="))
    known = {spelling.casefold(): one.name for one in fields for spelling in _spellings(one.name)}
    if not (heading and sign) or (name and name.casefold() not in known):
        wanted = ", ".join(one.name for one in fields)
        raise typer.BadParameter(f"{text} is not HEADING=FIELD, with FIELD one of: {wanted}", param_hint="--column")
    return heading, known.get(name.casefold(), "")


def _spellings(name: str) -> list[str]:
    return [name, *(field_label(name, language) for language in messages.LANGUAGES)]


def field_label(name: str, language: str) -> str:
    """A field as people call it: the heading of its column in our template."""
    return messages.text(f"roster.heading_{name}", language)


def keep(found: ClassList, language: str, corrections: str, mapping: str) -> None:
    """Writes the rows to mend, and the mapping, where they were asked for."""
    import orjson

    from mikra.issuance.roster import write_corrections, write_corrections_csv

    if corrections and found.bad:
        write = write_corrections_csv if corrections.lower().endswith(".csv") else write_corrections
        write_new(corrections, write(found.roster, language=language))
    if mapping:
        write_output(mapping, orjson.dumps(dict(found.columns), option=orjson.OPT_INDENT_2))


def print_list(found: ClassList, language: str, corrections: str = "") -> None:
    """Counts, how the columns were read, then every cell that is wrong."""
    out = console()
    out.print(f"[bold]{say('roster.counts', language, ready=found.ready, bad=found.bad)}[/]")
    out.print(f"[dim]{say('roster.columns', language)}:[/] {plain(_columns(found.columns, language))}")
    print_findings(found.findings, language, most=_MOST)
    if found.bad and corrections:
        out.print(say("roster.corrections", language, file=plain(corrections)))


def _columns(columns: Mapping[str, str], language: str) -> str:
    return ", ".join(f"{heading} → {field_label(name, language)}" for heading, name in columns.items())


def _next(design: Design, design_file: str, list_file: str, found: ClassList, corrections: str, language: str) -> None:
    """The command that a registrar runs next."""
    if "-" in (design_file, list_file):
        return
    check = ["mikra", "roster", "check", design_file]
    if found.bad:
        next_step(language, [*check, corrections] if corrections else [*check, list_file, "--corrections", "mend.xlsx"])
        return
    publish = [] if design.published else [["mikra", "design", "publish", design_file]]
    next_step(language, *publish, ["mikra", "issue", design_file, list_file, "--key", "seal.p12", "-o", "issued"])


def as_dict(found: ClassList, file: str, language: str) -> dict[str, Any]:
    """The answer for programs."""
    return {
        "file": file,
        "code": found.code,
        "ready": found.ready,
        "attention": found.bad,
        "columns": dict(found.columns),
        "unused": list(found.unused),
        "findings": [finding.as_dict(language) for finding in found.findings],
    }


def _refusal(error: InputError, file: str) -> dict[str, Any]:
    told = {"what": error.message, "where": error.where, "found": error.found, "expected": error.expected}
    finding = {"rule": error.code, "severity": "error", **told, "fix": error.fix}
    return {
        "file": file,
        "code": error.code,
        "ready": 0,
        "attention": 0,
        "columns": {},
        "unused": [],
        "findings": [{name: value for name, value in finding.items() if value}],
    }
