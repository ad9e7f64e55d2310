"""ODS: sheets and cells of `content.xml` (OpenDocument 1.3, part 3, 9.1 tables, 19.6 repeated cells and rows).

Read here and not by python-calamine: that drops tabs and line ends within a cell and the leading zeros that are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from mikra.issuance.roster.package import Package
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import Raw, RosterLimits
from mikra.issuance.roster.workbook import ERROR_CELL, LARGEST_AREA, Sheet
from mikra.issuance.roster.xml_parts import Part, elements, local

MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_CELLS = frozenset({"table-cell", "covered-table-cell"})
_ASIDE = frozenset({"annotation", "shapes", "tracked-changes", "dde-links", "named-expressions", "frame"})
"""Elements whose text is not that of a cell."""
_LINKS = frozenset({"dde-source", "cell-range-source", "dde-link", "plugin", "applet", "floating-frame"})
_MACRO = frozenset({"script", "event-listeners", "event-listener", "object-ole"})


def is_opendocument(package: Package) -> bool:
    """Whether the package says that it is a spreadsheet of this format."""
    return package.has("mimetype") and package.read("mimetype").strip().startswith(MIMETYPE)


def ods_sheets(package: Package, limits: RosterLimits, only: str = "") -> Iterator[Sheet]:
    """Every visible sheet with content, or only the one of that name."""
    _check_manifest(package)
    part = Part("content.xml", package.language)
    reader = _Reader(part, limits)
    part.parser.StartElementHandler = reader.start
    part.parser.EndElementHandler = reader.end
    part.parser.CharacterDataHandler = reader.text
    part.parse(package.read("content.xml"))
    hidden = reader.hidden_styles
    for sheet, style in reader.sheets:
        if sheet.rows and (sheet.name == only if only else style not in hidden):
            yield sheet


def _check_manifest(package: Package) -> None:
    name = "META-INF/manifest.xml"
    if package.has(name):
        found = {element for element, _ in elements(package.read(name), name, package.language)}
        if "encryption-data" in found:
            raise refusal("file_encrypted", "locked_workbook", package.language, where=name)


class _Reader:
    """Handlers that keep one sheet, one row and one cell at a time."""

    def __init__(self, part: Part, limits: RosterLimits) -> None:
        self.part, self.limits = part, limits
        self.sheets: list[tuple[Sheet, str]] = []
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.rows: list[list[Raw]] = []
        self.formulas: list[tuple[int, int]] = []
        self.blank_rows = self.repeat_row = self.repeat_cell = 0
        self.row: list[Raw] = []
        self.blank_cells = 0
        self.cell: Mapping[str, str] | None = None
        self.pieces: list[str] = []
        self.aside = self.tables = self.size = 0
        self.title: tuple[str, str] = ("", "")

    def start(self, name: str, raw_attributes: Mapping[str, str]) -> None:
        kind = local(name)
        if kind in _LINKS or (kind == "table-source" and self.tables):
            raise refusal("external_link_not_allowed", "external_link", self.part.language, where=self.part.name)
        if kind in _MACRO:
            raise refusal("macro_not_allowed", "macro", self.part.language, where=self.part.name)
        if self.aside or kind in _ASIDE:
            self.aside += 1
            return
        attributes = {local(key): value for key, value in raw_attributes.items()}
        if kind == "style":
            self.style = attributes.get("name", "")
        elif kind == "table-properties" and attributes.get("display") == "false":
            self.hidden_styles.add(self.style)
        elif kind == "table":
            self._start_table(attributes)
        elif kind == "table-row":
            self.row, self.blank_cells, self.repeat_row = [], 0, _count(attributes, "number-rows-repeated")
        elif kind in _CELLS:
            self.cell, self.pieces = attributes, []
        elif self.cell is not None:
            self._inside(kind, attributes)

    def _start_table(self, attributes: Mapping[str, str]) -> None:
        self.tables += 1
        if self.tables == 1:
            self.title = attributes.get("name", ""), attributes.get("style-name", "")
            self.rows, self.formulas, self.blank_rows = [], [], 0

    def _inside(self, kind: str, attributes: Mapping[str, str]) -> None:
        if kind == "p" and self.pieces:
            self.pieces.append("\n")
        elif kind == "s":
            self.pieces.append(" " * min(_count(attributes, "c"), self.limits.cell + 1))
        elif kind in ("tab", "line-break"):
            self.pieces.append("\t" if kind == "tab" else "\n")

    def text(self, characters: str) -> None:
        if self.cell is not None and not self.aside:
            self.pieces.append(characters)

    def end(self, name: str) -> None:
        if self.aside:
            self.aside -= 1
            return
        kind = local(name)
        if kind in _CELLS and self.cell is not None:
            self._end_cell(self.cell)
            self.cell = None
        elif kind == "table-row":
            self._end_row()
        elif kind == "table":
            self.tables -= 1
            if not self.tables:
                sheet = Sheet(name=self.title[0], rows=self.rows, formulas=tuple(self.formulas))
                self.sheets.append((sheet, self.title[1]))

    def _end_cell(self, attributes: Mapping[str, str]) -> None:
        value = _value(attributes, "".join(self.pieces))
        repeat = _count(attributes, "number-columns-repeated")
        if "formula" in attributes:
            self.formulas.append((len(self.rows) + self.blank_rows, len(self.row) + self.blank_cells))
            value = value if value != "" else ERROR_CELL
        if value == "":
            self.blank_cells += repeat
            return
        if len(self.row) + self.blank_cells + repeat > self.limits.columns:
            raise self._too_large("sheet_too_wide", self.limits.columns)
        self.row.extend([""] * self.blank_cells)
        self.row.extend([value] * repeat)
        self.blank_cells = 0

    def _end_row(self) -> None:
        if not self.row:
            self.blank_rows += self.repeat_row
            return
        total = len(self.rows) + self.blank_rows + self.repeat_row
        if total > self.limits.rows + 20:
            raise self._too_large("too_many_rows", self.limits.rows)
        self.size += (self.repeat_row + self.blank_rows) * len(self.row)
        if self.size > LARGEST_AREA:
            raise self._too_large("sheet_too_wide", self.limits.columns)
        self.rows.extend([] for _ in range(self.blank_rows))
        self.rows.extend(list(self.row) for _ in range(self.repeat_row))
        self.blank_rows = 0

    def _too_large(self, code: str, most: int) -> Exception:
        return refusal(code, code, self.part.language, where=self.title[0], expected=str(most), most=most)


def _count(attributes: Mapping[str, str], name: str) -> int:
    return max(int(attributes.get(name, "1")), 1)


def _value(attributes: Mapping[str, str], shown: str) -> Raw:
    """What a cell holds (19.385 office:value-type). A whole number keeps the leading zeros that are shown."""
    kind = attributes.get("value-type", "")
    if attributes.get("value-type") is None and not shown:
        return ""
    if kind in ("float", "percentage", "currency"):
        number = float(attributes.get("value", "nan"))
        padded = shown.isdigit() and shown.startswith("0") and len(shown) > 1
        return shown if padded or number != number else number
    if kind == "boolean":
        return attributes.get("boolean-value") == "true"
    if kind == "date":
        return _date(attributes.get("date-value", ""), shown)
    if shown.startswith("Err:"):
        return ERROR_CELL
    return shown if shown else attributes.get("string-value", "")


def _date(value: str, shown: str) -> Raw:
    try:
        return dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
    except ValueError:
        return shown or value
