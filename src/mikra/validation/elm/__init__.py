"""The EDC application profile, on the JSON itself (European Learning Model, profiles 1.1.0 and 1.2.0).

Two lists of findings: `profile` is what the EU's published shapes say over the document as a graph, its nodes merged
by id; `reader` is what the EU's own reader refuses besides.

    check_profile(document, version=ProfileVersion.V1_2_0) -> ProfileResult
    text_findings(text)                                    -> what the EU's reader sees only in the file as written
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mikra.report import Finding
from mikra.validation.elm import findings
from mikra.validation.elm.graph import read_graph
from mikra.validation.elm.plans import surely_fine
from mikra.validation.elm.reader import read_as_the_eu_does, text_findings
from mikra.validation.elm.scopes import EDC_CONTEXT, NotRead
from mikra.validation.elm.shapes import evaluate
from mikra.validation.elm.tables import ProfileVersion, profile, terms

__all__ = ["ProfileResult", "ProfileVersion", "check_profile", "text_findings"]

MAX_FINDINGS = 500
"""Of each list: nobody reads more, and a hostile file could have a million."""
_MODEL = "http://data.europa.eu/snb/model/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileResult:
    """`applicable`: the document claims to be a European Digital Credential. `conforms`: it does, by the shapes alone.

    What the EU's reader refuses (`reader`) does not touch `conforms`.
    """

    version: ProfileVersion
    applicable: bool
    conforms: bool
    profile: tuple[Finding, ...] = ()
    reader: tuple[Finding, ...] = ()


def check_profile(document: Mapping[str, Any], *, version: ProfileVersion = ProfileVersion.V1_1_0) -> ProfileResult:
    """Check one credential (the unsealed JSON) against the application profile of that version.

    Never raises over a document: what cannot be read is a finding, and nothing passes for lack of content.
    """
    if surely_fine(document, version):
        return ProfileResult(version=version, applicable=True, conforms=True)
    if not _claims(document):
        return ProfileResult(version=version, applicable=False, conforms=False)
    found = tuple(islice(_profile(document, version), MAX_FINDINGS))
    reader = tuple(islice(read_as_the_eu_does(document, version), MAX_FINDINGS))
    return ProfileResult(version=version, applicable=True, conforms=not found, profile=found, reader=reader)


def _claims(document: Mapping[str, Any]) -> bool:
    """Whether it says of itself, by class, context or schema, that it is a European Digital Credential."""
    types = document.get("type")
    if types == "EuropeanDigitalCredential" or (isinstance(types, list) and "EuropeanDigitalCredential" in types):
        return True
    context = document.get("@context")
    entries = context if isinstance(context, list) else [context]
    if any(isinstance(e, str) and (e == EDC_CONTEXT or e.startswith(_MODEL)) for e in entries):
        return True
    schemas = document.get("credentialSchema")
    listed = schemas if isinstance(schemas, list) else [schemas]
    ids = [s.get("id") for s in listed if isinstance(s, Mapping)]
    return any(isinstance(i, str) and i.startswith(_MODEL) for i in ids)


def _profile(document: Mapping[str, Any], version: ProfileVersion) -> Iterator[Finding]:
    """Where no shape is about the document itself, conforming entries within it would be a pass for lack of content."""
    try:
        graph = read_graph(document, terms(version))
    except NotRead as cause:
        yield findings.not_read(cause, version)
        return
    shapes = profile(version)
    if shapes.by_class.keys().isdisjoint(graph.types(graph.root)):
        yield findings.no_focus(version)
        return
    for violation in evaluate(graph, shapes):
        yield from findings.from_violation(violation, graph)
