"""Places in a draft: `outcomes[0].title.en` is a path; reading, writing, adding, moving and comparing by paths.

A draft is plain data as a design file holds it (mappings, lists, texts). Nothing here knows what a design is.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mikra.errors import InputError

Step = str | int
_STEP = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,3})\]")
DEEPEST = 12
LONGEST = 400
"""Items in one list."""


def steps(path: str) -> list[Step]:
    """The steps of a path. InputError for what is none."""
    found: list[Step] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if not match or len(found) == DEEPEST:
            raise InputError("This is no place in a design.", found=path[:80], code="request_malformed")
        found.append(match[1] if match[1] is not None else int(match[2]))
        at = match.end()
    return found


def read(data: Any, path: str) -> Any:
    """What stands there, or None."""
    for step in steps(path):
        if isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        elif isinstance(data, Mapping) and isinstance(step, str):
            data = data.get(step)
        else:
            return None
    return data


def write(data: dict[str, Any], path: str, value: Any) -> None:
    """Puts a value there, making what is on the way; None takes it out, and mappings that are then empty with it.

    A list grows by one item at most. InputError where a step leads nowhere.
    """
    _put(data, steps(path), value, path)


def _put(holder: Any, way: list[Step], value: Any, path: str) -> None:
    step, rest = way[0], way[1:]
    if isinstance(holder, list) and isinstance(step, int) and step <= len(holder) < LONGEST:
        if step == len(holder):
            if value is None:
                return
            holder.append(None)
    elif not (isinstance(holder, dict) and isinstance(step, str)):
        raise InputError("This is no place in a design.", found=path[:80], code="request_malformed")
    if rest:
        _put_within(holder, step, rest, value, path)
    elif value is None and isinstance(step, str):
        holder.pop(step, None)
    else:
        holder[step] = value


def _put_within(holder: Any, step: Any, rest: list[Step], value: Any, path: str) -> None:
    inner = holder[step] if isinstance(step, int) else holder.get(step)
    wanted: type[Any] = list if isinstance(rest[0], int) else dict
    if isinstance(inner, dict | list) and not isinstance(inner, wanted):
        raise InputError("This is no place in a design.", found=path[:80], code="request_malformed")
    if not isinstance(inner, wanted):
        if value is None:
            return
        inner = wanted()
    _put(inner, rest, value, path)
    if inner == {} and isinstance(step, str):
        holder.pop(step, None)
    else:
        holder[step] = inner


def add(data: dict[str, Any], path: str, item: Any) -> None:
    """Puts an item at the end of a list, which is made where there is none."""
    found = read(data, path)
    write(data, path, [*(found if isinstance(found, list) else []), item])


def remove(data: dict[str, Any], path: str) -> None:
    """Takes out an item of a list ("outcomes[1]") or a member."""
    whole, index = _item(path)
    found = read(data, whole) if index is not None else None
    if index is None:
        write(data, path, None)
    elif isinstance(found, list) and index < len(found):
        left = found[:index] + found[index + 1 :]
        write(data, whole, left or None)


def drop(data: Any, where: str, path: str = "") -> bool:
    """Takes out the member at that place, whatever its name; whether there was one."""
    if isinstance(data, dict):
        for name in list(data):
            here = f"{path}.{name}" if path else str(name)
            if here == where:
                del data[name]
                return True
            if drop(data[name], where, here):
                return True
    if isinstance(data, list):
        return any(drop(item, where, f"{path}[{index}]") for index, item in enumerate(data))
    return False


def move(data: dict[str, Any], path: str, by: int) -> None:
    """Moves an item of a list up (-1) or down (1); at the end it stays."""
    whole, index = _item(path)
    found = read(data, whole) if index is not None else None
    if index is not None and isinstance(found, list) and 0 <= index < len(found) and 0 <= index + by < len(found):
        found[index], found[index + by] = found[index + by], found[index]


def _item(path: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(.+)\[([0-9]{1,3})\]", path)
    return (match[1], int(match[2])) if match else (path, None)


def leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything that is no mapping and no list; an empty one of those is nothing."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves(value, f"{path}[{index}]")
    else:
        yield path, data


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Path -> (in one, in the other), of all that differs; None where it is not there."""
    left, right = dict(leaves(one)), dict(leaves(other))
    return {
        path: (left.get(path), right.get(path))
        for path in dict.fromkeys((*left, *right))
        if str(left.get(path, "")) != str(right.get(path, ""))
    }


def contrasts(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(place, in one, in other) of what can be chosen of two drafts: lists of unequal length are chosen as a whole."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys((*one, *other)):
            yield from contrasts(one.get(name), other.get(name), f"{path}.{name}" if path else str(name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from contrasts(left, right, f"{path}[{index}]")
    elif one != other and (one or other):
        yield path, one, other


def copied(data: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that may be changed."""
    return copy.deepcopy(dict(data))
