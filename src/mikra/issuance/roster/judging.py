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

    def take(
        self, found: Sequence[Sequence[Raw]], numbers: Sequence[int], rows: list[Sequence[Raw]], kept: list[int]
    ) -> None:
        """Put the rows that can be checked into `rows`, their numbers into `kept`; blank ones are nobody's."""
        width = len(self.header.headings)
        for number, row in zip(numbers, found, strict=True):
            if is_blank(row):
                continue
            fitted = row if len(row) == width else self._fitted(number, row, width)
            if fitted is not None:
                rows.append(fitted)
                kept.append(number)

    def _fitted(self, number: int, row: Sequence[Raw], width: int) -> Sequence[Raw] | None:
        """The row as wide as the headings, or None: in a text file nobody knows which cells are missing."""
        over = list(row[width:])
        if all(cell == "" for cell in over) and (len(row) > width or not self.table.ragged):
            return [*row[:width], *[""] * (width - len(row))]
        if not self.table.ragged:
            self.strays.append(number)
            return row[:width]
        wrong = fault("row_wrong_width", "row_wrong_width", expected=str(width), cells=len(row), columns=width)
        self._refuse(number, row, [self._row_finding(number, wrong, str(len(row)))])
        return None

    def judge(
        self,
        rows: Sequence[Sequence[Raw]],
        numbers: Sequence[int],
        values: Sequence[Mapping[str, Value]],
        faults: Faults,
    ) -> None:
        """Sort these rows into ready and not ready. Only rows without a fault of their own count as doubles."""
        wrong: dict[int, list[Finding]] = {}
        for index, position, one in faults:
            finding = self._cell_finding(numbers[index], position, one, rows[index][position])
            if one.severity is Severity.ERROR:
                wrong.setdefault(index, []).append(finding)
            self.findings.append((numbers[index], position, finding))
        sheet = self.table.sheet
        for index, (number, known) in enumerate(zip(numbers, values, strict=True)):
            if index in wrong:
                self.bad[number] = BadRow(number, sheet, tuple(rows[index]), tuple(wrong[index]))
                continue
            double = self.duplicates.check(number, known)
            if double is not None and double.severity is Severity.ERROR:
                self._refuse(number, rows[index], [self._row_finding(number, double, "")])
                continue
            if double is not None:
                self.findings.append((number, WHOLE_ROW, self._row_finding(number, double, "")))
            self.rows.append(Row(number, sheet, known))

    def _refuse(self, number: int, cells: Sequence[Raw], findings: list[Finding]) -> None:
        self.bad[number] = BadRow(number, self.table.sheet, tuple(cells), tuple(findings))
        self.findings.extend((number, WHOLE_ROW, finding) for finding in findings)

    def _cell_finding(self, number: int, position: int, one: Fault, raw: Raw) -> Finding:
        heading = self.header.headings[position]
        return one.at(cell_where(self.table, number, position, heading, self.options.language), raw)

    def _row_finding(self, number: int, one: Fault, found: str) -> Finding:
        return one.at(row_where(self.table, number, self.options.language), found)

    def roster(self, fields: Sequence[RosterField], source: Source) -> Roster:
        """Everything together, in the order of the file."""
        self.findings.sort(key=lambda found: found[:2])
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
            findings=(*(finding for _, _, finding in self.findings), *self._notes(unused)),
            source=source,
        )

    def _notes(self, unused: Sequence[str]) -> list[Finding]:
        """What the person should know of the file as a whole."""
        if not unused:
            return []
        named = ", ".join(shown(heading) for heading in unused)
        return [
            Finding(
                rule="column_not_used",
                severity=Severity.INFORMATION,
                what=Words("roster.columns_not_used", {"columns": named}),
                fix=Words("roster.columns_not_used_fix"),
                found=named,
            )
        ]
