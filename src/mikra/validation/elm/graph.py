"""The document as a graph, its nodes merged by id: JSON-LD 1.1 expansion and its default graph, for EDC documents.

Every subject has, for each path, the distinct values in the order in which they stand; and for every subject, path
and value it is known where it first stands in the document. Parts of JSON-LD that EDC documents do not use
(embedded contexts, lists, reverse members, named graphs other than `proof`) raise `NotRead`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mikra.validation.elm.literals import LANGUAGE_TAG, Literal, Value, in_language, plain
from mikra.validation.elm.scopes import ABSOLUTE, KEYWORD_LIKE, NotRead, Reason, Scope, read_context
from mikra.validation.elm.tables import RDF_TYPE, SUBCLASS_OF, XSD, Term, Terms

MAX_DEPTH = 100
Place = tuple[Any, ...]
"""Where something stands: (place of the parent, key or index); () is the document."""

_PLAIN = Term(iri="")


def pointer(place: Place) -> str:
    """The JSON Pointer (RFC 6901) of a place."""
    parts: list[str] = []
    while place:
        place, key = place
        parts.append(str(key).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{p}" for p in reversed(parts))


class Graph:
    """Subjects with their values. A subject is an absolute IRI or "_:..."; `root` is the document's, "" if lost."""

    def __init__(self) -> None:
        self.root = ""
        self.nodes: dict[str, dict[str, dict[Value, Place]]] = {}
        self.places: dict[str, Place] = {}

    def add(self, subject: str, path: str, value: Value, place: Place) -> None:
        self.nodes.setdefault(subject, {}).setdefault(path, {}).setdefault(value, place)

    def values(self, subject: Value, path: str) -> Mapping[Value, Place]:
        """The distinct values, each with its first place; nothing for a literal."""
        if isinstance(subject, Literal):
            return {}
        return self.nodes.get(subject, {}).get(path, {})

    def types(self, subject: Value) -> Iterator[str]:
        """Its classes and, where the document itself says so, their superclasses."""
        seen: set[str] = set()
        waiting = [t for t in self.values(subject, RDF_TYPE) if isinstance(t, str)]
        while waiting:
            class_iri = waiting.pop()
            if class_iri not in seen:
                seen.add(class_iri)
                yield class_iri
                waiting += [c for c in self.values(class_iri, SUBCLASS_OF) if isinstance(c, str)]

    def is_a(self, subject: Value, class_iri: str) -> bool:
        return any(t == class_iri for t in self.types(subject))


