"""Canonical statements with holes: RDFC-1.0 for documents that differ only in texts and addresses, without the walk.

Static statements are written down once. Of blank nodes, those that a hole touches are hashed anew (RDFC-1.0, 4.6), and
all are named by the order of their hashes (4.4.3, step 4). Where two look alike, or two statements become one, the
general path must do it: `fill` gives None.

Statements of one subject stand together and, mostly, in an order that no hole can change: they are kept as one block,
and only blocks are sorted. Where two subjects become one, their blocks do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from operator import eq, itemgetter

from mikra.sealing.rdf.rdfc import join, split

START, END = "\ue000", "\ue001"
_NODE, _NODE_END = "\ue002", "\ue003"
MARKS = re.compile(f"[{START}-{_NODE_END}]")
"""Characters of private use; a document that holds them itself is not compiled."""

_HOLE = re.compile(f"{START}([a-z_0-9]+){END}|{_NODE}([0-9]+){_NODE_END}".encode())

Fill = Callable[[list[bytes]], bytes]


def filler(text: str, places: Mapping[str, int]) -> Fill:
    """A function from the values of all holes (and then the labels of all nodes) to the text."""
    parts = _HOLE.split(text.encode())
    names = zip(parts[1::3], parts[2::3], strict=True)
    wanted = [places[name.decode()] if name else len(places) + int(node) for name, node in names]
    static = parts[::3]
    if not wanted:
        return lambda values: static[0]
    if len(wanted) == 1:
        before, after, place = static[0], static[1], wanted[0]
        return lambda values: before + values[place] + after
    pick, spaced = itemgetter(*wanted), [b""] * (2 * len(static) - 1)
    spaced[::2] = static

    def fill(values: list[bytes]) -> bytes:
        filled = spaced.copy()
        filled[1::2] = pick(values)
        return b"".join(filled)

    return fill


def _is_ordered(lines: list[str]) -> bool:
    """Whether these sorted lines stay in order whatever fills their holes: each pair differs before the first hole."""
    beginnings = [MARKS.split(line, 1)[0] for line in lines]
    return all(any(a != b for a, b in zip(one, other, strict=False)) for one, other in pairwise(beginnings))


class _Blocks:
    """Sorted lines by their subjects: for each a block, and whether its order is sure."""

    def __init__(self, lines: list[str], places: Mapping[str, int]) -> None:
        by_subject: dict[str, list[str]] = {}
        for line in lines:
            subject, _, rest = line.partition(" ")
            by_subject.setdefault(subject, []).append(rest)
        self._fills = [
            (filler("".join(f"{subject} {rest}" for rest in rests), places), _is_ordered(rests))
            for subject, rests in by_subject.items()
        ]
        named = [*enumerate(by_subject)]
        self._open = [(number, filler(subject, places)) for number, subject in named if START in subject]
        self._static = {subject.encode(): number for number, subject in named if not MARKS.search(subject)}

    def fill(self, values: list[bytes]) -> bytes | None:
        """All lines, sorted, each once; None where a statement about a blank node would be there twice."""
        blocks = [fill(values) if ordered else _in_order(fill(values)) for fill, ordered in self._fills]
        if b"" in blocks:
            return None
        subjects = [fill(values) for _, fill in self._open]
        if len({*subjects}) != len(subjects) or not self._static.keys().isdisjoint(subjects):
            blocks = self._joined(blocks, subjects)
            if b"" in blocks:
                return None
        blocks.sort()
        return b"".join(blocks)

    def _joined(self, blocks: list[bytes], subjects: list[bytes]) -> list[bytes]:
        """Blocks of one subject as one. `subjects` are those with a hole, filled."""
        places, more, gone = self._static.copy(), set(), []
        for (number, _), subject in zip(self._open, subjects, strict=True):
            place = places.setdefault(subject, number)
            if place != number:
                blocks[place] += blocks[number]
                more.add(place)
                gone.append(number)
        for place in more:
            blocks[place] = _in_order(blocks[place])
        for number in reversed(gone):
            del blocks[number]
        return blocks


def _in_order(text: bytes) -> bytes:
    """The lines sorted, each once; nothing where one about a blank node is there twice, which only the walk may see."""
    lines = text.split(b"\n")
    lines.pop()
    lines.sort()
    if any(map(eq, lines, lines[1:])):
        if any(one == other and b"_:" in one for one, other in pairwise(lines)):
            return b""
        lines = sorted(set(lines))
    lines.append(b"")
    return b"\n".join(lines)


class Statements:
    """The statements of one document with holes. `places`: hole -> its number among the values."""

    def __init__(self, lines: Iterable[str], places: Mapping[str, int], digest: str = "SHA256") -> None:
        quads = [split(line) for line in sorted(set(lines))]
        nodes = sorted({part for quad in quads for part in quad if part.startswith("_:")})
        marks = {node: f"{_NODE}{number}{_NODE_END}" for number, node in enumerate(nodes)}
        self._blocks = _Blocks([join(marks.get(part, part) for part in quad) for quad in quads], places)
        self._hash = hashlib.sha384 if digest == "SHA384" else hashlib.sha256
        self._hashes: list[bytes] = []
        self._open: list[tuple[int, Fill, bool]] = []
        for number, node in enumerate(nodes):
            seen = {node: "_:a"} | {other: "_:z" for other in nodes if other != node}
            sight = sorted(join(seen.get(part, part) for part in quad) for quad in quads if node in quad)
            text = "".join(sight)
            self._hashes.append(self._hash(text.encode()).digest())
            if START in text:
                self._open.append((number, filler(text, places), not _is_ordered(sight)))

    def fill(self, values: list[bytes]) -> bytes | None:
        """The canonical N-Quads with these values, escaped as N-Quads; None where the general path must do it."""
        labels = self._labels(values)
        if labels is None:
            return None
        return self._blocks.fill(values + labels)

    def _labels(self, values: list[bytes]) -> list[bytes] | None:
        """The canonical name of each blank node; None where two look alike."""
        if not self._hashes:
            return []
        hashes = self._hashes.copy()
        for number, fill, to_sort in self._open:
            sight = fill(values)
            if to_sort:
                lines = sight.split(b"\n")
                lines.pop()
                sight = b"\n".join([*sorted(lines), b""])
            hashes[number] = self._hash(sight).digest()
        if len(set(hashes)) != len(hashes):
            return None
        labels = [b""] * len(hashes)
        for label, number in zip(_labels(len(hashes)), sorted(range(len(hashes)), key=hashes.__getitem__), strict=True):
            labels[number] = label
        return labels


@lru_cache(maxsize=64)
def _labels(count: int) -> tuple[bytes, ...]:
    """The canonical names of so many nodes."""
    return tuple(b"_:c14n%d" % rank for rank in range(count))
