"""Credentials for the tests of verification: a small European one that keeps the profile, and how it is sealed."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mikra.sealing import jades
from mikra.verification import Policy
from tests.simulators import authorities
from tests.simulators.authorities import Holder

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
SEALED_AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
STATUS_URL = "https://issuer.example.test/status/1"

BASE = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"


def concept(iri: str, scheme: str, label: str) -> dict[str, Any]:
    return {
        "id": iri,
        "type": "Concept",
        "inScheme": {"id": scheme, "type": "ConceptScheme"},
        "prefLabel": {"en": label},
    }


def country(code: str, label: str) -> dict[str, Any]:
    return concept(f"{AUTHORITY}country/{code}", f"{AUTHORITY}country", label)


ENGLISH = concept(f"{AUTHORITY}language/ENG", f"{AUTHORITY}language", "English")
IRELAND = country("IRL", "Ireland")


def organisation(name: str = "University of Somewhere", number: str = "1") -> dict[str, Any]:
    return {
        "id": f"urn:uuid:00000000-0000-4000-8000-00000000a{number:0>3}",
        "type": "Organisation",
        "legalName": {"en": name},
        "location": [
            {
                "id": f"urn:uuid:00000000-0000-4000-8000-00000000b{number:0>3}",
                "type": "Location",
                "address": [
                    {
                        "id": f"urn:uuid:00000000-0000-4000-8000-00000000c{number:0>3}",
                        "type": "Address",
                        "countryCode": IRELAND,
                    }
                ],
            }
        ],
    }


def eidas(notation: str = "VATIE-1234567X", where: dict[str, Any] = IRELAND) -> dict[str, Any]:
    return {
        "id": "urn:uuid:00000000-0000-4000-8000-00000000d001",
        "type": "LegalIdentifier",
        "notation": notation,
        "spatial": where,
    }


def achievement() -> dict[str, Any]:
    return {
        "id": "urn:uuid:00000000-0000-4000-8000-00000000e001",
        "type": "LearningAchievement",
        "title": {"en": "Water quality", "bg": "Качество на водата"},
        "awardedBy": {
            "id": "urn:uuid:00000000-0000-4000-8000-00000000e002",
            "type": "AwardingProcess",
            "awardingBody": [organisation()],
            "awardingDate": "2026-05-03T00:00:00+02:00",
        },
        "specifiedBy": {
            "id": "urn:uuid:00000000-0000-4000-8000-00000000e003",
            "type": "Qualification",
            "title": {"en": "Water quality"},
            "eqfLevel": concept(f"{BASE}eqf/6", f"{BASE}eqf/25831c2", "Level 6"),
        },
    }


def display() -> dict[str, Any]:
    return {
        "id": "urn:uuid:00000000-0000-4000-8000-00000000f001",
        "type": "DisplayParameter",
        "title": {"en": "Water quality"},
        "primaryLanguage": ENGLISH,
        "language": [ENGLISH],
        "individualDisplay": [
            {
                "id": "urn:uuid:00000000-0000-4000-8000-00000000f002",
                "type": "IndividualDisplay",
                "language": ENGLISH,
                "displayDetail": [
                    {
                        "id": "urn:uuid:00000000-0000-4000-8000-00000000f003",
                        "type": "DisplayDetail",
                        "page": 1,
                        "image": {
                            "id": "urn:uuid:00000000-0000-4000-8000-00000000f004",
                            "type": "MediaObject",
                            "content": base64.b64encode(b"a page").decode(),
                            "contentEncoding": concept(
                                f"{BASE}encoding/6146cde7dd", f"{BASE}encoding/25831c2", "base64"
                            ),
                            "contentType": concept(f"{AUTHORITY}file-type/PNG", f"{AUTHORITY}file-type", "PNG"),
                        },
                    }
                ],
            }
        ],
    }


def edc(**changes: Any) -> dict[str, Any]:
    """A European Digital Credential that keeps both versions of the profile. `changes` replace members; None drops."""
    document = {
        "id": "urn:credential:00000000-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "credentialSchema": [{"id": f"{BASE}model/ap/edc-generic-full", "type": "ShaclValidator2017"}],
        "credentialProfiles": [
            concept(f"{BASE}credential/e34929035b", f"{BASE}credential/25831c2", "Generic"),
        ],
        "displayParameter": display(),
        "issuer": organisation() | {"eIDASIdentifier": eidas()},
        "issued": "2026-05-04T10:00:00Z",
        "issuanceDate": "2026-05-04T10:00:00Z",
        "validFrom": "2026-05-04T10:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:00000000-0000-4000-8000-000000000002",
            "type": "Person",
            "fullName": {"en": "Zoë O'Brien-Łukasiewicz"},
            "hasClaim": [achievement()],
        },
        "@context": ["https://www.w3.org/2018/credentials/v1", f"{BASE}model/context/edc-ap"],
    }
    return {name: value for name, value in (copy.deepcopy(document) | changes).items() if value is not None}


def seal(document: Any, holder: Holder | None = None, at: datetime = SEALED_AT, timestamper: Any = None) -> bytes:
    payload = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return jades.seal(payload, signer=(holder or authorities.seal()).signer, at=at, timestamper=timestamper)


def together(first: bytes, second: bytes) -> bytes:
    """Two seals over one content, in one file."""
    one, two = json.loads(first), json.loads(second)
    return json.dumps(one | {"signatures": one["signatures"] + two["signatures"]}).encode()


def named(*holders: Holder) -> Policy:
    """A policy that trusts these seals by their fingerprint."""
    from mikra.trust.certificates import fingerprint

    return Policy(trusted_seals=frozenset(fingerprint(h.der) for h in holders or (authorities.seal(),)))


ANCHORED = Policy(anchors=(authorities.root().der, authorities.intermediate().der))
"""A policy that trusts the simulated authority."""


def other_seal(label: str = "Somebody Else", identifier: str = "VATIE-7654321Y", **changes: Any) -> Holder:
    """A seal under the same authority for another organisation."""
    plan = replace(authorities.seal_plan(label), subject=authorities.name(label, identifier=identifier), **changes)
    return authorities.intermediate().issue(authorities.key("P-256", label), plan)


def status_entry(index: int = 42, purpose: str = "revocation", member: str = "status") -> dict[str, Any]:
    entry = {
        "id": f"{STATUS_URL}#{index}",
        "type": "StatusList2021Entry" if member == "status" else ["CredentialStatus", "BitstringStatusListEntry"],
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": STATUS_URL,
    }
    return {member: [entry] if member == "status" else entry}


def status_list(*places: int, purpose: str = "revocation", holder: Holder | None = None, **changes: Any) -> bytes:
    bits = bytearray(131_072 // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    document = {
        "id": STATUS_URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "validFrom": "2026-06-01T00:00:00Z",
        "validUntil": "2026-06-02T00:00:00Z",
        "credentialSubject": {"type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": "u" + packed},
    } | changes
    return seal(document, holder, datetime(2026, 6, 1, tzinfo=UTC))
