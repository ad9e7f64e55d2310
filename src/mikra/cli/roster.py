"""`mikra roster template | check`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra.cli.output import Exit, Language, console, print_findings, read_input, say, write_output

if TYPE_CHECKING:
    from mikra.issuance.design import Design
    from mikra.issuance.roster import Roster

app = typer.Typer(help="Class lists: a template for a design, and what is wrong in a list.", no_args_is_help=True)
DesignFile = Annotated[str, typer.Argument(help="The design file.", metavar="DESIGN")]
RosterFile = Annotated[
    str, typer.Argument(help="The class list: XLSX, ODS, CSV, or - for pasted cells.", metavar="LIST")
]
Encoding = Annotated[str, typer.Option(help="Encoding of a CSV file, where it is unclear.")]
Delimiter = Annotated[str, typer.Option(help="Delimiter of a CSV file, where it is unclear.")]
DateOrder = Annotated[str, typer.Option("--date-order", help="dmy, mdy or ymd, where dates are ambiguous.")]
Sheet = Annotated[str, typer.Option(help="The sheet of a workbook.")]
Mapping = Annotated[str, typer.Option(help="A mapping kept from an earlier list (JSON: heading to field).")]


@app.command(epilog="Example: mikra roster template water.yaml -o class.xlsx")
def template(
    design_file: DesignFile,
    output: Annotated[str, typer.Option("--output", "-o", help="The workbook to write.")] = "class-list.xlsx",
    language: Language = "",
) -> None:
    """Write a workbook made for a design: only what differs per learner, with drop-downs and notes."""
    from mikra.issuance.columns import fields_of
    from mikra.issuance.roster import write_template

    design = read_design(design_file)
    content = write_template(
        fields_of(design), design_title=design.title.best(language), code=design.code, language=language
    )
    write_output(output, content)
    if output != "-":
        console().print(say("roster.template", language, file=output))


@app.command(epilog="Example: mikra roster check water.yaml class.csv --corrections mend.xlsx")
def check(
    design_file: DesignFile,
    list_file: RosterFile,
    corrections: Annotated[str, typer.Option(help="Write the rows to mend into this file.")] = "",
    save_mapping: Annotated[str, typer.Option(help="Keep the mapping of columns in this file.")] = "",
    mapping: Mapping = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    date_order: DateOrder = "",
    sheet: Sheet = "",
    today: Annotated[str, typer.Option(help="Judge dates as of this day.", metavar="DATE")] = "",
    language: Language = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Read a class list cell by cell. Nothing is issued."""
    options = {"encoding": encoding, "delimiter": delimiter, "date_order": date_order, "sheet": sheet, "today": today}
    try:
        roster = read_list(read_design(design_file), list_file, language, mapping=mapping, **options)
    except _input_error() as error:
        if not as_json or not error.code:
            raise
        _print_json(_refusal(error, list_file, language))
        raise SystemExit(Exit.NO) from None
    keep(roster, corrections, save_mapping)
    if as_json:
        _print_json(as_dict(roster, list_file, language))
    else:
        print_roster(roster, language, corrections)
    raise SystemExit(Exit.NO if roster.errors else Exit.DONE)


def read_design(file: str) -> Design:
    """The design in a file."""
    from mikra.issuance import design_file

    return design_file.read_design(read_input(file), name=file)


def read_list(
    design: Design,
    file: str,
    language: str,
    *,
    mapping: str = "",
    encoding: str = "",
    delimiter: str = "",
    date_order: str = "",
    sheet: str = "",
    today: str = "",
) -> Roster:
    """The class list in a file, checked against a design. Raises as `roster.read_roster`."""
    from mikra import strictjson
    from mikra.adapters.clock import now
    from mikra.issuance.columns import fields_of
    from mikra.issuance.dates import DateOrder as Order
    from mikra.issuance.roster import RosterOptions, read_roster

    options = RosterOptions(
        today=dt.date.fromisoformat(today) if today else now().date(),
        encoding=encoding,
        delimiter={"tab": "\t"}.get(delimiter, delimiter),
        date_order=Order(date_order) if date_order else None,
        sheet=sheet,
        language=language,
    )
    kept = strictjson.parse(read_input(mapping)) if mapping else None
    return read_roster(read_input(file), fields=fields_of(design), name=Path(file).name, mapping=kept, options=options)


def keep(roster: Roster, corrections: str, mapping: str) -> None:
    """Writes the rows to mend, and the mapping, where they were asked for."""
    import orjson

    from mikra.issuance.roster import write_corrections

    if corrections and roster.bad:
        write_output(corrections, write_corrections(roster))
    if mapping:
        write_output(mapping, orjson.dumps(dict(roster.columns), option=orjson.OPT_INDENT_2))


def print_roster(roster: Roster, language: str, corrections: str = "") -> None:
    """Counts, how the columns were read, then every cell that is wrong."""
    from rich.markup import escape

    out = console()
    out.print(f"[bold]{say('roster.counts', language, ready=len(roster.rows), bad=len(roster.bad))}[/]")
    used = ", ".join(f"{heading} → {field}" for heading, field in roster.columns.items())
    out.print(f"[dim]{say('roster.columns', language)}:[/] {escape(used)}")
    print_findings(roster.findings, language)
    if roster.bad and corrections:
        out.print(say("roster.corrections", language, file=corrections))
    elif roster.bad:
        out.print(say("roster.corrections_hint", language))


def as_dict(roster: Roster, file: str, language: str) -> dict[str, Any]:
    """The answer for programs."""
    return {
        "file": file,
        "code": roster.code,
        "ready": len(roster.rows),
        "attention": len(roster.bad),
        "columns": dict(roster.columns),
        "unused": list(roster.unused),
        "findings": [finding.as_dict(language) for finding in roster.findings],
    }


def _refusal(error: Any, file: str, language: str) -> dict[str, Any]:
    found = {"what": error.message, "where": error.where, "found": error.found, "expected": error.expected}
    finding = {"rule": error.code, "severity": "error", **found, "fix": error.fix}
    return {
        "file": file,
        "code": error.code,
        "ready": 0,
        "attention": 0,
        "columns": {},
        "unused": [],
        "findings": [{name: value for name, value in finding.items() if value}],
    }


def _input_error() -> type[Any]:
    from mikra.errors import InputError

    return InputError


def _print_json(value: Any) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
