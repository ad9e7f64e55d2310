"""The directory of a ZIP archive (PKWARE APPNOTE 6.3.10, 4.3.7, 4.3.12, 4.3.14 to 4.3.16), read strictly.

The end record stands at the very end, the directory just before it, every entry within the bytes before that, and
each entry's own header says the same as the directory does (`agrees`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ZIP64 = 0x0001
_BIG = 0xFFFFFFFF
_UTF8 = 0x800
_DESCRIPTOR = 0x8
_UNIX = 3


class DamagedError(Exception):
    """The archive has no directory that can be read."""


class TooManyError(Exception):
    """The archive has more entries than allowed."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One entry as the directory has it. `offset` is its own header, `start` its packed bytes."""

    name: str
    flags: int
    local_flags: int
    method: int
    crc: int
    packed: int
    size: int
    attributes: int
    made_on_unix: bool
    offset: int
    start: int
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    count: int
    size: int
    offset: int
    position: int


def read(data: bytes, most: int) -> list[RawEntry]:
    """All entries, folders included. Raises DamagedError, and TooManyError over `most`."""
    try:
        end = _end(data)
        if end.count > most:
            raise TooManyError(end.count)
        return _entries(data, end)
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise DamagedError from error


def _end(data: bytes) -> _End:
    position = data.rfind(b"PK\x05\x06")
    if position < 0:
        raise DamagedError
    _, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(data, position)
    if position + _END.size + comment != len(data) or disk != first_disk:
        raise DamagedError
    if 0xFFFF in (here, count) or _BIG in (size, offset):
        here, count, size, offset, position = _end64(data, position)
    elif disk:
        raise DamagedError
    if here != count or offset + size != position:
        raise DamagedError
    return _End(count=count, size=size, offset=offset, position=position)


def _end64(data: bytes, position: int) -> tuple[int, int, int, int, int]:
    if position < _LOCATOR64.size:
        raise DamagedError
    mark, _, where, _ = _LOCATOR64.unpack_from(data, position - _LOCATOR64.size)
    if mark != b"PK\x06\x07" or where > position:
        raise DamagedError
    mark, _, _, _, _, _, here, count, size, offset = _END64.unpack_from(data, where)
    if mark != b"PK\x06\x06":
        raise DamagedError
    return here, count, size, offset, where


def _entries(data: bytes, end: _End) -> list[RawEntry]:
    entries, position = [], end.offset
    for _ in range(end.count):
        entry, position = _entry(data, position, end.offset)
        entries.append(entry)
    if position != end.position:
        raise DamagedError
    return entries


def _entry(data: bytes, position: int, limit: int) -> tuple[RawEntry, int]:
    (mark, made_by, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, disk, _,
     attributes, offset) = _CENTRAL.unpack_from(data, position)  # fmt: skip
    if mark != b"PK\x01\x02" or disk not in (0, 0xFFFF):
        raise DamagedError
    after = position + _CENTRAL.size
    raw_name = data[after : after + name_length]
    extra = data[after + name_length : after + name_length + extra_length]
    size, packed, offset = _wide(extra, size, packed, offset)
    local_flags, start, agrees = _local(data, offset, (raw_name, flags, method, crc, packed, size))
    if start + packed > limit:
        raise DamagedError
    entry = RawEntry(
        name=raw_name.decode("utf-8" if flags & _UTF8 else "cp437"),
        flags=flags,
        local_flags=local_flags,
        method=method,
        crc=crc,
        packed=packed,
        size=size,
        attributes=attributes,
        made_on_unix=made_by >> 8 == _UNIX,
        offset=offset,
        start=start,
        agrees=agrees,
    )
    return entry, after + name_length + extra_length + comment_length


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The values of the ZIP64 extra field (4.5.3) in place of those that say 0xFFFFFFFF."""
    if _BIG not in (size, packed, offset):
        return size, packed, offset
    field = _extra(extra, _ZIP64)
    values, at = [], 0
    for value in (size, packed, offset):
        if value == _BIG:
            values.append(struct.unpack_from("<Q", field, at)[0])
            at += 8
        else:
            values.append(value)
    return values[0], values[1], values[2]


def _extra(extra: bytes, wanted: int) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    raise DamagedError


def _local(data: bytes, offset: int, said: tuple[bytes, int, int, int, int, int]) -> tuple[int, int, bool]:
    """(flags, where the packed bytes start, whether the header agrees with what the directory said)."""
    name, flags, method, crc, packed, size = said
    mark, _, own_flags, own_method, _, _, own_crc, own_packed, own_size, name_length, extra_length = _LOCAL.unpack_from(
        data, offset
    )
    if mark != b"PK\x03\x04":
        raise DamagedError
    after = offset + _LOCAL.size
    agrees = data[after : after + name_length] == name and own_method == method and not (own_flags ^ flags) & _UTF8
    if not own_flags & _DESCRIPTOR:
        agrees = agrees and own_crc == crc and own_packed in (packed, _BIG) and own_size in (size, _BIG)
    return own_flags, after + name_length + extra_length, agrees
