"""Rows of a list that was read, checked again after a person has mended some of their cells.

What the whole list had proved (the order of day and month, the digits of numbers) is kept in `Layout`, and holds for
what was mended too; so a row can be judged by itself, years after its file is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mikra.issuance.dates import DateOrder
from mikra.issuance.fields import RosterField
from mikra.issuance.roster.checking import WHOLE_ROW, Facts, check_rows, column_checks
from mikra.issuance.roster.faults import Fault, fault
from mikra.issuance.roster.headings import Columns
from mikra.issuance.roster.read import DEFAULT_LIMITS
from mikra.issuance.roster.result import Raw, Roster, RosterOptions, SourceKind, Value
from mikra.issuance.roster.table import Header, Table, cell_where, row_where
from mikra.report import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is kept of a list that was read. `used`: position -> field."""

    kind: SourceKind
    sheet: str
    headings: tuple[str, ...]
    used: Mapping[int, RosterField]
    options: RosterOptions
    orders: Mapping[str, DateOrder] = field(default_factory=dict)
    digits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A row as it stands now. `places` goes with `findings`: position of the cell, or -1 where it is about the row."""

    number: int
    cells: Sequence[Raw]
    values: Mapping[str, Value]
    findings: tuple[Finding, ...]
    places: tuple[int, ...]

    @property
    def ready(self) -> bool:
        return all(one.severity is not Severity.ERROR for one in self.findings)


def layout_of(roster: Roster, options: RosterOptions) -> Layout:
    """The layout of a roster, for later."""
    fields = {one.name: one for one in roster.fields}
    places = {heading: position for position, heading in reversed(list(enumerate(roster.headings)))}
    used = {places[heading]: fields[name] for heading, name in roster.columns.items()}
    return Layout(
        kind=roster.source.kind,
        sheet=roster.source.sheet,
        headings=roster.headings,
        used=dict(sorted(used.items())),
        options=options,
        orders=roster.source.date_orders,
        digits=roster.source.digits,
    )


def check_again(layout: Layout, rows: Sequence[tuple[int, Sequence[Raw]]]) -> list[Checked]:
    """Each row by itself: whose doubles they are is not asked here."""
    width = len(layout.headings)
    whole = [(number, cells) for number, cells in rows if len(cells) == width]
    header = Header(index=0, headings=layout.headings, columns=Columns(used=layout.used, doubled={}))
    values, faults = check_rows(
        [cells for _, cells in whole], column_checks(header, layout.options, DEFAULT_LIMITS.cell, _facts(layout))
    )
    found: dict[int, list[tuple[int, Finding]]] = {}
    for index, position, one in faults:
        number, cells = whole[index]
        found.setdefault(number, []).append((position, cell_finding(layout, number, position, one, cells[position])))
    known = {number: one for (number, _), one in zip(whole, values, strict=True)}
    for number, cells in rows:
        if len(cells) != width:
            wrong = fault("row_wrong_width", "row_wrong_width", expected=str(width), cells=len(cells), columns=width)
            found[number] = [(WHOLE_ROW, row_finding(layout, number, wrong))]
    return [_checked(number, cells, known.get(number, {}), found.get(number, ())) for number, cells in rows]


def _checked(
    number: int, cells: Sequence[Raw], values: Mapping[str, Value], found: Sequence[tuple[int, Finding]]
) -> Checked:
    return Checked(
        number=number,
        cells=cells,
        values=values,
        findings=tuple(finding for _, finding in found),
        places=tuple(place for place, _ in found),
    )


def _facts(layout: Layout) -> dict[int, Facts]:
    return {
        position: Facts(
            proofs=frozenset({layout.orders[one.name]} if one.name in layout.orders else ()),
            digits=layout.digits.get(one.name, 0),
        )
        for position, one in layout.used.items()
    }


def cell_finding(layout: Layout, number: int, position: int, one: Fault, raw: Raw) -> Finding:
    """A fault of a cell with its place."""
    where = cell_where(_table(layout), number, position, layout.headings[position], layout.options.language)
    return one.at(where, raw)


def row_finding(layout: Layout, number: int, one: Fault) -> Finding:
    """A fault of a whole row with its place."""
    return one.at(row_where(_table(layout), number, layout.options.language), "")


def _table(layout: Layout) -> Table:
    return Table(kind=layout.kind, sheet=layout.sheet, rows=(), numbers=())
