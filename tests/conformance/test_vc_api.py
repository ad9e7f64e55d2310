"""What the W3C's eddsa and ecdsa suites send to a verifier, made by others (`vc_api.mjs`), against our server.

Each wrong credential is sealed over what is wrong: only the rule can refuse it. And what our server issues, their
verifiers verify.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from tests.adapters.vc_api.test_vc_api import ISSUERS, Caller, credential
from tests.conformance.node import ask

SUITES = [
    ("eddsa-rdfc-2022", "Ed25519"),
    ("eddsa-jcs-2022", "Ed25519"),
    ("ecdsa-rdfc-2019", "P-256"),
    ("ecdsa-rdfc-2019", "P-384"),
    ("ecdsa-jcs-2019", "P-256"),
    ("ecdsa-jcs-2019", "P-384"),
]
CASES = [(suite, kind, version) for suite, kind in SUITES for version in ("1.1", "2.0")]

VERIFIED = (
    "whole",
    "noCreated",
    "createdBefore",
    "createdBare",
    "expiresBare",
    "challenged",
    "chain",
    "chainAsList",
    "set",
)
"""VC Data Integrity 1.0: `created` may be missing, a time without an offset is UTC; sets and chains of proofs."""

REFUSED = (
    "noMethod",
    "wrongMethod",
    "noPurpose",
    "wrongPurpose",
    "forAuthentication",
    "wrongType",
    "wrongSuite",
    "noSuite",
    "wrongCreated",
    "wrongExpires",
    "ended",
    "wrongForm",
    "wrongDigest",
    "undefinedTerm",
    "relativeType",
    "chainToNothing",
    "chainToNothingInList",
    "chainOfNumber",
    "chainBroken",
    "chainUncovered",
    "setOfOthers",
    "idNoUrl",
)


class Now(Caller):
    """At the moment of the machine's clock, at which the others seal."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.now(UTC)

    def ask(self, document: Any, path: str = "/credentials/verify", **options: Any) -> int:
        return self.call("POST", path, {"verifiableCredential": document, "options": options})[0]


@cache
def made() -> dict[tuple[str, ...], dict[str, Any]]:
    requests: list[dict[str, Any]] = [{"do": "fixtures", "suite": s, "kind": k, "version": v} for s, k, v in CASES]
    requests += [{"do": "derived", "version": version} for version in ("1.1", "2.0")]
    answers = ask("vc_api", requests)
    assert [one for one in answers if "failed" in one] == []
    return dict(zip([*CASES, ("1.1",), ("2.0",)], answers, strict=True))


@pytest.mark.parametrize("case", CASES, ids="-".join)
class TestProofs:
    @pytest.mark.parametrize("name", VERIFIED)
    def test_what_keeps_the_rules_is_verified(self, case: tuple[str, ...], name: str) -> None:
        assert Now().ask(made()[case][name]) == 200

    @pytest.mark.parametrize("name", REFUSED)
    def test_what_breaks_one_is_not(self, case: tuple[str, ...], name: str) -> None:
        assert Now().ask(made()[case][name]) in (400, 422)

    def test_a_proof_without_a_value_or_with_another(self, case: tuple[str, ...]) -> None:
        whole = made()[case]["whole"]
        value = whole["proof"]["proofValue"]
        for other in (None, value[1:], value + "1111", "z", 7, "u" + value[1:]):
            assert Now().ask({**whole, "proof": {**whole["proof"], "proofValue": other}}) in (400, 422)
        bare = {name: one for name, one in whole["proof"].items() if name != "proofValue"}
        assert Now().ask({**whole, "proof": bare}) in (400, 422)
        for proof in (None, [], {}):
            assert Now().ask({**whole, "proof": proof}) == 400
        assert Now().ask({**whole, "proof": "x"}) in (400, 422)
        assert Now().ask({name: one for name, one in whole.items() if name != "proof"}) == 400

    def test_what_was_added_after_sealing(self, case: tuple[str, ...]) -> None:
        whole = made()[case]["whole"]
        assert Now().ask({**whole, "type": [*whole["type"], "UndefinedType"]}) == 422
        subject = {**whole["credentialSubject"], "undefinedTerm": "lost"}
        assert Now().ask({**whole, "credentialSubject": subject}) == 422
        based = [*whole["@context"], {"@base": "https://base.example.test/"}]
        assert Now().ask({**whole, "@context": based}) == 422

    def test_what_the_caller_expects(self, case: tuple[str, ...]) -> None:
        whole, challenged = made()[case]["whole"], made()[case]["challenged"]
        assert Now().ask(whole, expectedProofPurpose="assertionMethod") == 200
        assert Now().ask(whole, expectedProofPurpose="authentication") == 422
        assert Now().ask(whole, challenge="c") == 422
        assert Now().ask(challenged, challenge="c", domain="domain.example") == 200
        assert Now().ask(challenged, challenge="d", domain="domain.example") == 422
        assert Now().ask(challenged, domain="another.example") == 422

    def test_of_their_packages(self, case: tuple[str, ...]) -> None:
        if "packaged" not in made()[case]:
            assert case[0] == "ecdsa-jcs-2019"  # no package of theirs has it
            return
        assert Now().ask(made()[case]["packaged"]) == 200
        assert Now().ask({**made()[case]["packaged"], "id": "urn:uuid:00000000-0000-4000-8000-00000000c0df"}) == 422


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_selective_disclosure(version: str) -> None:
    base, whole = (made()[(version,)][name] for name in ("base", "whole"))
    assert Now().ask(whole) == 200
    assert Now().ask(base) == 422
    body = {"verifiableCredential": base, "options": {"selectivePointers": ["/credentialSubject/description"]}}
    status, shown = Now().call("POST", "/credentials/derive", body)
    assert (status, Now().ask(shown)) == (201, 200)
    assert Now().ask({**shown, "credentialSubject": {**shown["credentialSubject"], "description": "Other."}}) == 422


def test_what_the_server_issues_verifies_there() -> None:
    api = Now()
    names = [n for n, one in ISSUERS.items() if one.suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019")]
    sealed = [api.issue(credential(), name)[1] for name in names if name != "bitstring"]
    twins = [{**one, "id": "urn:uuid:00000000-0000-4000-8000-00000000c0df"} for one in sealed]
    answers = ask("vc_api", [{"do": "verify", "document": document} for document in sealed + twins])
    assert [one["verified"] for one in answers] == [True] * len(sealed) + [False] * len(twins)
