"""What a file is, by its first bytes; its name must not say otherwise."""

from __future__ import annotations

from enum import StrEnum

from mikra.errors import InputError
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import RosterLimits


class FileKind(StrEnum):
    """What is taken further."""

    ARCHIVE = "archive"
    TEXT = "text"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""[MS-CFB] 2.2: the start of a compound file, in which Office keeps old and encrypted workbooks."""

NO_TEXT = (b"PK\x03\x04", b"PK\x05\x06", _OLE)
"""Starts of files that are looked at as a whole."""

_FOREIGN = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ", "XZ"),
    (b"\x7fELF", "ELF"),
    (b"SQLite format 3", "SQLite"),
    (b"PAR1", "Parquet"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<workbook")
"""Web pages and XML that some systems save under the name of a spreadsheet."""

_TEXT_NAMES = frozenset({"csv", "tsv", "tab", "txt", "text"})
_SHEET_NAMES = frozenset({"xlsx", "xlsm", "xltx", "xltm", "ods", "ots"})


def file_kind(data: bytes, name: str, limits: RosterLimits, language: str) -> FileKind:
    """Archive or text. Raises InputError: empty_upload, too_large, file_encrypted, file_type_mismatch."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if not data.removeprefix(b"\xef\xbb\xbf").strip(b"\xff\xfe\0 \t\r\n"):
        raise refusal("empty_upload", "empty_file", language, where=name)
    if len(data) > limits.size:
        found, most = f"{len(data) / 1e6:.1f} MB", f"{limits.size / 1e6:g} MB"
        raise refusal("too_large", "file_too_large", language, where=name, found=found, expected=most, most=most)
    if data.startswith(_OLE):
        raise _compound(data, name, ending, language)
    foreign = _foreign(data)
    if foreign:
        raise refusal("file_type_mismatch", "foreign_kind", language, where=name, found=foreign, kind=foreign)
    kind = FileKind.ARCHIVE if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) else FileKind.TEXT
    unlike = _TEXT_NAMES if kind is FileKind.ARCHIVE else _SHEET_NAMES | {"xls", "xlsb"}
    if ending in unlike:
        raise refusal("file_type_mismatch", "not_what_its_name_says", language, where=name)
    return kind


def _foreign(data: bytes) -> str:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        return "HTML, XML"
    return next((kind for mark, kind in _FOREIGN if data.startswith(mark)), "")


def _compound(data: bytes, name: str, ending: str, language: str) -> InputError:
    """An encrypted workbook or one of the old format, told apart by the names of their streams ([MS-OFFCRYPTO] 2.3)."""
    encrypted = "EncryptedPackage".encode("utf-16-le") in data
    old = any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book"))
    if old and not encrypted:
        return refusal("file_type_mismatch", "old_workbook", language, where=name)
    if encrypted or ending in _SHEET_NAMES:
        return refusal("file_encrypted", "locked_workbook", language, where=name)
    return refusal("file_type_mismatch", "old_workbook", language, where=name)
