"""Documents made from the constraint table: for every constraint one that meets it and those that break it.

Each is the smallest conforming credential with one more entry, of the class that the constraint is about, hung on a
member that no shape looks at. A document has a name; the table of verdicts (`verdicts/`) is by that name.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mikra.validation.elm.tables import (
    LANG_STRING,
    XSD,
    ProfileVersion,
    Property,
    Shape,
    local_name,
    profile,
    terms,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "edc"
FLOOR = json.loads((VECTORS / "shacl-floor.jsonld").read_bytes())
MINIMAL = json.loads((VECTORS / "minimal-edc.jsonld").read_bytes())
CREDENTIAL = "http://data.europa.eu/snb/model/elm/EuropeanDigitalCredential"
SCHEME = "http://www.w3.org/2004/02/skos/core#inScheme"
HANGER = "elmSubject"
"""A member that the contexts know and that no shape asks of a credential."""

SAMPLES = {
    XSD + "dateTime": ("2026-01-15T10:00:00Z", "2026-02-15T10:00:00Z", "soon"),
    XSD + "duration": ("PT50H", "PT60H", "fifty hours"),
    XSD + "string": ("text", "another text", None),
    XSD + "anyURI": ("https://example.org/1", "https://example.org/2", None),
    XSD + "integer": ("10", "20", "ten"),
    XSD + "positiveInteger": ("10", "20", "-1"),
    XSD + "decimal": ("1.5", "2.5", "1,5"),
    XSD + "boolean": ("true", "false", "yes"),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML": ("<p>a</p>", "<p>b</p>", None),
}
"""Datatype -> two good spellings and, where there can be one, a bad one."""

Node = dict[str, Any]


class Maker:
    """Entries of any class, as small as the profile allows."""

    def __init__(self, version: ProfileVersion) -> None:
        self.profile = profile(version)
        self.terms = terms(version)
        self.names = {t.iri: n for n, t in self.terms.base.items() if n not in self.terms.scopes and n != "proof"}
        self.scoped = {t.iri: n for n, t in self.terms.scopes["VerifiableCredential"].items() if n != "proof"}
        self.numbers = itertools.count(1)

    def fresh(self) -> str:
        return f"urn:x:{next(self.numbers)}"

    def name(self, iri: str) -> str:
        """The term for a class or path, or the IRI itself where the context lacks one."""
        return self.names.get(iri, iri)

    def entry(self, class_iri: str) -> Node:
        """The smallest entry of that class that conforms."""
        node: Node = {"id": self.fresh(), "type": self.name(class_iri)}
        for shape in self.profile.by_class.get(class_iri, ()):
            for prop in shape.properties:
                if prop.min_count:
                    node[self.name(prop.path)] = [self.good(class_iri, prop.path)]
        return node

    def demands(self, class_iri: str, path: str) -> list[Property]:
        shapes = self.profile.by_class.get(class_iri, ())
        return [p for shape in shapes for p in shape.properties if p.path == path]

    def good(self, class_iri: str, path: str, n: int = 0) -> Any:
        """A value that meets everything that the profile says of that path; n tells two apart."""
        demands = self.demands(class_iri, path)
        literal = next((p.datatype for p in demands if p.datatype), "")
        if literal:
            return self.literal(literal, n)
        nested = [self.profile.nested[p.node] for p in demands if p.node]
        scheme = next((p.has_value for shape in nested for p in shape.properties if p.has_value), "")
        classes = [p.class_iri for p in demands if p.class_iri]
        classes += [a.class_iri for p in demands for a in p.alternatives]
        classes += [a.class_iri for shape in nested for a in shape.alternatives if a.class_iri]
        wanted = next((c for c in classes if c.endswith("Organisation")), classes[0] if classes else "")
        if not wanted and any(p.node_kind == "Literal" for p in demands):
            return {"@value": f"text {n}"}
        node = self.entry(wanted) if wanted else {"id": self.fresh()}
        if scheme:
            node |= {"type": "Concept", "inScheme": {"id": scheme, "type": "ConceptScheme"}}
        for shape in nested:
            for prop in shape.properties:
                if prop.min_count and not prop.has_value:
                    node[self.name(prop.path)] = [self.entry(prop.class_iri)]
        return node

    def literal(self, datatype: str, n: int = 0) -> Node:
        if datatype == LANG_STRING:
            return {"@value": f"text {n}", "@language": ("en", "fr")[n]}
        return {"@value": SAMPLES[datatype][n], "@type": datatype}

    def document(self, class_iri: str, members: Node) -> Node:
        """The smallest credential with an entry of that class that has these members (None: it lacks it)."""
        document = copy.deepcopy(FLOOR)
        if class_iri == CREDENTIAL:
            node = document
            members = {self.scoped.get(path, path): value for path, value in members.items()}
        else:
            node = self.entry(class_iri)
            members = {self.name(path): value for path, value in members.items()}
            document[HANGER] = [node]
        for key, value in members.items():
            node.pop(key, None)
            if value is not None:
                node[key] = value if isinstance(value, list) else [value]
        return document


def constraint_documents(version: ProfileVersion) -> Iterator[tuple[str, Node, str]]:
    """(name, document, component that it must break, or "" where it must conform), for every constraint."""
    for class_iri, shapes in profile(version).by_class.items():
        for shape in shapes:
            for prop in shape.properties:
                yield from _of_property(version, class_iri, shape, prop)


def _of_property(
    version: ProfileVersion, class_iri: str, shape: Shape, prop: Property
) -> Iterator[tuple[str, Node, str]]:
    maker = Maker(version)
    name = f"{shape.name} {local_name(prop.path)}"
    good = maker.good(class_iri, prop.path)
    yield f"{name} meets", maker.document(class_iri, {prop.path: good}), ""
    for label, value, component in _broken(maker, class_iri, prop):
        yield f"{name} {label}", maker.document(class_iri, {prop.path: value}), component


def _broken(maker: Maker, class_iri: str, prop: Property) -> Iterator[tuple[str, Any, str]]:
    good, other = (maker.good(class_iri, prop.path, n) for n in (0, 1))
    if prop.min_count:
        yield "minCount", None, "MinCount"
    if prop.max_count is not None:
        yield "maxCount", [good, other], "MaxCount"
    if prop.class_iri or prop.alternatives:
        component = "Class" if prop.class_iri else "Or"
        yield "untyped", {"id": maker.fresh()}, component
        other_class = "Note" if prop.class_iri.endswith("Mailbox") else "Mailbox"
        yield "other class", maker.entry(f"http://data.europa.eu/snb/model/elm/{other_class}"), component
        yield "text for entry", {"@value": "text"}, component
        for alternative in prop.alternatives:
            yield f"or {local_name(alternative.class_iri)}", maker.entry(alternative.class_iri), "?"
    if prop.datatype:
        yield from _broken_literal(maker, prop)
    if prop.node_kind:
        yield "nodeKind", _wrong_kind(good, prop), "NodeKind"
    if prop.unique_lang:
        same = [maker.literal(LANG_STRING), {"@value": "another", "@language": "en"}]
        yield "uniqueLang", same, "UniqueLang"
    if prop.max_inclusive is not None:
        yield "maxInclusive", {"@value": prop.max_inclusive + 1, "@type": prop.datatype}, "MaxInclusive"
    if prop.node:
        yield from _broken_node(maker, prop, good)


def _broken_literal(maker: Maker, prop: Property) -> Iterator[tuple[str, Any, str]]:
    other = XSD + "string" if prop.datatype != XSD + "string" else XSD + "token"
    yield "datatype", {"@value": "text", "@type": other}, "Datatype"
    yield "entry for text", {"id": maker.fresh()}, "Datatype"
    ill = SAMPLES.get(prop.datatype, (None, None, None))[2]
    if ill:
        yield "ill formed", {"@value": ill, "@type": prop.datatype}, "Datatype"


def _wrong_kind(good: Any, prop: Property) -> Any:
    if prop.node_kind == "Literal":
        return {"id": "urn:x:entry"}
    return {k: v for k, v in good.items() if k != "id"}


def _broken_node(maker: Maker, prop: Property, good: Node) -> Iterator[tuple[str, Any, str]]:
    nested = maker.profile.nested[prop.node]
    for inner in nested.properties:
        key = maker.name(inner.path)
        without = {k: v for k, v in good.items() if k != key}
        if inner.has_value:
            wrong = {"id": "urn:x:scheme", "type": "ConceptScheme"}
            yield "no scheme", without, "Node"
            yield "other scheme", without | {key: wrong}, "Node"
            bare = {"id": "urn:x:untyped"}
            yield "bare scheme", without | {key: inner.has_value}, "?"  # another entry may have given it its class
            yield "one bare", good | {key: [good[key], bare]}, "Node" if inner.class_iri else "?"
            yield "no id", good | {key: [good[key], {"type": "ConceptScheme"}]}, "Node"
            yield "two schemes", without | {key: [wrong, {"id": inner.has_value, "type": "ConceptScheme"}]}, ""
            yield "scheme as text", without | {key: {"@value": inner.has_value}}, "Node"
        else:
            entry = maker.entry(inner.class_iri)
            yield f"within: no {local_name(inner.path)}", without, "Node" if inner.min_count else "?"
            yield f"within: two {local_name(inner.path)}", good | {key: [entry, maker.entry(inner.class_iri)]}, "?"
            yield f"within: other {local_name(inner.path)}", good | {key: {"id": maker.fresh()}}, "?"
    if nested.alternatives:
        yield "none of them", {"id": maker.fresh()}, "Node"
    for alternative in nested.alternatives:
        if alternative.class_iri:
            yield f"or {local_name(alternative.class_iri)}", maker.entry(alternative.class_iri), ""
        else:
            yield from _claims(maker, alternative.node)


def _claims(maker: Maker, node: str) -> Iterator[tuple[str, Any, str]]:
    """A claim of no special class: then the nested shape's own demands decide."""
    nested = maker.profile.nested[node]
    full = maker.entry("http://data.europa.eu/snb/model/elm/Claim")
    for prop in nested.properties:
        if prop.min_count and maker.name(prop.path) not in full:
            full[maker.name(prop.path)] = maker.good(full["type"], prop.path) if prop.datatype else _concept(maker)
    yield "claim: full", full, "?"
    for prop in nested.properties:
        key = maker.name(prop.path)
        yield f"claim: no {local_name(prop.path)}", {k: v for k, v in full.items() if k != key}, "?"
        wrong = {"@value": "text"} if not prop.datatype else {"id": maker.fresh()}
        yield f"claim: wrong {local_name(prop.path)}", full | {key: wrong}, "?"
        if prop.unique_lang:
            same = [maker.literal(LANG_STRING), {"@value": "another", "@language": "en"}]
            yield f"claim: two {local_name(prop.path)}", full | {key: same}, "?"
        if prop.max_count is not None:
            yield f"claim: two {local_name(prop.path)}", full | {key: [{"id": maker.fresh()}, full[key]]}, "?"


def _concept(maker: Maker) -> Node:
    scheme = {"id": "http://data.europa.eu/snb/claim-type/25831c2", "type": "ConceptScheme"}
    return {"id": maker.fresh(), "type": "Concept", "prefLabel": {"en": "kind"}, "inScheme": scheme}
