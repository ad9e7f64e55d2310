"""base58btc (W3C Controlled Identifiers 1.0, 2.4): the text after `z` in multibase, many digits at once."""

from __future__ import annotations

from functools import lru_cache

from mikra.errors import InputError

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

MAX_LENGTH = 2048
"""Characters: the work grows with the square of the length; the longest key here (RSA) has under 1,500."""

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_PAIR = 58**2
_TWO_PAIRS = _PAIR**2
_CHUNK_DIGITS = 10
_CHUNK = 58**_CHUNK_DIGITS
"""The largest power of 58 below 2^60, so that what is done for each digit is done with small numbers."""


_NO_DIGIT = 255
_DIGIT_OF = bytes(ALPHABET.find(chr(byte)) & _NO_DIGIT for byte in range(256))


def encode(data: bytes) -> str:
    """Each zero byte in front is a `1`."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number, chunks = int.from_bytes(data), []
    while number:
        number, chunk = divmod(number, _CHUNK)
        high, low = divmod(chunk, _TWO_PAIRS)
        first, rest = divmod(high, _TWO_PAIRS)
        second, third = divmod(rest, _PAIR)
        fourth, fifth = divmod(low, _PAIR)
        chunks.append(f"{_PAIRS[first]}{_PAIRS[second]}{_PAIRS[third]}{_PAIRS[fourth]}{_PAIRS[fifth]}")
    chunks.reverse()
    return "1" * zeros + "".join(chunks).lstrip("1")


def decode(text: str, *, where: str = "", code: str = "key_malformed") -> bytes:
    """The bytes behind the text. Raises InputError with `code`."""
    if len(text) > MAX_LENGTH:
        raise _malformed(f"{len(text)} characters", where, code)
    digits = text.encode("ascii", "replace").translate(_DIGIT_OF)
    if _NO_DIGIT in digits:
        raise _malformed(text[:40], where, code)
    number = _number(digits)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def _number(digits: bytes) -> int:
    """The number that these digits write: neighbours are joined, all at once, then pairs of them, and so on.

    Each digit begins in eight bits; what 2^n digits write, 58^(2^n) at most, has room in 8 * 2^n.
    """
    number, width, base = int.from_bytes(digits), 8, 58
    for mask in _masks(len(digits)):
        number = (number & mask) + ((number >> width) & mask) * base
        width, base = 2 * width, base * base
    return number


@lru_cache(maxsize=64)
def _masks(size: int) -> tuple[int, ...]:
    """For each step the bits of every other number; with `size` digits."""
    steps = (size - 1).bit_length() if size else 0
    return tuple(
        int.from_bytes((b"\0" * (1 << step) + b"\xff" * (1 << step)) * (1 << steps - step - 1)) for step in range(steps)
    )


def _malformed(found: str, where: str, code: str) -> InputError:
    return InputError(
        "This is not base58 text.", where=where, found=found, expected=f"letters and digits of {ALPHABET}", code=code
    )
