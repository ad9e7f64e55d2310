"""RFC 8949 (CBOR), the part that seals use: whole numbers, bytes, text, arrays and maps, all of known length.

Read strictly: the shortest form only (4.2.1), no member twice, nothing after the end, so that one value has one text.
Numbers below zero are read only where they are asked for: COSE names its algorithms by them, proof values have none.
"""

from __future__ import annotations

from typing import Any

from mikra.errors import InputError

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = 0, 1, 2, 3, 4, 5
_MOST_ITEMS = 50_000


def encode(value: Any) -> bytes:
    """int, bytes, str, list, tuple or dict with int names."""
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(value, dict):
        items = (encode(part) for pair in value.items() for part in pair)
        return _head(_MAP, len(value)) + b"".join(items)
    return _head(_ARRAY, len(value)) + b"".join(map(encode, value))


def _head(kind: int, size: int) -> bytes:
    if size < 24:
        return bytes([kind << 5 | size])
    length = next(n for n in (1, 2, 4, 8) if size < 1 << 8 * n)
    return bytes([kind << 5 | 23 + length.bit_length()]) + size.to_bytes(length)


def decode(data: bytes, where: str = "", *, negative: bool = False) -> Any:
    """The value; `negative`: numbers below zero may be in it. InputError proof_value_malformed."""
    try:
        value, end = _value(data, 0, 0, negative)
    except (IndexError, UnicodeDecodeError, ValueError, TypeError):
        raise _malformed(where) from None
    if end != len(data):
        raise _malformed(where)
    return value


def _value(data: bytes, at: int, depth: int, negative: bool) -> tuple[Any, int]:
    kind, size = data[at] >> 5, data[at] & 31
    at += 1
    if size >= 24:
        length = 1 << size - 24
        if size > 27:
            raise ValueError(size)
        number = int.from_bytes(data[at : at + length])
        if number < (24 if length == 1 else 1 << 4 * length):
            raise ValueError("not the shortest form")
        size, at = number, at + length
    if kind == _UNSIGNED or (kind == _NEGATIVE and negative):
        return (size if kind == _UNSIGNED else -1 - size), at
    if kind in (_BYTES, _TEXT):
        part = data[at : at + size]  # where it breaks off, it ends behind the end, which `decode` refuses
        return (part if kind == _BYTES else part.decode()), at + size
    if kind not in (_ARRAY, _MAP) or depth > 4 or size > _MOST_ITEMS:
        raise ValueError(kind)
    items = []
    for _ in range(size * (2 if kind == _MAP else 1)):
        item, at = _value(data, at, depth + 1, negative)
        items.append(item)
    if kind == _ARRAY:
        return items, at
    found = dict(zip(items[::2], items[1::2], strict=True))
    if len(found) != size:
        raise ValueError("a member twice")
    return found, at


def _malformed(where: str) -> InputError:
    return InputError(
        "A part of the seal is not written as it must be.",
        where=where,
        expected="CBOR (RFC 8949) in its shortest form",
        code="proof_value_malformed",
    )
