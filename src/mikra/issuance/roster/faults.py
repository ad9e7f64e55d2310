"""What can be wrong with one cell, before it is known where the cell stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mikra.messages.spoken import harmless
from mikra.report import Finding, Severity, Words

_SHOWN = 60
"""Characters of a cell that a finding shows."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `key` names the words: `roster.<key>`, and `roster.<key>_fix` for what to do."""

    rule: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    severity: Severity = Severity.ERROR
    expected: str = ""

    def at(self, where: str, found: object) -> Finding:
        """The finding for a cell."""
        return Finding(
            rule=self.rule,
            severity=self.severity,
            what=Words(f"roster.{self.key}", self.values),
            fix=Words(f"roster.{self.key}_fix", self.values),
            where=where,
            found=shown(found),
            expected=self.expected,
        )


def fault(rule: str, key: str, *, expected: str = "", **values: object) -> Fault:
    """A fault that keeps the row from being issued."""
    return Fault(rule, key, MappingProxyType(values), Severity.ERROR, expected)


def warning(rule: str, key: str, *, expected: str = "", **values: object) -> Fault:
    """A fault to look at; the row can be issued."""
    return Fault(rule, key, MappingProxyType(values), Severity.WARNING, expected)


def shown(raw: object) -> str:
    """A cell on one line, shortened, with nothing in it that could disturb the line."""
    if isinstance(raw, float):
        return number_text(raw)
    return harmless(str(raw)[: 4 * _SHOWN], _SHOWN)


def number_text(number: float) -> str:
    """A number as a person types it: whole ones without a point."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
