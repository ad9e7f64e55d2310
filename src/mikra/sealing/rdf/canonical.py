"""W3C RDF Dataset Canonicalization 1.0 (RDFC-1.0): canonical N-Quads of a JSON-LD document, within a budget.

Without blank nodes the canonical form is the sorted lines. Where one step tells them all apart, pyoxigraph names them,
which is fast but cannot be stopped. A graph that was made to be slow is one in which blank nodes look alike: there our
own implementation counts its steps and gives up (`rdfc`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from mikra.errors import InputError
from mikra.sealing.rdf.quads import Dataset, budget, to_quads
from mikra.sealing.rdf.rdfc import Canonicalisation, relabelled, split
from mikra.sealing.rdf.scopes import Library
from mikra.sealing.rdf.shapes import Shapes

MOST_BLANKS = 2_000
LIBRARY = Library()
"""The bundled contexts, for whoever has added none."""


_SHAPES: WeakKeyDictionary[Library, Shapes] = WeakKeyDictionary()


def canonical_form(document: Mapping[str, Any], library: Library = LIBRARY, *, digest: str = "SHA256") -> bytes:
    """The canonical N-Quads of a document, UTF-8. Raises InputError as `quads.to_quads` does."""
    shapes = _SHAPES.get(library)
    if shapes is None:
        shapes = _SHAPES[library] = Shapes(library)
    known = shapes.canonical(document, digest)
    return canonical(to_quads(document, library), digest=digest).encode() if known is None else known


def canonical(dataset: Dataset, *, digest: str = "SHA256") -> str:
    """The canonical N-Quads of a dataset."""
    lines = set(dataset.lines)
    if not dataset.blanks:
        return "".join(f"{line}\n" for line in sorted(lines))
    if dataset.blanks == 1:
        return "".join(relabelled(map(split, lines), {"_:b0": "_:c14n0"}))
    if dataset.blanks > MOST_BLANKS:
        raise budget("nodes without a name", MOST_BLANKS)
    if alike(lines) <= 1:
        return in_process("".join(f"{line}\n" for line in lines), digest)
    return "".join(Canonicalisation(lines, digest).lines())


def alike(lines: Iterable[str]) -> int:
    """The most blank nodes that nothing tells apart from one step away (RDFC-1.0, 4.6)."""
    seen: dict[str, list[tuple[str, ...]]] = {}
    for line in lines:
        if "_:" not in line:
            continue
        quad = split(line)
        for node in {part for part in quad if part.startswith("_:")}:
            sight = tuple("_:a" if p == node else "_:z" if p.startswith("_:") else p for p in quad)
            seen.setdefault(node, []).append(sight)
    sights = Counter(tuple(sorted(each)) for each in seen.values())
    return max(sights.values(), default=0)


def in_process(text: str, digest: str) -> str:
    """RDFC-1.0 by pyoxigraph, here and now; nothing stops it."""
    import pyoxigraph as ox

    try:
        dataset = ox.Dataset(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    except (SyntaxError, ValueError) as error:
        raise InputError(
            "This credential cannot be written as RDF.", found=str(error)[:80], code="credential_malformed"
        ) from None
    kinds = ox.CanonicalizationAlgorithm
    dataset.canonicalize(kinds.RDFC_1_0_SHA_384 if digest == "SHA384" else kinds.RDFC_1_0_SHA_256)
    return "".join(sorted(f"{quad} .\n" for quad in dataset))
