"""A drawn page made small: at most sixteen colours, four bits a pixel, PNG.

The typesetter writes 32 bits a pixel, 150 to 300 KB a page; viewers get a tenth of that. A page is held as three
runs of rows (above the band, the band, below), each packed by itself, so that another band costs only itself.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mikra.formats import png

Rgb = tuple[int, int, int]

_PAPER, _INK = (255, 255, 255), (18, 22, 31)


def _between(a: Rgb, b: Rgb, share: float) -> Rgb:
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


PALETTE: tuple[Rgb, ...] = (
    _PAPER,
    *(_between(_PAPER, _INK, share) for share in (0.25, 0.5, 0.75)),
    _INK,
    (28, 63, 159),
    (119, 140, 197),
    (169, 182, 220),
    (221, 226, 241),
    (233, 238, 251),
    (224, 165, 38),
    (135, 80, 0),
    (194, 160, 108),
    (253, 241, 217),
)
"""The colours of `typst/look.typ`, with three steps between paper and ink to soften the edges of letters: more steps
cost 7 % more bytes and look the same."""

_HIGH = bytes((i & 15) << 4 for i in range(256))


class _Nearest(dict[int, int]):
    """A pixel as the machine holds it (RGBA) -> the number of the nearest colour of the palette; filled as met."""

    def __missing__(self, pixel: int) -> int:
        red, green, blue, _ = pixel.to_bytes(4, sys.byteorder)
        distances = [(red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2 for r, g, b in PALETTE]
        self[pixel] = distances.index(min(distances))
        return self[pixel]


_NEAREST = _Nearest()


def reduce(drawn: bytes) -> list[bytes]:
    """The rows of an RGBA PNG in colours of the palette, two pixels a byte, each after its filter type (none)."""
    reduced: list[bytes] = []
    above = None
    for _, row in png.rows(drawn):
        # A row like the one above is the same object: empty paper costs nothing.
        reduced.append(reduced[-1] if row is above else _packed(row))
        above = row
    return reduced


def _packed(row: bytes) -> bytes:
    numbers = bytes(map(_NEAREST.__getitem__, memoryview(row).cast("I")))
    numbers += b"\0" * (len(numbers) % 2)
    left, right = numbers[::2].translate(_HIGH), numbers[1::2]
    both = int.from_bytes(left) | int.from_bytes(right)
    return b"\0" + both.to_bytes(len(left))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Some rows one after another: as they are, and deflated (RFC 1951) so that other runs may stand beside them."""

    rows: int
    plain: bytes
    deflated: bytes

    @classmethod
    def of(cls, rows: Sequence[bytes]) -> Run:
        plain = b"".join(rows)
        packing = zlib.compressobj(9, zlib.DEFLATED, -15)
        return cls(rows=len(rows), plain=plain, deflated=packing.compress(plain) + packing.flush(zlib.Z_FULL_FLUSH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A page in runs of rows. `width` is in pixels."""

    width: int
    runs: tuple[Run, ...]

    def with_run(self, number: int, run: Run) -> Plate:
        """The same page with another run in that place."""
        return replace(self, runs=(*self.runs[:number], run, *self.runs[number + 1 :]))

    def png(self) -> bytes:
        """The page as a PNG; the same rows give the same bytes."""
        head = struct.pack(">IIBBBBB", self.width, sum(run.rows for run in self.runs), 4, png.Colour.PALETTE, 0, 0, 0)
        colours = bytes(channel for colour in PALETTE for channel in colour)
        parts = [(b"IHDR", head), (b"PLTE", colours), (b"IDAT", b"".join(self._stream())), (b"IEND", b"")]
        return png.SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)

    def _stream(self) -> Iterator[bytes]:
        """The zlib stream (RFC 1950): head, the deflated runs, an empty last block, and the checksum of all rows."""
        checksum = 1
        yield b"\x78\xda"
        for run in self.runs:
            checksum = zlib.adler32(run.plain, checksum)
            yield run.deflated
        yield b"\x03\x00" + struct.pack(">I", checksum)


def plate(drawn: bytes, cuts: Iterable[int] = ()) -> Plate:
    """A drawn page, cut into runs before the rows with these numbers."""
    rows = reduce(drawn)
    edges = [0, *cuts, len(rows)]
    runs = tuple(Run.of(rows[start:end]) for start, end in pairwise(edges))
    return Plate(width=png.png_size(drawn)[0], runs=runs)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
