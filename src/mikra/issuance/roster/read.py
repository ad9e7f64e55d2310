"""A class list in one call: bytes in, a `Roster` out, or an `InputError` where the file cannot be taken as a whole."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mikra.errors import InputError
from mikra.issuance.fields import FieldKind, RosterField
from mikra.issuance.roster.checking import Facts, check_rows, column_checks, learn
from mikra.issuance.roster.delimited import choose_delimiter, records
from mikra.issuance.roster.encodings import Probe, find_encoding
from mikra.issuance.roster.judging import Judge
from mikra.issuance.roster.kinds import FileKind, file_kind
from mikra.issuance.roster.learners import Issued
from mikra.issuance.roster.neutral import restored
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import Raw, Roster, RosterLimits, RosterOptions, Source, SourceKind
from mikra.issuance.roster.sheets import check_formulas, read_workbook
from mikra.issuance.roster.table import Header, Table, check_header, locate_header

DEFAULT_LIMITS = RosterLimits()


def read_roster(
    data: bytes,
    *,
    fields: Sequence[RosterField],
    options: RosterOptions,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    limits: RosterLimits = DEFAULT_LIMITS,
    already: Issued = (),
) -> Roster:
    """Read a class list: XLSX, ODS, or text of any delimiter, quoting and encoding.

    `name` is the file's, where it has one. `mapping`: heading -> field name, "" for a column not to be used; it goes
    before what headings say. `already`: the keys of learners who have it (`learner_keys`), or a question of them.
    Raises InputError with a code of `codes.CODES`; what is wrong with cells and rows stands in the roster.
    """
    mapping = mapping or {}
    check_mapping(mapping, fields, options.language)
    kind = file_kind(data, name, limits, options.language)
    if kind is FileKind.TEXT:
        table, source = read_text(data, fields, mapping, options, limits)
        header = demanded_header(locate_header(table.rows, fields, mapping), table, fields, options.language)
        return _check(table, header, source, fields, options, limits, already)
    found = read_workbook(data, fields, mapping, options, limits)
    demanded = without_code(fields) if found.for_design else fields
    header = demanded_header(locate_header(found.table.rows, fields, mapping), found.table, demanded, options.language)
    if refused := check_formulas(found.sheet, header.index, header.columns, options.language):
        raise refused
    source = {"kind": found.table.kind, "sheet": found.table.sheet, "for_design": found.for_design}
    return _check(found.table, header, source, fields, options, limits, already)


def demanded_header(header: Header | None, table: Table, fields: Sequence[RosterField], language: str) -> Header:
    """The header with all that is demanded. Corrections need no course code: that of a template has no column."""
    own = header is not None and header.columns.own
    return check_header(header, table, without_code(fields) if own else fields, language)


def without_code(fields: Sequence[RosterField]) -> list[RosterField]:
    """The fields, none demanding the design's code: the file says it for all rows."""
    return [replace(one, required=False) if one.kind is FieldKind.CODE else one for one in fields]


def check_mapping(mapping: Mapping[str, str], fields: Sequence[RosterField], language: str) -> None:
    """Raises InputError header_missing for a field that the design does not have."""
    known = {one.name for one in fields} | {""}
    for heading, field in mapping.items():
        if not isinstance(field, str) or field not in known:
            wanted, found = ", ".join(sorted(known - {""})), str(field)[:80]
            raise refusal("header_missing", "mapping_unknown", language, where=heading, found=found, expected=wanted)


def read_text(
    data: bytes, fields: Sequence[RosterField], mapping: Mapping[str, str], options: RosterOptions, limits: RosterLimits
) -> tuple[Table, dict[str, object]]:
    """All records of a delimited text, and how they were read."""
    probe = Probe()
    probe.feed(data, last=True)
    encoding = find_encoding(probe, options.encoding, options.language)
    try:
        lines = list(io.StringIO(data.decode(encoding), newline=""))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise cannot_decode(encoding, line, options.language) from error
    delimiter, skip = choose_delimiter(lines, fields, mapping, options)
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, cells in records(lines[skip:], delimiter, options.language, limits.columns):
        rows.append(cells)
        numbers.append(number + skip)
        if len(rows) > limits.rows + 1 + 20:
            most = str(limits.rows)
            raise refusal("too_many_rows", "too_many_rows", options.language, expected=most, most=most)
    table = Table(kind=SourceKind.DELIMITED, sheet="", rows=rows, numbers=numbers, ragged=True)
    return table, {"kind": SourceKind.DELIMITED, "encoding": encoding, "delimiter": delimiter}


def cannot_decode(encoding: str, line: int, language: str) -> InputError:
    """A byte that the encoding does not have."""
    return refusal("encoding_unclear", "encoding_breaks", language, found=encoding, line=line, encoding=encoding)


def _check(
    table: Table,
    header: Header,
    source: Mapping[str, object],
    fields: Sequence[RosterField],
    options: RosterOptions,
    limits: RosterLimits,
    already: Issued,
) -> Roster:
    judge = Judge(table=table, header=header, options=options, already=already)
    rows: list[Sequence[Raw]] = []
    numbers: list[int] = []
    below = table.rows[header.index + 1 :]
    if header.columns.own:
        below = [[restored(cell) if isinstance(cell, str) else cell for cell in row] for row in below]
    judge.take(below, table.numbers[header.index + 1 :], rows, numbers)
    if len(rows) > limits.rows:
        most = str(limits.rows)
        raise refusal(
            "too_many_rows", "too_many_rows", options.language, found=str(len(rows)), expected=most, most=most
        )
    if not rows and not judge.bad:
        raise refusal("sheet_empty", "no_rows", options.language, where=table.sheet)
    facts = {p: learn(one, [row[p] for row in rows]) for p, one in header.columns.used.items()}
    values, faults = check_rows(rows, column_checks(header, options, limits.cell, facts))
    judge.judge(rows, numbers, values, faults)
    return judge.roster(fields, source_of(source, header, table, facts))


def source_of(found: Mapping[str, object], header: Header, table: Table, facts: Mapping[int, Facts]) -> Source:
    """How the file was read."""
    orders = {one.name: facts[p].order for p, one in header.columns.used.items()}
    return Source(
        **found,  # type: ignore[arg-type]
        header_row=table.numbers[header.index],
        date_orders={name: order for name, order in orders.items() if order},
        digits={one.name: facts[p].digits for p, one in header.columns.used.items() if facts[p].digits},
        own=bool(header.columns.own),
    )
