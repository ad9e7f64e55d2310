"""From values and faults to rows that are ready, rows that are not, and findings with their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from mikra.issuance.fields import RosterField
from mikra.issuance.roster.checking import WHOLE_ROW, Faults, is_blank
from mikra.issuance.roster.faults import Fault, fault, shown
from mikra.issuance.roster.learners import Duplicates, Issued
from mikra.issuance.roster.result import BadRow, Raw, Roster, RosterOptions, Row, Source, Value
from mikra.issuance.roster.table import Header, Table, cell_where, row_where
from mikra.report import Finding, Severity, Words


@dataclass(slots=True, kw_only=True)
class Judge:
    """Collects what becomes of each row of one table."""

    table: Table
    header: Header
    options: RosterOptions
    already: Issued = ()
    rows: list[Row] = field(default_factory=list)
    bad: dict[int, BadRow] = field(default_factory=dict)
    findings: list[tuple[int, int, Finding]] = field(default_factory=list)
    strays: list[int] = field(default_factory=list)
    duplicates: Duplicates = field(init=False)

    def __post_init__(self) -> None:
        self.duplicates = Duplicates(self.already, accepted=self.options.accept_duplicates)

    def forget(self) -> None:
        """Begin anew with the next rows."""
        self.rows.clear()
        self.bad.clear()
        self.findings.clear()
        self.strays.clear()

    def take(
        self, found: Sequence[Sequence[Raw]], numbers: Sequence[int], rows: list[Sequence[Raw]], kept: list[int]
    ) -> None:
        """Put the rows that can be checked into `rows`, their numbers into `kept`; blank ones are nobody's."""
        width = len(self.header.headings)
        nameless = [i for i, heading in enumerate(self.header.headings) if not heading]
        for number, row in zip(numbers, found, strict=True):
            if is_blank(row):
                continue
            fitted = row if len(row) == width else self._fitted(number, row, width)
            if fitted is not None and nameless and any(fitted[i] != "" for i in nameless):
                fitted = self._stray(number, fitted)
            if fitted is not None:
                rows.append(fitted)
                kept.append(number)

    def _fitted(self, number: int, row: Sequence[Raw], width: int) -> Sequence[Raw] | None:
        """The row as wide as the headings, or None: in a text file nobody knows which cells are missing."""
        over = [cell for cell in row[width:] if cell != ""]
        if not over and (len(row) > width or not self.table.ragged):
            return [*row[:width], *[""] * (width - len(row))]
        if not self.table.ragged:
            return self._stray(number, row[:width])
        wrong = fault("row_wrong_width", "row_wrong_width", expected=str(width), cells=len(row), columns=width)
        self._refuse(number, row, self._row_finding(number, wrong, str(len(row))))
        return None

    def _stray(self, number: int, row: Sequence[Raw]) -> Sequence[Raw] | None:
        """Cells under no heading are a note beside the list, but in our own file cells that nobody has placed yet."""
        if not self.header.columns.own:
            self.strays.append(number)
            return row
        self._refuse(number, row, self._row_finding(number, fault("row_wrong_width", "cells_unplaced"), ""))
        return None

    def judge(
        self,
        rows: Sequence[Sequence[Raw]],
        numbers: Sequence[int],
        values: Sequence[Mapping[str, Value]],
        faults: Faults,
    ) -> None:
        """Sort these rows into ready and not ready. Only rows without a fault of their own count as doubles."""
        wrong: dict[int, list[tuple[int, Finding]]] = {}
        warned: set[int] = set()
        for index, position, one in faults:
            finding = self._cell_finding(numbers[index], position, one, rows[index][position])
            if one.severity is Severity.ERROR:
                wrong.setdefault(index, []).append((position, finding))
            else:
                warned.add(index)
            self.findings.append((numbers[index], position, finding))
        for index, found in wrong.items():
            self._keep_bad(numbers[index], rows[index], found)
        good = [index for index in range(len(rows)) if index not in wrong] if wrong else list(range(len(rows)))
        sheet = self.table.sheet
        if self.duplicates.none_among([values[i] for i in good]):
            self.rows.extend(Row(numbers[i], sheet, values[i], rows[i], i in warned) for i in good)
            return
        for index in good:
            double = self._double(numbers[index], rows[index], values[index])
            if double is None or double.severity is not Severity.ERROR:
                like = double.values.get("row") if double else None
                doubtful = index in warned or double is not None
                self.rows.append(
                    Row(numbers[index], sheet, values[index], rows[index], doubtful, int(str(like)) if like else None)
                )

    def _double(self, number: int, cells: Sequence[Raw], values: Mapping[str, Value]) -> Fault | None:
        """What there is to say of the row as another's double; it is noted."""
        double = self.duplicates.check(number, values)
        if double is None:
            return None
        finding = self._row_finding(number, double, "")
        self.findings.append((number, WHOLE_ROW, finding))
        if double.severity is Severity.ERROR:
            self._keep_bad(number, cells, [(WHOLE_ROW, finding)])
        return double

    def _keep_bad(self, number: int, cells: Sequence[Raw], found: Sequence[tuple[int, Finding]]) -> None:
        places, findings = zip(*found, strict=True)
        self.bad[number] = BadRow(number, self.table.sheet, tuple(cells), findings, places)

    def _refuse(self, number: int, cells: Sequence[Raw], finding: Finding) -> None:
        self.findings.append((number, WHOLE_ROW, finding))
        self._keep_bad(number, cells, [(WHOLE_ROW, finding)])

    def _cell_finding(self, number: int, position: int, one: Fault, raw: Raw) -> Finding:
        heading = self.header.headings[position]
        return one.at(cell_where(self.table, number, position, heading, self.options.language), raw)

    def _row_finding(self, number: int, one: Fault, found: str) -> Finding:
        return one.at(row_where(self.table, number, self.options.language), found)

    def sorted_findings(self) -> list[Finding]:
        """All findings so far, in the order of rows and columns, then those on the file as a whole."""
        self.findings.sort(key=lambda found: found[:2])
        return [finding for _, _, finding in self.findings]

    def roster(self, fields: Sequence[RosterField], source: Source) -> Roster:
        """Everything together, in the order of the file."""
        headings = self.header.headings
        used = self.header.columns.used
        unused = tuple(h for i, h in enumerate(headings) if h and i not in used and i not in self.header.columns.own)
        return Roster(
            fields=tuple(fields),
            columns=MappingProxyType({headings[position]: one.name for position, one in used.items()}),
            headings=headings,
            unused=unused,
            rows=tuple(self.rows),
            bad=tuple(self.bad[number] for number in sorted(self.bad)),
            findings=(*self.sorted_findings(), *self.notes(unused), *_how_it_was_read(source, used)),
            source=source,
        )

    def notes(self, unused: Sequence[str]) -> list[Finding]:
        """What the person should know of the file as a whole."""
        notes = []
        if unused:
            named = ", ".join(shown(heading) for heading in unused)
            notes.append(_note("column_not_used", "columns_not_used", Severity.INFORMATION, named))
        if self.strays:
            named = ", ".join(map(str, self.strays[:10])) + (", …" if len(self.strays) > 10 else "")
            notes.append(_note("cells_outside", "cells_outside", Severity.WARNING, named))
        return notes


def _how_it_was_read(source: Source, used: Mapping[int, RosterField]) -> list[Finding]:
    """What was concluded, not stated by the file: the encoding of its letters, the order of day and month."""
    notes = []
    if source.encoding and not source.encoding.startswith("utf-8"):
        notes.append(_note("encoding_detected", "encoding_detected", Severity.INFORMATION, source.encoding))
    for name, order in source.date_orders.items():
        key = f"dates_read_{order.value}"
        notes.append(_note("date_order_detected", key, Severity.INFORMATION, Words(f"roster.heading_{name}")))
    return notes


def _note(rule: str, key: str, severity: Severity, named: str | Words) -> Finding:
    words = Words(f"roster.{key}", {"named": named}), Words(f"roster.{key}_fix", {"named": named})
    found = named if isinstance(named, str) else ""
    return Finding(rule=rule, severity=severity, what=words[0], fix=words[1], found=found)
