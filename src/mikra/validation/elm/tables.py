"""The application profile and the JSON-LD contexts as tables of facts (EDC application profile 1.1.0 and 1.2.0).

`data/profile-V.json` and `data/context-V.json` are made from the European Commission's published files by
`tools/elm/tables.py`; each names its source, version and the SHA-256 of what it was made from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
SUBCLASS_OF = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
XSD = "http://www.w3.org/2001/XMLSchema#"


class ProfileVersion(StrEnum):
    """Versions of the EDC application profile: 1.1.0 is ELM 3.1, 1.2.0 is ELM 3.2 (LTS)."""

    V1_1_0 = "1.1.0"
    V1_2_0 = "1.2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What a member's name means: its IRI, how its values are coerced, its container, and whether it is a prefix."""

    iri: str
    coercion: str = ""
    containers: tuple[str, ...] = ()
    prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One branch of `sh:or`: a class, or a nested shape."""

    class_iri: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property shape. Empty members demand nothing. `term` is the member's JSON name, `clause` the source."""

    clause: str
    path: str
    term: str
    min_count: int = 0
    max_count: int | None = None
    datatype: str = ""
    class_iri: str = ""
    node_kind: str = ""
    node: str = ""
    alternatives: tuple[Alternative, ...] = ()
    has_value: str = ""
    unique_lang: bool = False
    max_inclusive: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A node shape: of a class, or nested (then `target` is empty)."""

    name: str
    target: str = ""
    properties: tuple[Property, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All active shapes of one version, by the class that they are about, and those that others refer to."""

    version: ProfileVersion
    by_class: Mapping[str, tuple[Shape, ...]]
    nested: Mapping[str, Shape]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The two contexts together; `scopes`: what nodes of a class ("VerifiableCredential") or the nodes under one of
    its members ("VerifiableCredential/credentialSchema") see besides."""

    base: Mapping[str, Term]
    scopes: Mapping[str, Mapping[str, Term]]


def _read(kind: str, version: ProfileVersion) -> dict[str, Any]:
    raw = files(__package__).joinpath("data", f"{kind}-{version}.json").read_bytes()
    return dict(orjson.loads(raw))


def _term(row: Sequence[Any]) -> Term:
    full = [*row, *["", (), 0][len(row) - 1 :]]
    return Term(iri=full[0], coercion=full[1], containers=tuple(full[2]), prefix=bool(full[3]))


@cache
def terms(version: ProfileVersion) -> Terms:
    """The terms of the credentials and EDC contexts of that version."""
    raw = _read("context", version)
    base = {name: _term(row) for name, row in raw["terms"].items()}
    scopes = {scope: base | {n: _term(row) for n, row in rows.items()} for scope, rows in raw["scopes"].items()}
    return Terms(base=base, scopes=scopes)


class _Compiler:
    """Full IRIs for `prefix:local`, and the members' names for paths."""

    def __init__(self, version: ProfileVersion, raw: Mapping[str, Any]) -> None:
        self.version = version
        self.namespaces: Mapping[str, str] = raw["namespaces"]
        known = terms(version)
        rows = [*known.scopes["VerifiablePresentation"].items(), *known.scopes["VerifiableCredential"].items()]
        self.names = {term.iri: name for name, term in rows if not term.prefix}

    def iri(self, short: str) -> str:
        prefix, colon, local = short.partition(":")
        return self.namespaces[prefix] + local if colon and prefix in self.namespaces else short

    def clause(self, shape: str, short: str) -> str:
        prefix, _, local = (short or shape).partition(":")
        return f"EDC-generic-{prefix} {self.version}, {local}"

    def alternatives(self, row: Mapping[str, Any]) -> tuple[Alternative, ...]:
        return tuple(
            Alternative(class_iri=self.iri(a.get("class", "")), node=a.get("node", "")) for a in row.get("or", ())
        )

    def property(self, shape: str, row: Mapping[str, Any]) -> Property:
        path = self.iri(row["path"])
        return Property(
            clause=self.clause(shape, row["id"]),
            path=path,
            term=self.names.get(path) or local_name(path),
            min_count=row.get("minCount", 0),
            max_count=row.get("maxCount"),
            datatype=self.iri(row.get("datatype", "")),
            class_iri=self.iri(row.get("class", "")),
            node_kind=row.get("nodeKind", ""),
            node=row.get("node", ""),
            alternatives=self.alternatives(row),
            has_value=row.get("hasValue", ""),
            unique_lang=row.get("uniqueLang", False),
            max_inclusive=row.get("maxInclusive"),
        )

    def shape(self, name: str, row: Mapping[str, Any]) -> Shape:
        return Shape(
            name=name,
            target=self.iri(row.get("class", "")),
            properties=tuple(self.property(name, p) for p in row["properties"]),
            alternatives=self.alternatives(row),
        )


@cache
def profile(version: ProfileVersion) -> Profile:
    """The shapes of that version, ready to be asked."""
    raw = _read("profile", version)
    compiler = _Compiler(version, raw)
    by_class: dict[str, tuple[Shape, ...]] = {}
    for row in raw["shapes"]:
        shape = compiler.shape(row["id"], row)
        by_class[shape.target] = (*by_class.get(shape.target, ()), shape)
    nested = {name: compiler.shape(name, row) for name, row in raw["nested"].items()}
    return Profile(version=version, by_class=by_class, nested=nested)


def local_name(iri: str) -> str:
    """The last part of an IRI: what people call a class or a property."""
    return iri.replace("#", "/").rsplit("/", 1)[-1]
