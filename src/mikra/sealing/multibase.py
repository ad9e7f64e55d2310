"""W3C Controlled Identifiers 1.0, 2.4 (Multibase): base58btc with `z`, base64url without padding with `u`.

One text for one value of bytes: characters of other alphabets, spare bits and missing headers are refused.
"""

from __future__ import annotations

from mikra.errors import InputError
from mikra.sealing import base64url

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = tuple(a + b for a in ALPHABET for b in ALPHABET)
_VALUES = {c: i for i, c in enumerate(ALPHABET)}
_STEP = 58**10
_MOST = 4096
"""Characters: what is longer is no signature and no key, and base 58 costs the square of its length."""


def base58_encode(data: bytes) -> str:
    """Base 58 with the Bitcoin alphabet; each leading zero byte is a 1. Five pairs at a time, by a table."""
    rest, chunks = int.from_bytes(data), []
    while rest:
        rest, low = divmod(rest, _STEP)
        for _ in range(5):
            low, pair = divmod(low, 3364)
            chunks.append(_PAIRS[pair])
    text = "".join(reversed(chunks)).lstrip("1")
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def base58_decode(text: str) -> bytes:
    """The bytes behind base 58. ValueError where a character is of another alphabet, or it is too long."""
    if len(text) > _MOST:
        raise ValueError("too long")
    value = 0
    for start in range(0, len(text), 10):
        part = 0
        chunk = text[start : start + 10]
        for character in chunk:
            if character not in _VALUES:
                raise ValueError(character)
            part = part * 58 + _VALUES[character]
        value = value * 58 ** len(chunk) + part
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + value.to_bytes((value.bit_length() + 7) // 8)


def encode_z(data: bytes) -> str:
    """Multibase, base58btc."""
    return "z" + base58_encode(data)


def encode_u(data: bytes) -> str:
    """Multibase, base64url without padding."""
    return "u" + base64url.encode(data)


def decode(text: object, header: str, *, where: str = "", code: str = "proof_value_malformed") -> bytes:
    """The bytes behind a multibase text with this header ("z" or "u"). InputError `code`."""
    if not isinstance(text, str) or not text.startswith(header) or len(text) < 2:
        raise _malformed(text, header, where, code)
    if header == "u":
        return base64url.decode(text[1:], where=where, code=code)
    try:
        return base58_decode(text[1:])
    except ValueError:
        raise _malformed(text, header, where, code) from None


def _malformed(text: object, header: str, where: str, code: str) -> InputError:
    found = text[:40] if isinstance(text, str) else type(text).__name__
    return InputError(
        "A part of the seal is not written as it must be.",
        where=where,
        found=found,
        expected=f"multibase, beginning with {header}",
        code=code,
    )
