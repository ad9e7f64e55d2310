"""RFC 9901, 4.2 and 7.1: the disclosures of an SD-JWT read, before it is known where they belong.

Usually all have the plain form (canonical base64url of compact JSON): then they are decoded and parsed all at once, and
written out again they must be the very texts that stand there. Any other is read by itself, to say what is wrong where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from struct import Struct
from typing import Any, NamedTuple

import orjson

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.sealing.sd_jwt.conceal import ALGORITHM, RESERVED

ALGORITHMS: Mapping[str, Callable[[bytes], Any]] = {
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
}
"""Of the IANA registry "Named Information Hash Algorithms" those that are no shorter than 256 bits."""

_CONTAINERS = frozenset({dict, list})
_first, _last = itemgetter(0), itemgetter(-1)
_MOST = strictjson.MAX_INTEGER
_NUMBERS = orjson.OPT_STRICT_INTEGER
_NUL = b"\\u0000"
_PADDING = (b"CQks", b"!", b"oJCSwK", b"KCQks")
"""By the characters after the last four: what makes a text whole, so that others can follow it. It is read as tabs and
a comma, whatever the spare bits are; if these are zero, as white space besides. One character is never made whole."""
_BEGINNING = {b"Wy"}
"""How a text begins that stands for a bracket and a quotation mark."""
_SHORT = {str, int}

Place = tuple[str | int, ...]
"""Where a claim stands: names, and positions in arrays as they were sealed."""


class Disclosed(NamedTuple):
    """The disclosures of an SD-JWT, in the order in which they travel.

    `values`, by digest: [salt, name of the claim, value], or [salt, value] of an element. `flat`: none of them holds
    an object or an array, so that no digest stands within.
    """

    values: Mapping[str, list[Any]]
    flat: bool


_NONE = Disclosed({}, True)


def by_digest(texts: list[bytes], payload: Mapping[str, Any], limits: strictjson.Limits) -> Disclosed:
    """Steps 3 to 5 of `read`. `texts` are ASCII. Raises InputError with the codes there."""
    name = payload.get(ALGORITHM, "sha-256")
    if not isinstance(name, str) or name not in ALGORITHMS:
        raise refuse("sdjwt_alg_not_allowed", "The digests are of a kind that we do not accept.", found=str(name))
    if not texts:
        return _NONE
    values = _all_at_once(texts, limits)
    if values is None:
        values = _one_by_one(texts, limits)
    found = dict(zip(_digests(texts, ALGORITHMS[name]), values, strict=True))
    if len(found) < len(texts):
        raise refuse("sdjwt_duplicate_digest", "A disclosure is there twice.")
    return Disclosed(found, _CONTAINERS.isdisjoint(map(type, map(_last, values))))


def check_names(values: Iterable[Any]) -> None:
    """Step 6: no claim under a reserved name."""
    for number, value in enumerate(values):
        if len(value) == 3 and value[1] in RESERVED:
            message = "A claim bears a name that means something else."
            raise refuse("sdjwt_reserved_claim", message, where=f"disclosure {number}", found=value[1])


def _digests(texts: Sequence[bytes], algorithm: Callable[[bytes], Any]) -> list[str]:
    """The digests in base64url: encoded all at once, a byte or two between them so that each begins anew."""
    made = [each.digest() for each in map(algorithm, texts)]
    size = len(made[0])
    gap = bytes(3 - size % 3)
    width = -(-size * 4 // 3)
    cut = _cut(width, len(made), (size + len(gap)) // 3 * 4 - width)
    return b"~".join(cut(base64url.encode_bytes(gap.join(made) + gap))).decode().split("~")


@lru_cache(maxsize=256)
def _cut(size: int, times: int, gap: int) -> Callable[[bytes], tuple[bytes, ...]]:
    """Cuts bytes into so many pieces of one size, leaving out what is between them."""
    return Struct(f"{size}s{gap}x" * times).unpack


def _all_at_once(texts: list[bytes], limits: strictjson.Limits) -> list[Any] | None:
    """The value of each; None where one has not surely the plain form, or not that of a disclosure.

    Tabs and a comma are between the texts whatever these hold, and JSON has no tab within a string: so no string runs
    over from one text to the next.
    """
    whole = b"".join([text + _PADDING[len(text) & 3] for text in texts])
    try:
        data = base64url.decode(whole.decode())
        values = orjson.loads(b"[%b0]" % data)
    except (InputError, orjson.JSONDecodeError):
        return None
    values.pop()
    if {*map(type, values)} != {list} or not {*map(len, values)} <= {2, 3}:
        return None
    named = [value[1] for value in values if len(value) == 3]
    if {*map(type, named), *map(type, map(_first, values))} != {str}:
        return None
    known = _are_short(data, values, texts) or _are_written(data, values, texts, limits)
    return values if known else None


def _are_short(data: bytes, values: list[Any], texts: list[bytes]) -> bool:
    """Whether surely each text is one of `values`, which are without containers, and reads in one way.

    Every text begins with a bracket, and no bracket stands in another: each begins a value, and there are no more
    values than texts. What I-JSON leaves out stands in containers, in numbers, or behind a backslash.
    """
    kinds = {*map(type, map(_last, values))}
    begin = {text[:2] for text in texts} == _BEGINNING
    if not begin or not kinds <= _SHORT or len(values) != len(texts) or b"\\" in data:
        return False
    numbers = [value[-1] for value in values if value[-1].__class__ is int] if int in kinds else ()
    return not numbers or -_MOST <= min(numbers) <= max(numbers) <= _MOST


def _are_written(data: bytes, values: list[Any], texts: list[bytes], limits: strictjson.Limits) -> bool:
    """Whether all together are what would be written for `values`, and each is as long as what would be written for its
    own: so each value is that of its own text."""
    try:
        written = orjson.dumps(values, None, _NUMBERS)
        lengths = [*map(len, map(orjson.dumps, values))]
    except orjson.JSONEncodeError:
        return False
    if lengths != [len(text) * 3 >> 2 for text in texts]:
        return False
    if b"[%b]" % data.translate(None, b"\n\t")[:-1] != written:
        return False
    first = data.find(b"\\")
    if first >= 0 and data.find(_NUL, first) >= 0:
        return False
    nested = [value for value in values if value[-1].__class__ in _CONTAINERS]
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
