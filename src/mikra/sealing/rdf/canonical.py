"""W3C RDF Dataset Canonicalization 1.0 (RDFC-1.0): canonical N-Quads of a JSON-LD document, within a budget.

Without blank nodes the canonical form is the sorted lines. With them pyoxigraph orders them. A graph that was made to
be slow is one in which many blank nodes look alike: where more do than `MOST_ALIKE`, only a `Canonicaliser` that can be
stopped (a process of its own, `adapters`) takes it; without one it is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mikra.errors import InputError
from mikra.sealing.rdf.quads import Dataset, budget, to_quads
from mikra.sealing.rdf.scopes import Library

Canonicaliser = Callable[[str, str], str]
"""N-Quads and a digest ("SHA256", "SHA384") -> canonical N-Quads. Raises InputError canonicalization_budget."""

MOST_BLANKS = 2_000
MOST_ALIKE = 6
"""Blank nodes that look alike from one step away; the algorithm tries their orders: 6! is 720."""

LIBRARY = Library()
"""The bundled contexts, for whoever has added none."""

_BLANK = re.compile(r"_:[A-Za-z0-9]+")
_AT_HAND: list[Canonicaliser] = []


def use(canonicaliser: Canonicaliser | None) -> None:
    """Have graphs with many blank nodes that look alike canonicalised by this one; None for nobody."""
    _AT_HAND[:] = [canonicaliser] if canonicaliser is not None else []


def canonical_form(document: Mapping[str, Any], library: Library = LIBRARY, *, digest: str = "SHA256") -> bytes:
    """The canonical N-Quads of a document, UTF-8. Raises InputError as `quads.to_quads` does."""
    return canonical(to_quads(document, library), digest=digest).encode()


def canonical(dataset: Dataset, *, digest: str = "SHA256") -> str:
    """The canonical N-Quads of a dataset."""
    lines = set(dataset.lines)
    if not dataset.blanks:
        return "".join(f"{line}\n" for line in sorted(lines))
    if dataset.blanks > MOST_BLANKS:
        raise budget("nodes without a name", MOST_BLANKS)
    text = "".join(f"{line}\n" for line in lines)
    if alike(lines) <= MOST_ALIKE:
        return in_process(text, digest)
    if not _AT_HAND:
        raise budget("nodes without a name that look alike", MOST_ALIKE)
    return _AT_HAND[0](text, digest)


def alike(lines: Iterable[str]) -> int:
    """The most blank nodes that nothing tells apart from one step away (RDFC-1.0, 4.6)."""
    seen: dict[str, list[str]] = {}
    for line in lines:
        for node in {*_blanks_of(line)}:
            seen.setdefault(node, []).append(_seen_from(line, node))
    sights = Counter("\n".join(sorted(each)) for each in seen.values())
    return max(sights.values(), default=0)


def _parts(line: str) -> list[str]:
    """The line around its literal: only there are blank nodes."""
    first = line.find('"')
    return [line] if first < 0 else [line[:first], line[first : line.rfind('"') + 1], line[line.rfind('"') + 1 :]]


def _blanks_of(line: str) -> list[str]:
    parts = _parts(line)
    return [node for part in parts[::2] for node in _BLANK.findall(re.sub(r"<[^>]*>", "", part))]


def _seen_from(line: str, node: str) -> str:
    parts = _parts(line)
    for n in range(0, len(parts), 2):
        parts[n] = " ".join(
            ("_:a" if word == node else "_:z") if word.startswith("_:") else word for word in parts[n].split(" ")
        )
    return "".join(parts)


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
