"""Open Badges 3.0, 5.3.1 (and 2.0 baking): a credential in a PNG (W3C PNG, third edition), as one uncompressed iTXt.

Read strictly, so that no two programs see different credentials: every checksum holds, the order of chunks is that of
the standard, nothing follows IEND, and there is one credential at most, of whichever edition.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from mikra.formats.baked import Baked, Edition, check_bakeable, malformed, nothing_inside, several_inside
from mikra.formats.png import SIGNATURE, chunks, header

KEYWORD = b"openbadgecredential"
KEYWORD_2 = b"openbadges"
_EDITIONS = {KEYWORD: Edition.V3, KEYWORD_2: Edition.V2}
_TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
"""PNG, 4.8.1 and 5.4: a reader that meets another critical chunk cannot show the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    kind: bytes
    data: bytes

    @property
    def keyword(self) -> bytes:
        return self.data.partition(b"\0")[0]


def extract(png: bytes) -> Baked:
    """The one credential in a PNG.

    Raises InputError: image_malformed, image_ambiguous, image_no_credential, image_too_large (more pixels than we
    accept). No pixel is unpacked.
    """
    found = [chunk for chunk in _checked(png) if _is_credential(chunk)]
    if not found:
        raise nothing_inside()
    if len(found) > 1:
        raise several_inside()
    if len(png) != _end(png):
        raise malformed("something after the end of the picture")
    return Baked(text=_text(found[0]), edition=_EDITIONS[found[0].keyword])


def bake(png: bytes, text: str, edition: Edition = Edition.V3) -> bytes:
    """The same picture with a credential in it. InputError where it cannot be read or already holds one."""
    check_bakeable(text)
    parts = list(_checked(png))
    if any(_is_credential(chunk) for chunk in parts):
        raise several_inside()
    keyword = next(name for name, one in _EDITIONS.items() if one is edition)
    # Keyword, no compression, method 0, no language, no translated keyword (PNG, 11.3.3.4).
    data = keyword + b"\0" + b"\0\0" + b"\0" + b"\0" + text.encode()
    first, *rest = parts
    return SIGNATURE + b"".join(_written(c) for c in (first, _Chunk(kind=b"iTXt", data=data), *rest))


def _written(chunk: _Chunk) -> bytes:
    checksum = zlib.crc32(chunk.data, zlib.crc32(chunk.kind))
    return struct.pack(">I", len(chunk.data)) + chunk.kind + chunk.data + struct.pack(">I", checksum)


def _checked(png: bytes) -> Iterator[_Chunk]:
    """All chunks, in an order that the standard allows (PNG, 5.6)."""
    header(png)
    seen: set[bytes] = set()
    last = b""
    for kind, data in chunks(png):
        _check_kind(kind, last, seen)
        if kind == b"IEND" and data:
            raise malformed("a part of the wrong size")
        seen.add(kind)
        last = kind
        yield _Chunk(kind=kind, data=data)
    if b"IDAT" not in seen:
        raise malformed("a picture without a picture")


def _check_kind(kind: bytes, last: bytes, seen: set[bytes]) -> None:
    if not kind.isalpha():
        raise malformed("a part without a name")
    if kind[0] & 0x20:
        return
    if kind not in _CRITICAL:
        raise malformed("a part that we do not know")
    again = kind in seen and not (kind == last == b"IDAT")
    if again or (kind == b"PLTE" and b"IDAT" in seen):
        raise malformed("parts in the wrong order")


def _is_credential(chunk: _Chunk) -> bool:
    """Whether a text chunk holds a credential. One that says so almost, or packed, is refused: others may read it."""
    if chunk.kind not in _TEXT_CHUNKS:
        return False
    name = chunk.keyword
    if name in _EDITIONS:
        return True
    if name.strip().lower() in _EDITIONS:
        raise malformed("a credential under a name that is nearly the right one")
    return False


def _text(chunk: _Chunk) -> str:
    keyword, _, rest = chunk.data.partition(b"\0")
    if chunk.kind == b"iTXt":
        if rest[:2] != b"\0\0":
            raise malformed("a credential that is packed; the standard forbids it")
        _language, _, rest = rest[2:].partition(b"\0")
        _translated, mark, rest = rest.partition(b"\0")
        if not mark:
            raise malformed("a credential that is cut off")
    elif chunk.kind == b"zTXt" or _EDITIONS[keyword] is not Edition.V2:
        raise malformed("a credential in a part that the standard does not allow for it")
    try:
        text = rest.decode("utf-8" if chunk.kind == b"iTXt" else "ascii")
    except UnicodeDecodeError:
        raise malformed("a credential whose text cannot be read") from None
    if not text.strip() or "\0" in text:
        raise nothing_inside() if not text.strip() else malformed("a credential whose text cannot be read")
    return text


def _end(png: bytes) -> int:
    """Where IEND ends."""
    return len(SIGNATURE) + sum(12 + len(data) for _, data in chunks(png))


__all__ = ["KEYWORD", "KEYWORD_2", "bake", "extract"]
