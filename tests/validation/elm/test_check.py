"""`check_profile` as others call it: what it is about, what it says, where it points, in which words."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from mikra.messages import LANGUAGES
from mikra.report import Severity
from mikra.validation.elm import ProfileVersion, check_profile
from mikra.validation.elm.tables import local_name, profile
from tests.validation.elm.documents import FLOOR, MINIMAL
from tests.validation.elm.recipes import own, sample
from tests.validation.elm.traps import ASSESSMENT, COUNTRY, SUBJECT, TRAPS, put

versions = pytest.mark.parametrize("version", ProfileVersion)


@versions
@pytest.mark.parametrize("document", [FLOOR, MINIMAL], ids=["floor", "minimal"])
def test_conforms(document: dict[str, Any], version: ProfileVersion) -> None:
    result = check_profile(document, version=version)
    assert (result.applicable, result.conforms, result.profile, result.reader) == (True, True, (), ())
    assert result.version is version


def test_the_first_version_is_the_default() -> None:
    assert check_profile(FLOOR).version is ProfileVersion.V1_1_0


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"], "issuer": "did:web:x"},
        {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"},
        {"type": {"EuropeanDigitalCredential": 1}, "credentialSchema": ["x", {"id": 5}], "@context": [5, None]},
    ],
)
def test_what_claims_nothing_is_not_applicable(document: dict[str, Any]) -> None:
    result = check_profile(document)
    assert (result.applicable, result.conforms, result.profile, result.reader) == (False, False, (), ())


@pytest.mark.parametrize(
    "document",
    [
        {"type": "EuropeanDigitalCredential"},
        {"type": ["VerifiableCredential", "EuropeanDigitalCredential"]},
        {"@context": "http://data.europa.eu/snb/model/context/edc-ap"},
        {"@context": ["http://data.europa.eu/snb/model/context/another-version"]},
        {"credentialSchema": {"id": "http://data.europa.eu/snb/model/ap/edc-generic-full"}},
        {"credentialSchema": [{"id": "http://data.europa.eu/snb/model/application-profile/edc-generic-full"}]},
    ],
)
def test_what_claims_it_by_any_sign_is_held_to_it(document: dict[str, Any]) -> None:
    result = check_profile(document)
    assert result.applicable
    assert not result.conforms


@pytest.mark.published
@versions
def test_the_eus_signed_sample_conforms_and_the_unsigned_has_three_violations(
    version: ProfileVersion, published: Path
) -> None:
    signed = check_profile(sample(published, "signed"), version=version)
    assert (signed.conforms, signed.profile, signed.reader) == (True, (), ())
    unsigned = check_profile(sample(published, "unsigned"), version=version)
    assert not unsigned.conforms
    assert [(f.rule, f.where) for f in unsigned.profile] == [
        ("profile.EuropeanDigitalCredential.issued.minCount", ""),
        ("profile.EuropeanDigitalCredential.issuer.node", "/issuer"),
        ("profile.Issuer.eIDASIdentifier.minCount", "/issuer"),
    ]


def at(document: Any, where: str) -> Any:
    """What a JSON Pointer points to."""
    for part in where.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


@versions
def test_every_finding_points_into_the_document_and_has_all_its_words(version: ProfileVersion) -> None:
    for _, document in itertools.islice(own(version), 0, None, 25):
        result = check_profile(document, version=version)
        for finding in (*result.profile, *result.reader):
            at(document, finding.where)
            for language in LANGUAGES:
                said = finding.as_dict(language)
                assert said["what"]
                assert said["fix"]
                assert "{" not in said["what"] + said["fix"]
            assert finding.clause
            assert finding.rule.startswith("profile.")


def test_a_missing_member_points_to_the_entry_that_lacks_it() -> None:
    document = put(MINIMAL, *ASSESSMENT, "grade", value=...)
    (finding,) = check_profile(document).profile
    assert finding.where == "/credentialSubject/hasClaim/0/provenBy/0"
    assert finding.as_dict() == {
        "rule": "profile.LearningAssessment.grade.minCount",
        "severity": "error",
        "what": "“grade” is missing in “assessment”.",
        "fix": "Add “grade”.",
        "where": "/credentialSubject/hasClaim/0/provenBy/0",
        "expected": "≥ 1",
        "clause": "EDC-generic-no-cv 1.1.0, LearningAssessment-elm_grade",
    }


def test_a_wrong_value_is_pointed_to_and_shown() -> None:
    document = put(MINIMAL, *SUBJECT, "dateOfBirth", value="yesterday")
    (finding,) = check_profile(document).profile
    assert (finding.where, finding.found, finding.expected) == (
        "/credentialSubject/dateOfBirth",
        "yesterday",
        "dateTime",
    )
    assert finding.severity is Severity.ERROR


def test_a_value_without_its_list_names_the_list() -> None:
    document = put(MINIMAL, *COUNTRY, value={"id": "urn:x:ireland", "type": "Concept", "prefLabel": {"en": "Ireland"}})
    found = check_profile(document).profile
    scheme = next(f for f in found if f.rule == "profile.Address.countryCode.node")
    assert scheme.expected == "http://publications.europa.eu/resource/authority/country"
    assert "required EU list" in scheme.what.text()


def test_a_merged_node_is_pointed_to_where_the_second_value_stands() -> None:
    (finding,) = check_profile(TRAPS["one id for logo and page"]()).profile
    assert finding.rule == "profile.MediaObject.content.maxCount"
    assert finding.where in (
        "/issuer/logo/content",
        "/displayParameter/individualDisplay/0/displayDetail/0/image/content",
    )
    assert (finding.found, finding.expected) == ("2", "≤ 1")


def test_a_long_value_is_shortened() -> None:
    document = put(MINIMAL, *SUBJECT, "dateOfBirth", value="x" * 1000)
    (finding,) = check_profile(document).profile
    assert len(finding.found) <= 120


def test_pointers_are_escaped() -> None:
    document = put(FLOOR, "issuer", "http://purl.org/dc/terms/title", value={"id": None})
    (finding,) = check_profile(document).profile
    assert finding.where == "/issuer/http:~1~1purl.org~1dc~1terms~1title/id"


@pytest.mark.parametrize("number", [10**400, 1e300, float("nan"), float("inf"), -(10**19)])
def test_absurd_numbers_are_findings(number: float) -> None:
    document = put(FLOOR, "displayParameter", "individualDisplay", 0, "displayDetail", 0, "page", value=number)
    assert not check_profile(document).conforms


def nested(value: Any, times: int) -> Any:
    for _ in range(times):
        value = [value]
    return value


@pytest.mark.parametrize("times", [90, 300, 900])
def test_depth_is_no_crash(times: int) -> None:
    text = put(FLOOR, "issuer", "homepage", value=nested("x", times))
    entry: Any = {"id": "urn:x"}
    for _ in range(times):
        entry = {"hasPart": entry}
    for document in (text, put(FLOOR, "elmSubject", value=entry)):
        result = check_profile(document)
        assert not result.conforms or times < 100


def test_no_more_findings_than_anybody_reads() -> None:
    document = put(FLOOR, "elmSubject", value=[{"id": f"urn:x:{n}", "type": "Note"} for n in range(2_000)])
    assert len(check_profile(document).profile) == 500


def test_a_million_texts_in_one_language_take_no_more_time_than_they_must() -> None:
    document = put(FLOOR, "issuer", "legalName", value={"en": [str(n) for n in range(50_000)]})
    (finding,) = check_profile(document).profile
    assert (finding.rule, finding.found) == ("profile.Organisation.legalName.uniqueLang", "en")


def test_the_words_have_a_plain_name_for_every_member_and_class() -> None:
    from mikra.messages import catalogue

    known = catalogue("profile", "en")
    for version in ProfileVersion:
        for class_iri, shapes in profile(version).by_class.items():
            assert f"class.{local_name(class_iri)}" in known
            assert [p.term for s in shapes for p in s.properties if f"member.{p.term}" not in known] == []
