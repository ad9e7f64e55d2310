"""What the EU's own reader refuses besides the published shapes (EDCI 2.0.6 and 2.2.2, measured and read).

It reads the JSON by names, not as a graph: single members may not be lists, organisations and persons must stand
in full wherever they are named, texts need their language, dates their time, and states and proofs their old form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mikra.report import Finding, Severity, words
from mikra.validation.elm.findings import name, shown
from mikra.validation.elm.graph import MAX_DEPTH, Place, pointer
from mikra.validation.elm.tables import XSD, ProfileVersion, Property, local_name, profile, terms

CLAUSE = "EDCI, JSON reader of the European Digital Credentials viewer and wallet"
FULL_DATE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$", re.ASCII)
AGENTS = ("Agent", "Person", "Organisation")
ADDRESSES_ONLY = ("credentialStatus", "termsOfUse")
"""Members that its data model holds as lists of addresses; ELM 3.2 made entries of them."""
ALSO_SINGLE = {("Accreditation", "organisation"), ("Concept", "inScheme")}
"""Single in its data model though not in the shapes."""
SPACED_CONTEXT = re.compile(r'"@context"(?!:\[)\s*:\s*\[')


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By the names in the JSON: (class, member) that are single; members with agents, texts by language, dates."""

    single: frozenset[tuple[str, str]]
    agents: frozenset[str]
    texts: frozenset[str]
    dates: frozenset[str]


@cache
def rules(version: ProfileVersion) -> Rules:
    """The rules, from the tables of that version."""
    rows = [(local_name(c), p) for c, shapes in profile(version).by_class.items() for s in shapes for p in s.properties]
    known = terms(version).scopes["VerifiableCredential"]
    return Rules(
        single=frozenset((c, p.term) for c, p in rows if p.max_count == 1) | ALSO_SINGLE,
        agents=frozenset(p.term for _, p in rows if _holds_agents(p)),
        texts=frozenset(n for n, t in known.items() if "@language" in t.containers),
        dates=frozenset(n for n, t in known.items() if t.coercion == XSD + "dateTime"),
    )


def _holds_agents(prop: Property) -> bool:
    classes = [prop.class_iri, *(a.class_iri for a in prop.alternatives)]
    return any(local_name(c) in AGENTS for c in classes if c)


def read_as_the_eu_does(document: Mapping[str, Any], version: ProfileVersion) -> Iterator[Finding]:
    """Everything in the document at which the EU's reader stops."""
    if "proof" in document:
        yield _finding("proof", "proof", ((), "proof"), "")
    for member in ADDRESSES_ONLY:
        held = document.get(member)
        if any(isinstance(item, dict) for item in (held if isinstance(held, list) else [held])):
            yield _finding("status", member, ((), member), "{...}")
    yield from _entry(document, rules(version), (), 0)


def text_findings(text: str) -> Iterator[Finding]:
    """What can be seen only in the file as written: the reader finds the context by its very characters."""
    if SPACED_CONTEXT.search(text):
        yield _finding("blank", "@context", ((), "@context"), "")


def _entry(entry: Mapping[str, Any], known: Rules, place: Place, depth: int) -> Iterator[Finding]:
    types = entry.get("type")
    listed = types if isinstance(types, list) else [types]
    for member, value in entry.items():
        if member == "@context" or (not place and member == "proof"):
            continue
        at = (place, member)
        if isinstance(value, list) and any((t, member) in known.single for t in listed if isinstance(t, str)):
            yield _finding("array", member, at, str(len(value)))
        yield from _member(member, value, known, at, depth)


def _member(member: str, value: Any, known: Rules, place: Place, depth: int) -> Iterator[Finding]:
    if depth > MAX_DEPTH:
        return  # the profile's list says so
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _member(member, item, known, (place, n), depth + 1)
    elif member in known.texts:
        if value is not None and not isinstance(value, dict):
            yield _finding("plainText", member, place, str(value))
    elif isinstance(value, dict):
        if member in known.agents and value.keys() <= {"id", "type"}:
            yield _finding("reference", member, place, str(value.get("id", "")))
        yield from _entry(value, known, place, depth + 1)
    elif member in known.agents and value is not None:
        yield _finding("entry", member, place, str(value))
    elif member in known.dates and value is not None and not (isinstance(value, str) and FULL_DATE.match(value)):
        yield _finding("date", member, place, str(value))


def _finding(kind: str, member: str, place: Place, found: str) -> Finding:
    values = {"member": name("member", member)}
    return Finding(
        rule=f"profile.reader.{kind}",
        severity=Severity.WARNING,
        what=words(f"profile.reader.what.{kind}", **values),
        fix=words(f"profile.reader.fix.{kind}", **values),
        where=pointer(place),
        found=shown(found),
        clause=CLAUSE,
    )
