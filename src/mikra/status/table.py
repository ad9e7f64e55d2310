"""The one table behind every encoding of a status list: two bits a place, so that encodings cannot disagree.

A place is packed as the IETF Token Status List packs it (four places a byte, the first in the lowest bits); the W3C
form, whose first place is in the highest bit, is made of it by tables of 256 bytes, and never kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from mikra.errors import InputError

PLACES_PER_BYTE = 4


class Value(IntEnum):
    """What stands at a place. `INVALID` is withdrawn for good, superseded included; `SUSPENDED` may end."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


@dataclass(frozen=True, slots=True)
class Table:
    """`size` places, a multiple of 8, packed."""

    size: int
    packed: bytes

    def value(self, index: int) -> int:
        """The value at a place. InputError `status_index_out_of_range`."""
        if not 0 <= index < self.size:
            raise InputError(
                "The status list has no such place.",
                found=str(index),
                expected=f"0 to {self.size - 1}",
                code="status_index_out_of_range",
            )
        return self.packed[index >> 2] >> ((index & 3) << 1) & 3

    def bits(self, value: Value, *, msb_first: bool) -> bytes:
        """One bit a place, set where `value` stands: W3C order, or the order of a token of one bit."""
        low, high = _HALVES[value, msb_first]
        first = int.from_bytes(self.packed[0::2].translate(low))
        second = int.from_bytes(self.packed[1::2].translate(high))
        return (first | second).to_bytes(self.size // 8)

    def wide(self) -> bytes:
        """Two bits a place in W3C order: a list of messages."""
        return self.packed.translate(_REVERSED)


def pack(size: int, places: Mapping[int, Collection[int]]) -> Table:
    """A table of `size` places from value -> places, each in one of them at most; VALID stands everywhere else.

    InputError for a place outside.
    """
    if size <= 0 or size % 8:
        raise InputError("A status list has a multiple of 8 places.", found=str(size))
    packed, outside = bytearray(size // PLACES_PER_BYTE), False
    try:
        for value, indexes in places.items():
            shifted = tuple((value & 3) << 2 * place for place in range(PLACES_PER_BYTE))
            outside |= min(indexes, default=0) < 0
            for index in indexes:
                packed[index >> 2] |= shifted[index & 3]
    except IndexError:
        outside = True
    if outside:
        raise InputError("A place lies outside the status list.", expected=f"0 to {size - 1}")
    return Table(size, bytes(packed))


def _nibble(byte: int, value: int) -> int:
    """Which of the four places of a byte hold `value`, the first in the lowest bit."""
    return sum((byte >> 2 * place & 3 == value) << place for place in range(4))


def _mirrored(number: int, width: int) -> int:
    return int(f"{number:0{width}b}"[::-1], 2)


def _half(value: int, msb_first: bool, second: bool) -> bytes:
    nibbles = [_nibble(byte, value) for byte in range(256)]
    if msb_first:
        nibbles = [_mirrored(nibble, 4) for nibble in nibbles]
    return bytes(nibble << 4 if second != msb_first else nibble for nibble in nibbles)


_HALVES = {
    (value, msb_first): (_half(value, msb_first, False), _half(value, msb_first, True))
    for value in Value
    for msb_first in (False, True)
}
_REVERSED = bytes(sum((byte >> 2 * place & 3) << 2 * (3 - place) for place in range(4)) for byte in range(256))
