"""ISO 32000-2, 7.3.8, 7.4.4 and 7.5: what is checked of a PDF file before any parser sees it.

A small file that unpacks to a large one is found by unpacking every stream here, a piece at a time, with a budget for
all together; a stream within a stream counts too. Nothing stands before the header, and nothing but space behind the
end: what some readers pass over, others take for another file.
"""

from __future__ import annotations

import re
import zlib

from mikra.errors import InputError

_HEADER = re.compile(rb"%PDF-[12]\.\d[\r\n \t]")
_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_OBJECT = re.compile(rb"\d\s+obj\b")
_STRUCTURE = re.compile(rb"/(?:ObjStm|XRef)\b")
_OTHER_FILTER = re.compile(rb"/(?:ASCIIHex|ASCII85|LZW|RunLength|Crypt|AHx|A85|RL)|/Filter\s*\[[^\]]*/\w+\s*/")
_PIECE = 1 << 20
_DEEPEST = 4
"""Streams packed within streams that are followed."""

_DICTIONARY = 2_048
"""Bytes before a stream in which its dictionary is looked for."""


def check(data: bytes, unpacked: int, objects: int) -> None:
    """Raises InputError: file_type_mismatch, file_damaged, file_expands_too_much."""
    if not _HEADER.match(data):
        raise InputError(
            "This is not a PDF file.", expected="%PDF-1.x at its very beginning", code="file_type_mismatch"
        )
    if not _END.search(data[-2_048:]):
        raise InputError(
            "This PDF file has no end, or something behind it.",
            expected="startxref and %%EOF, and nothing after them",
            fix="Give the file as it was sent to you.",
            code="file_damaged",
        )
    if sum(1 for _ in _OBJECT.finditer(data)) > objects:
        raise too_much(f"more than {objects} objects")
    _unpack_all(data, unpacked)


def _unpack_all(data: bytes, budget: int) -> None:
    left = budget
    for found in _STREAM.finditer(data):
        before = data[max(0, found.start() - _DICTIONARY) : found.start()].rpartition(b" obj")[2]
        if _STRUCTURE.search(before) and _OTHER_FILTER.search(before):
            raise InputError("This PDF file hides its structure.", expected="FlateDecode alone", code="file_damaged")
        left -= _size(data[found.end() :], left, 0)


def _size(packed: bytes, left: int, depth: int) -> int:
    """Bytes to which a zlib stream unpacks; 0 of what is none. Raises InputError past `left`."""
    if len(packed) < 2 or packed[0] & 15 != 8 or int.from_bytes(packed[:2]) % 31:
        return 0
    unpacker, total, first = zlib.decompressobj(), 0, b""
    rest = packed
    while not unpacker.eof:
        try:
            piece = unpacker.decompress(rest, _PIECE)
        except zlib.error:
            break
        rest = unpacker.unconsumed_tail
        total += len(piece)
        first = first or piece
        if total > left:
            raise too_much(f"more than {left} bytes")
        if not piece and not rest:
            break
    return total + (_size(first, left - total, depth + 1) if depth < _DEEPEST else 0)


def unpack(packed: bytes, limit: int) -> bytes | None:
    """A FlateDecode stream of at most `limit` bytes; None where it is broken. Raises InputError where it is longer."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        return None
    if len(content) > limit:
        raise too_much(f"more than {limit} bytes")
    return content if unpacker.eof else None


def too_much(found: str) -> InputError:
    return InputError("This PDF file unpacks to more than we accept.", found=found, code="file_expands_too_much")
