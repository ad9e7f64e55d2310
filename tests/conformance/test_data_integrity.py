"""Data Integrity against Digital Bazaar's packages: what we seal verifies there, what they seal verifies here."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from mikra.errors import InputError
from mikra.sealing import data_integrity as di
from mikra.sealing import ecdsa_sd
from mikra.sealing.data_integrity_seal import add_proof
from mikra.sealing.rdf.canonical import canonical_form
from mikra.verification import Policy, verify
from mikra.verification.question import Session
from tests.conformance.node import ask
from tests.sealing.di_keys import AT, SUITES, badge, credential, issuer, public_key

LATER = AT + timedelta(days=400)
"""After whatever moment their programs sealed at: they take the clock of the machine."""

THEIRS = [(suite, kind) for suite, kind in SUITES if suite != "ecdsa-jcs-2019"]
"""No package of theirs has ecdsa-jcs-2019; W3C's vectors stand in (tests/sealing/test_data_integrity_vectors.py)."""


def documents(did: str) -> dict[str, dict[str, Any]]:
    return {"vc2": credential(did), "vc1": credential(did, version=1), "badge": badge(did)}


def twins(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same with one thing changed: in the content, in the proof's configuration, in its value."""
    for path, value in (
        (("credentialSubject", "id"), "urn:uuid:00000000-0000-4000-8000-00000000c0df"),
        (("proof", "created"), "2026-06-01T12:00:01Z"),
        (("proof", "proofValue"), _other(document["proof"]["proofValue"])),
    ):
        twin = copy.deepcopy(document)
        twin[path[0]][path[1]] = value
        yield twin


def _other(text: str) -> str:
    return text[:-1] + ("2" if text[-1] != "2" else "3")


def fault(document: dict[str, Any]) -> str:
    """What we say of a document with one proof; "" is whole."""
    (proof,) = di.read_proofs(document)
    return di.proof_fault(document, proof, public_key(proof.method))


@cache
def ours() -> list[dict[str, Any]]:
    sealed = []
    for suite, kind in THEIRS:
        by = issuer(kind)
        sealed += [
            add_proof(document, suite=suite, signer=by.signer, method=by.method, at=AT)
            for document in documents(by.did).values()
        ]
    by = issuer("Ed25519")
    old = credential(by.did, version=1)
    sealed.append(add_proof(old, suite="Ed25519Signature2020", signer=by.signer, method=by.method, at=AT))
    return sealed


def test_what_we_seal_verifies_there() -> None:
    answers = ask("data_integrity", [{"do": "verify", "document": document} for document in ours()])
    assert [a for a in answers if not a.get("verified")] == []
    assert len(answers) == 3 * len(THEIRS) + 1


def test_a_tampered_twin_is_refused_there_and_here() -> None:
    made = [twin for document in ours() for twin in twins(document)]
    answers = ask("data_integrity", [{"do": "verify", "document": document} for document in made])
    assert [a for a in answers if a.get("verified") is not False] == []
    assert {fault(twin) for twin in made} == {"signature_invalid"}


@cache
def theirs() -> list[dict[str, Any]]:
    requests = [
        {"do": "issue", "document": document, "suite": suite, "kind": kind}
        for suite, kind in THEIRS
        for document in documents("did:key:ISSUER").values()
    ]
    return [answer["document"] for answer in ask("data_integrity", requests)]


def test_what_they_seal_verifies_here() -> None:
    assert [fault(document) for document in theirs()] == [""] * (3 * len(THEIRS))


def test_a_tampered_twin_of_theirs_is_refused_here() -> None:
    assert {fault(twin) for document in theirs() for twin in twins(document)} == {"signature_invalid"}


@pytest.mark.parametrize("name", ["vc2", "vc1", "badge"])
def test_the_same_canonical_form(name: str) -> None:
    document = documents("did:key:z6Mk")[name]
    (answer,) = ask("data_integrity", [{"do": "canonize", "document": document}])
    assert answer["quads"].encode() == canonical_form(document)


MANDATORY = ["/issuer", "/validFrom"]
CHOSEN = ["/credentialSubject/achievement/name", "/credentialSubject/achievement/alignment/2", "/credentialSubject/id"]


def sd_badge(did: str) -> dict[str, Any]:
    document = badge(did)
    document["credentialSubject"]["id"] = "did:example:holder"
    return document


@cache
def base_of_ours() -> dict[str, Any]:
    by = issuer("P-256")
    return ecdsa_sd.seal(
        sd_badge(by.did), signer=by.signer, method=by.method, at=AT, mandatory=MANDATORY, chance=bytes(range(64))
    )


@cache
def base_of_theirs() -> dict[str, Any]:
    document = sd_badge("did:key:ISSUER")
    request = {"do": "issue", "document": document, "suite": "ecdsa-sd-2023", "kind": "P-256"}
    (answer,) = ask("data_integrity", [request | {"mandatoryPointers": MANDATORY}])
    found: dict[str, Any] = answer["document"]
    return found


@pytest.mark.parametrize("base", [base_of_ours, base_of_theirs])
def test_parts_of_either_base_verify_on_both_sides(base: Any) -> None:
    sealed = base()
    assert fault(sealed) == ""
    here = ecdsa_sd.derive(sealed, CHOSEN)
    (answer,) = ask("data_integrity", [{"do": "derive", "document": sealed, "selectivePointers": CHOSEN}])
    there = answer["document"]
    assert fault(here) == fault(there) == ""
    assert {k: v for k, v in here.items() if k != "proof"} == {k: v for k, v in there.items() if k != "proof"}
    assert here["proof"]["proofValue"] == there["proof"]["proofValue"]
    made = [here, *twins(here)]
    answers = ask("data_integrity", [{"do": "verify", "document": document} for document in made])
    assert [a.get("verified") for a in answers] == [True, False, False, False], answers
    assert {_fault_or_code(twin) for twin in twins(here)} <= {"signature_invalid", "base64url_not_canonical"}


def _fault_or_code(document: dict[str, Any]) -> str:
    try:
        return fault(document)
    except InputError as error:
        return error.code


ASKED = {"challenge": "n-1", "domain": "https://verifier.example"}


def presentation_of_ours(suite: str, kind: str) -> dict[str, Any]:
    by, holder = issuer("Ed25519"), issuer(kind, 3)
    held = add_proof(credential(by.did), suite="eddsa-rdfc-2022", signer=by.signer, method=by.method, at=AT)
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder.did,
        "verifiableCredential": [held],
    }
    return add_proof(
        document, suite=suite, signer=holder.signer, method=holder.method, at=AT, purpose="authentication", **ASKED
    )


