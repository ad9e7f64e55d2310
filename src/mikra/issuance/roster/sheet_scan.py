"""A worksheet's XML before anything else reads it: formulas, its true extent, what a reader would lose.

ECMA-376-1, 18.3.1.4 (c), 18.3.1.40 (f), 18.3.1.73 (row), 18.18.11 (cell types). Elements count by their local names,
as spreadsheet readers take them, whatever their namespace; `f` counts in a spreadsheet namespace only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import RosterLimits
from mikra.issuance.roster.sheet_quick import ordinary_extent
from mikra.issuance.roster.xml_parts import Part, damaged, local

_MAIN = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    }
)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(slots=True)
class Scan:
    """What is in the sheet: (row, column) from 0. `padded` are numbers shown with leading zeros, by their style."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    formulas: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    padded: dict[tuple[int, int], int] = field(default_factory=dict)


class _Scanner:
    """The handler of one sheet's start tags. A cell counts when it holds something (v, is).

    The usual cell, in its own row and a known column, takes the short way; it is what 100,000 rows are made of.
    """

    def __init__(self, part: Part, limits: RosterLimits, padding: Mapping[str, int]) -> None:
        self.part, self.limits, self.padding = part, limits, padding
        self.scan = Scan()
        self.kinds: dict[str, str] = {}
        self.letters: dict[str, int] = {}
        self.row, self.row_text, self.column = 0, "0", -1
        self.cell: list[str] | None = None

    def start(self, name: str, attributes: list[str]) -> None:
        kind = self.kinds.get(name)
        if kind is None:
            kind = self.kinds[name] = _kind(name)
        if kind == "c":
            self.cell = attributes
            self.column += 1
        elif kind == "v":
            if self.cell is not None:
                self._count(self.cell)
                self.cell = None
        elif kind == "row":
            self._start_row(attributes)
        elif kind == "f" and self.column >= 0:
            self.scan.formulas.append(self._place(self.cell or []))
        elif kind == "after":
            self.column, self.cell = -1, None

    def _start_row(self, attributes: list[str]) -> None:
        given = _value(attributes, "r")
        self.row = int(given) if given else self.row + 1
        self.row_text = str(self.row)
        self.column, self.cell = -1, None

    def _count(self, attributes: list[str]) -> None:
        self.scan.cells += 1
        row, column = self._place(attributes)
        self.column = column
        if row >= self.scan.rows:
            self._grow_down(row)
        if column >= self.scan.columns:
            self._grow_right(column)
        if len(attributes) > 2:
            self._note(row, column, attributes)

    def _place(self, attributes: list[str]) -> tuple[int, int]:
        reference = attributes[1] if attributes and attributes[0] == "r" else _value(attributes, "r")
        if not reference:
            return self.row - 1, self.column
        if reference.endswith(self.row_text):
            column = self.letters.get(reference[: -len(self.row_text)])
            if column is not None:
                return self.row - 1, column
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise damaged(self.part.name, self.part.language)
        column = self.letters[found[1]] = column_number(found[1])
        return int(found[2]) - 1, column

    def _grow_down(self, row: int) -> None:
        self.scan.rows = row + 1
        if row > self.limits.rows + 20:
            raise self._too_large("too_many_rows", str(row + 1), str(self.limits.rows))

    def _grow_right(self, column: int) -> None:
        self.scan.columns = column + 1
        if column >= self.limits.columns:
            raise self._too_large("sheet_too_wide", str(column + 1), str(self.limits.columns))

    def _note(self, row: int, column: int, attributes: list[str]) -> None:
        """Errors, and numbers that are shown with leading zeros."""
        if "e" in attributes and _value(attributes, "t") == "e":
            self.scan.errors.append((row, column))
        if self.padding and (digits := self.padding.get(_value(attributes, "s"))):
            self.scan.padded[row, column] = digits

    def _too_large(self, code: str, found: str, most: str) -> Exception:
        return refusal(code, code, self.part.language, where=self.part.name, found=found, expected=most, most=most)


def _value(attributes: list[str], name: str) -> str:
    """The value of an attribute in a list of names and values; "" where there is none."""
    return attributes[attributes.index(name, 0) + 1] if name in attributes[::2] else ""


def _kind(name: str) -> str:
    own = local(name)
    if own == "f":
        return "f" if name.rpartition(" ")[0] in _MAIN | {""} else ""
    if own == "is":
        return "v"
    if own in ("c", "row", "v"):
        return own
    return "after" if own in _AFTER else ""


_AFTER = frozenset({"conditionalFormatting", "dataValidations", "hyperlinks", "extLst", "pageMargins", "mergeCells"})
"""What follows the cells: formulas in it are not those of cells."""


def column_number(letters: str) -> int:
    """A -> 0, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def scan_sheet(data: bytes, name: str, limits: RosterLimits, padding: Mapping[str, int], language: str) -> Scan:
    """Look through a sheet. Raises InputError: too_many_rows, sheet_too_wide, file_damaged, xml_doctype."""
    extent = None if padding else ordinary_extent(data)
    if extent and extent[0] <= limits.rows + 20 and extent[1] <= limits.columns:
        Part(name, language, namespaces=False).parse(data)
        return Scan(rows=extent[0], columns=extent[1], cells=extent[2])
    return full_scan(data, name, limits, padding, language)


def full_scan(data: bytes, name: str, limits: RosterLimits, padding: Mapping[str, int], language: str) -> Scan:
    """The same, element by element."""
    part = Part(name, language)
    scanner = _Scanner(part, limits, padding)
    part.parser.ordered_attributes = True
    part.parser.StartElementHandler = scanner.start
    part.parse(data)
    return scanner.scan
