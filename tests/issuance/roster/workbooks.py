"""XLSX and ODS files put together by hand, so that every part of them can be wrong on purpose."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

_CT = "http://schemas.openxmlformats.org/package/2006/content-types"
_PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

TYPES = f'<Types xmlns="{_CT}"><Default Extension="xml" ContentType="application/xml"/></Types>'


def package(parts: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive of these parts, in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def links(targets: Mapping[str, tuple[str, str]]) -> str:
    """id -> (type, target)"""
    inner = "".join(
        f'<Relationship Id="{key}" Type="{kind if ":" in kind else f"{_REL}/{kind}"}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PKG}">{inner}</Relationships>'


def letters(position: int) -> str:
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell(value: object, reference: str) -> str:
    """One cell: text inline, numbers, truth values, or XML as it is where it starts with `<c`."""
    if isinstance(value, str) and value.startswith("<c"):
        return value
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    text = escape(str(value))
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def sheet_xml(rows: Iterable[Sequence[object]], *, after: str = "", attributes: str = "") -> str:
    """A worksheet; None is no cell at all."""
    lines = "".join(
        f'<row r="{number}">'
        + "".join(cell(value, f"{letters(i)}{number}") for i, value in enumerate(row) if value is not None)
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{_MAIN}"{attributes}><sheetData>{lines}</sheetData>{after}</worksheet>'


def raw_sheet(rows: str) -> str:
    """A worksheet of these rows, which are XML already."""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def xlsx_parts(
    sheets: Mapping[str, str | Iterable[Sequence[object]]],
    *,
    strings: str = "",
    styles: str = "",
    states: Mapping[str, str] | None = None,
    book: str = "",
) -> dict[str, str | bytes]:
    """The parts of a workbook. A sheet is its rows, or its XML."""
    states = states or {}
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" state="{states.get(name, "visible")}" r:id="s{i}"/>'
        for i, name in enumerate(sheets, start=1)
    )
    related = {f"s{i}": ("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(sheets) + 1)}
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": links({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">{book}<sheets>{listed}</sheets></workbook>',
    }
    if strings:
        related["strings"] = ("sharedStrings", "sharedStrings.xml")
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'
    if styles:
        related["styles"] = ("styles", "styles.xml")
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>'
    parts["xl/_rels/workbook.xml.rels"] = links(related)
    for i, content in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{i}.xml"] = content if isinstance(content, str) else sheet_xml(content)
    return parts


def xlsx(sheets: Mapping[str, str | Iterable[Sequence[object]]], **more: object) -> bytes:
    return package(xlsx_parts(sheets, **more))  # type: ignore[arg-type]


_ODS = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {"office": "office", "table": "table", "text": "text", "style": "style"}.items()
)


def ods_cell(value: object) -> str:
    """One cell of an ODS: text, number, date as (iso,), or XML as it is."""
    if isinstance(value, str) and value.startswith("<table:"):
        return value
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        said = "true" if value else "false"
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{said}"/>'
    if isinstance(value, int | float):
        typed = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {typed}><text:p>{value}</text:p></table:table-cell>"
    if isinstance(value, tuple):
        return f'<table:table-cell office:value-type="date" office:date-value="{value[0]}"/>'
    text = escape(str(value))
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def ods_parts(tables: Mapping[str, str | Iterable[Sequence[object]]], *, styles: str = "") -> dict[str, str | bytes]:
    body = ""
    for name, content in tables.items():
        rows = (
            content
            if isinstance(content, str)
            else "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in content)
        )
        body += f'<table:table table:name="{escape(name)}">{rows}</table:table>'
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": f"<office:document-content {_ODS}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>",
    }


def ods(tables: Mapping[str, str | Iterable[Sequence[object]]], **more: str) -> bytes:
    return package(ods_parts(tables, **more))