PRESENTING = [("eddsa-rdfc-2022", "Ed25519"), ("ecdsa-rdfc-2019", "P-256")]


def test_presentations_of_ours_verify_there() -> None:
    shown = [presentation_of_ours(suite, kind) for suite, kind in PRESENTING]
    requests: list[dict[str, Any]] = [{"do": "verify", "document": one} | ASKED for one in shown]
    requests += [{"do": "verify", "document": one} | ASKED | {"challenge": "n-2"} for one in shown]
    requests += [{"do": "verify", "document": one | {"id": "urn:uuid:9"}} | ASKED for one in shown]
    answers = [answer.get("verified") for answer in ask("data_integrity", requests)]
    assert answers == [True, True, False, False, False, False]


def test_presentations_of_theirs_verify_here() -> None:
    by = issuer("Ed25519")
    held = add_proof(credential(by.did), suite="eddsa-rdfc-2022", signer=by.signer, method=by.method, at=AT)
    requests = [
        {"do": "present", "credentials": [held], "suite": suite, "kind": kind} | ASKED for suite, kind in PRESENTING
    ]
    policy = Policy(trusted_issuers=frozenset({by.did}))
    session = Session(nonce=ASKED["challenge"], audience=ASKED["domain"])
    other = Session(nonce="n-2", audience=ASKED["domain"])
    for answer in ask("data_integrity", requests):
        data = json.dumps(answer["document"]).encode()
        (report,) = verify(data, at=LATER, policy=policy, session=session)
        assert report.code == "valid"
        (report,) = verify(data, at=LATER, policy=policy, session=other)
        assert report.code == "nonce_mismatch"
        (report,) = verify(data.replace(b"Data ethics", b"Data athics"), at=LATER, policy=policy)
        assert report.code == "signature_invalid"


def test_sets_and_chains_of_ours_verify_there() -> None:
    one, two = issuer("Ed25519"), issuer("Ed25519", 1)
    first = add_proof(
        credential(one.did),
        suite="eddsa-rdfc-2022",
        signer=one.signer,
        method=one.method,
        at=AT,
        proof_id="urn:uuid:00000000-0000-4000-8000-000000000001",
    )
    more = {"suite": "eddsa-rdfc-2022", "signer": two.signer, "method": two.method, "at": AT}
    both = add_proof(first, **more)
    chain = add_proof(first, previous=[first["proof"]["id"]], **more)
    broken = [document | {"id": "urn:uuid:9"} for document in (both, chain)]
    answers = ask("data_integrity", [{"do": "verify", "document": each} for each in (both, chain, *broken)])
    assert [answer.get("verified") for answer in answers] == [True, True, False, False]


def test_one_bad_proof_of_a_set_is_enough_here() -> None:
    """Their packages take a set of which one proof holds; the standard (4.7) and we want all of them."""
    one, two = issuer("Ed25519"), issuer("Ed25519", 1)
    more = {"suite": "eddsa-rdfc-2022", "at": AT}
    first = add_proof(credential(one.did), signer=one.signer, method=one.method, **more)
    both = add_proof(first, signer=two.signer, method=two.method, **more)
    both["proof"][1]["created"] = "2026-06-01T12:00:01Z"
    (answer,) = ask("data_integrity", [{"do": "verify", "document": both}])
    assert answer.get("verified") is True
    (report,) = verify(json.dumps(both).encode(), at=LATER, policy=Policy(trusted_issuers=frozenset({one.did})))
    assert report.code == "signature_invalid"
