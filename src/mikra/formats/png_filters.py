"""PNG filters (W3C PNG, third edition, clause 9): a filtered row back to its samples.

None, Up and Sub work on whole rows as large integers; only Average and Paeth, where each byte hangs on the one
before, go byte by byte.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache

_BLOCK = 64
"""Pixels that the Paeth filter looks at together: most blocks of a page are empty paper."""


class Filter(IntEnum):
    """Filter types (9.2)."""

    NONE = 0
    SUB = 1
    UP = 2
    AVERAGE = 3
    PAETH = 4


def unfilter(kind: Filter, line: bytes, previous: bytes, stride: int) -> bytes:
    """The samples of one row. `previous` is the row above, unfiltered and as long; `stride` is bytes per pixel."""
    if kind is Filter.NONE:
        return line
    if kind is Filter.UP:
        return _up(line, previous)
    if kind is Filter.SUB:
        return _sub(line, stride)
    return _average(line, previous, stride) if kind is Filter.AVERAGE else _paeth(line, previous, stride)


@cache
def _halves(length: int) -> tuple[int, int]:
    """Masks for the low seven bits, and for the high bit, of so many bytes."""
    return int.from_bytes(b"\x7f" * length), int.from_bytes(b"\x80" * length)


def _add(a: int, b: int, length: int) -> int:
    """Byte by byte modulo 256, all at once: the high bits are added without carry."""
    low, high = _halves(length)
    return ((a & low) + (b & low)) ^ ((a ^ b) & high)


def _up(line: bytes, previous: bytes) -> bytes:
    a = int.from_bytes(line)
    return _add(a, int.from_bytes(previous), len(line)).to_bytes(len(line)) if a else previous


def _sub(line: bytes, stride: int) -> bytes:
    """Running sums by doubling: after step n each byte holds the sum of 2^n of its kind."""
    length, step = len(line), stride
    total = int.from_bytes(line, "little")
    mask = (1 << 8 * length) - 1
    while step < length:
        total = _add(total, (total << 8 * step) & mask, length)
        step *= 2
    return total.to_bytes(length, "little")


def _average(line: bytes, previous: bytes, stride: int) -> bytes:
    out = bytearray(stride) + line
    for i, above in enumerate(previous, stride):
        out[i] = (out[i] + ((out[i - stride] + above) >> 1)) & 255
    return bytes(out[stride:])


def _paeth(line: bytes, previous: bytes, stride: int) -> bytes:
    """Where nothing is added, and the pixel to the left equals the one above it, a block is a copy of the row above."""
    size = _BLOCK * stride
    nothing = bytes(size)
    out, above = bytearray(stride), bytes(stride) + previous
    for start in range(0, len(line), size):
        block = line[start : start + size]
        left, corner = out[start : start + stride], above[start : start + stride]
        if left == corner and block == nothing[: len(block)]:
            out += previous[start : start + size]
        else:
            out += _paeth_block(block, previous[start : start + size], bytes(left), corner)
    return bytes(out[stride:])


def _paeth_block(line: bytes, above: bytes, left: bytes, corner: bytes) -> bytes:
    """Channel by channel; one without change (opacity, most often) is a copy again."""
    stride = len(left)
    out = bytearray(above)
    for channel in range(stride):
        changes, a, c = line[channel::stride], left[channel], corner[channel]
        if a != c or any(changes):
            out[channel::stride] = _paeth_channel(changes, above[channel::stride], a, c)
    return bytes(out)


def _paeth_channel(line: bytes, above: bytes, a: int, c: int) -> bytearray:
    """`a` left, `b` above, `c` above left (9.4)."""
    out = bytearray()
    for x, b in zip(line, above, strict=True):
        if a == c:
            a = x + b & 255
        elif b == c:
            a = x + a & 255
        else:
            near_a, near_b, near_c = abs(b - c), abs(a - c), abs(a + b - 2 * c)
            nearest = a if near_a <= near_b and near_a <= near_c else b if near_b <= near_c else c
            a = x + nearest & 255
        out.append(a)
        c = b
    return out
