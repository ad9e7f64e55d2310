"""PNG (W3C, third edition; ISO/IEC 15948): header, size, rows, and whether a person would see anything.

    png_size(png)   (width, height) in pixels
    is_blank(png)   nothing to see: one colour, transparent, or too small to read
    rows(png)       each row's samples, unfiltered

Every colour type and depth; CRCs are checked, what is unpacked is bounded before it is unpacked.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from mikra.errors import InputError
from mikra.formats.png_filters import Filter, unfilter

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS = 40_000_000
"""A4 at 600 dots an inch has 35 million."""

MIN_SIDE = 64
"""Pixels. Nobody reads a page that is narrower or lower."""

VISIBLE_SHARE = 1000
"""One pixel in so many must stand out from the commonest colour, or the page shows nothing."""

VISIBLE_STEP = 32
"""Of 255: by how much a channel must differ to stand out."""


class Colour(IntEnum):
    """Colour types (11.2.1)."""

    GREY = 0
    RGB = 2
    PALETTE = 3
    GREY_ALPHA = 4
    RGBA = 6


_CHANNELS = {Colour.GREY: 1, Colour.RGB: 3, Colour.PALETTE: 1, Colour.GREY_ALPHA: 2, Colour.RGBA: 4}
_DEPTHS = {
    Colour.GREY: (1, 2, 4, 8, 16),
    Colour.RGB: (8, 16),
    Colour.PALETTE: (1, 2, 4, 8),
    Colour.GREY_ALPHA: (8, 16),
    Colour.RGBA: (8, 16),
}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Passes of an interlaced image (8.2): first column, first row, every so many columns, every so many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """IHDR (11.2.1). `depth` is bits per sample."""

    width: int
    height: int
    depth: int
    colour: Colour
    interlaced: bool

    @property
    def stride(self) -> int:
        """Bytes from a sample to the same one of the pixel to the left, at least 1 (9.2)."""
        return max(1, _CHANNELS[self.colour] * self.depth // 8)

    def row_bytes(self, width: int) -> int:
        """Length of a row of so many pixels, without its filter type."""
        return (width * _CHANNELS[self.colour] * self.depth + 7) // 8

    def passes(self) -> list[tuple[int, int]]:
        """(width, height) of each part that is filtered by itself; one, or those of the seven that are not empty."""
        if not self.interlaced:
            return [(self.width, self.height)]
        sizes = [(-((x - self.width) // dx), -((y - self.height) // dy)) for x, y, dx, dy in _ADAM7]
        return [(w, h) for w, h in sizes if w > 0 and h > 0]


def _malformed(found: str, expected: str = "a whole PNG image") -> InputError:
    return InputError("The image cannot be read.", found=found, expected=expected, code="image_malformed")


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, data) of each chunk up to and with IEND. InputError (image_malformed) where it is damaged."""
    if not png.startswith(SIGNATURE):
        raise _malformed("not a PNG file")
    offset = len(SIGNATURE)
    while offset + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, offset)
        kind, end = png[offset + 4 : offset + 8], offset + 8 + length
        if end + 4 > len(png):
            break
        data = png[offset + 8 : end]
        if zlib.crc32(data, zlib.crc32(kind)) != struct.unpack_from(">I", png, end)[0]:
            raise _malformed(f"a damaged part at byte {offset}")
        yield kind, data
        if kind == b"IEND":
            return
        offset = end + 4
    raise _malformed("a file that ends too early")


def header(png: bytes) -> Header:
    """The header. InputError: image_malformed, or image_too_large above MAX_PIXELS."""
    kind, data = next(chunks(png))
    if kind != b"IHDR" or len(data) != 13:
        raise _malformed("no header")
    width, height, depth, colour, method, filtering, interlace = struct.unpack(">IIBBBBB", data)
    known = colour in _DEPTHS and depth in _DEPTHS[Colour(colour)]
    if not (width and height and known) or method or filtering or interlace > 1:
        raise _malformed("a header that no PNG image has")
    if width * height > MAX_PIXELS:
        raise InputError(
            "The image has too many pixels.",
            found=f"{width} x {height}",
            expected=f"at most {MAX_PIXELS} pixels",
            code="image_too_large",
        )
    return Header(width=width, height=height, depth=depth, colour=Colour(colour), interlaced=bool(interlace))


def png_size(png: bytes) -> tuple[int, int]:
    """(width, height) in pixels. InputError where it is no PNG image."""
    head = header(png)
    return head.width, head.height


