"""What pyshacl says: PyLD expands, rdflib holds the graph, pyshacl judges it by the EU's two published files.

Used to record the table of verdicts, to derive it anew where the published files are at hand, and to run beside
`check_profile` in the benchmark. Needs the `shacl` extra.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyshacl
import rdflib
from pyld import jsonld
from pyld.documentloader.frozen import BUNDLED_CONTEXTS, FrozenDocumentLoader
from pyshacl.graph_abstraction import DataGraph
from pyshacl.shapes_graph import ShapesGraph
from pyshacl.validator import Validator
from rdflib.namespace import RDF, SH

ELM_CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"
W3C_CONTEXT = "https://www.w3.org/2018/credentials/v1"
SHAPE_FILES = ("EDC-generic-no-cv.ttl", "EDC-generic-full.ttl")
VERSIONS = ("1.1.0", "1.2.0")
FAULTS = (jsonld.JsonLdError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What PyLD and rdflib raise over a document that they cannot take; then there is no verdict but "refused"."""

Result = tuple[str, str, str]
"""Focus (its id, or "_:" and its classes), path, constraint component; IRIs by their last part, but for the id."""

logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
logging.getLogger("pyshacl").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Verdict:
    """`refused`: it never became a graph. `focused`: some shape found a focus node."""

    refused: bool
    focused: bool
    conforms: bool
    results: frozenset[Result]


REFUSED = Verdict(refused=True, focused=False, conforms=False, results=frozenset())


class Oracle:
    """pyshacl over one version. `judge` keeps the shapes loaded; `judge_plainly` is pyshacl's own call."""

    def __init__(self, folder: Path) -> None:
        documents = {W3C_CONTEXT: BUNDLED_CONTEXTS[W3C_CONTEXT], ELM_CONTEXT: folder / "edc-ap-context.jsonld"}
        self.loader = FrozenDocumentLoader(documents)
        self.shapes = rdflib.Graph()
        for name in SHAPE_FILES:
            self.shapes.parse(folder / name)
        silent = set(self.shapes.subjects(SH.deactivated, rdflib.Literal(True)))
        self.targets = {c for shape, c in self.shapes.subject_objects(SH.targetClass) if shape not in silent}
        self.loaded = ShapesGraph(self.shapes, False, logging.getLogger("pyshacl"))

    def graph(self, document: Mapping[str, Any]) -> rdflib.Graph:
        """The default graph of the document, as rdflib sees it."""
        options = {"base": None, "documentLoader": self.loader}
        graph = rdflib.Graph()
        for triple in jsonld.to_rdf(document, options).get("@default", ()):
            graph.add(tuple(_term(triple[part]) for part in ("subject", "predicate", "object")))
        return graph

    def judge(self, document: Mapping[str, Any]) -> Verdict:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                graph = self.graph(document)
            except FAULTS:
                return REFUSED
            validator = Validator(DataGraph.from_rdflib(graph), shacl_graph=rdflib.Graph())
            validator.shacl_graph = self.loaded
            conforms, report, _ = validator.run()
        return self._verdict(graph, conforms, report)

    def judge_plainly(self, document: Mapping[str, Any]) -> Verdict:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = self.graph(document)
            conforms, report, _ = pyshacl.validate(graph, shacl_graph=self.shapes)
        return self._verdict(graph, conforms, report)

    def _verdict(self, graph: rdflib.Graph, conforms: bool, report: rdflib.Graph) -> Verdict:
        top = {o for _, o in report.subject_objects(SH.result)}
        results = frozenset(_result(graph, report, node) for node in top)
        focused = not self.targets.isdisjoint(graph.objects(None, RDF.type))
        return Verdict(refused=False, focused=focused, conforms=conforms, results=results)


def _term(term: Mapping[str, str]) -> rdflib.term.Node:
    value = term["value"]
    if term["type"] == "IRI":
        return rdflib.URIRef(value)
    if term["type"] == "blank node":
        return rdflib.BNode(value[2:])
    if "language" in term:
        return rdflib.Literal(value, lang=term["language"])
    return rdflib.Literal(value, datatype=rdflib.URIRef(term["datatype"]))


def _result(graph: rdflib.Graph, report: rdflib.Graph, node: rdflib.term.Node) -> Result:
    focus = report.value(node, SH.focusNode)
    path = report.value(node, SH.resultPath)
    component = str(report.value(node, SH.sourceConstraintComponent))
    return (
        _focus(graph, focus),
        shorten(str(path)) if path is not None else "",
        shorten(component).removesuffix("ConstraintComponent"),
    )


def _focus(graph: rdflib.Graph, focus: rdflib.term.Node | None) -> str:
    if isinstance(focus, rdflib.BNode):
        return "_:" + "+".join(sorted(shorten(str(t)) for t in graph.objects(focus, RDF.type)))
    return str(focus)


def shorten(iri: str) -> str:
    """The last part of an IRI, after '#' or '/'."""
    return iri.replace("#", "/").rsplit("/", 1)[-1]
