"""The shapes asked of a graph: SHACL core, the components that the EDC application profile uses.

W3C SHACL, 20 July 2017, section 4, as pyshacl applies it. This is the general path: simple, and proven equal to
pyshacl by the table of verdicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mikra.validation.elm.graph import Graph
from mikra.validation.elm.literals import Literal, Value
from mikra.validation.elm.tables import RDF_TYPE, Alternative, Profile, Property, Shape


class Component(StrEnum):
    """Constraint components (SHACL, section 4); the values name the rule."""

    MIN_COUNT = "minCount"
    MAX_COUNT = "maxCount"
    CLASS = "class"
    DATATYPE = "datatype"
    NODE_KIND = "nodeKind"
    UNIQUE_LANG = "uniqueLang"
    HAS_VALUE = "hasValue"
    NODE = "node"
    OR = "or"
    MAX_INCLUSIVE = "maxInclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One validation result. `value` is None where the constraint is about all values together."""

    focus: Value
    shape: Shape
    property: Property
    component: Component
    value: Value | None = None
    details: tuple[Violation, ...] = ()


def evaluate(graph: Graph, profile: Profile) -> Iterator[Violation]:
    """Every top-level validation result, in the order of the shapes."""
    members = instances(graph)
    for class_iri, shapes in profile.by_class.items():
        for shape in shapes:
            for focus in members.get(class_iri, ()):
                yield from _properties(graph, profile, focus, shape)


def focused(graph: Graph, profile: Profile) -> bool:
    """Whether any shape has anything to look at. If not, the document would conform for lack of content."""
    return not profile.by_class.keys().isdisjoint(instances(graph))


def instances(graph: Graph) -> dict[str, list[str]]:
    """Class -> its nodes and, where the document itself declares some, those of its subclasses."""
    members: dict[str, list[str]] = {}
    for subject, paths in graph.nodes.items():
        if RDF_TYPE in paths:
            for class_iri in graph.types(subject):
                members.setdefault(class_iri, []).append(subject)
    return members


def _properties(graph: Graph, profile: Profile, focus: Value, shape: Shape) -> Iterator[Violation]:
    for prop in shape.properties:
        if prop.min_count or prop.has_value or graph.values(focus, prop.path):
            yield from _property(graph, profile, focus, shape, prop)


def _property(graph: Graph, profile: Profile, focus: Value, shape: Shape, prop: Property) -> Iterator[Violation]:
    values = graph.values(focus, prop.path)

    def found(component: Component, value: Value | None = None, details: tuple[Violation, ...] = ()) -> Violation:
        return Violation(focus=focus, shape=shape, property=prop, component=component, value=value, details=details)

    if len(values) < prop.min_count:
        yield found(Component.MIN_COUNT)
    if prop.max_count is not None and len(values) > prop.max_count:
        yield found(Component.MAX_COUNT)
    if prop.has_value and prop.has_value not in values:
        yield found(Component.HAS_VALUE)
    if prop.unique_lang:
        for _ in doubled_languages(values):
            yield found(Component.UNIQUE_LANG)
    for value in values:
        for component, details in _value(graph, profile, prop, value):
            yield found(component, value, details)


def doubled_languages(values: Iterable[Value]) -> list[str]:
    """The languages in which there are two texts."""
    times = Counter(v.language for v in values if isinstance(v, Literal) and v.language)
    return sorted(language for language, found in times.items() if found > 1)


def _value(
    graph: Graph, profile: Profile, prop: Property, value: Value
) -> Iterator[tuple[Component, tuple[Violation, ...]]]:
    if prop.class_iri and not graph.is_a(value, prop.class_iri):
        yield Component.CLASS, ()
    if prop.datatype and not _has_datatype(value, prop.datatype):
        yield Component.DATATYPE, ()
    if prop.node_kind and _kind(value) != prop.node_kind:
        yield Component.NODE_KIND, ()
    if prop.max_inclusive is not None and not _at_most(value, prop.max_inclusive):
        yield Component.MAX_INCLUSIVE, ()
    if prop.alternatives and not _any(graph, profile, value, prop.alternatives):
        yield Component.OR, ()
    if prop.node:
        details = tuple(_properties(graph, profile, value, profile.nested[prop.node]))
        if details or not _conforms(graph, profile, value, profile.nested[prop.node]):
            yield Component.NODE, details


def _has_datatype(value: Value, datatype: str) -> bool:
    return isinstance(value, Literal) and value.datatype == datatype and value.well_formed


def _kind(value: Value) -> str:
    if isinstance(value, Literal):
        return "Literal"
    return "BlankNode" if value.startswith("_:") else "IRI"


def _at_most(value: Value, limit: int) -> bool:
    if not isinstance(value, Literal) or value.number is None:
        return False
    return value.well_formed and value.number <= limit


def _any(graph: Graph, profile: Profile, value: Value, alternatives: tuple[Alternative, ...]) -> bool:
    return any(
        graph.is_a(value, a.class_iri) if a.class_iri else _conforms(graph, profile, value, profile.nested[a.node])
        for a in alternatives
    )


def _conforms(graph: Graph, profile: Profile, value: Value, shape: Shape) -> bool:
    if shape.alternatives and not _any(graph, profile, value, shape.alternatives):
        return False
    return next(_properties(graph, profile, value, shape), None) is None
