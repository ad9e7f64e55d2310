"""The VC API as conformance suites drive it: each yes with a tampered twin that is no, and exact status codes."""

from __future__ import annotations

import copy
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mikra.adapters.vc_api.app import Application
from mikra.adapters.vc_api.issuers import EXAMPLES, Issuer, add_proof, new_issuers
from mikra.trust.loader import OFFLINE
from tests.sealing.test_only_our_errors import ODD, changed, places

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
ISSUERS = new_issuers()
SD = "ecdsa-sd-2023"
SEALING = sorted(ISSUERS.keys() - {SD})


class Caller:
    """One application, called without a socket."""

    def __init__(self, *, proof_only: bool = False) -> None:
        self.now = AT
        self.app = Application(
            ISSUERS, base="https://localhost:1", clock=lambda: self.now, loader=OFFLINE, proof_only=proof_only
        )

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": io.BytesIO(data),
        }
        told: list[str] = []
        answer = b"".join(self.app(environ, lambda status, headers: told.append(status)))
        return int(told[0].split()[0]), json.loads(answer)

    def issue(self, value: Any, name: str = "eddsa-rdfc-2022") -> tuple[int, Any]:
        status, answer = self.call("POST", f"/issuers/{name}/credentials/issue", {"credential": value})
        return status, answer.get("verifiableCredential", answer)

    def verify(self, value: Any) -> int:
        return self.call(
            "POST", "/credentials/verify", {"verifiableCredential": value, "options": {"checks": ["proof"]}}
        )[0]

    def present(self, value: Any, **options: Any) -> int:
        return self.call("POST", "/presentations/verify", {"verifiablePresentation": value, "options": options})[0]

    def prove(self, value: Any, name: str = "eddsa-rdfc-2022", **options: Any) -> Any:
        body = {"presentation": value, "options": options}
        status, answer = self.call("POST", f"/issuers/{name}/presentations/prove", body)
        assert status == 201, answer
        return answer["verifiablePresentation"]


@pytest.fixture
def api() -> Caller:
    return Caller()


def credential(**changes: Any) -> dict[str, Any]:
    value = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"id": "did:example:subject", "name": "Ana"},
        **changes,
    }
    return {name: one for name, one in value.items() if one is not None}


def issued(api: Caller, by: str = "eddsa-rdfc-2022", /, **changes: Any) -> Any:
    status, answer = api.issue(credential(**changes), by)
    assert status == 201, answer
    return answer


