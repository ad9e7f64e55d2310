"""Where `check_profile` and pyshacl differ, all of it: a document that shows it, and the reason.

In every one of them `check_profile` is the stricter: it fails where it does not know. (`proof` is not opened by it:
what stands in there is no part of the graph that the shapes are about.)
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from tests.validation.elm.documents import FLOOR
from tests.validation.elm.traps import CONTEXT, LOCATION, put

MAXIMUM = 10
PAGE = ("displayParameter", "individualDisplay", 0, "displayDetail", 0, "page")


def _deep() -> dict[str, Any]:
    entry: dict[str, Any] = {"id": "urn:x:innermost"}
    for n in range(120):
        entry = {"id": f"urn:x:{n}", "hasPart": entry}
    return put(FLOOR, "elmSubject", value=entry)


@dataclass(frozen=True)
class Known:
    """`ours`: what the general path says of the document; the table holds what pyshacl says."""

    reason: str
    document: dict[str, Any]
    ours: str


KNOWN: dict[str, Known] = {
    "a context is missing": Known(
        "pyshacl passes it, for no shape finds anything; the profile must not pass for lack of content",
        put(FLOOR, "@context", value=CONTEXT[1:]),
        "refused",
    ),
    "the document itself is no credential": Known(
        "pyshacl passes it where the entries within conform; but then nothing was asked of the credential",
        put(FLOOR, "type", value="Other"),
        "ok, but check_profile fails it: nothing to look at",
    ),
    "terms of one's own change published ones": Known(
        "a context of one's own may rename anything; only plain new terms are read, the rest is refused",
        put(FLOOR, "@context", value=[*CONTEXT, {"@vocab": "https://example.org/"}]),
        "refused",
    ),
    "a context inside an entry": Known(
        "the meaning of names would change from entry to entry; no EDC does this, the EU's reader ignores it",
        put(FLOOR, "issuer", "@context", value={"mc": "https://example.org/#"}),
        "refused",
    ),
    "grammar that no credential uses": Known(
        "lists, sets, graphs, reverse and included members, index, direction, JSON literals are refused, not read",
        put(FLOOR, "issuer", "@reverse", value={"elm:awardingBody": {"id": "urn:x:process"}}),
        "refused",
    ),
    "a broken proof inside": Known(
        "the content of `proof` is a graph of its own; pyshacl's side refuses the whole document for a fault in it",
        put(FLOOR, "proof", value={"id": None}),
        "ok (1.1.0) / violation (1.2.0)",
    ),
    "a keyword as id or class": Known(
        "an id such as '@type' is lost silently on the other side; here the value is reported",
        put(FLOOR, *LOCATION, "id", value="@type"),
        "refused",
    ),
    "a class that brings its own names": Known(
        "presentations and signature suites change the names within their entries; not read beside a credential",
        put(FLOOR, "type", value=["VerifiableCredential", "EuropeanDigitalCredential", "VerifiablePresentation"]),
        "refused",
    ),
    "nested too deeply": Known(
        "more than 100 entries within each other are refused, whatever they say",
        _deep(),
        "refused",
    ),
    "numbers of a type that no shape names": Known(
        "they are compared by spelling, so 1.0 and 1 are two; both are violations of the datatype anyway",
        put(
            FLOOR,
            *PAGE,
            value=[{"@value": "1.0", "@type": "xsd:double"}, {"@value": "1", "@type": "xsd:double"}],
        ),
        "urn:epass:displayDetail:1|page|Datatype; urn:epass:displayDetail:1|page|MaxCount",
    ),
}


def documents() -> dict[str, dict[str, Any]]:
    return {f"known: {name}": copy.deepcopy(known.document) for name, known in KNOWN.items()}
