"""ZIP archives (PKWARE APPNOTE 6.3.10) looked at before anything inside is opened.

`inspect_zip` reads the directory alone and refuses what two programs could read differently, what leaves its folder,
what is locked, and what would grow beyond the limits. `read_entry` unpacks one entry, never past its declared size.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from mikra.errors import InputError
from mikra.formats import zip_directory
from mikra.formats.zip_directory import DamagedError, RawEntry
from mikra.messages import text

STORED, DEFLATED = 0, 8
_ENCRYPTED = 0x1 | 0x40 | 0x2000
"""APPNOTE 4.4.4: bits 0 (encrypted), 6 (strong encryption), 13 (directory masked)."""

_FILE_KINDS = frozenset({0, 0o100000, 0o040000})
"""What the upper half of the external attributes may say (S_IFMT): nothing, a file, a folder. No link, no device."""

_ARCHIVE_NAME = re.compile(r"\.(?:zip|jar|7z|rar|gz|tgz|tar|bz2|xz|zst|cab|iso|lzma|arj|lzh)$", re.IGNORECASE)
_ARCHIVE_START = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"\xfd7zXZ\x00",
)
_LONGEST_START = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipLimits:
    """`total` and `large` in bytes unpacked; `ratio` (unpacked to packed) counts for entries over `large` only.

    `nested`: an archive within is a file like any other, for whoever does not open it.
    """

    entries: int = 500
    total: int = 50_000_000
    ratio: int = 200
    large: int = 1_000_000
    name: int = 255
    nested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of an archive. Sizes in bytes; `start` is where its packed bytes begin."""

    name: str
    size: int
    packed: int
    method: int
    crc: int
    start: int


DEFAULT_LIMITS = ZipLimits()


def inspect_zip(data: bytes, limits: ZipLimits = DEFAULT_LIMITS, *, language: str = "en") -> tuple[Entry, ...]:
    """The files of an archive (folders left out), in the order of its directory; () of an empty archive.

    Raises InputError: file_type_mismatch, file_damaged, too_many_files, file_encrypted, archive_bad_path,
    archive_bad_entry, archive_duplicate_name, file_expands_too_much, archive_nested.
    """
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _refuse("file_type_mismatch", "not_an_archive", language)
    try:
        raw = zip_directory.read(data, limits.entries)
    except DamagedError:
        _refuse("file_damaged", "damaged", language)
    except zip_directory.TooManyError as error:
        _refuse("too_many_files", "too_many", language, found=str(error.count), expected=str(limits.entries))
    for check in (_locked, _bad_names, _odd_entries, _same_names):
        check(raw, limits, language)
    files = tuple(_entry(one) for one in raw if not one.name.endswith("/"))
    _too_much(files, limits, language)
    if not limits.nested:
        _nested(data, files, language)
    return files


def read_entry(data: bytes, entry: Entry, *, language: str = "en") -> bytes:
    """The bytes of one entry. Raises InputError: file_expands_too_much past its declared size, else file_damaged."""
    packed = data[entry.start : entry.start + entry.packed]
    content, whole = (packed, True) if entry.method == STORED else _inflate(packed, entry.size + 1)
    if len(content) > entry.size:
        _refuse("file_expands_too_much", "lies", language, where=entry.name)
    if not whole or len(content) != entry.size or zlib.crc32(content) != entry.crc:
        _refuse("file_damaged", "damaged", language, where=entry.name)
    return content


def _inflate(packed: bytes, longest: int) -> tuple[bytes, bool]:
    """At most `longest` bytes, and whether the stream ended there with nothing left over."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = unpacker.decompress(packed, longest)
    except zlib.error:
        return b"", False
    return content, unpacker.eof and not unpacker.unused_data


def _entry(raw: RawEntry) -> Entry:
    return Entry(name=raw.name, size=raw.size, packed=raw.packed, method=raw.method, crc=raw.crc, start=raw.start)


def _locked(raw: Sequence[RawEntry], limits: ZipLimits, language: str) -> None:
    for one in raw:
        if one.flags & _ENCRYPTED or one.local_flags & _ENCRYPTED:
            _refuse("file_encrypted", "locked", language, where=one.name)


def _bad_names(raw: Sequence[RawEntry], limits: ZipLimits, language: str) -> None:
    for one in raw:
        if not _stays_inside(one.name) or len(one.name) > limits.name:
            _refuse("archive_bad_path", "bad_path", language, where=_shown(one.name), found=_shown(one.name))


def _shown(name: str) -> str:
    """A name that may be made to mislead: its plain letters, the others by number, not too many."""
    return ascii(name)[1:-1][:80]


def _stays_inside(name: str) -> bool:
    parts = name.replace("\\", "/").removesuffix("/").split("/")
    if not name or "\\" in name or re.match(r"[A-Za-z]:", name) or any(p in ("", ".", "..") for p in parts):
        return False
    return not any(unicodedata.category(c) in ("Cc", "Cs") or c in "\u202a\u202b\u202d\u202e" for c in name)


def _odd_entries(raw: Sequence[RawEntry], limits: ZipLimits, language: str) -> None:
    """Links and devices, unknown packing, entries that disagree with their own header or lie over one another."""
    for one in raw:
        kind = (one.attributes >> 16) & 0o170000 if one.made_on_unix else 0
        if kind not in _FILE_KINDS or one.method not in (STORED, DEFLATED) or not one.agrees:
            _refuse("archive_bad_entry", "bad_entry", language, where=one.name)
        if one.method == STORED and one.packed != one.size:
            _refuse("archive_bad_entry", "bad_entry", language, where=one.name)
    for before, after in pairwise(sorted(raw, key=lambda one: one.offset)):
        if before.start + before.packed > after.offset:
            _refuse("archive_bad_entry", "bad_entry", language, where=after.name)


def _same_names(raw: Sequence[RawEntry], limits: ZipLimits, language: str) -> None:
    seen: set[str] = set()
    for one in raw:
        name = unicodedata.normalize("NFC", one.name).casefold().removesuffix("/")
        if name in seen:
            _refuse("archive_duplicate_name", "same_name", language, where=_shown(one.name), found=one.name)
        seen.add(name)


def _too_much(files: Sequence[Entry], limits: ZipLimits, language: str) -> None:
    total = sum(one.size for one in files)
    if total > limits.total:
        _refuse("file_expands_too_much", "too_much", language, found=str(total), expected=str(limits.total))
    for one in files:
        if one.size > limits.large and one.size > limits.ratio * max(one.packed, 1):
            _refuse("file_expands_too_much", "too_much", language, where=one.name, found=str(one.size))


def _nested(data: bytes, files: Sequence[Entry], language: str) -> None:
    for one in files:
        packed = data[one.start : one.start + min(one.packed, 512)]
        start = packed[:_LONGEST_START] if one.method == STORED else _inflate(packed, _LONGEST_START)[0]
        if _ARCHIVE_NAME.search(one.name) or start.startswith(_ARCHIVE_START):
            _refuse("archive_nested", "nested", language, where=one.name)


def _refuse(code: str, key: str, language: str, *, where: str = "", found: str = "", expected: str = "") -> NoReturn:
    raise InputError(
        text(f"containers.{key}", language),
        where=where,
        found=found,
        expected=expected,
        fix=text(f"containers.{key}_fix", language),
        code=code,
    )
