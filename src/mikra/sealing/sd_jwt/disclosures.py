"""RFC 9901, 4.2 and 7.1: the disclosures of an SD-JWT read, before it is known where they belong.

Usually all have the plain form (canonical base64url of compact JSON): then they are decoded and parsed all at once, and
written out again they must be the very texts that stand there. Any other is read by itself, to say what is wrong where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any

import orjson

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.sealing.sd_jwt.conceal import ALGORITHM, RESERVED

Content = tuple[str, Any]
"""A disclosure as it travels, and its value: [salt, name of the claim, value], or [salt, value] of an element."""

ALGORITHMS: Mapping[str, Callable[[bytes], Any]] = {
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
}
"""Of the IANA registry "Named Information Hash Algorithms" those that are no shorter than 256 bits."""

_NUMBERS = orjson.OPT_STRICT_INTEGER
_NUL = b"\\u0000"
_PADDING = (b"Cgos", b"!", b"os", b"s")
"""By the characters after the last four: what makes a text whole, so that others can follow it. With spare bits that
are zero it is read as line feeds, which no JSON text holds within, and a comma. One character is never made whole."""


def by_digest(texts: list[bytes], payload: Mapping[str, Any], limits: strictjson.Limits) -> dict[str, Content]:
    """Steps 3 to 5 of `read`: digest -> disclosure. `texts` are ASCII. Raises InputError with the codes there."""
    name = payload.get(ALGORITHM, "sha-256")
    if not isinstance(name, str) or name not in ALGORITHMS:
        raise refuse("sdjwt_alg_not_allowed", "The digests are of a kind that we do not accept.", found=str(name))
    if not texts:
        return {}
    values = _all_at_once(texts, limits)
    if values is None:
        values = _one_by_one(texts, limits)
    count = len(texts)
    names = b"~".join([*_digests(texts, ALGORITHMS[name]), *texts]).decode().split("~")
    found = dict(zip(names[:count], zip(names[count:], values, strict=True), strict=True))
    if len(found) < count:
        raise refuse("sdjwt_duplicate_digest", "A disclosure is there twice.")
    if not RESERVED.isdisjoint([value[1] for value in values if len(value) == 3]):
        _refuse_reserved(values)
    return found


def _refuse_reserved(values: Iterable[Any]) -> None:
    for number, value in enumerate(values):
        if len(value) == 3 and value[1] in RESERVED:
            message = "A claim bears a name that means something else."
            raise refuse("sdjwt_reserved_claim", message, where=f"disclosure {number}", found=value[1])


def _digests(texts: Sequence[bytes], algorithm: Callable[[bytes], Any]) -> tuple[bytes, ...]:
    """The digests in base64url: encoded all at once, a byte or two between them so that each begins anew."""
    made = [each.digest() for each in map(algorithm, texts)]
    size = len(made[0])
    gap = bytes(3 - size % 3)
    width = -(-size * 4 // 3)
    return cut(width, len(made), (size + len(gap)) // 3 * 4 - width)(base64url.encode_bytes(gap.join(made) + gap))


@lru_cache(maxsize=256)
def cut(size: int, times: int, gap: int = 0) -> Callable[[bytes], tuple[bytes, ...]]:
    """Cuts bytes into so many pieces of one size, leaving out what is between them."""
    return Struct(f"{size}s{gap}x" * times).unpack


def _all_at_once(texts: list[bytes], limits: strictjson.Limits) -> list[Any] | None:
    """The value of each; None where one has not surely the plain form, or not that of a disclosure.

    All together they are what would be written for these values, and each is as long as what would be written for its
    own: so each value is that of its own text.
    """
    sizes = [*map(len, texts)]
    whole = [b""] * (2 * len(texts))
    whole[::2] = texts
    whole[1::2] = [_PADDING[size & 3] for size in sizes]
    try:
        data = base64url.decode(b"".join(whole).decode())
        values = orjson.loads(b"[%b0]" % data)
        values.pop()
        written = orjson.dumps(values, None, _NUMBERS)
        lengths = [*map(len, map(orjson.dumps, values))]
    except (InputError, orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    if lengths != [size * 3 >> 2 for size in sizes] or b"[%b]" % data.replace(b"\n", b"")[:-1] != written:
        return None
    first = data.find(b"\\")
    if first >= 0 and data.find(_NUL, first) >= 0:
        return None
    return values if _are_disclosures(values, limits) else None


def _are_disclosures(values: list[Any], limits: strictjson.Limits) -> bool:
    if {*map(type, values)} != {list} or not {*map(len, values)} <= {2, 3}:
        return False
    names = [value[0] for value in values]
    names += [value[1] for value in values if len(value) == 3]
    if {*map(type, names)} != {str}:
        return False
    nested = [value for value in values if value[-1].__class__ is not str]
    return all(strictjson.keeps_limits(orjson.dumps(value), value, limits) for value in nested)


def _one_by_one(texts: list[bytes], limits: strictjson.Limits) -> list[Any]:
    data = [
        base64url.decode(text.decode(), where=f"disclosure {number}", code="base64url_malformed")
        for number, text in enumerate(texts)
    ]
    values = []
    for number, text in enumerate(data):
        value = strictjson.parse(text, limits)
        named = isinstance(value, list) and len(value) in (2, 3) and all(isinstance(part, str) for part in value[:-1])
        if not named:
            message = "A disclosure is not written as it must be."
            raise refuse("jws_malformed", message, where=f"disclosure {number}")
        values.append(value)
    return values


def refuse(code: str, message: str, *, where: str = "", found: str = "", expected: str = "") -> InputError:
    """The error for an SD-JWT that cannot be taken in one way."""
    fix = "Ask the issuer for a corrected file."
    return InputError(message, where=where, found=found[:80], expected=expected, fix=fix, code=code)
