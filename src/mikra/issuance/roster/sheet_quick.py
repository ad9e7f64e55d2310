"""The extent of an ordinary worksheet by plain searches, in half the time that a handler per element takes.

Ordinary: what common programs write, with a reference in every cell, and no formula, error, comment or prefix. For
such a sheet the answer is that of `sheet_scan.scan_sheet` (a test holds them together); for any other there is none,
and the full scan decides. That the part is well-formed and has no doctype is checked by the caller.
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(rb' r="([A-Z]{0,3})([1-9][0-9]{0,6})"')
_PREFIX = re.compile(rb"xmlns:([A-Za-z_][\w.-]*)\s*=")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
_UNUSUAL = (b"\t", b"\n", b"\r", b"\0", b"<!", b"<f", b't="e"', b" r ", b" t ", b" t= ", b" t='")


def ordinary_extent(data: bytes) -> tuple[int, int, int] | None:
    """(rows, columns, cells) of an ordinary sheet, counting empty cells too; None of any other."""
    start = data.find(b"<sheetData>")
    if start < 0 or _ENCODING.match(data) or any(mark in data[:start] for mark in (b"<!", b"\0")):
        return None
    if any(data.find(mark, start) >= 0 for mark in _UNUSUAL):
        return None
    if any(data.find(b"<" + prefix + b":", start) >= 0 for prefix in _PREFIX.findall(data)):
        return None
    end = data.find(b"</sheetData>", start)
    found = _REFERENCE.findall(data, start, end)
    if len(found) != data.count(b" r=", start, end):
        return None
    rows = {row for _, row in found}
    columns = {letters for letters, _ in found}
    cells = sum(data.count(b"<c" + after, start) for after in (b" ", b">", b"/"))
    lines = sum(data.count(b"<row" + after, start) for after in (b" ", b">", b"/"))
    if cells + lines != len(found) or sum(1 for letters, _ in found if not letters) != lines:
        return None
    return max(map(int, rows), default=0), 1 + max(map(_number, columns), default=0), cells


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
