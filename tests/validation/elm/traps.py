"""The traps of the published contexts and shapes, and of merging by id: each a document with a name.

A trap is where a reader of the specification, or of the JSON alone, would expect another verdict than the shapes give.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tests.validation.elm.documents import FLOOR, MINIMAL

Document = dict[str, Any]
CONTEXT = FLOOR["@context"]
STATUS = {
    "id": "https://example.org/status/1#5",
    "type": ["CredentialStatus", "BitstringStatusListEntry"],
    "statusPurpose": "revocation",
    "statusListIndex": "5",
    "statusListCredential": "https://example.org/status/1",
}


def put(base: Document, *path: Any, value: Any) -> Document:
    """A copy of the document with that value at that place; `...` as value removes what is there."""
    document = copy.deepcopy(base)
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return document


SUBJECT = ("credentialSubject",)
CLAIM = ("credentialSubject", "hasClaim", 0)
SPECIFICATION = (*CLAIM, "specifiedBy")
ASSESSMENT = (*CLAIM, "provenBy", 0)
COUNTRY = ("issuer", "location", 0, "address", 0, "countryCode")
LOCATION = ("issuer", "location", 0)
OPPORTUNITY = {
    "id": "urn:x:opportunity",
    "type": "LearningOpportunity",
    "title": {"en": "Course"},
    "defaultLanguage": "no concept at all",
    "providedBy": {"id": "urn:epass:org:1", "type": "Organisation"},
    "learningAchievementSpecification": {
        "id": "urn:x:specification",
        "type": "LearningAchievementSpecification",
        "title": {"en": "Course"},
    },
}
OTHER_LABEL = {
    "id": "http://publications.europa.eu/resource/authority/country/IRL",
    "type": "Concept",
    "inScheme": {"id": "http://publications.europa.eu/resource/authority/country", "type": "ConceptScheme"},
    "prefLabel": {"en": "Republic of Ireland"},
}
LOGO = {"id": "urn:epass:mediaObject:1", "type": "MediaObject", "content": "R0lGODlh"}

TRAPS: dict[str, Callable[[], Document]] = {
    "latitude leaves the model": lambda: put(
        FLOOR, *LOCATION, "http://www.w3.org/ns/locn#geometry", value={"type": "Geometry", "latitude": {"id": "urn:x"}}
    ),
    "dateModified as a date is lost": lambda: put(MINIMAL, *SPECIFICATION, "dateModified", value="2026-01-15"),
    "dateModified as an address is no date": lambda: put(MINIMAL, *SPECIFICATION, "dateModified", value="urn:x:date"),
    "descriptionHtml as text is lost": lambda: put(
        FLOOR, "elmSubject", value=OPPORTUNITY | {"descriptionHtml": "<p>Course</p>"}
    ),
    "descriptionHtml as an address is no text": lambda: put(
        FLOOR, "elmSubject", value=OPPORTUNITY | {"descriptionHtml": "urn:x:course"}
    ),
    "areaDialingCode is never looked at": lambda: put(
        FLOOR, "elmSubject", value={"id": "urn:x:phone", "type": "Phone", "areaDialingCode": ["1", "2"]}
    ),
    "nationalID by version": lambda: put(FLOOR, *SUBJECT, "nationalID", value={"id": "urn:x:untyped"}),
    "resultDistribution by version": lambda: put(
        MINIMAL, *ASSESSMENT, "resultDistribution", value={"id": "urn:x:untyped"}
    ),
    "resultDestribution by version": lambda: put(
        MINIMAL, *ASSESSMENT, "resultDestribution", value={"id": "urn:x:untyped"}
    ),
    "no terms for defaultLanguage, hasMember, geometry": lambda: put(
        put(put(FLOOR, "elmSubject", value=OPPORTUNITY), "issuer", "hasMember", value="x"),
        *LOCATION,
        "geometry",
        value="x",
    ),
    "inScheme as a bare text": lambda: put(
        MINIMAL, *SPECIFICATION, "eqfLevel", "inScheme", value="http://data.europa.eu/snb/eqf/25831c2"
    ),
    "copies with different labels": lambda: put(FLOOR, *COUNTRY, value=OTHER_LABEL),
    "one id for logo and page": lambda: put(FLOOR, "issuer", "logo", value=LOGO),
    "removed from one copy, there in the other": lambda: put(FLOOR, "issuer", "legalName", value=...),
    "unknown members vanish": lambda: put(FLOOR, "cnf", value={"jwk": {"kty": "EC"}}),
    "terms of one's own as third context": lambda: put(
        FLOOR | {"mc:supervised": "yes"}, "@context", value=[*CONTEXT, {"mc": "https://example.org/mc#"}]
    ),
    "date without time": lambda: put(MINIMAL, *SUBJECT, "dateOfBirth", value="1999-10-02"),
    "credentialStatus as an address": lambda: put(FLOOR, "credentialStatus", value="https://example.org/status/1"),
    "credentialStatus as a typed text": lambda: put(
        FLOOR, "credentialStatus", value={"@value": "https://example.org/status/1", "@type": "xsd:anyURI"}
    ),
    "credentialStatus as an entry": lambda: put(FLOOR, "credentialStatus", value=STATUS),
    "credentialStatus as two entries": lambda: put(
        FLOOR, "credentialStatus", value=[STATUS, STATUS | {"id": "https://example.org/status/1#6"}]
    ),
    "status as entries": lambda: put(
        FLOOR, "status", value=[{"id": "https://example.org/status/2#7", "type": "StatusList2021Entry"}]
    ),
    "proof inside": lambda: put(FLOOR, "proof", value={"type": "DataIntegrityProof", "proofValue": "z1"}),
    "sec:proof inside": lambda: put(FLOOR, "sec:proof", value=[{"type": "Proof"}]),
    "name in two languages": lambda: put(MINIMAL, *SUBJECT, "givenName", value={"en": "Ana", "lt": "Ona"}),
    "points that are no number": lambda: put(MINIMAL, *SPECIFICATION, "creditPoint", 0, "point", value="lots"),
    "level on what is no qualification": lambda: put(
        put(MINIMAL, *SPECIFICATION, "type", value="LearningAchievementSpecification"),
        *SPECIFICATION,
        "eqfLevel",
        value={"id": "urn:x:level", "type": "Concept", "prefLabel": {"en": "none"}},
    ),
    "level without its list on a qualification": lambda: put(
        MINIMAL,
        *SPECIFICATION,
        "eqfLevel",
        value={"id": "urn:x:level", "type": "Concept", "prefLabel": {"en": "none"}},
    ),
    "a person with an id and a claim is enough": lambda: copy.deepcopy(FLOOR),
    "no specification at all": lambda: put(MINIMAL, *SPECIFICATION, value=...),
    "grade is mandatory once assessed": lambda: put(MINIMAL, *ASSESSMENT, "grade", value=...),
    "every claim needs its own awarding process": lambda: put(MINIMAL, *ASSESSMENT, "awardedBy", value=...),
    "issued is mandatory": lambda: put(FLOOR, "issued", value=...),
    "issuanceDate is not": lambda: put(FLOOR, "issuanceDate", value=...),
    "issuer without its legal identity": lambda: put(FLOOR, "issuer", "eIDASIdentifier", value=...),
    "one id, two anonymous addresses": lambda: put(
        put(FLOOR, *LOCATION, "address", 0, "countryCode", "id", value=...), *COUNTRY, "notation", value="IRL"
    ),
}
