"""What kind of file this is, told from its first bytes, never from its name."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """What was given, before it is read."""

    EMPTY = "empty"
    JSON = "json"
    ZIP = "zip"
    PDF = "pdf"
    PNG = "png"
    SVG = "svg"
    XML = "xml"
    JWT = "jwt"
    SD_JWT = "sd_jwt"
    COSE = "cose"
    PHOTO = "photo"
    LINK = "link"
    TEXT = "text"
    UNKNOWN = "unknown"


_START = 1024
"""How far into a file a PDF may begin (ISO 32000-1, annex H, note 13), and how far we look."""

_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_JSON_START = re.compile(rb'[\[{"]|-?\d|(?:true|false|null)\b')
_COMPACT = re.compile(rb"[A-Za-z0-9_=+/-]+(?:\.[A-Za-z0-9_=+/-]*){2,4}")
_WIDE = re.compile(rb'(?:\xff\xfe|\xfe\xff)?(?:[\[{"]\x00|\x00[\[{"])')
_LINK = re.compile(rb"https://[!-~]{1,2000}")
"""One address and nothing else."""

_COSE = re.compile(rb"\xd2?\x84(?:[\x41-\x57]|\x58.|\x59..)[\xa1-\xb7]", re.DOTALL)
"""COSE_Sign1, with its tag or without (RFC 9052, 4.2): four members, of which the first is the bytes of a map."""

_COSE_TEXT = re.compile(rb"0oR[A-Za-z0-9+/]+={0,2}")
"""The same in base64, with its tag: how it is passed on as text."""

_SVG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg[\s>/]")


def kind_of(data: bytes) -> Kind:
    """The kind of a whole file. Damaged files keep the kind that they begin as."""
    head = data[:_START]
    if not data.strip(_SPACE):
        return Kind.EMPTY
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return Kind.ZIP
    if head.startswith(b"\x89PNG"):
        return Kind.PNG
    if head.startswith(b"\xff\xd8\xff") or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return Kind.PHOTO
    if b"%PDF-" in head:
        return Kind.PDF
    if _WIDE.match(head):
        return Kind.JSON
    if _COSE.match(head):
        return Kind.COSE
    return _kind_of_text(data)


def _kind_of_text(data: bytes) -> Kind:
    text = data.removeprefix(_BOM).lstrip(_SPACE)
    if _COSE_TEXT.fullmatch(text.rstrip(_SPACE)):
        return Kind.COSE
    if _JSON_START.match(text):
        return Kind.JSON
    if text.startswith(b"<"):
        return Kind.SVG if _SVG.search(text[:_START]) else Kind.XML
    token = text.rstrip(_SPACE)
    first, tilde, _ = token.partition(b"~")
    if _COMPACT.fullmatch(first) or (first.startswith(b"eyJ") and b"." in first):
        return Kind.SD_JWT if tilde else Kind.JWT
    if _LINK.fullmatch(token):
        return Kind.LINK
    return Kind.TEXT if _is_text(data) else Kind.UNKNOWN


def _is_text(data: bytes) -> bool:
    try:
        return b"\0" not in data and bool(data.decode())
    except UnicodeDecodeError:
        return False
