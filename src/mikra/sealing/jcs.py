"""RFC 8785, JSON Canonicalization Scheme (JCS): one text for one JSON value.

orjson writes the same text ten times faster unless numbers have fractions or are large, or a name holds characters
beyond the basic plane (which UTF-16 and UTF-8 order differently), or NaN (null to orjson): that goes to `rfc8785`.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
import rfc8785

from mikra.errors import InputError

_UNSURE = re.compile(rb"(?:^|[:\[,])-?(?:[0-9]+[.eE]|[0-9]{16}|null)|[\xf0-\xf4]")


def canonical(value: Any) -> bytes:
    """The canonical UTF-8 text. InputError json_number_range, json_bad_unicode."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(value) if _UNSURE.search(text) else text
    except (orjson.JSONEncodeError, rfc8785.IntegerDomainError, rfc8785.FloatDomainError) as error:
        raise InputError(
            "A number cannot be written in one way only.", found=str(error)[:80], code="json_number_range"
        ) from None
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise InputError("A text holds half a character.", found=str(error)[:80], code="json_bad_unicode") from None
