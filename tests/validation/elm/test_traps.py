"""The traps, one by one: what the shapes make of each, and what a person is told."""

from __future__ import annotations

from typing import Any

import pytest

from mikra.validation.elm import ProfileVersion, check_profile
from tests.validation.elm.documents import FLOOR
from tests.validation.elm.traps import CONTEXT, TRAPS, put

OLD, NEW = ProfileVersion.V1_1_0, ProfileVersion.V1_2_0
BOTH = (OLD, NEW)


def rules(name: str, version: ProfileVersion) -> list[str]:
    return [f.rule for f in check_profile(TRAPS[name](), version=version).profile]


def test_there_is_a_row_for_every_trap() -> None:
    assert {*PASSING, *FAILING, *BY_VERSION} == set(TRAPS)


PASSING = (
    "latitude leaves the model",
    "dateModified as a date is lost",
    "descriptionHtml as text is lost",
    "areaDialingCode is never looked at",
    "resultDestribution by version",
    "no terms for defaultLanguage, hasMember, geometry",
    "removed from one copy, there in the other",
    "unknown members vanish",
    "terms of one's own as third context",
    "date without time",
    "status as entries",
    "sec:proof inside",
    "points that are no number",
    "level on what is no qualification",
    "a person with an id and a claim is enough",
    "no specification at all",
    "issuanceDate is not",
)
FAILING = {
    "dateModified as an address is no date": ["profile.Qualification.dateModified.datatype"],
    "descriptionHtml as an address is no text": ["profile.LearningOpportunity.descriptionHtml.datatype"],
    "inScheme as a bare text": ["profile.Concept.inScheme.class", "profile.Qualification.eqfLevel.node"],
    "copies with different labels": ["profile.Concept.prefLabel.uniqueLang"],
    "one id for logo and page": ["profile.MediaObject.content.maxCount"],
    "name in two languages": ["profile.Person.givenName.maxCount"],
    "level without its list on a qualification": ["profile.Qualification.eqfLevel.node"],
    "grade is mandatory once assessed": ["profile.LearningAssessment.grade.minCount"],
    "every claim needs its own awarding process": ["profile.LearningAssessment.awardedBy.minCount"],
    "issued is mandatory": ["profile.EuropeanDigitalCredential.issued.minCount"],
    "issuer without its legal identity": [
        "profile.EuropeanDigitalCredential.issuer.node",
        "profile.Issuer.eIDASIdentifier.minCount",
    ],
    "one id, two anonymous addresses": ["profile.Address.countryCode.maxCount", "profile.Address.countryCode.nodeKind"],
}
STATUS = "profile.EuropeanDigitalCredential.credentialStatus"
BY_VERSION: dict[str, tuple[list[str], list[str]]] = {
    "nationalID by version": ([], ["profile.Person.nationalID.class"]),
    "resultDistribution by version": ([], ["profile.LearningAssessment.resultDistribution.class"]),
    "credentialStatus as an address": ([f"{STATUS}.datatype"], [f"{STATUS}.class"]),
    "credentialStatus as a typed text": ([], [f"{STATUS}.class", f"{STATUS}.nodeKind"]),
    "credentialStatus as an entry": ([f"{STATUS}.datatype"], []),
    "credentialStatus as two entries": ([f"{STATUS}.datatype", f"{STATUS}.maxCount"], [f"{STATUS}.maxCount"]),
    "proof inside": ([], ["profile.EuropeanDigitalCredential.proof.class"]),
}


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("name", PASSING)
def test_passes_though_one_might_expect_otherwise(name: str, version: ProfileVersion) -> None:
    assert rules(name, version) == []


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("name", FAILING)
def test_fails(name: str, version: ProfileVersion) -> None:
    assert sorted(set(rules(name, version))) == sorted(FAILING[name])


@pytest.mark.parametrize("name", BY_VERSION)
def test_differs_by_version(name: str) -> None:
    assert tuple(sorted(set(rules(name, v))) for v in BOTH) == BY_VERSION[name]


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize(
    "context",
    [None, CONTEXT[:1], CONTEXT[1:], [], "https://example.org/", [*CONTEXT, "https://w3id.org/security/v2"]],
    ids=["none", "W3C alone", "EDC alone", "empty", "another", "one more"],
)
def test_another_context_is_no_silent_pass(context: Any, version: ProfileVersion) -> None:
    result = check_profile(put(FLOOR, "@context", value=context), version=version)
    assert result.applicable
    assert not result.conforms
    assert [f.rule for f in result.profile] == ["profile.document.context"]


def test_version_2_of_the_general_model_cannot_be_combined() -> None:
    document = put(FLOOR, "@context", value=["https://www.w3.org/ns/credentials/v2", CONTEXT[1]])
    (finding,) = check_profile(document).profile
    assert (finding.rule, finding.where) == ("profile.document.context", "/@context/0")


@pytest.mark.parametrize("kind", ["Other", [], ["VerifiableCredential"]])
def test_a_document_that_is_no_credential_does_not_pass_for_what_it_holds(kind: Any) -> None:
    result = check_profile(put(FLOOR, "type", value=kind))
    assert not result.conforms
    assert result.profile[0].rule == "profile.document.nothing"


@pytest.mark.parametrize("ident", ["relative", ""])
def test_a_document_whose_id_is_lost_does_not_pass(ident: str) -> None:
    assert [f.rule for f in check_profile(put(FLOOR, "id", value=ident)).profile] == ["profile.document.nothing"]
