"""Credentials as issuers write them: entries of every class with their members in plain form, by a seed."""

from __future__ import annotations

import copy
import random
from typing import Any

from mikra.validation.elm.tables import LANG_STRING, XSD, ProfileVersion, Property, Term
from tests.validation.elm.documents import CREDENTIAL, FLOOR, HANGER, Maker, Node

DEPTH = 3
PLAIN: dict[str, tuple[Any, ...]] = {
    XSD + "string": ("text", "5"),
    XSD + "anyURI": ("https://example.org/",),
    XSD + "dateTime": ("2026-01-15T10:00:00Z", "2026-01-15T10:00:00.5+02:00"),
    XSD + "duration": ("PT50H", "P1Y2M"),
    XSD + "boolean": (True, False),
    XSD + "integer": (0, 1, 7, -7),
    XSD + "positiveInteger": (1, 7, 100),
}
UNFIT = ("credentialStatus", "termsOfUse", "proof")


class Writer:
    """Writes entries; `share` is how often an entry is given that already stands elsewhere."""

    def __init__(self, version: ProfileVersion, seed: int, share: float = 0.2) -> None:
        self.maker = Maker(version)
        self.rng = random.Random(seed)
        self.share = share
        self.written: dict[str, list[Node]] = {}

    def entry(self, class_iri: str, depth: int = 0) -> Node:
        """An entry of that class: all that is mandatory, and more while not too deep."""
        known = self.written.get(class_iri, [])
        if known and self.rng.random() < self.share:
            return copy.deepcopy(self.rng.choice(known))
        node: Node = {"id": self.maker.fresh(), "type": self.maker.name(class_iri)}
        names = self.maker.terms.base
        paths: dict[str, list[Property]] = {}
        for shape in self.maker.profile.by_class.get(class_iri, ()):
            for prop in shape.properties:
                paths.setdefault(prop.path, []).append(prop)
        for path, demands in paths.items():
            name = self.maker.name(path)
            wanted = any(p.min_count for p in demands) or (depth < DEPTH and self.rng.random() < 0.5)
            if wanted and name in names and name not in UNFIT:
                self.member(node, name, names[name], demands, depth)
        if not (len(node) < 3 and class_iri.endswith(("Organisation", "Person", "Agent"))):
            self.written.setdefault(class_iri, []).append(node)
        return node

    def member(self, node: Node, name: str, term: Term, demands: list[Property], depth: int) -> None:
        datatype = next((p.datatype for p in demands if p.datatype), "")
        single = any(p.max_count == 1 for p in demands) or (node["type"], name) == ("Accreditation", "organisation")
        if "@language" in term.containers:
            if datatype in ("", LANG_STRING):
                node[name] = {"en": "text"} if single or self.rng.random() < 0.5 else {"en": "text", "lt": "tekstas"}
        elif term.coercion != "@id":
            if datatype in ("", term.coercion) and (term.coercion or XSD + "string") in PLAIN:
                node[name] = self.rng.choice(PLAIN[term.coercion or XSD + "string"])
        elif not datatype:
            value = self.value(demands, depth)
            node[name] = value if single or self.rng.random() < 0.3 else [value]

    def value(self, demands: list[Property], depth: int) -> Node:
        nested = [self.maker.profile.nested[p.node] for p in demands if p.node]
        classes = [p.class_iri for p in demands if p.class_iri]
        classes += [a.class_iri for p in demands for a in p.alternatives if a.class_iri.endswith("Organisation")]
        classes += [p.alternatives[0].class_iri for p in demands if p.alternatives]
        classes += [a.class_iri for shape in nested for a in shape.alternatives if a.class_iri]
        concept = "http://www.w3.org/2004/02/skos/core#Concept"
        class_iri = classes[0] if classes else concept
        scheme = next((p.has_value for shape in nested for p in shape.properties if p.has_value), "")
        if scheme:
            return {
                "id": f"{scheme}/{self.rng.randrange(3)}",
                "type": "Concept",
                "inScheme": {"id": scheme, "type": "ConceptScheme"},
                "prefLabel": {"en": "label"},
            }
        value = self.entry(class_iri, depth + 1)
        if class_iri == concept:
            value = {k: v for k, v in value.items() if k in ("id", "type", "prefLabel")}
        return value


def credential(version: ProfileVersion, seed: int) -> Node:
    """The smallest credential with an entry of some class written out in full."""
    writer = Writer(version, seed)
    classes = [c for c in writer.maker.profile.by_class if c in writer.maker.names and c != CREDENTIAL]
    document = copy.deepcopy(FLOOR)
    class_iri = classes[seed % len(classes)]
    document[HANGER] = [writer.entry(class_iri)]
    return document
