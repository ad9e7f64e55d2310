"""Violations in a person's words: which entry, which member, what was found, what is expected, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mikra.messages import catalogue
from mikra.report import Finding, Severity, Words, words
from mikra.validation.elm.graph import Graph, pointer
from mikra.validation.elm.literals import Literal, Value
from mikra.validation.elm.scopes import NotRead
from mikra.validation.elm.shapes import Component, Violation, doubled_languages
from mikra.validation.elm.tables import ProfileVersion, local_name

MAX_SHOWN = 120
_NESTED = {"IssuerNodeShape": "Issuer", "ClaimTypeNodeShape": "Claim"}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def name(kind: str, technical: str) -> Words:
    """The plain name of a member or class; where there is none, the technical one taken apart."""
    key = f"{kind}.{technical}"
    if key in catalogue("profile", "en"):
        return words(f"profile.{key}")
    return words("profile.name", name=_CAMEL.sub(" ", technical).lower())


def shown(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def from_violation(violation: Violation, graph: Graph, within: str = "") -> Iterator[Finding]:
    """One finding, or, where what is wrong lies within the value (the issuer), that beside it.

    `within` is where the focus stands, if it was reached from another entry; else its first place counts.
    """
    finding = _finding(violation, graph, within)
    yield finding
    if not _is_scheme(violation):
        for detail in violation.details:
            yield from from_violation(detail, graph, finding.where)


def _is_scheme(violation: Violation) -> bool:
    return violation.property.node.endswith("Restriction")


def _finding(violation: Violation, graph: Graph, within: str) -> Finding:
    prop = violation.property
    thing = _NESTED.get(local_name(violation.shape.name.replace(":", "/")), local_name(violation.shape.target))
    kind = _message(violation)
    values = {"member": name("member", prop.term), "thing": name("class", thing)}
    return Finding(
        rule=f"profile.{thing}.{prop.term}.{violation.component}",
        severity=Severity.ERROR,
        what=words(f"profile.what.{kind}", **values),
        fix=words(f"profile.fix.{kind}", **values),
        where=_where(violation, graph, within),
        found=shown(_found(violation, graph)),
        expected=shown(_expected(violation)),
        clause=prop.clause,
    )


def _message(violation: Violation) -> str:
    if violation.component is Component.NODE:
        return "scheme" if _is_scheme(violation) else "incomplete"
    if violation.component is Component.OR:
        return "class"
    if violation.component is Component.NODE_KIND and violation.property.node_kind == "Literal":
        return "text"
    return str(violation.component)


def _where(violation: Violation, graph: Graph, within: str) -> str:
    """The value, where one is to blame; else the member's last value; else the entry that lacks it."""
    if _is_scheme(violation):
        blamed = [d for d in violation.details if d.value is not None]
        if blamed:
            return _where(blamed[0], graph, within)
    values = graph.values(violation.focus, violation.property.path)
    if violation.value is not None:
        return pointer(values[violation.value])
    if values:
        return pointer(list(values.values())[-1])
    return within or pointer(graph.places.get(str(violation.focus), ()))


def _found(violation: Violation, graph: Graph) -> str:
    values = graph.values(violation.focus, violation.property.path)
    if violation.component is Component.UNIQUE_LANG:
        return ", ".join(doubled_languages(values))
    if violation.value is None:
        return str(len(values)) if violation.component is Component.MAX_COUNT else ""
    if violation.component is Component.NODE and _is_scheme(violation):
        return _describe(violation.value, graph)
    if violation.component in (Component.CLASS, Component.OR):
        types = ", ".join(local_name(t) for t in graph.types(violation.value))
        return types or _describe(violation.value, graph)
    return _describe(violation.value, graph)


def _describe(value: Value, graph: Graph) -> str:
    if isinstance(value, Literal):
        return value.text
    return value if not value.startswith("_:") else "{}"


def _expected(violation: Violation) -> str:
    prop = violation.property
    match violation.component:
        case Component.MIN_COUNT:
            return f"≥ {prop.min_count}"
        case Component.MAX_COUNT:
            return f"≤ {prop.max_count}"
        case Component.CLASS:
            return local_name(prop.class_iri)
        case Component.OR:
            return ", ".join(local_name(a.class_iri or a.node) for a in prop.alternatives)
        case Component.DATATYPE:
            return local_name(prop.datatype)
        case Component.MAX_INCLUSIVE:
            return f"≤ {prop.max_inclusive}"
        case Component.NODE if _is_scheme(violation):
            return next((d.property.has_value for d in violation.details if d.property.has_value), "")
        case Component.NODE_KIND:
            return "id" if prop.node_kind == "IRI" else ""
    return ""


def not_read(cause: NotRead, version: ProfileVersion) -> Finding:
    """The document could not be turned into a graph, or not with certainty."""
    return Finding(
        rule=f"profile.document.{cause.reason}",
        severity=Severity.ERROR,
        what=words(f"profile.what.{cause.reason}"),
        fix=words(f"profile.fix.{cause.reason}"),
        where=cause.where,
        found=shown(cause.found),
        clause=f"EDC-generic-full {version}",
    )


def no_focus(version: ProfileVersion) -> Finding:
    """No shape has anything to look at: the document says nothing that the profile knows."""
    return Finding(
        rule="profile.document.nothing",
        severity=Severity.ERROR,
        what=words("profile.what.nothing"),
        fix=words("profile.fix.nothing"),
        expected="EuropeanDigitalCredential",
        clause=f"EDC-generic-full {version}",
    )
