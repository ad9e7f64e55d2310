"""The extent of an ordinary worksheet by plain searches, in half the time that a handler per element takes.

Ordinary: what common programs write, with a reference in every cell, and no formula, error, comment or prefix. For
such a sheet the answer is that of `sheet_scan.full_scan` (a test holds them together); for any other there is none,
and the full scan decides. That the part is well-formed is checked by the caller.
"""

from __future__ import annotations

import re

_COLUMNS = re.compile(rb' r="([A-Z]{0,3})[1-9][0-9]{0,6}"')
_ROWS = re.compile(rb' r="[A-Z]{0,3}([1-9][0-9]{0,6})"')
_PREFIX = re.compile(rb"xmlns:([A-Za-z_][\w.-]*)\s*=")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
_PIECE = 4_000_000
"""Bytes that are searched at once, so that what is found does not take more memory than the sheet."""

_UNUSUAL = (b"\t", b"\n", b"\r", b"\0", b"<!", b"<f", b't="e"', b" t='", b" r ")
"""Line ends and tabs may part a name from its attributes; the others stand for comments, formulas and errors."""


def ordinary_extent(data: bytes) -> tuple[int, int, int] | None:
    """(rows, columns, cells) of an ordinary sheet, counting empty cells too; None of any other."""
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if start < 0 or end < start or _ENCODING.match(data) or b"<!" in data[:start] or b"\0" in data[:start]:
        return None
    if any(data.find(mark, start) >= 0 for mark in _UNUSUAL):
        return None
    if data.find(b"xmlns:", start) >= 0:
        return None
    if any(data.find(b"<" + prefix + b":", start) >= 0 for prefix in _PREFIX.findall(data, 0, start)):
        return None
    rows, columns = set[bytes](), set[bytes]()
    found = lines = 0
    while start < end:
        stop = data.find(b"<", min(start + _PIECE, end), end)
        stop = end if stop < 0 else stop
        letters = _COLUMNS.findall(data, start, stop)
        found += len(letters)
        lines += letters.count(b"")
        columns.update(letters)
        rows.update(_ROWS.findall(data, start, stop))
        start = stop
    return _extent(data, rows, columns, found, lines)


def _extent(data: bytes, rows: set[bytes], columns: set[bytes], found: int, lines: int) -> tuple[int, int, int] | None:
    """The answer, if every cell and every row was among those found, and nothing else was."""
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    cells = data.count(b"<c", start, end)
    if not found == data.count(b" r=", start, end) == cells + lines or lines != data.count(b"<row", start, end):
        return None
    return max(map(int, rows), default=0), 1 + max(map(_number, columns), default=0), cells


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
