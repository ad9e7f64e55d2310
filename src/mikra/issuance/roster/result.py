"""What comes of reading a class list: rows that are ready, rows that are not, and what was seen in each cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from mikra.codes import CODES
from mikra.issuance.dates import DateOrder
from mikra.issuance.fields import RosterField
from mikra.report import Finding, Severity

Value = str | dt.date | Decimal | bool
"""What a checked cell holds."""

Raw = str | float | bool | dt.date | dt.time | dt.timedelta
"""What a file gives for a cell: text, or what a spreadsheet has made of it. "" is an empty cell."""


class SourceKind(StrEnum):
    """What the file is."""

    DELIMITED = "csv"
    XLSX = "xlsx"
    ODS = "ods"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How the file was read. `date_orders`: field -> the order that its column proved, or that the caller gave.
    `digits`: field -> the digits of the longest number in its column, where leading zeros count.

    `header_row` is the row of the headings, counted from 1; `own` says that the file is one of our corrections,
    `for_design` that it is our template, filled in, for this very design (its code).
    """

    kind: SourceKind
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1
    date_orders: Mapping[str, DateOrder] = field(default_factory=dict)
    digits: Mapping[str, int] = field(default_factory=dict)
    own: bool = False
    for_design: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLimits:
    """Sizes that are refused beyond (BAR, R14). `size` and `unpacked` in bytes, `cell` in characters."""

    size: int = 15_000_000
    rows: int = 100_000
    columns: int = 250
    cell: int = 10_000
    unpacked: int = 150_000_000
    text: int = 100_000_000
    """Characters that all cells of a sheet hold together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterOptions:
    """What the caller knows. Empty members are detected, or asked for when that is unclear.

    `today` decides what is in the future. `date_order` settles dates of figures in all columns. `serial_dates` is the
    year from which bare numbers in date columns count (1900 or 1904); None: they are asked about.
    `accept_duplicates` turns rows of one learner into warnings. `language` is that of refusals.
    """

    today: dt.date
    encoding: str = ""
    delimiter: str = ""
    date_order: DateOrder | None = None
    sheet: str = ""
    serial_dates: int | None = None
    accept_duplicates: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be issued. `number` is the row as the person sees it in the file, from 1.

    `cells` are all its cells as they were; `warned`: some finding asks to look at it; `like`: the row that may be the
    same learner.
    """

    number: int
    sheet: str
    values: Mapping[str, Value]
    cells: Sequence[Raw] = field(default=(), compare=False, repr=False)
    warned: bool = field(default=False, compare=False)
    like: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be issued as it is. `cells` are all its cells as they were, in the order of the columns.

    `places` goes with `findings`: the position of each one's column, from 0, or -1 where it is about the row.
    """

    number: int
    sheet: str
    cells: tuple[Raw, ...]
    findings: tuple[Finding, ...]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A class list that was read as a whole.

    `columns`: heading -> field name, as used; it can be kept and given back as `mapping`. `headings` are all
    headings as they stand in the file, `unused` those that no field takes. `findings` are those on cells and rows
    in the order of the file, then those on the file as a whole (severity information).
    """

    fields: tuple[RosterField, ...]
    columns: Mapping[str, str]
    headings: tuple[str, ...]
    unused: tuple[str, ...]
    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...]
    findings: tuple[Finding, ...]
    source: Source

    @property
    def errors(self) -> tuple[Finding, ...]:
        """One per cell or row that keeps a row from being issued."""
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a person should look at; nothing is kept back for it."""
        return tuple(one for one in self.findings if one.severity is Severity.WARNING)

    @property
    def code(self) -> str:
        """rows_ready, rows_ready_with_warnings, the one code of all errors, or rows_need_attention."""
        return code_of(self.findings)


def code_of(findings: Sequence[Finding]) -> str:
    """The answer code (`codes.CODES`) for these findings."""
    rules = {one.rule for one in findings if one.severity is Severity.ERROR}
    if not rules:
        warned = any(one.severity is Severity.WARNING for one in findings)
        return "rows_ready_with_warnings" if warned else "rows_ready"
    only = rules.pop()
    return only if not rules and only in CODES else "rows_need_attention"
