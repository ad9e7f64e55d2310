"""A micro-credential that states all sixteen elements well, as a JSON document, and ways to change it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from mikra import vocabulary
from mikra.model import Credential, decode, encode, remarks


def concept(scheme: str, key: str) -> dict[str, Any]:
    entry = vocabulary.entry(scheme, key)
    return {
        "id": entry.iri,
        "type": "Concept",
        "inScheme": {"id": entry.scheme_iri, "type": "ConceptScheme"},
        "prefLabel": dict(entry.official),
    }


def private(label: str) -> dict[str, Any]:
    """A concept of the provider's own."""
    return {"id": "urn:epass:concept:77", "type": "Concept", "prefLabel": {"en": label}}


def note(text: str) -> dict[str, Any]:
    return {"type": "Note", "noteLiteral": {"en": text}}


def remark(given: remarks.Remark) -> dict[str, Any]:
    return encode(remarks.write(given, languages=["en", "cs"]))


def organisation(node_id: str, name: str, country: str = "CZ", **more: Any) -> dict[str, Any]:
    place = {"type": "Location", "address": [{"type": "Address", "countryCode": concept("country", country)}]}
    return {"id": node_id, "type": "Organisation", "legalName": {"en": name}, "location": [place], **more}


def accreditation(**changes: Any) -> dict[str, Any]:
    return {
        "type": "Accreditation",
        "title": {"en": "Programme review"},
        "dcType": concept("accreditation", "program-quality-assurance"),
        "accreditingAgent": organisation("urn:uuid:agency", "Quality Agency of the North"),
        "dateIssued": "2024-01-01T00:00:00Z",
        "expiryDate": "2029-01-01T00:00:00Z",
        **changes,
    }


UNIVERSITY = organisation(
    "urn:uuid:university",
    "University of the Hills",
    eIDASIdentifier={"type": "LegalIdentifier", "notation": "NTRCZ-12345", "spatial": concept("country", "CZ")},
    homepage=[{"type": "WebResource", "contentURL": "https://hills.example"}],
)
AWARDED = {
    "type": "AwardingProcess",
    "awardingBody": [{"id": "urn:uuid:university", "type": "Organisation", "legalName": {"en": "University"}}],
    "awardingDate": "2026-05-20T12:00:00Z",
}
SPECIFICATION = {
    "id": "urn:uuid:specification",
    "type": "Qualification",
    "title": {"en": "Repairing electric bicycles"},
    "description": {"en": "Batteries, motors, brakes."},
    "learningOutcome": [
        {"type": "LearningOutcome", "title": {"en": "Measure a battery and judge whether it is safe."}},
        {"type": "LearningOutcome", "title": {"en": "Replace a hub motor."}},
    ],
    "creditPoint": [{"type": "CreditPoint", "framework": concept("credit", "ects"), "point": "3"}],
    "volumeOfLearning": "PT78H",
    "eqfLevel": concept("eqf", "5"),
    "mode": [concept("mode", "blended")],
    "accreditation": [accreditation()],
    "entryRequirement": note("None"),
    "isPartialQualification": False,
    "homepage": [{"type": "WebResource", "contentURL": "https://hills.example/bicycles"}],
}
ASSESSMENT = {
    "type": "LearningAssessment",
    "title": {"en": "Repair under supervision"},
    "awardedBy": AWARDED,
    "grade": note("B"),
    "idVerification": concept("supervision", "supervised-with-id"),
    "specifiedBy": {
        "type": "LearningAssessmentSpecification",
        "title": {"en": "Repair under supervision"},
        "dcType": concept("assessment", "practical-assessment"),
        "mode": [concept("mode", "presential")],
        "gradingScheme": {"type": "GradingScheme", "title": {"en": "A to F"}},
    },
}
ACTIVITY = {
    "type": "LearningActivity",
    "title": {"en": "Evening course"},
    "awardedBy": AWARDED,
    "specifiedBy": {"type": "LearningActivitySpecification", "title": {"en": "Evening course"}},
}
FULL: Mapping[str, Any] = {
    "id": "urn:credential:1",
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "issuer": UNIVERSITY,
    "issued": "2026-05-21T09:30:00+02:00",
    "validFrom": "2026-05-21T09:30:00+02:00",
    "displayParameter": {"type": "DisplayParameter", "title": {"en": "Repairing electric bicycles"}},
    "credentialSubject": {
        "id": "urn:uuid:person",
        "type": "Person",
        "fullName": {"en": "Žofie Černá"},
        "hasClaim": [
            {
                "id": "urn:uuid:achievement",
                "type": "LearningAchievement",
                "title": {"en": "Repairing electric bicycles"},
                "awardedBy": AWARDED,
                "provenBy": [ASSESSMENT],
                "influencedBy": [ACTIVITY],
                "specifiedBy": SPECIFICATION,
            }
        ],
    },
    "@context": ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"],
}

ACHIEVEMENT = "credentialSubject.hasClaim.0"
SPEC = f"{ACHIEVEMENT}.specifiedBy"
PROOF = f"{ACHIEVEMENT}.provenBy.0"
REMOVED: Any = object()


def change(document: Any, place: str, value: Any) -> None:
    """Set what stands at a dotted place, or take it away (REMOVED)."""
    *way, last = place.split(".")
    for step in way:
        document = document[int(step)] if isinstance(document, list) else document[step]
    key: Any = int(last) if isinstance(document, list) else last
    if value is REMOVED:
        del document[key]
    else:
        document[key] = deepcopy(value)


def changed(**places: Any) -> dict[str, Any]:
    """The full document with changes: dotted place, written with `__` for `.`, -> value or REMOVED.

    ACHIEVEMENT, SPEC and PROOF are `a`, `s` and `p`: changed(s__eqfLevel=REMOVED).
    """
    document: dict[str, Any] = deepcopy(dict(FULL))
    short = {"a": ACHIEVEMENT, "s": SPEC, "p": PROOF}
    for name, value in places.items():
        head, *rest = name.split("__")
        change(document, ".".join([short.get(head, head), *rest]), value)
    return document


def credential(**places: Any) -> Credential:
    return decode(changed(**places))


def en(text: str) -> dict[str, str]:
    return {"en": text}
