"""JSON-LD 1.1, 5.1 (expansion) and 7 (to RDF), in one walk, strictly: every member and value becomes RDF, or it fails.

What the algorithms of the standard leave out silently (undefined names, relative addresses, unknown classes, null,
further members of a text with a language) could be changed without breaking a seal: here it is `jsonld_undefined_term`.
Base direction becomes an `i18n` datatype (7.7), as other implementations of Data Integrity do. There is no base IRI.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.sealing import jcs
from mikra.sealing.rdf.scopes import Library, Scope, Term, is_iri, urls_of

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = f"<{RDF}type>"
_FIRST, _REST, _NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_BLANK = re.compile(r"_:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_LARGEST_INTEGER = 10**21
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPES = str.maketrans({chr(c): f"\\u{c:04X}" for c in (*range(0x20), 0x7F)} | _SHORT)

SKOLEM = "urn:bnid:"
"""vc-di-ecdsa 1.0, 3.4.4 (skolemizeExpandedJsonLd)."""

MOST_QUADS = 20_000
"""A credential of 50,000 JSON values makes fewer; beyond that it is not canonicalised here."""


@dataclass(slots=True)
class Dataset:
    """Quads as lines of N-Quads without their end: "<s> <p> <o> ." or with a graph before the point.

    `places`: the JSON Pointer of each node without an id, and its blank node. `skolem`: ids that begin with `SKOLEM`
    are blank nodes (RDF 1.1, 3.5); for who has put them there.
    """

    lines: list[str] = field(default_factory=list)
    blanks: int = 0
    named: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    skolem: bool = False

    def blank(self, name: str = "") -> str:
        """A new blank node, or the one that the document calls so."""
        if name and name in self.named:
            return self.named[name]
        made = f"_:b{self.blanks}"
        self.blanks += 1
        if name:
            self.named[name] = made
        return made


def to_quads(document: Mapping[str, Any], library: Library, *, skolem: bool = False) -> Dataset:
    """The RDF of a document. Raises InputError: context_not_allowed, jsonld_undefined_term, canonicalization_budget."""
    dataset = Dataset(skolem=skolem)
    _Walk(dataset, library).node(document, library.start(), "", "")
    return dataset


class _Walk:
    """One document. `graph` is "" or " _:b0": what stands before the point of each line."""

    def __init__(self, dataset: Dataset, library: Library) -> None:
        self.dataset = dataset
        self.library = library

    def node(self, element: Mapping[str, Any], scope: Scope, graph: str, where: str) -> str:
        """A node object (5.1.2, 13): its subject. In `scope`, that of the member above it is applied already."""
        if "@context" in element:
            scope = scope.then(urls_of(element["@context"], self.library, f"{where}/@context"), f"{where}/@context")
        outer = scope
        type_names = scope.aliases("@type") & element.keys()
        types = [t for name in sorted(type_names) for t in _texts(element[name], f"{where}/{name}")]
        scope = scope.typed(types)
        subject = self._subject(element, scope, where)
        lines, terms = self.dataset.lines, scope.terms
        for each in types:
            lines.append(f"{subject} {TYPE} {self._resource(outer.expand(each), each, f'{where}/type')}{graph} .")
        for name, value in element.items():
            if name == "@context" or name in type_names:
                continue
            term = terms.get(name)
            iri = term.iri if term is not None else scope.expand(name)
            if iri == "@id":
                continue
            if iri is None or iri.startswith(("@", "_:")):
                raise _undefined(f"{where}/{name}", name)
            step = name if term is not None else name.replace("~", "~0").replace("/", "~1")
            for item in self._values(name, term, value, scope, graph, f"{where}/{step}"):
                lines.append(f"{subject} <{iri}> {item}{graph} .")
        if len(lines) > MOST_QUADS:
            raise budget("quads", MOST_QUADS)
        return subject

    def _subject(self, element: Mapping[str, Any], scope: Scope, where: str) -> str:
        names = [*(scope.aliases("@id") & element.keys())]
        if not names:
            blank = self.dataset.places[where] = self.dataset.blank()
            return blank
        value = element[names[0]]
        if len(names) > 1 or not isinstance(value, str):
            raise _undefined(f"{where}/{names[0]}", str(value))
        return self._resource(scope.iri(value), value, f"{where}/{names[0]}")

    def _resource(self, iri: str | None, value: str, where: str) -> str:
        if iri is None:
            raise _undefined(where, value)
        if iri.startswith("_:"):
            if not _BLANK.fullmatch(iri):
                raise _undefined(where, value)
            return self.dataset.blank(iri)
        if not is_iri(iri):
            raise _undefined(where, value)
        if self.dataset.skolem and iri.startswith(SKOLEM):
            return f"_:{iri[len(SKOLEM) :]}"
        return f"<{iri}>"

    def _values(self, name: str, term: Term | None, value: Any, scope: Scope, graph: str, where: str) -> Iterator[str]:
        """The objects of one property."""
        if value.__class__ is str and term is not None and not term.container:
            yield self._scalar(value, term, scope, name, where)
            return
        if term is not None and term.coercion == "@json":
            yield _typed(jcs.canonical(value).decode(), f"{RDF}JSON")
        elif term is not None and "@language" in term.container and isinstance(value, Mapping):
            yield from self._by_language(value, where)
        elif term is not None and "@list" in term.container:
            yield self._list(list(self._items(value, name, term, scope, graph, where)), graph)
        else:
            yield from self._items(value, name, term, scope, graph, where)

    def _items(self, value: Any, name: str, term: Term | None, scope: Scope, graph: str, where: str) -> Iterator[str]:
        if isinstance(value, list):
            for number, each in enumerate(value):
                yield from self._items(each, name, term, scope, graph, f"{where}/{number}")
        elif isinstance(value, Mapping):
            yield from self._object(value, name, term, scope, graph, where)
        elif value is None or (term is not None and "@graph" in term.container):
            raise _undefined(where, str(value))
        else:
            yield self._scalar(value, term, scope, name, where)

    def _object(
        self, value: Mapping[str, Any], name: str, term: Term | None, scope: Scope, graph: str, where: str
    ) -> Iterator[str]:
        """A value object, a set, a list or a node, in the scope that holds for it (5.1.2, 7 to 11)."""
        meanings = {scope.expand(member) for member in value} if len(value) <= 4 else set()
        if "@value" in meanings:
            yield _value_object(value, scope.under(name), where)
            return
        reference = len(value) == 1 and meanings == {"@id"}
        inner = scope if reference or scope.previous is None else scope.previous
        if term is not None and term.scoped:
            inner = inner.through(name, term)
        if meanings & {"@set", "@list"}:
            yield from self._container(value, meanings, name, term, inner, graph, where)
        elif term is not None and "@graph" in term.container:
            label = self.dataset.blank()
            self.node(value, inner, f" {label}", where)
            yield label
        else:
            yield self.node(value, inner, graph, where)

    def _container(
        self,
        value: Mapping[str, Any],
        meanings: set[str | None],
        name: str,
        term: Term | None,
        scope: Scope,
        graph: str,
        where: str,
    ) -> Iterator[str]:
        if len(value) > 1:
            raise _undefined(where, ", ".join(value))
        ((key, inner),) = value.items()
        items = list(self._items(inner, name, term, scope, graph, f"{where}/{key}"))
        yield from [self._list(items, graph)] if "@list" in meanings else items

    def _list(self, items: list[str], graph: str) -> str:
        """An RDF collection (7.3): its head."""
        nodes = [self.dataset.blank() for _ in items]
        for number, item in enumerate(items):
            rest = nodes[number + 1] if number + 1 < len(nodes) else _NIL
            self.dataset.lines += [
                f"{nodes[number]} {_FIRST} {item}{graph} .",
                f"{nodes[number]} {_REST} {rest}{graph} .",
            ]
        return nodes[0] if nodes else _NIL

    def _scalar(self, value: Any, term: Term | None, scope: Scope, name: str, where: str) -> str:
        """5.3.2 (value expansion) and 7.2 (literals)."""
        coercion = term.coercion if term is not None else ""
        if value.__class__ is str:
            if not coercion or coercion == "@none":
                return literal(value)
            if coercion[0] != "@":
                return f"{literal(value)}^^<{coercion}>" if coercion != f"{XSD}string" else literal(value)
            inner = scope.under(name)
            iri = inner.iri(value) if coercion == "@id" else inner.expand(value)
            return self._resource(iri, value, where)
        return _native(value, "" if coercion.startswith("@") else coercion)

    def _by_language(self, value: Mapping[str, Any], where: str) -> Iterator[str]:
        """5.1.2, 13.7: a language map."""
        for tag, texts in value.items():
            for text in texts if isinstance(texts, list) else [texts]:
                if not isinstance(text, str):
                    raise _undefined(f"{where}/{tag}", str(text))
                yield literal(text) if tag == "@none" else _tagged(text, tag, f"{where}/{tag}")


def _texts(value: Any, where: str) -> list[str]:
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in found):
        raise _undefined(where, "no text")
    return found


def _value_object(value: Mapping[str, Any], scope: Scope, where: str) -> str:
    """5.1.2, 14: {"@value", "@type" or "@language" and "@direction"}."""
    members: dict[str, Any] = {}
    for name, each in value.items():
        meaning = scope.expand(name)
        if meaning not in ("@value", "@type", "@language", "@direction") or meaning in members or each is None:
            raise _undefined(f"{where}/{name}", name)
        members[meaning] = each
    content, kind = members["@value"], members.get("@type")
    tag, direction = members.get("@language", ""), members.get("@direction", "")
    if kind is not None:
        if tag or direction or not isinstance(kind, str):
            raise _undefined(where, ", ".join(value))
        iri = scope.expand(kind)
        if kind == "@json" or iri == "@json":
            return _typed(jcs.canonical(content).decode(), f"{RDF}JSON")
        if iri is None or not is_iri(iri):
            raise _undefined(where, kind)
        return _typed(content, iri) if isinstance(content, str) else _native(content, iri)
    if direction:
        if direction not in ("ltr", "rtl") or not isinstance(content, str) or not isinstance(tag, str):
            raise _undefined(f"{where}/@direction", str(direction))
        if tag and not _LANGUAGE.fullmatch(tag):
            raise _undefined(where, tag)
        return _typed(content, f"https://www.w3.org/ns/i18n#{tag.lower()}_{direction}")
    if "@language" in members:
        if not isinstance(content, str) or not isinstance(tag, str):
            raise _undefined(where, str(tag))
        return _tagged(content, tag, where)
    return literal(content) if isinstance(content, str) else _native(content, "")


def literal(text: str) -> str:
    """A quoted literal, escaped as RDFC-1.0, 5 (canonical N-Quads) demands; but for control characters as JSON does."""
    try:
        written = orjson.dumps(text)
    except orjson.JSONEncodeError:
        raise InputError("A text holds half a character.", found=ascii(text)[:40], code="json_bad_unicode") from None
    if b"\\u" in written or b"\x7f" in written:
        return f'"{text.translate(_ESCAPES)}"'
    return written.decode()


def _typed(text: str, iri: str) -> str:
    return literal(text) if iri == f"{XSD}string" else f"{literal(text)}^^<{iri}>"


def _tagged(text: str, tag: str, where: str) -> str:
    if not _LANGUAGE.fullmatch(tag):
        raise _undefined(where, tag)
    return f"{literal(text)}@{tag.lower()}"


def _native(value: Any, datatype: str) -> str:
    """7.2: booleans and numbers. A number without a fraction is an integer, unless it must be a double."""
    if isinstance(value, bool):
        return _typed("true" if value else "false", datatype or f"{XSD}boolean")
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < _LARGEST_INTEGER
        if whole and datatype != f"{XSD}double":
            return _typed(str(int(value)), datatype or f"{XSD}integer")
        return _typed(_double(float(value)), datatype or f"{XSD}double")
    raise InputError("A value has a form that JSON-LD does not know.", code="credential_malformed")


def _double(value: float) -> str:
    """XML Schema's canonical double: 5.5E0 (JSON-LD 1.1, 8.6)."""
    if math.isinf(value) or math.isnan(value):
        raise InputError("A number is no number.", code="json_not_a_number")
    mantissa, exponent = f"{value:.15E}".split("E")
    head, _, tail = mantissa.partition(".")
    return f"{head}.{tail.rstrip('0') or '0'}E{int(exponent)}"


def _undefined(where: str, found: str) -> InputError:
    return InputError(
        "A part of this credential is not covered by its seal, because its vocabulary does not define it.",
        where=where,
        found=found[:80],
        expected="names that the contexts define, and absolute addresses",
        code="jsonld_undefined_term",
    )


def budget(what: str, most: int) -> InputError:
    return InputError(
        "This credential is more complex than we accept.",
        found=f"too many {what}",
        expected=f"at most {most}",
        code="canonicalization_budget",
    )