class _Reader:
    def __init__(self) -> None:
        self.graph = Graph()
        self.blank: dict[str, str] = {}
        self.count = 0

    def fresh(self) -> str:
        self.count += 1
        return f"_:b{self.count}"

    def not_too_deep(self, depth: int, place: Place) -> None:
        if depth > MAX_DEPTH:
            raise NotRead(Reason.FEATURE, where=pointer(place), found=f"> {MAX_DEPTH}")

    def subject(self, given: Any, scope: Scope, place: Place) -> str:
        """The id of a node: a new one where it has none, "" where it is relative and therefore lost."""
        if not isinstance(given, str) or (given.startswith("@") and KEYWORD_LIKE.match(given)):
            raise NotRead(Reason.MALFORMED, where=pointer(place), found=str(given)[:200])
        iri = scope.iri(given) or ""
        return self.renamed(iri) if ABSOLUTE.match(iri) else ""

    def renamed(self, iri: str) -> str:
        """A blank node under a name of ours, so that the document's own names cannot meet it; an IRI as it is."""
        if not iri.startswith("_:"):
            return iri
        if iri not in self.blank:
            self.blank[iri] = self.fresh()
        return self.blank[iri]

    def node(self, element: Mapping[str, Any], scope: Scope, place: Place, depth: int) -> str:
        """Read one node object; returns its id, "" where it is relative."""
        self.not_too_deep(depth, place)
        keyed = [(k, v, scope.key(k)) for k, v in element.items()]
        types = [t for _, v, iri in keyed if iri == "@type" for t in self.types(v, place)]
        inner = scope.for_types(types, lambda: pointer(place))
        if inner is not scope:
            keyed = [(k, v, inner.key(k)) for k, v in element.items()]
        ids = [v for _, v, iri in keyed if iri == "@id"]
        if len(ids) > 1:
            raise NotRead(Reason.MALFORMED, where=pointer(place), found="@id")
        subject = self.subject(ids[0], inner, (place, "id")) if ids else self.fresh()
        if subject:
            self.graph.places.setdefault(subject, place)
        self.classes(subject, types, scope, (place, "type"))
        for key, value, iri in keyed:
            self.member(subject, inner, key, value, iri, place, depth)
        return subject

    def types(self, value: Any, place: Place) -> list[str]:
        types = value if isinstance(value, list) else [value]
        for name in types:
            if not isinstance(name, str) or KEYWORD_LIKE.match(name):
                raise NotRead(Reason.MALFORMED, where=pointer((place, "type")), found=str(name)[:200])
        return types

    def classes(self, subject: str, types: list[str], scope: Scope, place: Place) -> None:
        for name in types:
            iri = scope.key(name) or ""
            if subject and ABSOLUTE.match(iri):
                self.graph.add(subject, RDF_TYPE, self.renamed(iri), place)

    def member(
        self, subject: str, scope: Scope, key: str, value: Any, iri: str | None, place: Place, depth: int
    ) -> None:
        if iri is None or iri in ("@id", "@type") or key == "@context":
            if key == "@context" and (place or depth):
                raise NotRead(Reason.FEATURE, where=pointer((place, key)), found=key)
            return
        if iri.startswith("@"):
            raise NotRead(Reason.FEATURE, where=pointer((place, key)), found=key)
        if not ABSOLUTE.match(iri):
            return
        term = scope.names.get(key, _PLAIN)
        for found, at in self.values(value, key, term, scope, (place, key), depth):
            if subject and not iri.startswith("_:"):
                self.graph.add(subject, iri, found, at)

    def values(
        self, value: Any, key: str, term: Term, scope: Scope, place: Place, depth: int
    ) -> Iterator[tuple[Value, Place]]:
        """The values that a member's value stands for, each with its place."""
        if isinstance(value, dict) and "@language" in term.containers:
            yield from self.language_map(value, place)
        else:
            yield from self.items(value, key, term, scope, place, depth)

    def items(
        self, value: Any, key: str, term: Term, scope: Scope, place: Place, depth: int
    ) -> Iterator[tuple[Value, Place]]:
        """As `values`, within a list too (where an object is never a language map)."""
        if value is None:
            return
        if isinstance(value, list):
            self.not_too_deep(depth, place)
            for n, item in enumerate(value):
                yield from self.items(item, key, term, scope, (place, n), depth + 1)
        elif "@graph" in term.containers:
            yield self.fresh(), place
        elif isinstance(value, dict):
            yield from self.object(value, key, scope, place, depth)
        else:
            found = self.scalar(value, term, scope)
            if found:
                yield found, place

    def language_map(self, value: Mapping[str, Any], place: Place) -> Iterator[tuple[Value, Place]]:
        for tag, texts in value.items():
            for text in texts if isinstance(texts, list) else [texts]:
                if text is None:
                    continue
                if not isinstance(text, str) or not (tag in ("@none", "") or LANGUAGE_TAG.match(tag)):
                    raise NotRead(Reason.MALFORMED, where=pointer((place, tag)), found=f"{tag}: {text}"[:200])
                made = plain(text, XSD + "string") if tag == "@none" else in_language(text, tag.lower())
                yield made, (place, tag)

    def object(
        self, value: Mapping[str, Any], key: str, scope: Scope, place: Place, depth: int
    ) -> Iterator[tuple[Value, Place]]:
        if "@value" in value:
            literal = self.value_object(value, scope if len(value) <= 2 else scope.world.base, place)
            if literal is not None:
                yield literal, place
        elif value.keys() == {"@language"}:
            if not isinstance(value["@language"], str | None):
                raise NotRead(Reason.MALFORMED, where=pointer(place), found="@language")
        else:
            subject = self.node(value, scope.under(key), place, depth + 1)
            if subject:
                yield subject, place

    def value_object(self, value: Mapping[str, Any], scope: Scope, place: Place) -> Literal | None:
        members: dict[str, Any] = {}
        for key, member in value.items():
            iri = scope.key(key) or ""
            if iri in ("@value", "@type", "@language", "@index"):
                members[iri] = member
            elif iri.startswith("@") or ABSOLUTE.match(iri):
                raise NotRead(Reason.FEATURE, where=pointer(place), found=key)
        given, language, datatype = members["@value"], members.get("@language"), members.get("@type")
        bad_text = isinstance(given, dict | list) or (language is not None and not isinstance(given, str | None))
        bad_index = not isinstance(members.get("@index", ""), str)
        if bad_text or bad_index or not isinstance(language, str | None) or not isinstance(datatype, str | None):
            raise NotRead(Reason.MALFORMED, where=pointer(place), found="@value")
        return self.typed(given, language, datatype, scope, place)

    def typed(
        self, given: Any, language: str | None, datatype: str | None, scope: Scope, place: Place
    ) -> Literal | None:
        if datatype is not None:
            iri = scope.key(datatype) or ""
            if language is not None or not ABSOLUTE.match(iri) or iri.startswith("_:"):
                raise NotRead(Reason.MALFORMED, where=pointer(place), found=datatype)
            return None if given is None else native(given, iri)
        if given is None:
            return None
        if language is not None:
            if language and not LANGUAGE_TAG.match(language):
                raise NotRead(Reason.MALFORMED, where=pointer(place), found=language)
            return in_language(given, language.lower())
        return native(given, "")

    def scalar(self, value: Any, term: Term, scope: Scope) -> Value | None:
        """A string, number or boolean under a member; None where it is a relative id and therefore lost."""
        if not isinstance(value, str) or term.coercion != "@id":
            return native(value, "" if term.coercion == "@id" else term.coercion)
        return self.subject(value, scope, ()) or None


def native(value: Any, datatype: str) -> Literal:
    """A JSON string, number or boolean as a literal (JSON-LD 1.1 API, object to RDF conversion)."""
    if isinstance(value, bool):
        return plain("true" if value else "false", datatype or XSD + "boolean")
    if isinstance(value, str):
        return plain(value, datatype or XSD + "string")
    whole = isinstance(value, int) or float(value).is_integer()
    if whole and abs(value) < 1e21 and datatype != XSD + "double":
        return plain(str(int(value)), datatype or XSD + "integer")
    return plain(canonical_double(value), datatype or XSD + "double")


def canonical_double(value: float) -> str:
    """The canonical spelling of xsd:double: 1.5E0."""
    if not math.isfinite(value):
        return f"{value:.15E}"
    mantissa, _, exponent = f"{value:.15E}".partition("E")
    whole, _, fraction = mantissa.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"


def read_graph(document: Mapping[str, Any], terms: Terms) -> Graph:
    """The document's default graph.

    Raises NotRead where the context is not the known one, or the document is not JSON-LD that this check reads.
    """
    scopes = read_context(document.get("@context"), terms)
    reader = _Reader()
    try:
        reader.graph.root = reader.node(document, scopes.base, (), 0)
    except OverflowError as cause:
        raise NotRead(Reason.MALFORMED, where="", found=str(cause)) from cause
    return reader.graph
