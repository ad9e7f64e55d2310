"""Sealing refuses what no verifier would take, and what key and suite cannot do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing import data_integrity as di
from mikra.sealing import data_integrity_proof as proof
from mikra.sealing.data_integrity_seal import add_proof, seal
from mikra.sealing.rdf.scopes import contexts_in
from tests.sealing.di_keys import AT, SUITES, credential, issuer

ED = issuer("Ed25519")


def refusal(document: dict[str, Any], suite: str = "eddsa-jcs-2022", by: Any = ED, **more: Any) -> str:
    with pytest.raises(InputError) as caught:
        add_proof(document, suite=suite, signer=by.signer, method=by.method, at=AT, **more)
    return caught.value.code


@pytest.mark.parametrize(
    ("suite", "kind"),
    [
        ("eddsa-rdfc-2022", "P-256"),
        ("ecdsa-rdfc-2019", "Ed25519"),
        ("ecdsa-sd-2023", "P-384"),
        ("Ed25519Signature2020", "P-256"),
        ("bbs-2023", "Ed25519"),
        ("Ed25519Signature2018", "Ed25519"),
    ],
)
def test_key_and_suite_must_fit(suite: str, kind: str) -> None:
    by = issuer(kind)
    assert refusal(credential(by.did, version=1), suite, by) == "jws_key_type_mismatch"


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "eddsa-rdfc-2022"])
def test_what_would_not_verify_is_not_sealed(suite: str) -> None:
    assert refusal(credential(ED.did, degree="Doctor"), suite) == "jsonld_undefined_term"
    assert refusal(credential(ED.did) | {"@context": ["https://evil.example/ctx"]}, suite) == "context_not_allowed"
    assert refusal({"type": "VerifiableCredential"}, suite) == "context_not_allowed"
    assert refusal(credential(ED.did), suite, previous=["urn:uuid:1"]) == "credential_malformed"
    assert refusal(credential(ED.did), "Ed25519Signature2020") == "proof_not_supported"


@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_version_1_gets_the_context_of_its_proof_once(suite: str, kind: str) -> None:
    by = issuer(kind)
    document = credential(by.did, version=1)
    sealed = json.loads(seal(document, suite=suite, signer=by.signer, method=by.method, at=AT))
    assert sealed["@context"] == [*document["@context"], "https://w3id.org/security/data-integrity/v2"]
    again = json.loads(seal(document | {"@context": sealed["@context"]}, suite=suite, signer=by.signer,
                            method=by.method, at=AT))  # fmt: skip
    assert again["@context"] == sealed["@context"]
    assert "@context" not in document.get("proof", {})


def test_the_form_of_a_proof() -> None:
    sealed = json.loads(seal(credential(ED.did), suite="eddsa-rdfc-2022", signer=ED.signer, method=ED.method, at=AT))
    proof = dict(sealed["proof"])
    assert proof.pop("proofValue").startswith("z")
    assert proof == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-06-01T12:00:00Z",
        "verificationMethod": ED.method,
        "proofPurpose": "assertionMethod",
    }


def test_more_proofs_than_anybody_needs() -> None:
    sealed = add_proof(credential(ED.did), suite="eddsa-jcs-2022", signer=ED.signer, method=ED.method, at=AT)
    with pytest.raises(InputError) as caught:
        di.read_proofs(sealed | {"proof": [sealed["proof"]] * 17})
    assert caught.value.code == "too_large"


NAMED = st.sampled_from(["@context", "@type", "a@b", "proof", "x"])
WITHIN = st.recursive(
    st.sampled_from(["u", "v", "@", '"@context":', 1]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMED, inner, max_size=3),
    max_leaves=8,
)


@example({"x": {"@context": "v"}}, "u")
@example({"proof": {"@context": "u"}, "x": [{"@context": "v"}]}, "u")
@given(st.dictionaries(NAMED, WITHIN, max_size=4), st.sampled_from(["u", ["u", "v"]]))
def test_the_quick_look_for_contexts_overlooks_none(document: dict[str, Any], root: Any) -> None:
    document = {**document, "@context": root}
    if proof._names_no_other(document):
        assert all(value == root for _, value in contexts_in(document))
