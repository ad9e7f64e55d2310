"""A class list of any length, row by row, in bounded memory: for the command line and for other programs.

Text is gone through three times: for its encoding, for what whole columns prove and which learners may stand there
twice, and for the rows themselves. A workbook has its limits and is read at once.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO

from mikra.issuance.fields import RosterField
from mikra.issuance.roster.checking import NO_FACTS, ColumnCheck, Facts, check_rows, column_checks, learn
from mikra.issuance.roster.delimited import Record, choose_delimiter, records
from mikra.issuance.roster.encodings import Probe, find_encoding
from mikra.issuance.roster.judging import Judge
from mikra.issuance.roster.kinds import NO_TEXT, FileKind, file_kind
from mikra.issuance.roster.learners import Duplicates, Issued
from mikra.issuance.roster.neutral import restored
from mikra.issuance.roster.read import (
    DEFAULT_LIMITS,
    cannot_decode,
    check_mapping,
    demanded_header,
    read_roster,
    source_of,
)
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import BadRow, Raw, Roster, RosterLimits, RosterOptions, Row, Source, SourceKind
from mikra.issuance.roster.suspects import Suspects, raw_keys
from mikra.issuance.roster.table import Header, Table, locate_header
from mikra.report import Finding, Severity

_BLOCK = 2_000
"""Rows that are checked together."""
_PIECE = 1 << 20
_START = 4096
_SAMPLE_LINES = 500
_SHORTEST_ROW = 40
"""Bytes by which the number of rows is estimated."""


@dataclass(slots=True, kw_only=True)
class RosterStream:
    """Rows in the order of the file, each time it is iterated: `Row` when ready, else `BadRow`.

    `ready`, `bad` and `counts` (severity -> findings) are those of the last iteration, and whole once it has ended.
    `findings` are the first of them, at most `keep`.
    """

    columns: Mapping[str, str]
    headings: tuple[str, ...]
    unused: tuple[str, ...]
    source: Source
    keep: int
    ready: int = 0
    bad: int = 0
    counts: Counter[Severity] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    _blocks: _Blocks

    def __iter__(self) -> Iterator[Row | BadRow]:
        self.ready = self.bad = 0
        self.counts, self.findings = Counter(), []
        for rows, findings in self._blocks:
            self.counts.update(one.severity for one in findings)
            self.findings.extend(findings[: self.keep - len(self.findings)])
            for row in rows:
                if isinstance(row, Row):
                    self.ready += 1
                else:
                    self.bad += 1
                yield row


Block = tuple[Sequence[Row | BadRow], Sequence[Finding]]


class _Blocks:
    """What a stream is made of; each iteration starts from the beginning."""

    def __iter__(self) -> Iterator[Block]:
        raise NotImplementedError


def iter_roster(
    stream: BinaryIO,
    *,
    fields: Sequence[RosterField],
    options: RosterOptions,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    limits: RosterLimits = DEFAULT_LIMITS,
    already: Issued = (),
    keep: int = 1_000,
) -> RosterStream:
    """The rows of a list of any length. `stream` must be seekable, and stay open while rows are taken.

    Arguments as in `read_roster`; of the limits, `size` and `rows` hold for workbooks only. Raises InputError at once
    for what keeps the file from being read as a whole; a fault of its form further down when that line is reached.
    """
    mapping = mapping or {}
    check_mapping(mapping, fields, options.language)
    start = stream.read(_START)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    no_limit = replace(limits, size=size)
    if start.startswith(NO_TEXT) or file_kind(start, name, no_limit, options.language) is FileKind.ARCHIVE:
        data = stream.read(limits.size + 1)
        roster = read_roster(
            data, fields=fields, options=options, name=name, mapping=mapping, limits=limits, already=already
        )
        return _stream_of(roster, roster.source, keep, _Whole(roster))
    text = _Text(stream, size, fields, mapping, options, limits, already)
    return _stream_of(text.judge().roster(fields, text.source), text.source, keep, text)


def _stream_of(roster: Roster, source: Source, keep: int, blocks: _Blocks) -> RosterStream:
    return RosterStream(
        columns=roster.columns,
        headings=roster.headings,
        unused=roster.unused,
        source=source,
        keep=keep,
        _blocks=blocks,
    )


class _Whole(_Blocks):
    """A workbook: everything is there already."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster

    def __iter__(self) -> Iterator[Block]:
        rows: list[Row | BadRow] = [*self.roster.rows, *self.roster.bad]
        yield sorted(rows, key=lambda row: row.number), self.roster.findings


