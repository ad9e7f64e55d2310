"""The text of a known shape, with holes: whether a payload is of that shape, without renaming it anew.

What stands between the holes must be the same, byte for byte; in a hole may stand what `known_shapes` renames there,
and nothing in which it would rename a part. Equal leaves stay equal and others differ, so that a payload that fits has
the same renamed text as the one from which the pattern was made: that is a law, and tested as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MARK, MARK_END = "\x01", "\x02"
"""Around the kind and number of a leaf, in a marked text; no JSON holds them."""

_MARKS = re.compile(rb"\x01([a-z])([0-9]+)\x02")

Match = Callable[[bytes, int], "re.Match[bytes] | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What may stand in a hole. `name`: the made-up name, with a place for its number; "" where it is not told."""

    match: Match
    name: str
    plain: bool = False


@dataclass(frozen=True, slots=True)
class _Hole:
    """What stands before the hole, and which leaf fills it: looked at the first time, then it must be the same."""

    before: bytes
    leaf: int
    match: Match | None


class Pattern:
    """One shape as text. `size`: bytes of it; `key`: what the shape is known by."""

    def __init__(self, marked: bytes, kinds: Mapping[str, Kind], key: bytes, refused: tuple[bytes, ...]) -> None:
        """`refused`: what no leaf may hold."""
        self.key = key
        self.size = len(marked)
        parts = _MARKS.split(marked)
        self._leaves: dict[tuple[bytes, bytes], int] = {}
        self._names: list[tuple[str, bool]] = []
        self._holes: list[_Hole] = []
        for before, letter, number in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
            kind = kinds[letter.decode()]
            first = (letter, number) not in self._leaves
            leaf = self._leaves.setdefault((letter, number), len(self._leaves))
            if first:
                self._names.append((kind.name.format(int(number)) if kind.name else "", kind.plain))
            self._holes.append(_Hole(before, leaf, kind.match if first else None))
        self._after = parts[-1]
        self._fixed = sum(map(len, parts[::3]))
        self._refused = refused

    def fits(self, payload: bytes) -> dict[str, str] | None:
        """What the leaves are called in a payload of this shape (made-up name -> real one); None for any other."""
        at, values = 0, [b""] * len(self._names)
        if len(payload) <= self._fixed or not payload.endswith(self._after):
            return None
        for hole in self._holes:
            if not payload.startswith(hole.before, at):
                return None
            at += len(hole.before)
            if hole.match is None:
                value = values[hole.leaf]
                if not payload.startswith(value, at):
                    return None
                at += len(value)
            else:
                found = hole.match(payload, at)
                if found is None:
                    return None
                values[hole.leaf] = found.group()
                at = found.end()
        return self._named(values) if at + len(self._after) == len(payload) else None

    def _named(self, values: list[bytes]) -> dict[str, str] | None:
        together = b"\0".join(values)
        if len(set(values)) < len(values):
            return None
        for bad in self._refused:
            if bad in together:
                return None
        try:
            texts = together.decode().split("\0")
        except UnicodeDecodeError:
            return None
        told = [(name, plain, text) for (name, plain), text in zip(self._names, texts, strict=True) if name]
        if not all(is_plain(text) for _, plain, text in told if plain):
            return None
        return {name: text for name, _, text in told}


def is_plain(text: str) -> bool:
    """Whether a name is one that is renamed: printable, and beginning with a letter."""
    return text.isprintable() and text == text.strip() and text[:1].isalpha()
