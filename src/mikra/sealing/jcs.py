"""RFC 8785, JSON Canonicalization Scheme (JCS): one text for one JSON value.

orjson writes the same text ten times faster unless numbers have fractions or are large, or a name holds characters
beyond the basic plane (which UTF-16 and UTF-8 order differently): what may be so goes to `rfc8785`.
"""

from __future__ import annotations

from typing import Any

import orjson
import rfc8785

from mikra.errors import InputError

_BEYOND = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
"""First bytes of characters beyond the basic plane, in UTF-8."""

_MAX_INTEGER = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The canonical UTF-8 text. InputError json_number_range, json_bad_unicode."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        plain = text.isascii() or not any(first in text for first in _BEYOND)
        return text if plain and _has_whole_numbers(value) else rfc8785.dumps(value)
    except (orjson.JSONEncodeError, rfc8785.IntegerDomainError, rfc8785.FloatDomainError) as error:
        raise InputError(
            "A number cannot be written in one way only.", found=str(error)[:80], code="json_number_range"
        ) from None
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise InputError("A text holds half a character.", found=str(error)[:80], code="json_bad_unicode") from None


def _has_whole_numbers(root: Any) -> bool:
    """Whether all numbers are whole and small, which both write in one way. Level by level, for speed."""
    level = [root]
    while level:
        below: list[Any] = []
        for value in level:
            kind = value.__class__
            if kind is dict:
                below += value.values()
            elif kind is list:
                below += value
            elif value is not None and (
                kind is float
                or (kind is int and not -_MAX_INTEGER <= value <= _MAX_INTEGER)
                or (kind is not int and kind is not bool and kind is not str)
            ):
                return False
        level = [value for value in below if value.__class__ is not str]
    return True
