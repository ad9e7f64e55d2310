"""RFC 9901, 7.1: the usual layout opened at once: what is concealed stands at the top, or in an array at the top.

`open_flat` says what the walk of `sealing.sd_jwt.read` would say, in a third of the time, or nothing: then the walk
looks, which opens every layout and says what is wrong where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mikra.sealing.sd_jwt.conceal import ALGORITHM, DIGESTS, ELEMENT, RESERVED
from mikra.sealing.sd_jwt.disclosures import Disclosed, Place


class Opened(NamedTuple):
    """`claims` without digests; `closed`: where digests stand that nothing opens; `concealed`: the names at the top of
    what was disclosed, or has disclosed elements."""

    claims: dict[str, Any]
    closed: list[Place]
    concealed: Iterable[str]


def open_flat(data: bytes, payload: Mapping[str, Any], disclosed: Disclosed) -> Opened | None:
    """The claims of `payload`, of which `data` is the text; None where the layout is another, or anything is wrong.

    Without a backslash every name stands in the text as it is: there are no more reserved names than are counted. All
    of them are found at the top, so what stands further down holds none and needs no walk.
    """
    if not disclosed.flat or b"\\" in data:
        return None
    claims = {**payload}
    digests = claims.pop(DIGESTS, [])
    claims.pop(ALGORITHM, None)
    if digests.__class__ is not list or data.count(b'"_sd') != len(payload) - len(claims):
        return None
    arrays = [(name, inner) for name, inner in claims.items() if inner.__class__ is list and _conceals(inner)]
    elements = [element for _, inner in arrays for element in inner]
    if data.count(b'"..."') != len(elements):
        return None
    if elements and ({*map(type, elements)} != {dict} or {*map(len, elements)} != {1}):
        return None
    seen = [element.get(ELEMENT) for element in elements] + digests
    if not {*map(type, seen)} <= {str} or len({*seen}) < len(seen):
        return None
    contents = [*map(disclosed.values.get, seen)]
    if len(contents) - contents.count(None) != len(disclosed.values):
        return None
    return _placed(claims, arrays, contents)


def _conceals(array: Sequence[Any]) -> bool:
    return bool(array) and array[0].__class__ is dict and ELEMENT in array[0]


def _placed(
    claims: dict[str, Any], arrays: Sequence[tuple[str, Sequence[Any]]], contents: Sequence[list[Any] | None]
) -> Opened | None:
    """What each digest stands for in its place: first the elements of the arrays, then the claims."""
    closed: list[Place] = []
    shown: dict[str, Any] = {}
    at = 0
    try:
        for name, inner in arrays:
            here = contents[at : at + len(inner)]
            at += len(inner)
            if None in here:
                closed += [(name, number) for number, content in enumerate(here) if content is None]
                here = [content for content in here if content is not None]
                claims[name] = here
            if here:
                shown[name] = [value for _, value in here]  # type: ignore[misc]
        here = contents[at:]
        if None in here:
            closed += [()] * here.count(None)
            here = [content for content in here if content is not None]
        named = {name: value for _, name, value in here}  # type: ignore[misc]
    except ValueError:  # an element of an array where a claim should be, or the other way round
        return None
    count = len(claims) + len(here)
    claims.update(shown)
    claims.update(named)
    if len(claims) < count or not RESERVED.isdisjoint(named):
        return None
    return Opened(claims, closed, [*shown, *named])
