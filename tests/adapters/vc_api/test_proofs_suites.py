"""What the W3C's eddsa and ecdsa suites ask of a proof that a server made: its members, their form, its length.

What they ask of a verifier is in `tests/conformance/test_vc_api.py`, with proofs of others.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mikra import base64url
from mikra.instants import instant
from mikra.public_keys import base58
from mikra.sealing import cbor
from tests.adapters.vc_api.test_vc_api import ISSUERS, SD, V1, V2, Caller, credential, issued

PROOFS = sorted(name for name, one in ISSUERS.items() if one.suite not in (SD, "vc-jose"))
LENGTH = {"Ed25519": 64, "P-256": 64, "P-384": 96}
BASE = bytes.fromhex("d95d00")
DERIVED = bytes.fromhex("d95d01")


@pytest.mark.parametrize("name", PROOFS)
@pytest.mark.parametrize("version", [V1, V2])
def test_members_of_a_proof(name: str, version: str) -> None:
    issuer = ISSUERS[name]
    changes: dict[str, Any] = {"@context": [version], "credentialSubject": {"id": "did:example:1"}}
    if version == V1:
        changes["issuanceDate"] = "2026-01-01T00:00:00Z"
    if issuer.status and version == V1:
        return  # the terms of status lists are those of version 2
    sealed = issued(Caller(), name, **changes)
    proof = sealed["proof"]
    assert isinstance(proof, dict)
    assert (proof["type"], proof["cryptosuite"]) == ("DataIntegrityProof", issuer.suite)
    assert proof["proofPurpose"] == "assertionMethod"
    assert proof["verificationMethod"] == issuer.key_id
    assert issuer.key_id.partition("#")[0] == sealed["issuer"] == issuer.did
    assert proof.get("created") is None or instant(proof["created"])
    value = proof["proofValue"]
    assert value[0] == "z"
    assert len(base58.decode(value[1:])) == LENGTH[issuer.key_kind]
    assert ("@context" in proof) == ("jcs" in issuer.suite)
    assert proof.get("@context", sealed["@context"]) == sealed["@context"]
    header = {"Ed25519": "z6Mk", "P-256": "zDn", "P-384": "z82"}[issuer.key_kind]
    assert issuer.key_id.partition("#")[2].startswith(header)


def test_what_is_not_a_proof_of_jcs_says_nothing_of_contexts_and_what_is_needs_them() -> None:
    api = Caller()
    sealed = issued(api, "eddsa-jcs-2022")
    for contexts in (None, [], ["https://www.w3.org/ns/credentials/examples/v2"], [V1]):
        twin = copy.deepcopy(sealed)
        twin["proof"] = {n: one for n, one in {**sealed["proof"], "@context": contexts}.items() if one is not None}
        assert api.verify(twin) in (400, 422)


class TestSelectiveDisclosure:
    POINTERS = ("/issuer", "/credentialSubject/id")

    def issue(self, api: Caller, *pointers: str, **changes: Any) -> tuple[int, Any]:
        value = credential(**changes)
        body = {"credential": value, "options": {"mandatoryPointers": list(pointers)}}
        status, answer = api.call("POST", f"/issuers/{SD}/credentials/issue", body)
        return status, answer.get("verifiableCredential", answer)

    def test_a_base_proof(self) -> None:
        status, sealed = self.issue(Caller(), *self.POINTERS)
        proof = sealed["proof"]
        assert (status, proof["cryptosuite"], proof["type"]) == (201, SD, "DataIntegrityProof")
        assert proof["proofValue"][0] == "u"
        data = base64url.decode(proof["proofValue"][1:])
        assert data[:3] == BASE
        signature, key, secret, signatures, pointers = cbor.decode(data[3:])
        assert (len(signature), len(key), len(secret)) == (64, 35, 32)
        assert key[:2] == bytes.fromhex("8024")
        assert signatures
        assert {len(one) for one in signatures} == {64}
        assert pointers == list(self.POINTERS)

    def test_pointers_to_nothing(self) -> None:
        assert self.issue(Caller(), "/nothing")[0] in (400, 422)
        assert self.issue(Caller(), "/credentialSubject/nothing")[0] in (400, 422)
        assert self.issue(Caller())[0] == 201

    def test_a_derived_proof(self) -> None:
        api = Caller()
        sealed = self.issue(api, *self.POINTERS, description="x")[1]
        body = {"verifiableCredential": sealed, "options": {"selectivePointers": ["/description"]}}
        status, shown = api.call("POST", "/credentials/derive", body)
        assert (status, shown["description"]) == (201, "x")
        assert "name" not in shown["credentialSubject"]
        data = base64url.decode(shown["proof"]["proofValue"].removeprefix("u"))
        assert data[:3] == DERIVED
        signature, key, signatures, labels, places = cbor.decode(data[3:])
        assert (len(signature), len(key), {len(one) for one in signatures}) == (64, 35, {64})
        assert all(isinstance(one, int) for one in [*labels, *places])
        assert all(len(one) == 32 for one in labels.values())
        assert api.verify(shown) == 200

    def test_arrays_show_what_was_chosen_of_them(self) -> None:
        """The W3C's case of sails and boards: first and last of a list, and no more."""
        api = Caller()
        contexts = [V2, {"sails": "https://x.example/#sails", "size": "https://x.example/#size"}]
        subject = {"sails": [{"size": "5.5"}, {"size": "6.1"}, {"size": "7.0"}]}
        sealed = self.issue(api, "/issuer", **{"@context": contexts, "credentialSubject": subject})[1]
        chosen = ["/credentialSubject/sails/0", "/credentialSubject/sails/2"]
        body = {"verifiableCredential": sealed, "options": {"selectivePointers": chosen}}
        status, shown = api.call("POST", "/credentials/derive", body)
        assert (status, shown["credentialSubject"]["sails"]) == (201, [{"size": "5.5"}, {"size": "7.0"}])
        assert api.verify(shown) == 200
        shown["credentialSubject"]["sails"][1]["size"] = "6.1"
        assert api.verify(shown) == 422

    @pytest.mark.parametrize(
        "change",
        [
            lambda value: value[1:],
            lambda value: "z" + value[1:],
            lambda value: "u" + base64url.encode(b"\xd9\x5d\x02" + base64url.decode(value[1:])[3:]),
            lambda value: "u" + base64url.encode(base64url.decode(value[1:])[3:]),
            lambda value: value[:-8],
            lambda value: None,
        ],
    )
    def test_a_base_proof_that_is_none(self, change: Any) -> None:
        api = Caller()
        sealed = self.issue(api, *self.POINTERS)[1]
        sealed["proof"]["proofValue"] = change(sealed["proof"]["proofValue"])
        body = {"verifiableCredential": sealed, "options": {"selectivePointers": ["/credentialSubject/name"]}}
        assert api.call("POST", "/credentials/derive", body)[0] in (400, 422)
        assert api.verify(sealed) in (400, 422)
