"""Credentials and presentations with a `proof`: what is judged, and a twin of each that must be refused."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import orjson
import pytest

from mikra.report import Report, Status, Verdict
from mikra.sealing import multibase
from mikra.sealing.data_integrity_seal import add_proof
from mikra.sealing.rdf.scopes import Library
from mikra.verification import Policy, verify
from mikra.verification.question import NO_SESSION, Session
from tests.sealing.di_keys import AT, SUITES, badge, credential, issuer

LATER = AT + timedelta(days=1)
ISSUER, OTHER, HOLDER = issuer("Ed25519"), issuer("Ed25519", 1), issuer("Ed25519", 2)
RDFC, JCS = "eddsa-rdfc-2022", "eddsa-jcs-2022"


def judged(document: Any, *, session: Session = NO_SESSION, **policy: Any) -> list[Report]:
    trusted = frozenset({issuer(kind).did for _, kind in SUITES})
    rules = Policy(**{"trusted_issuers": trusted, **policy})
    return list(verify(orjson.dumps(document), at=LATER, policy=rules, session=session))


def answer(document: Any, **more: Any) -> tuple[str, str]:
    (report,) = judged(document, **more)
    return report.verdict.value, report.code


def sealed(document: dict[str, Any], suite: str = RDFC, by: Any = ISSUER, **more: Any) -> dict[str, Any]:
    return add_proof(document, suite=suite, signer=by.signer, method=by.method, at=AT, **more)


@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_every_suite(suite: str, kind: str) -> None:
    by = issuer(kind)
    for document in (credential(by.did), badge(by.did), credential(by.did, version=1)):
        whole = sealed(document, suite, by)
        assert answer(whole) == ("TOTAL-PASSED", "valid")
        assert answer(whole | {"id": "urn:x:y"}) == ("TOTAL-FAILED", "signature_invalid")
        assert answer(whole, trusted_issuers=frozenset()) == ("INDETERMINATE", "seal_not_trusted")
        later = copy.deepcopy(whole)
        later["proof"]["created"] = "2026-06-01T12:00:01Z"
        assert answer(later) == ("TOTAL-FAILED", "signature_invalid")


def test_the_older_seal_only_in_version_1() -> None:
    whole = sealed(credential(ISSUER.did, version=1), "Ed25519Signature2020")
    assert answer(whole) == ("TOTAL-PASSED", "valid")
    assert answer(whole | {"issuanceDate": "2026-01-02T00:00:00Z"})[1] == "signature_invalid"
    newer = sealed(credential(ISSUER.did)) | {"proof": whole["proof"]}
    assert answer(newer) == ("INDETERMINATE", "proof_not_supported")


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    twin = copy.deepcopy(document)
    del twin["proof"][name]
    return twin


def with_proof(document: dict[str, Any], **members: Any) -> dict[str, Any]:
    twin = copy.deepcopy(document)
    twin["proof"] |= members
    return twin


@pytest.mark.parametrize("suite", [RDFC, JCS])
@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"proofValue": None}, "proof_value_malformed"),
        ({"proofValue": "3mui4Ay8M2EbtP8rig7gxpujictpmyUMMG8HnmVFJKNZ"}, "proof_value_malformed"),
        ({"proofValue": "z"}, "proof_value_malformed"),
        ({"proofValue": multibase.encode_z(bytes(64))}, "signature_invalid"),
        ({"proofValue": multibase.encode_z(bytes(63))}, "signature_invalid"),
        ({"type": "UnknownProof"}, "proof_not_supported"),
        ({"type": "RsaSignature2018"}, "proof_not_supported"),
        ({"cryptosuite": "bbs-2023"}, "proof_not_supported"),
        ({"cryptosuite": None}, "proof_not_supported"),
        ({"cryptosuite": "ecdsa-rdfc-2019"}, "jws_key_type_mismatch"),
        ({"proofPurpose": "authentication"}, "key_purpose_mismatch"),
        ({"proofPurpose": None}, "credential_malformed"),
        ({"verificationMethod": ""}, "key_not_found"),
        ({"verificationMethod": OTHER.method}, "signature_invalid"),
        ({"verificationMethod": ISSUER.did + "#other"}, "key_not_found"),
        ({"verificationMethod": "did:example:1#k"}, "issuer_key_mismatch"),
        ({"verificationMethod": "did:web:other.example.test#k"}, "key_unavailable"),
        ({"created": "2026-06-01"}, "credential_malformed"),
        ({"created": 5}, "credential_malformed"),
        ({"id": "not an address"}, "credential_malformed"),
        ({"id": 5}, "credential_malformed"),
        ({"previousProof": "urn:uuid:1"}, "credential_malformed"),
        ({"previousProof": 5}, "credential_malformed"),
        ({"domain": 5}, "credential_malformed"),
        ({"nonce": "x"}, "signature_invalid"),
    ],
)
def test_proofs_that_are_wrong(suite: str, members: dict[str, Any], code: str) -> None:
    verdict, found = answer(with_proof(sealed(credential(ISSUER.did), suite), **members))
    assert found == code or (code == "credential_malformed" and found == "signature_invalid")
    assert verdict != "TOTAL-PASSED"


@pytest.mark.parametrize("context", [b"{}", b"5", b'["@context"]', b"null", b'{"context": {}}'])
def test_a_context_of_a_policy_that_is_none(context: bytes) -> None:
    found = answer(sealed(credential(ISSUER.did)), contexts={"https://x.example.test/context": context})
    assert found == ("INDETERMINATE", "context_not_allowed")


@pytest.mark.parametrize("name", ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"])
def test_members_that_must_be_there(name: str) -> None:
    assert answer(without(sealed(credential(ISSUER.did)), name))[0] != "TOTAL-PASSED"


@pytest.mark.parametrize("proof", [None, [], {}, "", 5, [None], ["x"], [[]]])
def test_no_proof_at_all(proof: Any) -> None:
    found = answer(sealed(credential(ISSUER.did)) | {"proof": proof})
    assert found in {("INDETERMINATE", "proof_missing"), ("TOTAL-FAILED", "credential_malformed")}


def test_a_proof_that_has_ended() -> None:
    whole = sealed(credential(ISSUER.did), JCS)
    assert answer(with_proof(whole, expires="2026-06-01T13:00:00Z")) == ("INDETERMINATE", "credential_expired")
    assert answer(with_proof(whole, expires="2027-06-01T13:00:00Z"))[1] == "signature_invalid"


def test_all_proofs_of_a_set_count_and_one_is_the_issuers() -> None:
    both = sealed(sealed(credential(ISSUER.did)), JCS, OTHER)
    assert answer(both) == ("TOTAL-PASSED", "valid")
    assert answer(both | {"proof": both["proof"][::-1]}) == ("TOTAL-PASSED", "valid")
    for number in (0, 1):
        broken = copy.deepcopy(both)
        broken["proof"][number]["created"] = "2026-06-01T12:00:01Z"
        assert answer(broken) == ("TOTAL-FAILED", "signature_invalid")
    unknown = copy.deepcopy(both)
    unknown["proof"][1]["cryptosuite"] = "unknown-2030"
    assert answer(unknown) == ("INDETERMINATE", "proof_not_supported")
    foreign = both | {"proof": both["proof"][1:]}
    assert answer(foreign) == ("TOTAL-FAILED", "issuer_key_mismatch")
    (report,) = judged(foreign, proof_only=True)
    assert report.verdict is not Verdict.TOTAL_FAILED
    assert report.check("issuer").status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("suite", [RDFC, JCS])
def test_a_chain_covers_the_proofs_before_it(suite: str) -> None:
    first = sealed(credential(ISSUER.did), suite, proof_id="urn:uuid:00000000-0000-4000-8000-000000000001")
    chain = sealed(first, suite, OTHER, previous=[first["proof"]["id"]])
    assert answer(chain) == ("TOTAL-PASSED", "valid")
    later = sealed(credential(ISSUER.did), suite, proof_id=first["proof"]["id"])
    again = add_proof(
        credential(ISSUER.did),
        suite=suite,
        signer=ISSUER.signer,
        method=ISSUER.method,
        at=AT + timedelta(seconds=1),
        proof_id=first["proof"]["id"],
    )
    assert later["proof"] == first["proof"]
    swapped = chain | {"proof": [again["proof"], chain["proof"][1]]}
    assert answer(swapped) == ("TOTAL-FAILED", "signature_invalid")
    alone = chain | {"proof": [chain["proof"][1]]}
    assert answer(alone) == ("TOTAL-FAILED", "credential_malformed")
    twice = chain | {"proof": [chain["proof"][0], chain["proof"][0]]}
    assert answer(twice) == ("TOTAL-FAILED", "credential_malformed")


def presentation(*credentials: Any, holder: str = HOLDER.did, suite: str = RDFC, **more: Any) -> dict[str, Any]:
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": list(credentials),
    }
    return add_proof(
        document,
        suite=suite,
        signer=HOLDER.signer,
        method=HOLDER.method,
        at=AT,
        purpose=more.pop("purpose", "authentication"),
        **more,
    )


ASKED = Session(nonce="n-1", audience="https://verifier.example")


@pytest.mark.parametrize("suite", [RDFC, JCS])
def test_a_presentation(suite: str) -> None:
    held = sealed(credential(ISSUER.did, credentialSubject={"id": HOLDER.did}))
    shown = presentation(held, suite=suite, challenge=ASKED.nonce, domain=ASKED.audience)
    (report,) = judged(shown, session=ASKED)
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
    assert report.check("holder").status is Status.PASSED
    assert HOLDER.did in report.check("holder").reason.text()
    assert answer(shown) == ("TOTAL-PASSED", "valid")
    assert answer(shown, session=Session(nonce="n-2"))[1] == "nonce_mismatch"
    assert answer(shown, session=Session(audience="https://other.example"))[1] == "audience_mismatch"
    assert answer(shown | {"holder": OTHER.did})[1] in {"signature_invalid", "holder_binding_invalid"}
    assert answer(with_proof(shown, challenge="n-2"), session=Session(nonce="n-2"))[1] == "signature_invalid"


def test_a_presentation_without_what_was_asked_for() -> None:
    held = sealed(credential(ISSUER.did))
    assert answer(presentation(held), session=ASKED)[1] == "nonce_mismatch"
    assert answer(presentation(held, challenge=ASKED.nonce), session=ASKED)[1] == "audience_mismatch"
    assert answer(presentation(held, purpose="assertionMethod"))[1] == "key_purpose_mismatch"
    assert answer(presentation(held, holder=OTHER.did))[1] == "holder_binding_invalid"


@pytest.mark.parametrize("suite", [RDFC, JCS])
def test_a_proof_of_who_somebody_is_issues_nothing(suite: str) -> None:
    """A presentation of nothing that looks like a credential: its proof is not one of issuing."""

    def proven(**changes: Any) -> str:
        kinds = ["VerifiablePresentation", *changes.pop("kinds", [])]
        document = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": kinds,
            "holder": HOLDER.did,
            **changes,
        }
        signed = {"signer": HOLDER.signer, "method": HOLDER.method, "at": AT, "purpose": "authentication"}
        return answer(add_proof(document, suite=suite, **signed))[1]

    assert proven() == "seal_not_trusted"
    assert proven(kinds=["VerifiableCredential"]) == "credential_malformed"
    full = credential(HOLDER.did) | {"type": ["VerifiablePresentation", "VerifiableCredential"]}
    assert proven(**full) == "credential_malformed"


def test_credentials_inside_are_judged_by_themselves() -> None:
    good = sealed(credential(ISSUER.did))
    bad = sealed(credential(ISSUER.did)) | {"name": "Doctor of everything"}
    foreign = sealed(credential(ISSUER.did), by=OTHER)
    reports = judged(presentation(good, bad, foreign, credential(ISSUER.did)))
    assert [r.code for r in reports] == ["valid", "signature_invalid", "issuer_key_mismatch", "proof_missing"]
    assert all(r.credential is None for r in reports if r.code == "signature_invalid")


def test_a_broken_presentation_shows_nothing_of_its_credentials() -> None:
    shown = presentation(sealed(credential(ISSUER.did)))
    (report,) = judged(shown | {"id": "urn:uuid:00000000-0000-4000-8000-000000000009"})
    assert (report.verdict, report.code) == (Verdict.TOTAL_FAILED, "signature_invalid")
    assert report.credential is None


def test_a_presentation_of_somebody_elses_credential() -> None:
    shown = presentation(sealed(credential(ISSUER.did, credentialSubject={"id": OTHER.did})), challenge="n-1")
    (report,) = judged(shown)
    assert "another identifier" in report.check("holder").reason.text()
    assert answer(shown, session=Session(nonce="n-1", key_binding=True))[1] == "holder_binding_invalid"


CONTEXT = "https://a.example/course/v1"
TERMS = {"@context": {"Course": "https://a.example/terms#Course", "hours": "https://a.example/terms#hours"}}


def course() -> dict[str, Any]:
    document = credential(ISSUER.did, credentialSubject={"type": "Course", "hours": 25})
    document["@context"].append(CONTEXT)
    return document


def test_an_added_context_is_read_and_named_with_its_digest() -> None:
    added = {CONTEXT: orjson.dumps(TERMS)}
    whole = sealed(course(), library=Library({CONTEXT: TERMS["@context"]}))
    (report,) = judged(whole)
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "context_not_allowed")
    assert CONTEXT in report.check("seal.integrity").reason.text()
    (report,) = judged(whole, contexts=added)
    assert report.code == "valid"
    (note,) = [f for f in report.check("format").findings if f.rule == "context.added"]
    assert CONTEXT in note.what.text()
    assert note.found.startswith("SHA-256 ")
    other = json.dumps(TERMS).replace("hours", "minutes").encode()
    assert answer(whole, contexts={CONTEXT: other})[1] == "jsonld_undefined_term"


def test_a_bundled_context_cannot_be_replaced() -> None:
    whole = sealed(credential(ISSUER.did))
    assert answer(whole, contexts={whole["@context"][0]: b'{"@context": {}}'})[1] == "context_not_allowed"


def test_an_undefined_name_is_named() -> None:
    whole = sealed(credential(ISSUER.did))
    whole["credentialSubject"]["degree"] = "Doctor"
    (report,) = judged(whole)
    assert report.code == "jsonld_undefined_term"
    assert "degree" in report.check("seal.integrity").reason.text()


def test_the_first_vocabulary_is_that_of_w3c() -> None:
    whole = sealed(badge(ISSUER.did))
    assert answer(whole | {"@context": whole["@context"][::-1]}) == ("INDETERMINATE", "context_not_allowed")


@pytest.mark.parametrize("context", [1, slice(0, 1), slice(None, None, -1)])
def test_a_proof_holds_only_for_its_own_vocabularies(context: Any) -> None:
    """In the jcs suites the proof repeats the contexts that were sealed; the document must begin with them."""
    whole = sealed(badge(ISSUER.did), JCS)
    twin = whole | {"@context": whole["@context"][context]}
    assert answer(twin)[1] in {"signature_invalid", "context_not_allowed"}
    assert answer(whole | {"@context": whole["@context"][:1]})[1] == "signature_invalid"
