"""A new archive of some entries of another, their packed bytes as they are.

For handing to a program only those entries that were looked at, under names of our choice. PKWARE APPNOTE 6.3.10,
as `zip_directory`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from mikra.formats.containers import STORED, Entry

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION = 20
_DAY = 33
"""1 January 1980: the archive depends on its content alone."""


def copy_entries(data: bytes, entries: Mapping[str, Entry], written: Mapping[str, bytes]) -> bytes:
    """The archive: new name -> entry of `data`, and new name -> content of our own, which is stored unpacked."""
    pieces: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, entry in entries.items():
        packed = data[entry.start : entry.start + entry.packed]
        offset += _add(pieces, directory, offset, name, entry.method, entry.crc, entry.size, packed)
    for name, content in written.items():
        offset += _add(pieces, directory, offset, name, STORED, zlib.crc32(content), len(content), content)
    size = sum(map(len, directory))
    end = _END.pack(b"PK\x05\x06", 0, 0, len(directory), len(directory), size, offset, 0)
    return b"".join([*pieces, *directory, end])


def _add(
    pieces: list[bytes], directory: list[bytes], offset: int, name: str, method: int, crc: int, size: int, packed: bytes
) -> int:
    """Adds one entry; gives the bytes that it takes."""
    told = name.encode("ascii")
    about = (0, method, 0, _DAY, crc, len(packed), size, len(told))
    header = _LOCAL.pack(b"PK\x03\x04", _VERSION, *about, 0) + told
    pieces += [header, packed]
    directory.append(_CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, *about, 0, 0, 0, 0, 0, offset) + told)
    return len(header) + len(packed)