def presentation(*credentials: Any, **changes: Any) -> dict[str, Any]:
    value = {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": list(credentials), **changes}
    return {name: one for name, one in value.items() if one is not None}


def tampered(value: Any) -> Any:
    """The same with another subject; in an envelope, with another byte of the seal."""
    twin = copy.deepcopy(value)
    if "credentialSubject" in twin:
        twin["credentialSubject"]["name"] = "Eve"
    else:
        twin["id"] = twin["id"][:-6] + ("AAAAAA" if not twin["id"].endswith("AAAAAA") else "BBBBBB")
    return twin


class TestIssuing:
    @pytest.mark.parametrize("name", SEALING)
    def test_what_is_issued_verifies_and_its_twin_does_not(self, api: Caller, name: str) -> None:
        sealed = issued(api, name)
        assert api.verify(sealed) == 200
        assert api.verify(tampered(sealed)) == 422

    @pytest.mark.parametrize("name", [n for n in SEALING if n not in ("vc-jose", "bitstring")])
    def test_version_1_gets_the_context_of_its_proof(self, api: Caller, name: str) -> None:
        value = credential(**{"@context": [V1]}, issuanceDate="2026-01-01T00:00:00Z")
        value["credentialSubject"] = {"id": "did:example:subject"}
        status, sealed = api.issue(value, name)
        assert status == 201
        assert sealed["@context"] == [V1, "https://w3id.org/security/data-integrity/v2"]
        assert api.verify(sealed) == 200
        sealed["credentialSubject"]["id"] = "did:example:other"
        assert api.verify(sealed) == 422

    def test_it_is_sealed_as_our_own_whoever_was_named(self, api: Caller) -> None:
        own = ISSUERS["eddsa-rdfc-2022"].did
        assert issued(api)["issuer"] == own
        assert issued(api, issuer="did:example:issuer")["issuer"] == own
        named = issued(api, issuer={"id": "did:example:issuer", "name": "X"})["issuer"]
        assert named == {"id": own, "name": "X"}
        assert issued(api, issuer={"name": "X"} | {"id": own})["issuer"]["id"] == own
        assert api.issue(credential(issuer="nobody"))[0] == 422
        assert api.issue({**credential(), "issuer": None})[0] == 422

    def test_issuing_needs_no_options_and_has_a_default_issuer(self, api: Caller) -> None:
        status, answer = api.call("POST", "/credentials/issue", {"credential": credential()})
        assert (status, answer["verifiableCredential"]["proof"]["cryptosuite"]) == (201, "eddsa-rdfc-2022")

    @pytest.mark.parametrize(
        "body", [None, 7, [], {}, {"credential": None}, {"credential": "x"}, {"credential": []}, b"{", b"\xff"]
    )
    def test_malformed_requests(self, api: Caller, body: Any) -> None:
        for path in ("/credentials/issue", "/issuers/vc-jose/credentials/issue"):
            assert api.call("POST", path, body)[0] == 400

    @pytest.mark.parametrize(
        "changes",
        [
            {"@context": None},
            {"@context": [EXAMPLES, V2]},
            {"@context": [V2, "https ://not-a-url"]},
            {"@context": [V2, 7]},
            {"@context": [V2, "https://unknown.example.test/context"]},
            {"@context": [V2, {"VerifiableCredential": "https://x.example/y"}]},
            {"@context": [V2, {"@protected": True, "E": "https://x.example/E"}, {"E": "https://x.example/F"}]},
            {"@context": [V2, {"E": "https ://not-a-url#E"}], "type": ["VerifiableCredential", "E"]},
            {"credentialStatus": {"id": "did:example:status", "type": 2}},
            {"type": None},
            {"type": ["VerifiableCredential", "Unmapped"]},
            {"id": "no url"},
            {"id": ["urn:a", "urn:b"]},
            {"credentialSubject": None},
            {"credentialSubject": {}},
            {"validFrom": "yesterday"},
            {"validFrom": "2026-01-02T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"},
            {"undefinedProperty": "lost"},
            {"statusEntry": {"type": "BitstringStatusListEntry", "statusListIndex": True}},
            {"name": {"@value": "x", "@language": "en", "extra": "y"}},
            {"evidence": {"id": "urn:x"}},
            {"credentialSchema": {"type": "JsonSchema"}},
            {"relatedResource": [{"id": V2, "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"}]},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    @pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "vc-jose"])
    def test_what_breaks_a_rule_is_not_sealed(self, api: Caller, name: str, changes: dict[str, Any]) -> None:
        assert api.issue(credential(**changes), name)[0] in (400, 422)

    @pytest.mark.parametrize(
        "changes",
        [
            {"@context": [V2, EXAMPLES], "type": ["VerifiableCredential", "AnyExample"]},
            {"@context": [V2, {"Mapped": "https://x.example/Mapped"}], "type": ["VerifiableCredential", "Mapped"]},
            {"type": ["VerifiableCredential", "https://x.example/Type"]},
            {"@context": [V2, {"T": "https://x.example/T"}], "termsOfUse": [{"type": "T"}, {"type": "T"}]},
            {"refreshService": {"type": "https://x.example/#R", "id": "did:example:refresh/1"}},
            {"relatedResource": {"id": "https://x.example/r.json", "digestSRI": "sha256-MIwhzJyufmsjiGS1qP0w="}},
            {"validUntil": "2020-01-01T00:00:00Z"},
            {"name": [{"@value": "x", "@language": "en"}, {"@value": "y", "@language": "ar", "@direction": "rtl"}]},
            {"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]},
            {"relatedResource": [{"id": V2, "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ"}]},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_what_keeps_the_rules_is(self, api: Caller, changes: dict[str, Any]) -> None:
        sealed = issued(api, **changes)
        over = "validUntil" in changes
        assert api.verify(sealed) == (422 if over else 200)
        assert api.verify({**sealed, "id": "urn:uuid:other"}) == 422


class TestSelectiveDisclosure:
    def sealed(self, api: Caller) -> Any:
        value = credential(validFrom="2026-01-01T00:00:00Z", name="Data ethics")
        body = {"credential": value, "options": {"mandatoryPointers": ["/issuer", "/validFrom"]}}
        status, answer = api.call("POST", f"/issuers/{SD}/credentials/issue", body)
        assert status == 201, answer
        return answer["verifiableCredential"]

    def derived(self, api: Caller, *pointers: str) -> Any:
        body = {"verifiableCredential": self.sealed(api), "options": {"selectivePointers": list(pointers)}}
        status, answer = api.call("POST", "/credentials/derive", body)
        assert status == 201, answer
        return answer

    def test_only_what_was_chosen_is_shown_and_its_twin_fails(self, api: Caller) -> None:
        shown = self.derived(api, "/credentialSubject/id")
        assert "name" not in shown
        assert api.verify(shown) == 200
        assert api.verify({**shown, "credentialSubject": {"id": "did:example:other"}}) == 422
        assert api.verify({**shown, "validFrom": "2026-01-02T00:00:00Z"}) == 422

    def test_what_only_the_holder_has_does_not_verify(self, api: Caller) -> None:
        assert api.verify(self.sealed(api)) == 422

    @pytest.mark.parametrize("options", [{"selectivePointers": ["/nothing"]}, {"selectivePointers": "x"}])
    def test_what_cannot_be_chosen(self, api: Caller, options: dict[str, Any]) -> None:
        body = {"verifiableCredential": self.sealed(api), "options": options}
        assert api.call("POST", "/credentials/derive", body)[0] in (400, 422)
        assert api.call("POST", "/credentials/derive", {"verifiableCredential": issued(api)})[0] in (400, 422)
        assert api.call("POST", "/credentials/derive", {"verifiableCredential": None})[0] == 400


class TestVerifying:
    @pytest.mark.parametrize("value", [None, "x", [], {}, 7])
    def test_what_is_no_credential(self, api: Caller, value: Any) -> None:
        assert api.verify(value) == 400
        assert api.call("POST", "/credentials/verify", {})[0] == 400

    @pytest.mark.parametrize("proof", [None, [], {}, ""])
    def test_without_a_proof(self, api: Caller, proof: Any) -> None:
        assert api.verify({**issued(api), "proof": proof}) == 400
        assert api.verify(credential(issuer="did:example:issuer")) == 400

    @pytest.mark.parametrize(
        "changes",
        [
            {"proofValue": None},
            {"proofValue": "z" + "1" * 64},
            {"proofValue": "abc"},
            {"cryptosuite": "eddsa-rdfc-2023"},
            {"type": "Unknown"},
            {"proofPurpose": "authentication"},
            {"verificationMethod": None},
            {"verificationMethod": "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"},
            {"created": "2026-06-01T12:00:01Z"},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    @pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "ecdsa-jcs-2019"])
    def test_a_proof_that_was_changed(self, api: Caller, name: str, changes: dict[str, Any]) -> None:
        sealed = issued(api, name)
        sealed["proof"] = {k: v for k, v in {**sealed["proof"], **changes}.items() if v is not None}
        assert api.verify(sealed) in (400, 422)

    def test_another_issuer_than_the_key_unless_only_the_proof_is_asked(self, api: Caller) -> None:
        other = ISSUERS["ecdsa-rdfc-2019"]
        sealed = add_proof(credential(issuer="did:example:other", validFrom="2026-01-01T00:00:00Z"), other, AT)
        assert api.verify(sealed) == 422
        assert Caller(proof_only=True).verify(sealed) == 200
        assert Caller(proof_only=True).verify(tampered(sealed)) == 422

    def test_expired_and_not_yet_valid(self, api: Caller) -> None:
        assert api.verify(issued(api, validUntil="2026-05-31T00:00:00Z")) == 422
        assert api.verify(issued(api, validFrom="2026-06-02T00:00:00Z")) == 422
        assert api.verify(issued(api, validFrom="2026-06-01T00:00:00Z", validUntil="2026-06-02T00:00:00Z")) == 200

    def test_a_withdrawn_credential_does_not_verify(self, api: Caller) -> None:
        sealed = issued(api, "bitstring", id="urn:uuid:1")
        other = issued(api, "bitstring", id="urn:uuid:2")
        assert api.verify(sealed) == 200
        entry = sealed["credentialStatus"]
        assert entry["statusListCredential"] == "https://localhost:1/status/revocation"
        status, listed = api.call("GET", "/status/revocation")
        assert status == 200
        assert "BitstringStatusListCredential" in listed["type"]
        change = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "status": True}
        body = {"credentialId": "urn:uuid:1", "credentialStatus": change}
        assert api.call("POST", "/credentials/status", body)[0] == 200
        assert (api.verify(sealed), api.verify(other)) == (422, 200)
        assert api.call("POST", "/credentials/status", {"credentialId": "urn:x", "credentialStatus": change})[0] == 404

    def test_a_list_that_cannot_be_had(self, api: Caller) -> None:
        entry = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": "https://elsewhere.example.test/1",
        }
        assert api.verify(issued(api, credentialStatus=entry)) == 422

    def test_envelopes(self, api: Caller) -> None:
        sealed = issued(api, "vc-jose")
        assert sealed["type"] == "EnvelopedVerifiableCredential"
        assert sealed["id"].startswith("data:application/vc+jwt,")
        assert api.verify({**sealed, "@context": []}) in (400, 422)
        assert api.verify({**sealed, "@context": EXAMPLES}) in (400, 422)
        assert api.verify({**sealed, "id": sealed["id"].partition(",")[2]}) in (400, 422)
        assert api.verify({**sealed, "type": "VerifiableCredential"}) in (400, 422)
        assert api.verify({k: v for k, v in sealed.items() if k != "type"}) in (400, 422)


class TestPresentations:
    @pytest.mark.parametrize("name", ["eddsa-rdfc-2022", "ecdsa-jcs-2019", "vc-jose"])
    def test_challenge_and_domain(self, api: Caller, name: str) -> None:
        inside = [issued(api), issued(api, "vc-jose")]
        asked = {"challenge": "n-1", "domain": "https://verifier.example.test"}
        shown = api.prove(presentation(*inside), name, **asked)
        assert api.present(shown, **asked) == 200
        assert api.present(shown) == 200
        assert api.present(shown, **{**asked, "challenge": "n-2"}) == 422
        assert api.present(shown, **{**asked, "domain": "https://other.example.test"}) == 422

    def test_a_bad_credential_inside(self, api: Caller) -> None:
        for inside in (issued(api), issued(api, "vc-jose")):
            assert api.present(api.prove(presentation(issued(api), inside))) == 200
            assert api.present(api.prove(presentation(issued(api), tampered(inside)))) == 422

    def test_changed_after_sealing(self, api: Caller) -> None:
        shown = api.prove(presentation(issued(api), id="urn:uuid:1"))
        assert api.present({**shown, "id": "urn:uuid:2"}) == 422
        assert api.present({**shown, "verifiableCredential": []}) == 422
        assert (
            api.present({**shown, "proof": {**shown["proof"], "proofValue": "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"}}) == 422
        )

    def test_an_empty_one_proves_its_holder(self, api: Caller) -> None:
        assert api.present(api.prove(presentation(verifiableCredential=None))) == 200

    @pytest.mark.parametrize("value", [None, "x", {}, presentation(), {"type": ["NonconformingDocument"]}])
    def test_what_is_no_sealed_presentation(self, api: Caller, value: Any) -> None:
        assert api.present(value) == 400

    def test_the_holders_own_word(self, api: Caller) -> None:
        holder: Issuer = ISSUERS["eddsa-rdfc-2022"]
        own = credential(issuer=holder.did)
        assert api.present(api.prove(presentation(own, holder=holder.did))) == 200
        assert api.present(api.prove(presentation(own, holder={"id": holder.did, "name": "H"}))) == 200
        assert api.present(api.prove(presentation(credential(issuer="did:example:acme"), holder=holder.did))) == 422
        without = add_proof(presentation(own), holder, AT, purpose="authentication")
        assert api.present(without) == 422

    def test_another_holder_than_the_key(self, api: Caller) -> None:
        shown = add_proof(
            presentation(issued(api), holder="did:example:acme"),
            ISSUERS["eddsa-rdfc-2022"],
            AT,
            purpose="authentication",
        )
        assert api.present(shown) == 422

    @pytest.mark.parametrize("changes", [{"@context": None}, {"type": None}, {"holder": {"name": "x"}}, {"id": "x"}])
    def test_what_breaks_a_rule_is_not_proven(self, api: Caller, changes: dict[str, Any]) -> None:
        value = {k: v for k, v in {**presentation(issued(api)), **changes}.items() if v is not None}
        body = {"presentation": value}
        assert api.call("POST", "/presentations/prove", body)[0] == 422


class TestPaths:
    def test_the_overview_is_what_a_suite_is_configured_with(self, api: Caller) -> None:
        status, shown = api.call("GET", "/")
        assert status == 200
        tags = {tag for issuer in shown["issuers"] for tag in issuer["tags"]}
        assert {"eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "vc2.0"} <= tags
        assert "BitstringStatusList" in tags
        assert all(issuer["endpoint"].startswith("https://localhost:1/issuers/") for issuer in shown["issuers"])

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/credentials/issue", 405),
            ("POST", "/", 405),
            ("GET", "/nothing", 404),
            ("POST", "/issuers/nobody/credentials/issue", 404),
            ("GET", "/status/other", 404),
        ],
    )
    def test_what_is_not_there(self, api: Caller, method: str, path: str, status: int) -> None:
        assert api.call(method, path, {})[0] == status

    def test_a_body_without_end_is_refused(self, api: Caller) -> None:
        assert api.call("POST", "/credentials/issue", b" " * (2 * 1024 * 1024 + 1))[0] == 413


@pytest.mark.drill("R5")
def test_something_odd_at_every_place_never_crashes(api: Caller) -> None:
    """Every answer is one of ours, and nothing but the original verifies."""
    inline = [V2, {"T": "https://x.example/T"}]
    sealed = issued(api, **{"@context": inline}, termsOfUse={"type": "T"}, validFrom="2026-01-01T00:00:00Z")
    shown = api.prove(presentation(issued(api), issued(api, "vc-jose")), challenge="n-1")
    for odd in ODD:
        for path in places(sealed):
            twin = changed(sealed, path, odd)
            assert api.verify(twin) in (400, 422), (path, odd)
            assert api.issue(twin)[0] in (201, 400, 422), (path, odd)
        for path in places(shown):
            assert api.present(changed(shown, path, odd), challenge="n-1") in (400, 422), (path, odd)
