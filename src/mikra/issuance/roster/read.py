"""A class list in one call: bytes in, a `Roster` out, or an `InputError` where the file cannot be taken as a whole."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from mikra.issuance.fields import RosterField
from mikra.issuance.roster.checking import Facts, check_rows, column_checks, learn
from mikra.issuance.roster.delimited import candidates, hinted_delimiter, records
from mikra.issuance.roster.encodings import Probe, find_encoding
from mikra.issuance.roster.judging import Judge
from mikra.issuance.roster.kinds import FileKind, file_kind
from mikra.issuance.roster.learners import Issued
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import Raw, Roster, RosterLimits, RosterOptions, Source, SourceKind
from mikra.issuance.roster.sheets import check_formulas, read_workbook
from mikra.issuance.roster.table import Header, Table, check_header, locate_header

DEFAULT_LIMITS = RosterLimits()
DELIMITER_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}


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
    _check_mapping(mapping, fields, options.language)
    kind = file_kind(data, name, limits, options.language)
    if kind is FileKind.TEXT:
        table, source = _read_text(data, fields, mapping, options, limits)
        header = check_header(locate_header(table.rows, fields, mapping), table, fields, options.language)
    else:
        table, sheet = read_workbook(data, fields, mapping, options, limits)
        source = {"kind": table.kind, "sheet": table.sheet}
        header = check_header(locate_header(table.rows, fields, mapping), table, fields, options.language)
        if refused := check_formulas(sheet, header.index, header.columns, options.language):
            raise refused
    return _check(table, header, source, fields, options, limits, already)


def _check_mapping(mapping: Mapping[str, str], fields: Sequence[RosterField], language: str) -> None:
    known = {one.name for one in fields} | {""}
    for heading, field in mapping.items():
        if field not in known:
            wanted = ", ".join(sorted(known - {""}))
            raise refusal("header_missing", "mapping_unknown", language, where=heading, found=field, expected=wanted)


def _read_text(
    data: bytes, fields: Sequence[RosterField], mapping: Mapping[str, str], options: RosterOptions, limits: RosterLimits
) -> tuple[Table, dict[str, object]]:
    probe = Probe()
    probe.feed(data, last=True)
    encoding = find_encoding(probe, options.encoding, options.language)
    try:
        lines = list(io.StringIO(data.decode(encoding), newline=""))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refusal(
            "encoding_unclear", "encoding_breaks", options.language, found=encoding, line=line, encoding=encoding
        ) from error
    delimiter, skip = choose_delimiter(lines, fields, mapping, options)
    rows: list[list[str]] = []
    numbers: list[int] = []
    for number, cells in records(lines[skip:], delimiter, options.language):
        rows.append(cells)
        numbers.append(number + skip)
        if len(rows) > limits.rows + 1 + 20:
            most = str(limits.rows)
            raise refusal("too_many_rows", "too_many_rows", options.language, expected=most, most=most)
    table = Table(kind=SourceKind.DELIMITED, sheet="", rows=rows, numbers=numbers, ragged=True)
    return table, {"kind": SourceKind.DELIMITED, "encoding": encoding, "delimiter": delimiter}


def choose_delimiter(
    lines: list[str], fields: Sequence[RosterField], mapping: Mapping[str, str], options: RosterOptions
) -> tuple[str, int]:
    """(delimiter, lines to skip). The one under which most headings are known and most rows are as wide as they are."""
    hinted = hinted_delimiter(lines[0]) if lines else ""
    given = DELIMITER_NAMES.get(options.delimiter.lower(), options.delimiter) or hinted
    if given:
        if len(given) != 1 or given in '\r\n"':
            raise refusal("csv_malformed", "delimiter_unknown", options.language, found=given)
        return given, 1 if hinted else 0
    scores: dict[str, tuple[int, float, int]] = {}
    for delimiter, sample in candidates(lines).items():
        rows = [cells for _, cells in sample]
        header = locate_header(rows, fields, mapping)
        top = header.index if header else 0
        below = rows[top + 1 :]
        width = len(rows[top]) if rows else 0
        even = sum(len(row) == width for row in below) / len(below) if below else 1.0
        scores[delimiter] = (len(header.columns.used) if header else 0, even, width)
    best = max(scores.values())
    chosen = [delimiter for delimiter, score in scores.items() if score == best]
    if len(chosen) > 1:
        raise refusal("csv_malformed", "delimiter_unclear", options.language, found=" ".join(map(repr, chosen)))
    return chosen[0], 0


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
    judge.take(table.rows[header.index + 1 :], table.numbers[header.index + 1 :], rows, numbers)
    if len(rows) > limits.rows:
        most = str(limits.rows)
        raise refusal(
            "too_many_rows", "too_many_rows", options.language, found=str(len(rows)), expected=most, most=most
        )
    if not rows and not judge.bad:
        raise refusal("sheet_empty", "no_rows", options.language, where=table.sheet)
    facts = {p: learn(one, [row[p] for row in rows]) for p, one in header.columns.used.items()}
    values, faults = check_rows(rows, column_checks(header, options, limits.cell, facts), fields)
    judge.judge(rows, numbers, values, faults)
    return judge.roster(fields, _source(source, header, table, facts))


def _source(found: Mapping[str, object], header: Header, table: Table, facts: Mapping[int, Facts]) -> Source:
    orders = {one.name: facts[p].order for p, one in header.columns.used.items()}
    return Source(
        **found,  # type: ignore[arg-type]
        header_row=table.numbers[header.index],
        date_orders={name: order for name, order in orders.items() if order},
        own=bool(header.columns.own),
    )
