"""Drills R3 and R5 for Data Integrity: no mutant passes with other content; nothing but our own errors comes out."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from mikra import strictjson
from mikra.codes import CODES
from mikra.errors import InputError
from mikra.sealing import data_integrity as di
from mikra.sealing import ecdsa_sd, jcs
from mikra.sealing.data_integrity_seal import seal
from mikra.sealing.rdf.canonical import canonical_form
from mikra.verification import Policy, verify
from tests.drills.mutants import mutants, tried
from tests.sealing.di_keys import AT, badge, issuer, public_key
from tests.sealing.test_only_our_errors import ODD, changed, places

SUITES = [
    ("eddsa-rdfc-2022", "Ed25519"),
    ("eddsa-jcs-2022", "Ed25519"),
    ("ecdsa-rdfc-2019", "P-384"),
    ("ecdsa-jcs-2019", "P-256"),
    ("ecdsa-sd-2023", "P-256"),
]


def sealed(suite: str, kind: str) -> bytes:
    by = issuer(kind)
    document = badge(by.did)
    if suite != "ecdsa-sd-2023":
        return seal(document, suite=suite, signer=by.signer, method=by.method, at=AT)
    base = ecdsa_sd.seal(
        document, signer=by.signer, method=by.method, at=AT, mandatory=["/issuer"], chance=bytes(range(64))
    )
    return json.dumps(ecdsa_sd.derive(base, ["/credentialSubject/achievement"])).encode()


def accepted(data: bytes) -> bytes | None:
    """The canonical content of what passes, None where it is refused."""
    try:
        document = strictjson.parse(data)
        if not isinstance(document, dict):
            return None
        di.check_contexts(document)
        proofs = di.read_proofs(document)
        keys = [public_key(proof.method) for proof in proofs]
        if any(di.proof_fault(document, p, k, proofs=proofs) for p, k in zip(proofs, keys, strict=True)):
            return None
    except (InputError, ValueError):
        return None
    content = {name: value for name, value in document.items() if name != "proof"}
    options = [jcs.canonical({**proof.options, "@context": 0}) for proof in proofs]
    form = jcs.canonical if all(proof.suite.form == "jcs" for proof in proofs) else canonical_form
    return form(content) + b"".join(options)


@pytest.mark.drill("R3")
@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_no_mutant_passes(
    suite: str,
    kind: str,
    amount: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    data = sealed(suite, kind)
    count = amount(500, 100_000)
    refused, forged = tried(data, accepted, count=count, seed=2)
    record_property(f"mutants of {suite} ({kind})", f"{count}, refused {refused}, forged {len(forged)}")
    assert forged == []
    assert refused > count * 0.9


def test_the_fault_that_the_drill_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one check skipped (the mathematics of the seal), mutants pass."""
    data = sealed("eddsa-jcs-2022", "Ed25519")
    original = accepted(data)
    monkeypatch.setattr(di, "signature_fault", lambda *_: "")
    results = [accepted(mutant) for _, mutant in mutants(data, 500, seed=2)]
    assert any(result not in (None, original) for result in results)


POLICY = Policy(trusted_issuers=frozenset(issuer(kind).did for _, kind in SUITES))
PRESENTED = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiablePresentation"],
    "holder": "did:key:z6Mk",
    "proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofValue": "z1"},
}


def never_raises(document: Any) -> None:
    """Judging gives a report with a code of ours, in time."""
    started = time.perf_counter()
    for report in verify(json.dumps(document).encode(), at=AT, policy=POLICY):
        assert report.code in CODES
    assert time.perf_counter() - started < 2


@pytest.mark.drill("R5")
@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_something_odd_at_every_place(suite: str, kind: str, amount: Callable[[int, int], int]) -> None:
    document = json.loads(sealed(suite, kind))
    where = list(places(document))
    chance = random.Random(5)
    for _ in range(amount(400, 20_000)):
        twin = changed(document, chance.choice(where[1:]), copy.deepcopy(chance.choice(ODD)))
        never_raises(twin)


@pytest.mark.drill("R5")
def test_something_odd_in_every_member_of_a_proof() -> None:
    document = json.loads(sealed("eddsa-rdfc-2022", "Ed25519"))
    inner = {**PRESENTED, "verifiableCredential": [document]}
    for odd in ODD:
        for name in (*document["proof"], "id", "expires", "domain", "challenge", "previousProof", "nonce", "@context"):
            never_raises(document | {"proof": document["proof"] | {name: odd}})
            never_raises(inner | {"proof": {**PRESENTED["proof"], name: odd}})
        never_raises(document | {"proof": [document["proof"], odd]})
        never_raises(document | {"@context": odd})
        never_raises(inner | {"holder": odd})
        never_raises(inner | {"verifiableCredential": odd})


def test_a_planted_crash_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(jcs, "canonical", crash)
    with pytest.raises(ZeroDivisionError):
        never_raises(json.loads(sealed_before))


sealed_before = sealed("eddsa-jcs-2022", "Ed25519")
