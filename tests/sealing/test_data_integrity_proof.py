"""Data Integrity 1.0, 2.1: what the proofs of a document say of themselves; each rule with a twin that breaks it."""

from __future__ import annotations

from typing import Any

import pytest

from mikra.errors import InputError
from mikra.sealing import multibase
from mikra.sealing.data_integrity_proof import MOST_PROOFS, check_contexts, read_proofs

V2 = "https://www.w3.org/ns/credentials/v2"
GOOD: dict[str, Any] = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2026-01-01T00:00:00Z",
    "verificationMethod": "did:example:a#k",
    "proofPurpose": "assertionMethod",
    "proofValue": multibase.encode_z(bytes(64)),
}


def refusal(proof: Any) -> tuple[str, str]:
    with pytest.raises(InputError) as refused:
        read_proofs({"proof": proof})
    return refused.value.code, refused.value.where


def named(name: str, *previous: str) -> dict[str, Any]:
    return GOOD | {"id": name} | ({"previousProof": [*previous]} if previous else {})


def test_one_or_many() -> None:
    (one,) = read_proofs({"proof": GOOD})
    assert (one.controller, one.purpose, one.domains) == ("did:example:a", "assertionMethod", ())
    assert len(read_proofs({"proof": [GOOD] * MOST_PROOFS})) == MOST_PROOFS
    assert read_proofs({"proof": GOOD | {"domain": ["a", "b"]}})[0].domains == ("a", "b")


@pytest.mark.parametrize("proof", [None, [], {}, ""])
def test_no_proof(proof: Any) -> None:
    assert refusal(proof) == ("proof_missing", "/proof")


@pytest.mark.parametrize(
    ("proof", "code", "where"),
    [
        ("x", "credential_malformed", "/proof"),
        ([GOOD, "x"], "credential_malformed", "/proof"),
        ([GOOD] * (MOST_PROOFS + 1), "too_large", "/proof"),
        (GOOD | {"created": 5}, "credential_malformed", "/proof/created"),
        (GOOD | {"id": "no address"}, "credential_malformed", "/proof/id"),
        (GOOD | {"verificationMethod": ""}, "key_not_found", "/proof/verificationMethod"),
        (GOOD | {"domain": 5}, "credential_malformed", "/proof/domain"),
        (GOOD | {"domain": ["a", 5]}, "credential_malformed", "/proof/domain"),
        (GOOD | {"previousProof": 5}, "credential_malformed", "/proof/previousProof"),
        (GOOD | {"previousProof": [["x"]]}, "credential_malformed", "/proof/previousProof"),
        (GOOD | {"cryptosuite": "Ed25519Signature2020"}, "proof_not_supported", "/proof"),
        (GOOD | {"cryptosuite": None, "type": "eddsa-jcs-2022"}, "proof_not_supported", "/proof"),
        (GOOD | {"cryptosuite": ["eddsa-jcs-2022"]}, "proof_not_supported", "/proof"),
        (GOOD | {"type": "Ed25519Signature2018", "cryptosuite": None}, "proof_not_supported", "/proof"),
    ],
)
def test_proofs_that_are_none(proof: Any, code: str, where: str) -> None:
    assert refusal(proof) == (code, where)


def test_a_chain() -> None:
    found = read_proofs({"proof": [named("urn:a"), named("urn:b", "urn:a"), named("urn:c", "urn:b")]})
    assert found[2].previous == ("urn:b",)


@pytest.mark.parametrize(
    "proofs",
    [
        pytest.param([named("urn:a"), named("urn:a")], id="two of one name"),
        pytest.param([named("urn:a"), named("urn:b", "urn:c")], id="none of that name"),
        pytest.param([named("urn:a", "urn:a")], id="itself"),
        pytest.param([named("urn:a", "urn:b"), named("urn:b", "urn:a")], id="in a circle"),
        pytest.param([GOOD, named("urn:b", "")], id="one without a name"),
    ],
)
def test_chains_that_are_none(proofs: list[Any]) -> None:
    assert refusal(proofs)[0] == "credential_malformed"


@pytest.mark.parametrize("url", ["https://unknown.example/context", "https://www.w3.org/ns/credentials/v3"])
def test_a_vocabulary_that_nobody_bundled_is_named(url: str) -> None:
    """Also where a seal over the JSON itself would never load it."""
    subject = {"id": "urn:x", "@context": url}
    for document in ({"@context": [V2, url]}, {"@context": [V2], "credentialSubject": subject}):
        with pytest.raises(InputError) as refused:
            check_contexts(document)
        assert (refused.value.code, refused.value.found) == ("context_not_allowed", url)


@pytest.mark.parametrize("document", [{}, {"@context": []}, {"@context": None}, {"@context": ""}])
def test_a_document_without_a_vocabulary(document: dict[str, Any]) -> None:
    check_contexts({"@context": [V2]})
    with pytest.raises(InputError) as refused:
        check_contexts(document)
    assert refused.value.code == "context_not_allowed"
