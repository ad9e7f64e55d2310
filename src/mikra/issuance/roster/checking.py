"""Rows under a header -> values and findings: column by column, each different cell once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mikra.issuance.dates import DateOrder, order_proofs, settled
from mikra.issuance.fields import NAME_FIELDS, FieldKind, RosterField
from mikra.issuance.roster.cells import Checked, Column, checker, sure_ones
from mikra.issuance.roster.faults import Fault, fault
from mikra.issuance.roster.result import Raw, RosterOptions, Value
from mikra.issuance.roster.table import Header
from mikra.report import Severity

_MEMORY = 5_000
"""Different cells of one column that are remembered from one piece of a list to the next."""

_ALIKE = frozenset({bool, float})
"""Types whose values are equal and yet not the same (True and 1.0): together, they are not remembered."""

WHOLE_ROW = -1
"""In place of a column: the fault is the row's."""

Faults = list[tuple[int, int, Fault]]
"""(index of the row, position of the column or WHOLE_ROW, fault)"""


@dataclass(slots=True)
class ColumnCheck:
    """One column in use, with what was learnt about its cells so far."""

    position: int
    column: Column
    memory: dict[Raw, Checked] = field(default_factory=dict)

    def run(self, raws: Sequence[Raw], faults: Faults) -> list[Value | None]:
        """The values of these cells; what is wrong with them is added to `faults`."""
        types = set(map(type, raws))
        if len(types & _ALIKE) > 1:
            check = checker(self.column)
            results = [check(raw) for raw in raws]
            faults.extend((i, self.position, one) for i, result in enumerate(results) for one in result[1])
            return [result[0] for result in results]
        if types != {str}:
            return self._values(raws, set(raws), {}, faults)
        if len(self.memory) > _MEMORY:
            self.memory.clear()
        different: set[Any] = set(raws)
        return self._values(raws, different - sure_ones(self.column, different), self.memory, faults)

    def _values(
        self, raws: Sequence[Raw], doubtful: set[Raw], known: dict[Raw, Checked], faults: Faults
    ) -> list[Value | None]:
        """The values, where all cells but the doubtful ones stand for themselves."""
        check = checker(self.column)
        for raw in doubtful.difference(known):
            known[raw] = check(raw)
        if not doubtful:
            return list(raws)  # type: ignore[arg-type]  # texts all of them
        if any(known[raw][1] for raw in doubtful):
            wrong = {raw: known[raw][1] for raw in doubtful if known[raw][1]}
            faults.extend((i, self.position, one) for i, raw in enumerate(raws) if raw in wrong for one in wrong[raw])
        return [known[raw][0] if raw in doubtful else raw for raw in raws]  # type: ignore[misc]


def column_checks(
    header: Header, options: RosterOptions, longest: int, facts: Mapping[int, Facts]
) -> list[ColumnCheck]:
    """A check for every column in use. `facts`: what its whole column has proved."""
    checks = []
    for position, one in header.columns.used.items():
        known = facts.get(position, NO_FACTS)
        column = Column(
            field=one,
            today=options.today,
            longest=longest,
            order=options.date_order or known.order,
            serial_dates=options.serial_dates,
            digits=known.digits,
        )
        checks.append(ColumnCheck(position, column))
    return checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a column proves about its cells: the order of its dates, the digits of its longest number."""

    proofs: frozenset[DateOrder] = frozenset()
    digits: int = 0

    @property
    def order(self) -> DateOrder | None:
        return settled(self.proofs)

    def and_(self, other: Facts) -> Facts:
        """What two pieces of one column prove together."""
        return Facts(proofs=self.proofs | other.proofs, digits=max(self.digits, other.digits))


NO_FACTS = Facts()


def learn(one: RosterField, raws: Iterable[Raw]) -> Facts:
    """Look over a column, or a piece of it, for what single cells do not tell."""
    if one.kind is FieldKind.DATE:
        return Facts(proofs=order_proofs({raw for raw in raws if isinstance(raw, str)}))
    if one.identifier:
        return Facts(digits=max((_digits(raw) for raw in set(raws)), default=0))
    return NO_FACTS


def _digits(raw: Raw) -> int:
    if isinstance(raw, float):
        return len(str(int(raw))) if 0 <= raw < 1e15 and raw.is_integer() else 0
    return len(raw.strip()) if isinstance(raw, str) and raw.strip().isdigit() else 0


def is_blank(row: Sequence[Raw]) -> bool:
    """A row without any content, blanks aside: nobody's."""
    return all(cell == "" or (isinstance(cell, str) and cell.isspace()) for cell in row)


def check_rows(rows: Sequence[Sequence[Raw]], checks: Sequence[ColumnCheck]) -> tuple[list[dict[str, Value]], Faults]:
    """The values of every row (empty ones left out), and all faults in the order of rows and columns."""
    faults: Faults = []
    names = [check.column.field.name for check in checks]
    columns = [check.run([row[check.position] for row in rows], faults) for check in checks]
    _demand(checks, columns, faults)
    if all(None not in column for column in columns):
        values = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
    else:
        values = [
            {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
            for cells in zip(*columns, strict=True)
        ]
    faults.sort(key=lambda found: found[:2])
    return values, faults


def _demand(checks: Sequence[ColumnCheck], columns: Sequence[list[Value | None]], faults: Faults) -> None:
    """A fault for every empty cell that must not be empty."""
    used = {check.column.field.name: column for check, column in zip(checks, columns, strict=True)}
    wrong = {(index, position) for index, position, one in faults if one.severity is Severity.ERROR}
    missing = fault("cell_missing", "cell_missing")
    for check, column in zip(checks, columns, strict=True):
        one = check.column.field
        if not (one.required or one.name in NAME_FIELDS) or None not in column:
            continue
        for index, value in enumerate(column):
            if value is None and (index, check.position) not in wrong and _is_demanded(one, used, index):
                faults.append((index, check.position, missing))


def _is_demanded(one: RosterField, used: Mapping[str, list[Value | None]], index: int) -> bool:
    """Names: one whole form of the name must be there, in halves or in one."""
    if one.name not in NAME_FIELDS:
        return one.required
    filled = {name for name in NAME_FIELDS if name in used and used[name][index] is not None}
    if one.name == "full_name":
        return not used.keys() >= {"given_name", "family_name"}
    return "full_name" not in filled
