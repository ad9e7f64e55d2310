"""XLSX: which sheets there are, and their cells (ECMA-376-1, 18.2 workbook, 18.3 worksheet, 18.4 strings, 18.8 styles).

Each sheet is scanned first (`sheet_scan`). What python-calamine then reads is a package put together here from that
sheet, its strings and its styles, and nothing else of the file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from mikra.formats.zip_copy import copy_entries
from mikra.issuance.roster.package import Package, relationships
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import Raw, RosterLimits
from mikra.issuance.roster.sheet_scan import Scan, scan_sheet
from mikra.issuance.roster.xml_parts import Part, damaged, elements

ERROR_CELL = "#ERROR!"
"""In place of an error value (#N/A, #REF! ...), which would otherwise come as an empty cell."""

_PADDED = re.compile(r"0{2,}")
LARGEST_AREA = 2_000_000
"""Cells of the rectangle that a sheet may span, empty ones too: 20 columns of 100,000 rows."""
_MOST_SHEETS = 50
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet with content. `formulas`: (row, column) from 0 of each cell that is computed."""

    name: str
    rows: list[list[Raw]]
    formulas: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workbook:
    """`sheets`: name -> part. The names of the other two parts are "" where there is none."""

    sheets: Mapping[str, str]
    strings: bytes
    strings_part: str
    styles: bytes
    styles_part: str
    since_1904: bool


def is_workbook(package: Package) -> bool:
    """Whether the package says that it is a spreadsheet of this format."""
    return any(kind == "officeDocument" and part.endswith("workbook.xml") for kind, part in _root(package))


def xlsx_sheets(package: Package, limits: RosterLimits, only: str = "") -> Iterator[Sheet]:
    """Every visible sheet with content, or only the one of that name. Raises InputError as `scan_sheet` does."""
    book = _open(package)
    padding = _padding(book.styles, package.language) if book.styles else {}
    for name, part in book.sheets.items():
        if only and name != only:
            continue
        scan = _looked_at(package, part, book, limits, padding)
        if scan.cells:
            yield _read(name, package, part, scan, book)


def _looked_at(package: Package, part: str, book: _Workbook, limits: RosterLimits, padding: Mapping[str, int]) -> Scan:
    """What a sheet holds, if it is safe to read. Its XML is let go before the reader unpacks it again."""
    data = package.read(part)
    scan = scan_sheet(data, part, limits, padding, package.language)
    if scan.cells:
        _check_size(scan, book.strings, data, part, package.language, limits)
    return scan


def _root(package: Package) -> list[tuple[str, str]]:
    return list(relationships(package, "").values())


def _open(package: Package) -> _Workbook:
    part = next(part for kind, part in _root(package) if kind == "officeDocument")
    related = relationships(package, part)
    names: dict[str, str] = {}
    since_1904 = False
    for element, attributes in elements(package.read(part), part, package.language):
        if element == "workbookPr":
            since_1904 = attributes.get("date1904", "") in ("1", "true")
        elif element == "sheet" and attributes.get("state", "visible") == "visible":
            kind, target = related.get(attributes.get("id", ""), ("", ""))
            if "macrosheet" in kind.lower():
                raise refusal("macro_not_allowed", "macro", package.language, where=target)
            if kind == "worksheet":
                names[attributes.get("name", "")] = target
        elif element in ("externalReference", "ddeLink", "oleLink"):
            raise refusal("external_link_not_allowed", "external_link", package.language, where=part)
    if len(names) > _MOST_SHEETS:
        raise refusal("too_many_files", "too_many_sheets", package.language, found=str(len(names)))
    strings_part, styles_part = _of_kind(related, "sharedStrings"), _of_kind(related, "styles")
    return _Workbook(
        sheets=names,
        strings=_well_formed(package, strings_part),
        strings_part=strings_part,
        styles=_well_formed(package, styles_part),
        styles_part=styles_part,
        since_1904=since_1904,
    )


def _of_kind(related: Mapping[str, tuple[str, str]], kind: str) -> str:
    return next((part for one, part in related.values() if one == kind), "")


def _well_formed(package: Package, part: str) -> bytes:
    """The part, well-formed and without a doctype; b"" where there is none."""
    if not part:
        return b""
    data = package.read(part)
    Part(part, package.language, namespaces=False).parse(data)
    return data


def _padding(styles: bytes, language: str) -> dict[str, int]:
    """Style -> digits, of the styles that show numbers with leading zeros ("00000")."""
    digits: dict[str, int] = {}
    found: dict[str, int] = {}
    in_cells, index = False, 0
    for element, attributes in elements(styles, "styles", language):
        if element == "numFmt" and _PADDED.fullmatch(attributes.get("formatCode", "")):
            digits[attributes.get("numFmtId", "")] = len(attributes["formatCode"])
        elif element in ("cellXfs", "cellStyles"):
            in_cells = element == "cellXfs"
        elif element == "xf" and in_cells:
            if attributes.get("numFmtId", "") in digits:
                found[str(index)] = digits[attributes["numFmtId"]]
            index += 1
    return found


def _check_size(scan: Scan, strings: bytes, data: bytes, part: str, language: str, limits: RosterLimits) -> None:
    """The reader makes a full rectangle, and a copy of a shared string for every cell: count both beforehand."""
    if scan.cells > scan.rows * scan.columns:
        raise damaged(part, language)
    if scan.rows * scan.columns > LARGEST_AREA:
        most = str(LARGEST_AREA // scan.rows)
        raise refusal("sheet_too_wide", "sheet_too_wide", language, found=str(scan.columns), expected=most, most=most)
    lengths = [len(piece) for piece in re.split(rb"<(?:[\w.-]+:)?si[\s>/]", strings)[1:]]
    if max(lengths, default=0) * scan.cells <= limits.text:
        return
    used = (int(number) for number in re.findall(rb"<(?:[\w.-]+:)?v[^>]*>\s*(\d{1,9})", data))
    if sum(lengths[index] for index in used if index < len(lengths)) > limits.text:
        raise refusal("file_expands_too_much", "too_much_text", language, where=part)


def _read(name: str, package: Package, part: str, scan: Scan, book: _Workbook) -> Sheet:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_rebuilt(package, part, book)))
        rows: list[list[Raw]] = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise damaged(name, package.language) from error
    _restore(rows, scan)
    return Sheet(name=name, rows=rows, formulas=tuple(scan.formulas))


def _restore(rows: list[list[Raw]], scan: Scan) -> None:
    """Error values and leading zeros, which the reader leaves out."""
    for row, column in scan.errors:
        _put(rows, row, column, ERROR_CELL)
    for (row, column), digits in scan.padded.items():
        cell = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if isinstance(cell, float) and cell.is_integer() and 0 <= cell < 10**digits:
            rows[row][column] = str(int(cell)).zfill(digits)


def _put(rows: list[list[Raw]], row: int, column: int, value: Raw) -> None:
    width = max((len(cells) for cells in rows[:1]), default=0)
    rows.extend([""] * width for _ in range(row + 1 - len(rows)))
    rows[row].extend([""] * (column + 1 - len(rows[row])))
    rows[row][column] = value


def _rebuilt(package: Package, part: str, book: _Workbook) -> bytes:
    """A package of one sheet, its strings and its styles, with a workbook of our own around them."""
    parts = {"worksheet": part, "sharedStrings": book.strings_part, "styles": book.styles_part}
    taken = {f"xl/{kind}.xml": package.entries[name] for kind, name in parts.items() if name}
    written = {
        "[Content_Types].xml": f"<Types xmlns={quoteattr(_PACKAGE + '/content-types')}>"
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": _links({"officeDocument": "xl/workbook.xml"}),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<workbookPr date1904="{int(book.since_1904)}"/>'
        '<sheets><sheet name="1" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links({kind: f"{kind}.xml" for kind, name in parts.items() if name}),
    }
    return copy_entries(package.data, taken, {name: text.encode() for name, text in written.items()})


def _links(targets: Mapping[str, str]) -> str:
    links = "".join(f'<Relationship Id="{k}" Type="{_OFFICE}/{k}" Target="{target}"/>' for k, target in targets.items())
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
