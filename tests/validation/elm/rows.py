"""A verdict as one line of the table: "ok", "refused" (never became a graph), "nothing" (no shape found anything to
look at), or the violations, "focus|path|Component" each, sorted, the credential itself being "."."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mikra.validation.elm.graph import Graph, read_graph
from mikra.validation.elm.literals import Value
from mikra.validation.elm.scopes import NotRead
from mikra.validation.elm.shapes import evaluate, focused
from mikra.validation.elm.tables import RDF_TYPE, ProfileVersion, local_name, profile, terms


def row(*, refused: bool, focused: bool, results: Iterable[tuple[str, str, str]], document: Any) -> str:
    if refused:
        return "refused"
    if not focused:
        return "nothing"
    ident = document.get("id")
    lines = sorted(f"{'.' if focus == ident else focus}|{path}|{component}" for focus, path, component in results)
    return "; ".join(lines) or "ok"


def our_row(document: Mapping[str, Any], version: ProfileVersion) -> str:
    """What the general path says."""
    try:
        graph = read_graph(document, terms(version))
    except NotRead:
        return row(refused=True, focused=False, results=(), document=document)
    results = {
        (_focus(v.focus, graph), local_name(v.property.path), v.component[0].upper() + v.component[1:])
        for v in evaluate(graph, profile(version))
    }
    return row(refused=False, focused=focused(graph, profile(version)), results=results, document=document)


def _focus(focus: Value, graph: Graph) -> str:
    """A node without an id goes by its classes."""
    if isinstance(focus, str) and focus.startswith("_:"):
        return "_:" + "+".join(sorted(local_name(str(t)) for t in graph.values(focus, RDF_TYPE)))
    return str(focus)