def _unpacked(head: Header, parts: Iterable[bytes]) -> bytes:
    """All IDAT data, unpacked; never more than the header announces."""
    expected = sum((head.row_bytes(width) + 1) * height for width, height in head.passes())
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(b"".join(parts), expected)
    except zlib.error as error:
        raise _malformed("pixels that cannot be unpacked") from error
    if len(data) < expected:
        raise _malformed("fewer pixels than announced")
    return data


def rows(png: bytes) -> Iterator[tuple[int, bytes]]:
    """(width, samples) of each row, packed as the header says; an interlaced image pass by pass. InputError."""
    head = header(png)
    data = _unpacked(head, (part for kind, part in chunks(png) if kind == b"IDAT"))
    offset = 0
    for width, height in head.passes():
        length = head.row_bytes(width)
        previous = bytes(length)
        for _ in range(height):
            if data[offset] > max(Filter):
                raise _malformed(f"an unknown filter, {data[offset]}")
            line = data[offset + 1 : offset + 1 + length]
            previous = unfilter(Filter(data[offset]), line, previous, head.stride)
            yield width, previous
            offset += length + 1


def is_blank(png: bytes) -> bool:
    """Whether a person would see nothing: one colour (transparent parts shown on white), or below MIN_SIDE.

    Reads only as many rows as it needs to be sure. InputError where it is no PNG image.
    """
    head = header(png)
    if min(head.width, head.height) < MIN_SIDE:
        return True
    paint = _Paint(head, dict(chunks(png)))
    needed = max(1, head.width * head.height // VISIBLE_SHARE)
    counted: Counter[Hashable] = Counter()
    for number, (width, row) in enumerate(rows(png)):
        counted.update(paint.pixels(row, width))
        if number % 16 == 0 and _standing_out(counted, paint) >= needed:
            return False
    return _standing_out(counted, paint) < needed


def _standing_out(counted: Counter[Hashable], paint: _Paint) -> int:
    """How many pixels differ visibly from the commonest colour."""
    colours: Counter[tuple[int, ...]] = Counter()
    for pixel, count in counted.items():
        colours[paint.shown(pixel)] += count
    ground = colours.most_common(1)[0][0]
    return sum(
        count
        for colour, count in colours.items()
        if any(abs(a - b) >= VISIBLE_STEP for a, b in zip(colour, ground, strict=True))
    )


class _Paint:
    """Pixels of a row as countable values, and what such a value looks like on white paper."""

    def __init__(self, head: Header, parts: Mapping[bytes, bytes]) -> None:
        self.head = head
        self.alpha = parts.get(b"tRNS", b"")
        palette = parts.get(b"PLTE", b"")
        self.palette = [tuple(palette[i : i + 3]) for i in range(0, len(palette) - 2, 3)]
        per_byte = 8 // head.depth if head.depth < 8 else 1
        self.highest = (1 << min(head.depth, 8)) - 1
        self.samples = [
            bytes(byte >> max(0, 8 - head.depth * (i + 1)) & self.highest for i in range(per_byte))
            for byte in range(256)
        ]

    def pixels(self, row: bytes, width: int) -> Iterable[Hashable]:
        """One value per pixel; of samples of 16 bits only the upper half counts."""
        if self.head.depth < 8:
            return b"".join(map(self.samples.__getitem__, row))[:width]
        if self.head.depth == 16:
            row = row[::2]
        channels = _CHANNELS[self.head.colour]
        return row if channels == 1 else zip(*(row[i::channels] for i in range(channels)), strict=True)

    def shown(self, pixel: Hashable) -> tuple[int, ...]:
        """(red, green, blue) on white."""
        *colour, alpha = self._rgba(pixel)
        return tuple(255 + (channel - 255) * alpha // 255 for channel in colour)

    def _rgba(self, pixel: Hashable) -> tuple[int, ...]:
        values = pixel if isinstance(pixel, tuple) else (pixel,)
        match self.head.colour:
            case Colour.PALETTE:
                index = values[0]
                colour = self.palette[index] if index < len(self.palette) else (0, 0, 0)
                return (*colour, self.alpha[index] if index < len(self.alpha) else 255)
            case Colour.GREY | Colour.GREY_ALPHA:
                grey = values[0] * 255 // self.highest
                return (grey, grey, grey, values[1] if len(values) == 2 else self._opacity(values))
            case _:
                return values if len(values) == 4 else (*values, self._opacity(values))

    def _opacity(self, values: tuple[int, ...]) -> int:
        """0 for the one colour that tRNS makes transparent (11.3.1.1), else 255."""
        wide = struct.unpack(f">{len(self.alpha) // 2}H", self.alpha[: len(self.alpha) // 2 * 2])
        return 0 if values == tuple(w >> 8 if self.head.depth == 16 else w for w in wide) else 255
