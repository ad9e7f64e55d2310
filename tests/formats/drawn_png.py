"""PNG images made for tests: any colour type, depth and filter, whole or damaged. Written apart from the reader."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def predicted(kind: int, a: int, b: int, c: int) -> int:
    """What the filter takes away: a left, b above, c above left (W3C PNG, 9.2)."""
    if kind == 4:
        p = a + b - c
        return min(((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c)))[2]
    return (0, a, b, (a + b) // 2)[kind]


def filtered(kind: int, line: bytes, above: bytes, stride: int) -> bytes:
    out = bytearray([kind])
    for i, x in enumerate(line):
        a, c = (line[i - stride], above[i - stride]) if i >= stride else (0, 0)
        out.append((x - predicted(kind, a, above[i], c)) & 255)
    return bytes(out)


def image(
    width: int,
    height: int,
    pixel: Callable[[int, int], Sequence[int]],
    *,
    colour: int = 2,
    depth: int = 8,
    filters: Sequence[int] = (0,),
    interlaced: bool = False,
    parts: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """A PNG. `pixel(x, y)` gives the samples; `filters` are taken in turn; `parts` stand before the pixels."""
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    data = bytearray()
    for x0, y0, dx, dy in passes:
        columns = range(x0, width, dx)
        lines = [packed([pixel(x, y) for x in columns], depth) for y in range(y0, height, dy) if columns]
        above = bytes(len(lines[0])) if lines else b""
        for number, line in enumerate(lines):
            data += filtered(filters[number % len(filters)], line, above, max(1, CHANNELS[colour] * depth // 8))
            above = line
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    all_parts = [(b"IHDR", head), *parts, (b"IDAT", zlib.compress(bytes(data))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, part) for kind, part in all_parts)


def packed(pixels: Sequence[Sequence[int]], depth: int) -> bytes:
    bits = "".join(f"{sample:0{depth}b}" for pixel in pixels for sample in pixel)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
