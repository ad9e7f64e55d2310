"""Rows as a file gives them, whatever its format, and where in them the headings stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mikra.errors import InputError
from mikra.issuance.fields import NAME_FIELDS, RosterField
from mikra.issuance.roster.faults import shown
from mikra.issuance.roster.headings import Columns, close_headings, match_columns
from mikra.issuance.roster.neutral import restored
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import Raw, SourceKind
from mikra.messages import text

_TOP = 20
"""Rows within which the headings stand: above them may be a title and a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`rows` and their `numbers` in the file, from 1. `ragged`: rows may differ in width, and it matters."""

    kind: SourceKind
    sheet: str
    rows: Sequence[Sequence[Raw]]
    numbers: Sequence[int]
    ragged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`index`: which of the rows holds the headings."""

    index: int
    headings: tuple[str, ...]
    columns: Columns


def locate_header(
    rows: Sequence[Sequence[Raw]], fields: Sequence[RosterField], mapping: Mapping[str, str]
) -> Header | None:
    """The row of the headings: the first of those with most known ones; None where nothing is known."""
    best: Header | None = None
    for index, row in enumerate(rows[:_TOP]):
        headings = tuple(cell.strip() if isinstance(cell, str) else shown(cell) for cell in row)
        columns = match_columns(headings, fields, mapping)
        if columns.own:
            headings = tuple(map(restored, headings))
            columns = match_columns(headings, fields, mapping)
        if columns.used and (best is None or len(columns.used) > len(best.columns.used)):
            best = Header(index=index, headings=headings, columns=columns)
    return best


def check_header(header: Header | None, table: Table, fields: Sequence[RosterField], language: str) -> Header:
    """The header, if every field that is demanded has one column. Raises header_duplicate, header_missing."""
    if header is None:
        raise _missing(_first_row(table), list(wanted_names(fields, set())), fields, language)
    if header.columns.doubled:
        name, twice = next(iter(header.columns.doubled.items()))
        found, where = " / ".join(twice), row_where(table, table.numbers[header.index], language)
        named = heading_text(name, language)
        raise refusal("header_duplicate", "header_duplicate", language, where=where, found=found, field=named)
    lacking = missing_fields(header.columns, fields)
    if lacking:
        raise _missing(header.headings, lacking, fields, language)
    return header


def missing_fields(columns: Columns, fields: Sequence[RosterField]) -> list[str]:
    """Names of the demanded fields that have no column. One whole form of the name is always demanded."""
    used = {one.name for one in columns.used.values()}
    lacking = [one.name for one in fields if one.required and one.name not in used and one.name not in NAME_FIELDS]
    return [*wanted_names(fields, used), *lacking]


def wanted_names(fields: Sequence[RosterField], used: set[str]) -> list[str]:
    """The name fields still lacking; none where one whole form of the name is there, or none is taken at all."""
    taken = [one.name for one in fields if one.name in NAME_FIELDS]
    halves = [name for name in ("given_name", "family_name") if name in taken]
    whole = "full_name" in taken and "full_name" in used
    if not taken or whole or (len(halves) == 2 and used.issuperset(halves)):
        return []
    if len(halves) == 2:
        return [name for name in halves if name not in used]
    demanded = [one.name for one in fields if one.name in taken and one.required] or taken
    return [name for name in demanded if name not in used]


def _first_row(table: Table) -> tuple[str, ...]:
    return tuple(shown(cell) for cell in table.rows[0]) if table.rows else ()


def _missing(headings: Sequence[str], lacking: list[str], fields: Sequence[RosterField], language: str) -> InputError:
    wanted = ", ".join(heading_text(name, language) for name in lacking)
    close = [heading for name in lacking for heading in close_headings(headings, name)]
    taken = {one.name for one in fields}
    key = "header_missing"
    if "full_name" in headings_known(headings) and "full_name" not in taken:
        key = "header_name_whole"
    elif close:
        key = "header_missing_close"
    found = ", ".join(heading for heading in headings if heading)[:300]
    return refusal("header_missing", key, language, found=found, expected=wanted, fields=wanted, close=", ".join(close))


def headings_known(headings: Sequence[str]) -> set[str]:
    """The names of all fields that the headings may mean, whether the design takes them or not."""
    from mikra.issuance.roster.headings import heading_key, known_headings

    names = {known_headings().get(heading_key(heading), "") for heading in headings}
    return {"full_name" if name == "name" else name for name in names}


def heading_text(name: str, language: str) -> str:
    """A field's name as a heading in this language; its own name where it is not a standard field."""
    try:
        return text(f"roster.heading_{name}", language)
    except KeyError:
        return name


def row_where(table: Table, number: int, language: str) -> str:
    """A row as people find it: "line 7", or "Sheet1!7:7"."""
    if table.kind is SourceKind.DELIMITED:
        return text("roster.where_line", language, line=number)
    return f"{quoted_sheet(table.sheet)}!{number}:{number}"


def cell_where(table: Table, number: int, position: int, heading: str, language: str) -> str:
    """A cell as people find it: "line 7, column email", or "Sheet1!C7"."""
    if table.kind is SourceKind.DELIMITED:
        named = heading or str(position + 1)
        return text("roster.where_cell", language, line=number, column=named)
    return f"{quoted_sheet(table.sheet)}!{column_letters(position)}{number}"


def quoted_sheet(name: str) -> str:
    """The name of a sheet as it stands in a reference: in apostrophes where it is more than one word."""
    return name if name.replace("_", "a").isalnum() else "'" + name.replace("'", "''") + "'"


def column_letters(position: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
