"""W3C RDF Dataset Canonicalization 1.0 (RDFC-1.0): canonical N-Quads of a JSON-LD document, within a budget.

Without blank nodes the canonical form is the sorted lines; with them `rdfc` names them, counting its steps. A document
of a shape that was seen before goes a shorter way to the same bytes (`shapes`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from mikra.errors import InputError
from mikra.sealing.rdf.quads import Dataset, budget, to_quads
from mikra.sealing.rdf.rdfc import Canonicalisation, relabelled, split
from mikra.sealing.rdf.scopes import Library
from mikra.sealing.rdf.shapes import Shapes

MOST_BLANKS = 2_000
LIBRARY = Library()
"""The bundled contexts, for whoever has added none."""


_SHAPES: WeakKeyDictionary[Library, Shapes] = WeakKeyDictionary()


_KEPT: WeakKeyDictionary[Library, OrderedDict[tuple[str, bytes], bytes]] = WeakKeyDictionary()
_MOST_KEPT, _LARGEST_KEPT = 256, 4 * 1024
"""Documents, and bytes of each, whose canonical form is kept."""


def forget_shapes() -> None:
    """Begin anew, for measuring what an unknown shape costs."""
    _SHAPES.clear()
    _KEPT.clear()


def kept_form(document: Mapping[str, Any], library: Library = LIBRARY, *, digest: str = "SHA256") -> bytes:
    """`canonical_form` of what comes again word for word: the proofs of a batch are made within the same second."""
    try:
        text = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return canonical_form(document, library, digest=digest)
    kept = _KEPT.get(library)
    if kept is None:
        kept = _KEPT[library] = OrderedDict()
    found = kept.get((digest, text))
    if found is None:
        found = canonical_form(document, library, digest=digest)
        if len(text) <= _LARGEST_KEPT:
            kept[digest, text] = found
            while len(kept) > _MOST_KEPT:
                kept.popitem(last=False)
    return found


def canonical_form(document: Mapping[str, Any], library: Library = LIBRARY, *, digest: str = "SHA256") -> bytes:
    """The canonical N-Quads of a document, UTF-8. Raises InputError as `quads.to_quads` does."""
    shapes = _SHAPES.get(library)
    if shapes is None:
        shapes = _SHAPES[library] = Shapes(library)
    known = shapes.canonical(document, digest)
    if known is not None:
        return known
    try:
        return canonical(to_quads(document, library), digest=digest).encode()
    except UnicodeEncodeError:
        raise InputError("A text holds half a character.", code="json_bad_unicode") from None


def canonical(dataset: Dataset, *, digest: str = "SHA256") -> str:
    """The canonical N-Quads of a dataset."""
    lines = set(dataset.lines)
    if not dataset.blanks:
        return "".join(f"{line}\n" for line in sorted(lines))
    if dataset.blanks == 1:
        return "".join(relabelled(map(split, lines), {"_:b0": "_:c14n0"}))
    if dataset.blanks > MOST_BLANKS:
        raise budget("nodes without a name", MOST_BLANKS)
    return "".join(Canonicalisation(lines, digest).lines())
