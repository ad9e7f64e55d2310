"""Documents of a known shape: their canonical statements without reading them anew, byte for byte the general path's.

Two documents have one shape where names, lists, numbers and everything that decides how the rest is read (contexts,
classes, language tags) are the same, so that only texts and addresses differ. The second time that a shape is seen it
is compiled: canonical N-Quads with a hole for each text. A document that does not fit exactly goes the general way.
Documents with names of their own for blank nodes are not compiled.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.sealing.rdf.quads import RDF, TYPE, literal, to_quads
from mikra.sealing.rdf.scopes import Library
from mikra.sealing.rdf.statements import END, MARKS, START, Statements

MOST_SHAPES = 256
MOST_PARTS = 3_000
"""Values of a document whose shape is remembered, so that hostile ones cannot fill the memory."""

_FIXED = frozenset({"@context", "type", "@type", "@language", "@direction", "@set", "@list"})
"""Members whose texts decide how others are read."""

_ID = "x-hole:"
"""Makes a mark an absolute address, so that it can be read wherever a text stands."""

_MARK = re.compile(f'(<|"){_ID}{START}([0-9]+){END}')
_ADDRESS = re.compile(r'(?:did:[a-z0-9]+:|urn:[a-z0-9]+:|https?://|mailto:)[^\x00-\x20<>"{}|^`\\\x7f]+')
"""Schemes that no bundled context takes for a prefix."""


class Shape:
    """One shape, compiled. `fixed`: places of texts that must be these; `addresses`: those that must be absolute."""

    def __init__(self, lines: list[str], values: list[str], fixed: list[int], digest: str) -> None:
        marks = [mark for line in lines for mark in _MARK.findall(line)]
        self.addresses = sorted({int(place) for start, place in marks if start == "<"})
        self.covered = {*fixed, *(int(place) for _, place in marks)}
        plain = [line.replace(f"{_ID}{START}", START) for line in lines]
        self._statements = Statements(plain, {str(number): number for number in range(len(values))}, digest)
        self._pick_fixed, self._pick_addresses = _picker(fixed), _picker(self.addresses)
        self._wanted = self._pick_fixed(values)

    def fill(self, values: list[str]) -> bytes | None:
        """The canonical N-Quads; None where the document does not fit after all."""
        if self._pick_fixed(values) != self._wanted or not all(map(_ADDRESS.fullmatch, self._pick_addresses(values))):
            return None
        return self._statements.fill(_escaped(values))


def _picker(places: Sequence[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """A function that gives the values at these places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[place] for place in places)


def _escaped(values: list[str]) -> list[bytes]:
    """All texts as N-Quads writes them. JSON writes all but control characters in the same way, and all at once.

    Within a text every quotation mark has a backslash before it, so that `","` stands only between two of them.
    """
    text = orjson.dumps(values)
    first = text.find(b"\\")
    if (first >= 0 and text.find(b"\\u00", first) >= 0) or b"\x7f" in text:
        return [literal(value)[1:-1].encode() for value in values]
    return text[2:-2].split(b'","')


class Shapes:
    """The shapes that were seen, within bounds; the one used longest ago is forgotten first. One thread."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: OrderedDict[Any, Shape | None] = OrderedDict()
        self._last: Shape | None = None

    def canonical(self, document: Mapping[str, Any], digest: str = "SHA256") -> bytes | None:
        """The canonical N-Quads of a document of a known shape; None where the general path must do it."""
        key, values = shape_of(document)
        if len(key) > MOST_PARTS:
            return None
        key = (digest, str(document.get("@context")), key)
        shape = self._known.get(key, _UNSEEN)
        if shape is _UNSEEN:
            self._known[key], self._last = None, None
            if len(self._known) > MOST_SHAPES:
                self._known.popitem(last=False)
            return None
        if shape is None:
            shape = self._known[key] = compile_shape(document, values, self._library, digest)
        try:
            if shape is not self._last or shape is UNFIT:  # a long key is costly to find once more
                self._known.move_to_end(key)
                self._last = shape
            return shape.fill(values) if shape is not UNFIT else None
        except (orjson.JSONEncodeError, KeyError):
            return None  # half a character; or another thread has just forgotten this shape


_TEXT = -1
"""Stands for a text in a shape; a list is its length, an object its names, any other value itself."""


def shape_of(document: Any) -> tuple[tuple[Any, ...], list[str]]:
    """What decides the shape but for the fixed texts, and all texts; level by level, for speed."""
    keys: list[Any] = []
    values: list[str] = []
    level = [document]
    while level:
        below: list[Any] = []
        for value in level:
            kind = value.__class__
            if kind is str:
                keys.append(_TEXT)
                values.append(value)
            elif kind is dict:
                keys.append(tuple(value))
                below += value.values()
            elif kind is list:
                keys.append(len(value))
                below += value
            else:
                keys.append((kind, value))
        keys.append(None)
        level = below
    return tuple(keys), values


def _marked(document: Any, further: frozenset[int]) -> tuple[list[int], Any]:
    """The places of fixed texts, and the document with a mark in each other place; in the order of `shape_of`."""
    fixed: list[int] = []
    root: list[Any] = [orjson.loads(orjson.dumps(document))]
    level: list[tuple[Any, Any, bool]] = [(root, 0, False)]
    count = 0
    while level:
        below: list[tuple[Any, Any, bool]] = []
        for holder, key, decides in level:
            value = holder[key]
            if isinstance(value, str):
                if decides or count in further:
                    fixed.append(count)
                else:
                    holder[key] = f"{_ID}{START}{count}{END}"
                count += 1
            elif isinstance(value, dict):
                below += [(value, name, decides or name in _FIXED) for name in value]
            elif isinstance(value, list):
                below += [(value, number, decides) for number in range(len(value))]
        level = below
    return fixed, root[0]


def compile_shape(document: Mapping[str, Any], values: list[str], library: Library, digest: str = "SHA256") -> Shape:
    """The shape of a document, UNFIT where the general path must do it."""
    if any(MARKS.search(text) for text in (*values, *_names(document))):
        return UNFIT
    shape = _compile(document, values, library, digest)
    words = frozenset(place for place in shape.addresses if not _ADDRESS.fullmatch(values[place]))
    if words:  # such as "assertionMethod": what it stands for is decided by a context
        shape = _compile(document, values, library, digest, words)
    fits = shape.covered == set(range(len(values))) and all(_ADDRESS.fullmatch(values[n]) for n in shape.addresses)
    return shape if fits else UNFIT


def _names(document: Any) -> Iterator[str]:
    """The names of all members."""
    if isinstance(document, Mapping):
        yield from document
    for inner in document.values() if isinstance(document, Mapping) else document if isinstance(document, list) else ():
        yield from _names(inner)


def _compile(
    document: Mapping[str, Any],
    values: list[str],
    library: Library,
    digest: str,
    further: frozenset[int] = frozenset(),
) -> Shape:
    fixed, marked = _marked(document, further)
    try:
        dataset = to_quads(marked, library)
    except InputError:
        return UNFIT
    odd = (f" {TYPE} <{_ID}", f"^^<{RDF}JSON>")
    if dataset.named or any(part in line for part in odd for line in dataset.lines):
        return UNFIT
    return Shape(dataset.lines, values, fixed, digest)


UNFIT = Shape([], [], [], "SHA256")
"""Stands for a shape that goes the general way."""

_UNSEEN = Shape([], [], [], "SHA256")
"""Stands for a shape that was never seen."""
