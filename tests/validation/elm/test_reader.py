"""What the EU's reader refuses besides: each rule said yes to and said no to."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest

from mikra.validation.elm import ProfileVersion, check_profile, text_findings
from tests.validation.elm.documents import FLOOR, MINIMAL
from tests.validation.elm.recipes import sample
from tests.validation.elm.traps import ASSESSMENT, CLAIM, COUNTRY, SPECIFICATION, STATUS, SUBJECT, put

BODY = (*CLAIM, "awardedBy", "awardingBody", 0)
AGENT = ("accreditation", 0, "accreditingAgent")


def found(document: dict[str, Any], version: ProfileVersion = ProfileVersion.V1_2_0) -> list[tuple[str, str]]:
    return [(f.rule.removeprefix("profile.reader."), f.where) for f in check_profile(document, version=version).reader]


def test_ours_are_taken() -> None:
    assert found(FLOOR) == found(MINIMAL) == []


@pytest.mark.published
@pytest.mark.parametrize("kind", ["signed", "unsigned"])
def test_the_eus_own_are_taken(kind: str, published: Path) -> None:
    assert found(sample(published, kind)) == []


CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "single member as a list": (
        put(FLOOR, "displayParameter", value=[FLOOR["displayParameter"]]),
        [("array", "/displayParameter")],
    ),
    "learner as a list": (put(FLOOR, *SUBJECT, value=[FLOOR["credentialSubject"]]), [("array", "/credentialSubject")]),
    "list of a concept as a list": (
        put(FLOOR, *COUNTRY, "inScheme", value=[{"id": "urn:x:list", "type": "ConceptScheme"}]),
        [("array", "/issuer/location/0/address/0/countryCode/inScheme")],
    ),
    "organisation of an accreditation as a list": (
        put(MINIMAL, *SPECIFICATION, "accreditation", 0, "organisation", value=[FLOOR["issuer"]]),
        [("array", "/credentialSubject/hasClaim/0/specifiedBy/accreditation/0/organisation")],
    ),
    "organisation only referred to": (
        put(MINIMAL, *SPECIFICATION, *AGENT, value={"id": "urn:epass:org:1", "type": "Organisation"}),
        [("reference", "/credentialSubject/hasClaim/0/specifiedBy/accreditation/0/accreditingAgent")],
    ),
    "organisation referred to in a list": (
        put(MINIMAL, *BODY, value={"id": "urn:epass:org:1", "type": "Organisation"}),
        [("reference", "/credentialSubject/hasClaim/0/awardedBy/awardingBody/0")],
    ),
    "issuer as a bare address": (put(FLOOR, "issuer", value="did:web:example.org"), [("entry", "/issuer")]),
    "status entry": (put(FLOOR, "credentialStatus", value=STATUS), [("status", "/credentialStatus")]),
    "status entries": (
        put(FLOOR, "credentialStatus", value=["https://example.org/1", STATUS]),
        [("status", "/credentialStatus"), ("array", "/credentialStatus")],
    ),
    "terms of use as an entry": (
        put(FLOOR, "termsOfUse", value={"id": "https://example.org/terms", "type": "TermsOfUse"}),
        [("status", "/termsOfUse")],
    ),
    "title without a language": (
        put(MINIMAL, *ASSESSMENT, "title", value="Essay"),
        [("plainText", "/credentialSubject/hasClaim/0/provenBy/0/title")],
    ),
    "day without time": (
        put(MINIMAL, *SUBJECT, "dateOfBirth", value="1999-10-02"),
        [("date", "/credentialSubject/dateOfBirth")],
    ),
    "time without zone": (put(FLOOR, "issued", value="2026-01-15T10:00:00"), [("date", "/issued")]),
    "proof inside": (put(FLOOR, "proof", value={"type": "DataIntegrityProof"}), [("proof", "/proof")]),
}


@pytest.mark.parametrize("name", CASES)
def test_refused(name: str) -> None:
    document, expected = CASES[name]
    assert found(document) == expected


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("credentialSchema",), FLOOR["credentialSchema"][0]),
        (("issuer", "legalName"), {"en": ["University of Zed"]}),
        (("issued",), "2026-01-15T10:00:00.123+02:00"),
        (("status",), [{"id": "https://example.org/2#7", "type": "StatusList2021Entry"}]),
        (("credentialStatus",), "https://example.org/status/1"),
        (("unknown",), [{"issued": "yesterday"}]),
    ],
)
def test_taken(path: tuple[Any, ...], value: Any) -> None:
    assert [f for f in found(put(FLOOR, *path, value=value)) if f[1] == "/" + "/".join(map(str, path))] == []


def test_the_profile_and_the_reader_are_two_lists() -> None:
    result = check_profile(put(MINIMAL, *SUBJECT, "dateOfBirth", value="1999-10-02"))
    assert result.conforms
    assert [f.rule for f in result.reader] == ["profile.reader.date"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"@context":["https://www.w3.org/2018/credentials/v1"]}', 0),
        ('{"@context": ["https://www.w3.org/2018/credentials/v1"]}', 1),
        ('{"@context" :["https://www.w3.org/2018/credentials/v1"]}', 1),
        ('{"@context":\n[]}', 1),
        ('{"@context":"https://www.w3.org/2018/credentials/v1"}', 0),
    ],
)
def test_a_blank_before_the_context_hides_it(text: str, expected: int) -> None:
    assert len(list(text_findings(text))) == expected


def test_compact_json_has_no_such_blank() -> None:
    assert list(text_findings(orjson.dumps(copy.deepcopy(MINIMAL)).decode())) == []
