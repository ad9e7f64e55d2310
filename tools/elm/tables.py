"""Makes our tables of facts from the EU's published shapes and contexts: `python -m tools.elm.tables FOLDER`.

FOLDER holds `elm/1.1.0` and `elm/1.2.0` (the folder that MIKRA_PUBLISHED names). Written are, per version:

    profile-V.json   class, path, kinds of constraint and their values, of every shape that is not deactivated
    context-V.json   term -> IRI, coercion, container, of the two contexts together, and of the scopes within

Only facts are taken: no label, comment, description or message of the published files.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import rdflib
from pyld import jsonld
from pyld.documentloader.frozen import BUNDLED_CONTEXTS, FrozenDocumentLoader
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH

from tools.elm.oracle import ELM_CONTEXT, SHAPE_FILES, VERSIONS, W3C_CONTEXT

TARGET = Path("src/mikra/validation/elm/data")
NAMESPACES = {
    "elm": "http://data.europa.eu/snb/model/elm/",
    "no-cv": "http://data.europa.eu/snb/model/ap/edc-generic-no-cv/",
    "full": "http://data.europa.eu/snb/model/ap/edc-generic-full/",
    "adms": "http://www.w3.org/ns/adms#",
    "clv": "http://data.europa.eu/m8g/",
    "cred": "https://www.w3.org/2018/credentials#",
    "dc": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "org": "http://www.w3.org/ns/org#",
    "person": "http://www.w3.org/ns/person#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rov": "http://www.w3.org/ns/regorg#",
    "sec": "https://w3id.org/security#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
VALUE_KINDS = {SH.minCount: "minCount", SH.maxCount: "maxCount", SH.maxInclusive: "maxInclusive"}
IRI_KINDS = {SH["class"]: "class", SH.datatype: "datatype", SH.node: "node", SH.hasValue: "hasValue"}
SILENT = {RDF.type, SH.path, SH.name, SH.description, SH.severity, SH.message, SH.property, SH.targetClass}
IGNORED_LOCALS = {"comment", "label", "nodekind"}
"""`sh:nodekind` is a slip of the pen in the published file; no SHACL processor knows it, so it demands nothing."""


def compact(iri: str) -> str:
    """`prefix:local` where a namespace fits, else the IRI."""
    for prefix, namespace in NAMESPACES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def name_of(node: rdflib.term.Node) -> str:
    return "" if isinstance(node, rdflib.BNode) else compact(str(node))


class Shapes:
    """The published shapes of one version, read as pyshacl reads them."""

    def __init__(self, folder: Path) -> None:
        self.graph = rdflib.Graph()
        for name in SHAPE_FILES:
            self.graph.parse(folder / name)

    def deactivated(self, node: rdflib.term.Node) -> bool:
        value = self.graph.value(node, SH.deactivated)
        return value is not None and bool(value.toPython())

    def constraints(self, node: rdflib.term.Node) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for predicate, value in sorted(self.graph.predicate_objects(node)):
            if predicate in VALUE_KINDS:
                found[VALUE_KINDS[predicate]] = int(value.toPython())
            elif predicate in IRI_KINDS:
                found[IRI_KINDS[predicate]] = compact(str(value))
            elif predicate == SH.nodeKind:
                found["nodeKind"] = str(value).rsplit("#", 1)[1]
            elif predicate == SH.uniqueLang:
                found["uniqueLang"] = bool(value.toPython())
            elif predicate == SH["or"]:
                found["or"] = sorted((self.constraints(m) for m in Collection(self.graph, value)), key=str)
            elif predicate not in SILENT and str(predicate).rsplit("#", 1)[-1] not in IGNORED_LOCALS:
                raise SystemExit(f"unknown kind of constraint: {predicate} of {node}")
        return found

    def properties(self, shape: rdflib.term.Node) -> list[dict[str, Any]]:
        found = []
        for node in self.graph.objects(shape, SH.property):
            if not self.deactivated(node):
                path = compact(str(self.graph.value(node, SH.path)))
                found.append({"id": name_of(node), "path": path, **self.constraints(node)})
        return sorted(found, key=lambda p: (p["path"], p["id"], str(p)))

    def targeted(self) -> Iterator[dict[str, Any]]:
        for shape, target in sorted(self.graph.subject_objects(SH.targetClass)):
            if not self.deactivated(shape):
                yield {"id": name_of(shape), "class": compact(str(target)), "properties": self.properties(shape)}

    def nested(self) -> dict[str, Any]:
        named = {o for _, o in self.graph.subject_objects(SH.node)}
        return {name_of(n): {**self.constraints(n), "properties": self.properties(n)} for n in sorted(named)}


def profile(folder: Path) -> dict[str, Any]:
    shapes = Shapes(folder)
    sources = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SHAPE_FILES}
    return {
        "source": "European Commission, European Learning Model, SHACL shapes of the EDC application profile",
        "version": folder.name,
        "sha256": sources,
        "namespaces": NAMESPACES,
        "deactivated": sorted(name_of(s) for s in shapes.graph.subjects(SH.deactivated) if shapes.deactivated(s)),
        "shapes": list(shapes.targeted()),
        "nested": shapes.nested(),
    }


class Contexts:
    """The two published contexts, processed by PyLD, and what each scope within changes."""

    def __init__(self, folder: Path) -> None:
        documents = {W3C_CONTEXT: BUNDLED_CONTEXTS[W3C_CONTEXT], ELM_CONTEXT: folder / "edc-ap-context.jsonld"}
        self.processor = jsonld.JsonLdProcessor()
        self.options = {
            "documentLoader": FrozenDocumentLoader(documents),
            "processingMode": "json-ld-1.1",
            "base": "",
        }
        self.options["contextResolver"] = jsonld.ContextResolver({}, self.options["documentLoader"])
        self.base = self.process(None, [W3C_CONTEXT, ELM_CONTEXT])
        swapped = self.process(None, [ELM_CONTEXT, W3C_CONTEXT])
        if self.terms(self.base) != self.terms(swapped):
            raise SystemExit("the order of the two contexts matters: the tables must tell them apart")

    def process(self, active: Any, local: Any) -> Any:
        start = active or self.processor._get_initial_context(self.options)
        return self.processor._process_context(start, local, self.options, override_protected=True)

    def terms(self, active: Any) -> dict[str, Any]:
        return {term: _definition(mapping) for term, mapping in sorted(active["mappings"].items())}

    def difference(self, scoped: Any) -> dict[str, Any]:
        base = self.terms(self.base)
        return {term: d for term, d in self.terms(scoped).items() if base.get(term) != d}

    def scopes(self) -> dict[str, Any]:
        """Of a class: what its nodes see besides. Of "Class/term": what the nodes under that term see besides."""
        found = {}
        for name, mapping in sorted(self.base["mappings"].items()):
            if "@context" in mapping:
                scoped = self.process(self.base, mapping["@context"])
                found[name] = self.difference(scoped)
                for term, inner in sorted(scoped["mappings"].items()):
                    if "@context" in inner and term not in self.base["mappings"]:
                        found[f"{name}/{term}"] = self.difference(self.process(self.base, inner["@context"]))
        return found


def _definition(mapping: Any) -> list[Any]:
    """[IRI, coercion, containers, prefix?], shortened from the end where empty."""
    row = [mapping["@id"], mapping.get("@type", ""), sorted(mapping.get("@container", [])), int(mapping["_prefix"])]
    if mapping.get("reverse") or "@language" in mapping or "@direction" in mapping or "@nest" in mapping:
        raise SystemExit(f"unknown kind of term definition: {mapping}")
    while len(row) > 1 and not row[-1]:
        row.pop()
    return row


def context(folder: Path) -> dict[str, Any]:
    contexts = Contexts(folder)
    edc = folder / "edc-ap-context.jsonld"
    w3c = BUNDLED_CONTEXTS[W3C_CONTEXT]
    return {
        "source": f"{W3C_CONTEXT} and {ELM_CONTEXT}, processed by the JSON-LD 1.1 algorithms",
        "version": folder.name,
        "sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (edc, w3c)},
        "terms": contexts.terms(contexts.base),
        "scopes": contexts.scopes(),
    }


def dump(value: dict[str, Any]) -> bytes:
    """One record a line, so that a change of the published files reads well as a change of ours."""
    lines = ["{"]
    for n, (key, member) in enumerate(value.items()):
        end = "," if n < len(value) - 1 else ""
        if isinstance(member, (dict, list)) and member and not isinstance(member, str):
            lines.append(f'"{key}": {_rows(member)}{end}')
        else:
            lines.append(f'"{key}": {orjson.dumps(member).decode()}{end}')
    return ("\n".join([*lines, "}"]) + "\n").encode()


def _rows(member: dict[str, Any] | list[Any]) -> str:
    if isinstance(member, dict):
        rows = [f"{orjson.dumps(k).decode()}:{orjson.dumps(v).decode()}" for k, v in member.items()]
        return "{\n" + ",\n".join(rows) + "\n}"
    return "[\n" + ",\n".join(orjson.dumps(v).decode() for v in member) + "\n]"


def main(published: str) -> None:
    for version in VERSIONS:
        folder = Path(published, "elm", version)
        TARGET.joinpath(f"profile-{version}.json").write_bytes(dump(profile(folder)))
        TARGET.joinpath(f"context-{version}.json").write_bytes(dump(context(folder)))


if __name__ == "__main__":
    main(sys.argv[1])
