"""base58btc (W3C Controlled Identifiers 1.0, 2.4): the text after `z` in multibase, by tables, ten digits at once."""

from __future__ import annotations

from mikra.errors import InputError

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

MAX_LENGTH = 2048
"""Characters: the work grows with the square of the length; the longest key here (RSA) has under 1,500."""

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_PAIR_VALUES = {pair: value for value, pair in enumerate(_PAIRS)}
_PAIR = 58**2
_TWO_PAIRS = _PAIR**2
_CHUNK_DIGITS = 10
_CHUNK = 58**_CHUNK_DIGITS
"""The largest power of 58 below 2^60, so that what is done for each digit is done with small numbers."""


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
    digits = text.lstrip("1")
    zeros = len(text) - len(digits)
    digits = "1" * (-len(digits) % _CHUNK_DIGITS) + digits
    number = 0
    try:
        for start in range(0, len(digits), _CHUNK_DIGITS):
            number = number * _CHUNK + _value(digits[start : start + _CHUNK_DIGITS])
    except KeyError:
        raise _malformed(text[:40], where, code) from None
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def _value(digits: str) -> int:
    of = _PAIR_VALUES
    high = (of[digits[0:2]] * _PAIR + of[digits[2:4]]) * _PAIR + of[digits[4:6]]
    return (high * _PAIR + of[digits[6:8]]) * _PAIR + of[digits[8:10]]


def _malformed(found: str, where: str, code: str) -> InputError:
    return InputError(
        "This is not base58 text.", where=where, found=found, expected=f"letters and digits of {ALPHABET}", code=code
    )