class _Text(_Blocks):
    """Delimited text, opened anew for each pass."""

    def __init__(
        self,
        stream: BinaryIO,
        size: int,
        fields: Sequence[RosterField],
        mapping: Mapping[str, str],
        options: RosterOptions,
        limits: RosterLimits,
        already: Issued,
    ) -> None:
        self.stream, self.fields, self.options = stream, fields, options
        self.limits, self.already = limits, already
        self.encoding = self._find_encoding()
        sample = list(islice(self._lines(), _SAMPLE_LINES))
        self.delimiter, self.skip = choose_delimiter(sample, fields, mapping, options)
        top = list(islice(self._records(), 21))
        self.table = Table(
            kind=SourceKind.DELIMITED,
            sheet="",
            rows=[cells for _, cells in top],
            numbers=[number for number, _ in top],
            ragged=True,
        )
        located = locate_header(self.table.rows, fields, mapping)
        self.header: Header = demanded_header(located, self.table, fields, options.language)
        self.facts, self.suspects = self._learn(size)
        found = {"kind": SourceKind.DELIMITED, "encoding": self.encoding, "delimiter": self.delimiter}
        self.source = source_of(found, self.header, self.table, self.facts)

    def _find_encoding(self) -> str:
        probe = Probe()
        self.stream.seek(0)
        while piece := self.stream.read(_PIECE):
            probe.feed(piece + self.stream.readline())
        probe.feed(b"", last=True)
        return find_encoding(probe, self.options.encoding, self.options.language)

    def _lines(self) -> Iterator[str]:
        self.stream.seek(0)
        reader = io.TextIOWrapper(self.stream, encoding=self.encoding, newline="")
        good = 0
        try:
            for text in reader:
                good += 1
                yield text
        except UnicodeDecodeError as error:
            raise cannot_decode(self.encoding, good + 1, self.options.language) from error
        finally:
            reader.detach()

    def _records(self) -> Iterator[Record]:
        lines = islice(self._lines(), self.skip, None)
        for number, cells in records(lines, self.delimiter, self.options.language, self.limits.columns):
            if self.header_is_own:
                cells = [restored(cell) for cell in cells]
            yield number + self.skip, cells

    @property
    def header_is_own(self) -> bool:
        header: Header | None = getattr(self, "header", None)
        return header is not None and header.columns.own != frozenset()

    def _blocks_of_records(self) -> Iterator[list[Record]]:
        below = islice(self._records(), self.header.index + 1, None)
        while block := list(islice(below, _BLOCK)):
            yield block

    def _learn(self, size: int) -> tuple[dict[int, Facts], Suspects]:
        """What whole columns prove, and which keys occur more than once."""
        used, judge = self.header.columns.used, self.judge()
        places = {one.name: position for position, one in used.items() if one.name in _KEY_FIELDS}
        facts: dict[int, Facts] = dict.fromkeys(used, NO_FACTS)
        suspects, any_row = Suspects(size // _SHORTEST_ROW), False
        for block in self._blocks_of_records():
            judge.forget()
            rows = self._take(judge, block)[0]
            any_row = any_row or bool(rows or judge.bad)
            for position, one in used.items():
                facts[position] = facts[position].and_(learn(one, [row[position] for row in rows]))
            for row in rows:
                suspects.add(raw_keys(row, places))
        if not any_row:
            raise refusal("sheet_empty", "no_rows", self.options.language)
        return facts, suspects

    def _take(self, judge: Judge, block: list[Record]) -> tuple[list[Sequence[Raw]], list[int]]:
        """The rows of a block that can be checked, with their numbers."""
        rows: list[Sequence[Raw]] = []
        numbers: list[int] = []
        judge.take([cells for _, cells in block], [number for number, _ in block], rows, numbers)
        return rows, numbers

    def judge(self) -> Judge:
        """A judge for one pass over the rows."""
        return Judge(table=replace(self.table, rows=(), numbers=()), header=self.header, options=self.options)

    def __iter__(self) -> Iterator[Block]:
        checks = column_checks(self.header, self.options, self.limits.cell, self.facts)
        doubles = Duplicates(self.already, accepted=self.options.accept_duplicates, among=self.suspects)
        for block in self._blocks_of_records():
            yield self._check(block, checks, doubles)

    def _check(self, block: list[Record], checks: list[ColumnCheck], doubles: Duplicates) -> Block:
        judge = self.judge()
        judge.duplicates = doubles
        rows, numbers = self._take(judge, block)
        values, faults = check_rows(rows, checks)
        judge.judge(rows, numbers, values, faults)
        found: list[Row | BadRow] = [*judge.rows, *judge.bad.values()]
        return sorted(found, key=lambda row: row.number), [*judge.sorted_findings(), *judge.notes(())]


_KEY_FIELDS = frozenset(
    {
        "given_name",
        "family_name",
        "full_name",
        "email",
        "date_of_birth",
        "learner_id",
        "learner_id_scheme",
        "national_id",
    }
)
"""Fields that tell learners apart."""
