"""The rules of the VC Data Model: each with a document that keeps it and one that breaks it, and where."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.report import Severity
from mikra.validation.vc_model import check_model, faults, is_url
from mikra.validation.vc_resources import digests_of
from mikra.vocabulary.contexts import CREDENTIALS_V1, CREDENTIALS_V2

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
TEXT = {"@value": "HTML-Kurs", "@language": "de", "@direction": "ltr"}
SRI = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
MULTIBASE = "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ"
TWICE = "/relatedResource/1/id"
OLD_MULTIBASE = "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"


def credential(**changes: Any) -> dict[str, Any]:
    """A credential in order, with changes; None leaves a member out."""
    value = {
        "@context": [CREDENTIALS_V2],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": "did:web:issuer.example.test",
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:subject"},
        **changes,
    }
    return {name: one for name, one in value.items() if one is not None}


def resource(**members: Any) -> dict[str, Any]:
    return credential(relatedResource={"id": CREDENTIALS_V2, **members})


def old(**changes: Any) -> dict[str, Any]:
    dates = {"validFrom": None, "issuanceDate": "2026-01-01T00:00:00Z"}
    return credential(**{"@context": [CREDENTIALS_V1], **dates, **changes})


def presentation(**changes: Any) -> dict[str, Any]:
    value = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"], **changes}
    return {name: one for name, one in value.items() if one is not None}


def found(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f.rule.removeprefix("vc_model."), f.where) for f in faults(check_model(document))]


@pytest.mark.parametrize(
    "document",
    [
        credential(),
        credential(**{"@context": CREDENTIALS_V2}),
        credential(**{"@context": [CREDENTIALS_V2, EXAMPLES, {"@vocab": "https://x.example/"}]}),
        credential(type="VerifiableCredential"),
        credential(type=["VerifiableCredential", "https://example.test/type"]),
        credential(id=None, validFrom=None),
        credential(id="https://example.test/1", issuer={"id": "https://example.test", "name": "X"}),
        credential(name="A", description=[TEXT, {"@value": "B", "@language": "en"}]),
        credential(issuer={"id": "did:x:y", "name": TEXT, "description": "d"}),
        credential(credentialSubject=[{"id": "did:x:y"}, {"name": "b"}]),
        credential(validUntil="2026-01-01T00:00:00.000Z"),
        credential(validFrom="2026-01-01T00:00:00-07:00"),
        credential(validFrom=None, validUntil="1990-01-01T00:00:00Z"),
        credential(credentialStatus={"type": "BitstringStatusListEntry"}),
        credential(credentialSchema=[{"id": "https://s.test/1", "type": "JsonSchema"}]),
        credential(evidence=[{"type": "A"}, {"type": ["B"], "id": "urn:b"}], termsOfUse={"type": "T"}),
        credential(refreshService={"type": "R"}),
        credential(relatedResource=[{"id": CREDENTIALS_V2, "digestSRI": SRI, "digestMultibase": MULTIBASE}]),
        old(),
        old(credentialStatus={"id": "urn:s", "type": "S"}, expirationDate="2027-01-01T00:00:00Z"),
        presentation(),
        presentation(id="urn:p", holder="did:x:y", verifiableCredential=[credential()]),
        presentation(holder={"id": "did:x:y", "name": "H"}, verifiableCredential=credential()),
        presentation(**{"@context": [CREDENTIALS_V1]}, verifiableCredential=["eyJ..."]),
    ],
)
def test_documents_in_order(document: dict[str, Any]) -> None:
    assert found(document) == []


@pytest.mark.parametrize(
    ("document", "rule", "where"),
    [
        (credential(**{"@context": None}), "context_base", "/@context"),
        (credential(**{"@context": []}), "context_base", "/@context"),
        (credential(**{"@context": [EXAMPLES, CREDENTIALS_V2]}), "context_base", "/@context"),
        (credential(**{"@context": [CREDENTIALS_V2, "https ://not-a-url/v1"]}), "context_item", "/@context/1"),
        (credential(**{"@context": [CREDENTIALS_V2, 123192875]}), "context_item", "/@context/1"),
        (credential(**{"@context": [CREDENTIALS_V2, None]}), "context_item", "/@context/1"),
        (credential(type=None), "type_missing", "/type"),
        (credential(type=["Other"]), "type_missing", "/type"),
        (credential(type=["VerifiableCredential", "not a term"]), "type_name", "/type"),
        (credential(type=["VerifiableCredential", 7]), "type_name", "/type"),
        (credential(id=["urn:a", "urn:b"]), "id", "/id"),
        ({**credential(), "id": None}, "id", "/id"),
        (credential(id="not a url"), "id", "/id"),
        (credential(id="nourl"), "id", "/id"),
        (credential(credentialSubject={"id": ["did:a:b", "did:a:c"]}), "id", "/credentialSubject/id"),
        (credential(credentialSubject=[{"id": "x"}]), "id", "/credentialSubject/0/id"),
        (credential(issuer=None), "issuer_missing", ""),
        ({**credential(), "issuer": None}, "issuer", "/issuer"),
        (credential(issuer="issuer"), "issuer", "/issuer"),
        (credential(issuer=["did:a:b"]), "issuer", "/issuer"),
        (credential(issuer={"id": None}), "issuer", "/issuer/id"),
        (credential(issuer={"name": "x"}), "issuer", "/issuer/id"),
        (credential(credentialSubject=None), "subject_missing", "/credentialSubject"),
        (credential(credentialSubject=[]), "subject_missing", "/credentialSubject"),
        (credential(credentialSubject="did:a:b"), "subject", "/credentialSubject"),
        (credential(credentialSubject={}), "empty", "/credentialSubject"),
        (credential(credentialSubject=[{"id": "did:a:b"}, {}]), "empty", "/credentialSubject/1"),
        (credential(credentialSubject={"degree": {}}), "empty", "/credentialSubject/degree"),
        (credential(validFrom="2026-01-01"), "date", "/validFrom"),
        (credential(validFrom="2026-01-01T00:00:00"), "date", "/validFrom"),
        (credential(validUntil=7), "date", "/validUntil"),
        (credential(validUntil="2025-12-31T23:59:59Z"), "dates_order", "/validUntil"),
        (credential(name=7), "text", "/name"),
        (credential(name={"@language": "en"}), "text", "/name"),
        (credential(name={**TEXT, "extra": 1}), "language_value", "/name"),
        (
            credential(issuer={"id": "did:x:y", "description": {**TEXT, "url": "x"}}),
            "language_value",
            "/issuer/description",
        ),
        (credential(credentialStatus={"id": "urn:s"}), "needs_type", "/credentialStatus"),
        (credential(credentialStatus={"id": ["urn:s"], "type": "S"}), "id", "/credentialStatus/id"),
        (credential(credentialStatus={"id": "s", "type": "S"}), "id", "/credentialStatus/id"),
        (credential(credentialStatus={"type": "not a url"}), "type_name", "/credentialStatus/type"),
        (credential(credentialSchema={"id": "urn:s"}), "needs_type", "/credentialSchema"),
        (credential(credentialSchema={"type": "S"}), "id_missing", "/credentialSchema"),
        (credential(credentialSchema={"id": 7, "type": "S"}), "id", "/credentialSchema/id"),
        (credential(refreshService="x"), "needs_type", "/refreshService"),
        (credential(termsOfUse=[{"type": "T"}, {"id": "urn:t"}]), "needs_type", "/termsOfUse/1"),
        (credential(evidence={"type": []}), "needs_type", "/evidence"),
        (credential(relatedResource=["https://x.test"]), "resource", "/relatedResource/0"),
        (credential(relatedResource={"digestSRI": SRI}), "id_missing", "/relatedResource"),
        (credential(relatedResource={"id": CREDENTIALS_V2}), "resource_digest_missing", "/relatedResource"),
        (
            resource(digestSRI="x"),
            "resource_digest_form",
            "/relatedResource",
        ),
        (
            resource(digestMultibase="u"),
            "resource_digest_form",
            "/relatedResource",
        ),
        (
            resource(digestMultibase=7),
            "resource_digest_form",
            "/relatedResource",
        ),
        (
            resource(digestMultibase=OLD_MULTIBASE),
            "resource_digest",
            "/relatedResource",
        ),
        (
            resource(digestSRI=SRI, digestMultibase=OLD_MULTIBASE),
            "resource_digest",
            "/relatedResource",
        ),
        (
            credential(relatedResource=[{"id": "urn:a", "digestSRI": SRI}] * 2),
            "resource_twice",
            "/relatedResource/1/id",
        ),
        (old(issuanceDate=None), "issuance_date_missing", ""),
        (old(expirationDate="2025-01-01T00:00:00Z"), "dates_order", "/expirationDate"),
        (old(credentialStatus={"type": "S"}), "id_missing", "/credentialStatus"),
        (old(refreshService={"type": "S"}), "id_missing", "/refreshService"),
        (presentation(type=None), "type_missing", "/type"),
        (presentation(holder={"name": "x"}), "holder", "/holder/id"),
        (presentation(holder="x"), "holder", "/holder"),
        (presentation(verifiableCredential=["eyJ..."]), "presented", "/verifiableCredential/0"),
        (presentation(verifiableCredential=7), "presented", "/verifiableCredential"),
    ],
)
def test_documents_that_break_a_rule(document: dict[str, Any], rule: str, where: str) -> None:
    assert (rule, where) in found(document)


def test_an_unknown_resource_is_not_checked_and_said_so() -> None:
    document = credential(relatedResource={"id": "https://x.test/1", "digestSRI": SRI})
    (finding,) = check_model(document)
    assert (finding.rule, finding.severity) == ("vc_model.resource_unknown", Severity.INFORMATION)


def test_who_knows_the_bytes_has_them_checked() -> None:
    known = {"https://x.test/1": digests_of(b"hello")}
    multihash = "u" + "EiAs8k26X7CjDiboOyrFueKeGxYeXB-nQl5zBDNik4uYJA"
    good = credential(relatedResource={"id": "https://x.test/1", "digestMultibase": multihash})
    assert check_model(good, digests=known) == ()
    assert [f.rule for f in check_model(good, digests={"https://x.test/1": digests_of(b"hallo")})] == [
        "vc_model.resource_digest"
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "type", "@value", "digestSRI", "x"]), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    st.sampled_from(sorted({*credential(), "credentialStatus", "relatedResource", "name", "holder", "evidence"})),
)
def test_whatever_stands_there_it_answers(value: Any, member: str) -> None:
    for base in (credential(), old(), presentation()):
        for finding in check_model({**base, member: value}):
            assert finding.what.text()


@pytest.mark.parametrize("text", ["urn:x", "did:a:b", "https://a.test", "http://a.test/x?y#z", "data:,x"])
def test_urls(text: str) -> None:
    assert is_url(text)


@pytest.mark.parametrize(
    "text", ["", "x", "http://", "https://", "https ://a.test", "a b:c", "urn:a b", "http://[", None, 7]
)
def test_what_is_no_url(text: object) -> None:
    assert not is_url(text)
