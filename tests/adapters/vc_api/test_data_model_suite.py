"""What the W3C's suite for VC Data Model 2.0 asks of an implementation, statement by statement, in our own words.

What breaks a rule is not issued; nor verified, where another sealed it over what is wrong, alone and in a presentation.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from mikra.adapters.vc_api.issuers import EXAMPLES
from mikra.public_keys import base58
from mikra.sealing import jcs, vc_jose
from tests.adapters.vc_api.test_vc_api import AT, ISSUERS, V1, V2, Caller, credential, issued, presentation

OWN = ISSUERS["eddsa-jcs-2022"]
FAR = "2026-01-01T00:00:00Z"
SRI = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
MULTIBASE = "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ"
WITH = [V2, EXAMPLES]
ODD_URL = "not a url"


def raw(document: dict[str, Any], purpose: str = "assertionMethod") -> dict[str, Any]:
    """Sealed by someone who looks at nothing (vc-di-eddsa 1.0, 3.3)."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": OWN.key_id,
        "proofPurpose": purpose,
        "created": "2026-01-01T00:00:00Z",
    }
    if "@context" in document:
        options = {"@context": document["@context"], **options}
    hashed = b"".join(hashlib.sha256(jcs.canonical(one)).digest() for one in (options, document))
    return {**document, "proof": {**options, "proofValue": "z" + base58.encode(OWN.signer.sign(hashed))}}


def of(changes: dict[str, Any]) -> dict[str, Any]:
    return credential(**{"issuer": OWN.did, "id": "urn:uuid:00000000-0000-4000-8000-0000000000da", **changes})


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("no context", {"@context": None}),
    ("an empty list of contexts", {"@context": []}),
    ("contexts in another order", {"@context": [EXAMPLES, V2]}),
    ("without the first context", {"@context": [EXAMPLES]}),
    ("only a context of its own", {"@context": {"@vocab": "https://x.example/#"}}),
    ("a context that is no URL", {"@context": [V2, ODD_URL]}),
    ("a context that is a number", {"@context": [V2, 5]}),
    ("a context that is null", {"@context": [V2, None]}),
    ("a term of the model with another meaning", {"@context": [V2, {"name": "https://x.example/#name"}]}),
    ("a type of the model with another meaning", {"@context": [V2, {"VerifiableCredential": "https://x.example/#V"}]}),
    ("a null id", {"id": [None]}),
    ("several ids", {"id": ["urn:a:1", "urn:a:2"]}),
    ("an id with blanks", {"id": "urn:uuid:an id"}),
    ("an id that is no URL", {"id": ODD_URL}),
    ("an id that is an object", {"id": {"id": "urn:a:1"}}),
    ("an id that is a number", {"id": 7}),
    ("several ids of a subject", {"credentialSubject": {"id": ["did:example:1", "did:example:2"]}}),
    ("a null id of a subject", {"credentialSubject": {"id": None, "name": "Ana"}}),
    ("an id of a subject with blanks", {"credentialSubject": {"id": "did:example:a b"}}),
    ("an id of a subject that is no URL", {"credentialSubject": {"id": ODD_URL}}),
    ("no type", {"type": None}),
    ("no type in a list", {"type": []}),
    ("a type that nobody explains", {"type": ["VerifiableCredential", "Unexplained"]}),
    ("a type that is a number", {"type": ["VerifiableCredential", 7]}),
    (
        "a type explained as something that is no URL",
        {"@context": [V2, {"Odd": "https ://x.example/#Odd"}], "type": ["VerifiableCredential", "Odd"]},
    ),
    ("another type alone", {"@context": WITH, "type": ["AnyExample"]}),
    ("no subject", {"credentialSubject": None}),
    ("an empty subject", {"credentialSubject": {}}),
    ("no subject in a list", {"credentialSubject": []}),
    ("one of two subjects empty", {"credentialSubject": [{"id": "did:example:1"}, {}]}),
    ("a subject that is a text", {"credentialSubject": "did:example:1"}),
    ("a name with something beside", {"name": {"@value": "x", "@language": "en", "note": "y"}}),
    ("names with something beside", {"name": [{"@value": "x"}, {"@value": "y", "@language": "en", "url": "z"}]}),
    ("a description with something beside", {"description": {"@value": "x", "@direction": "rtl", "note": "y"}}),
    ("a name that is a number", {"name": 7}),
    ("a description that is an empty object", {"description": {}}),
    ("a status without a type", {"credentialStatus": {"id": "https://x.example/status/1"}}),
    ("a status whose type is no URL", {"@context": WITH, "credentialStatus": {"type": 2}}),
    ("a status with several ids", {"@context": WITH, "credentialStatus": {"id": ["urn:a:1", "urn:a:2"], "type": "X"}}),
    ("a status whose id is no URL", {"@context": WITH, "credentialStatus": {"id": ODD_URL, "type": "X"}}),
    ("a status of a type that nobody explains", {"credentialStatus": {"id": "urn:a:1", "type": "Unexplained"}}),
    ("terms of use without a type", {"termsOfUse": {"id": "https://x.example/terms"}}),
    ("one of two terms of use without a type", {"@context": WITH, "termsOfUse": [{"type": "T"}, {"id": "urn:a:1"}]}),
    ("evidence without a type", {"evidence": {"id": "https://x.example/evidence"}}),
    ("a refresh service without a type", {"refreshService": {"id": "https://x.example/refresh"}}),
    ("a schema without a type", {"credentialSchema": {"id": "https://x.example/schema.json"}}),
    ("a schema without an id", {"credentialSchema": {"type": "JsonSchema"}}),
    ("a schema whose id is no URL", {"credentialSchema": {"id": ODD_URL, "type": "JsonSchema"}}),
    (
        "one of two schemas without an id",
        {"credentialSchema": [{"id": "https://x.example/s.json", "type": "JsonSchema"}, {"type": "JsonSchema"}]},
    ),
    ("a start that is no time", {"validFrom": "0"}),
    ("a start that is a date", {"validFrom": "2026-01-01"}),
    ("an end that is no time", {"validUntil": "later"}),
    ("an end in another calendar", {"validUntil": "2026-13-01T00:00:00Z"}),
    ("an end before its start", {"validFrom": FAR, "validUntil": "2025-01-01T00:00:00Z"}),
    ("resources that are texts", {"relatedResource": ["https://x.example/a", "https://x.example/b"]}),
    ("a resource without an id", {"relatedResource": [{"digestSRI": SRI}]}),
    ("the same resource twice", {"relatedResource": [{"id": V2, "digestSRI": SRI}, {"id": V2, "digestSRI": SRI}]}),
    ("a resource without a digest", {"relatedResource": [{"id": V2, "mediaType": "application/ld+json"}]}),
    ("a resource with another digest", {"relatedResource": [{"id": V2, "digestSRI": SRI.replace("l/H", "l/I")}]}),
    (
        "a resource with another multibase digest",
        {"relatedResource": [{"id": V2, "digestMultibase": MULTIBASE[:-2] + "AA"}]},
    ),
    ("a property that nobody explains", {"unexplained": "lost"}),
    ("a property within that nobody explains", {"credentialSubject": {"id": "did:example:1", "unexplained": "lost"}}),
]

OF_THE_ISSUER: list[tuple[str, dict[str, Any]]] = [
    ("a number", {"issuer": 7}),
    ("no URL", {"issuer": ODD_URL}),
    ("null", {"issuer": {"id": None}}),
    ("without an id", {"issuer": {"name": "X"}}),
    ("an id that is no URL", {"issuer": {"id": ODD_URL}}),
    ("several", {"issuer": [OWN.did, OWN.did]}),
    ("a name with something beside", {"issuer": {"id": OWN.did, "name": {"@value": "x", "note": "y"}}}),
    (
        "a description with something beside",
        {"issuer": {"id": OWN.did, "description": [{"@value": "x", "@language": "en", "note": "y"}]}},
    ),
]

TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("nothing more", {}),
    ("no id", {"id": None}),
    ("a context that is an object", {"@context": [V2, {"extra": "https://x.example/#extra"}], "extra": "x"}),
    ("types in another order", {"@context": WITH, "type": ["AnyExample", "VerifiableCredential"]}),
    ("one type as a text", {"type": "VerifiableCredential"}),
    ("a type that is a URL", {"type": ["VerifiableCredential", "https://x.example/#Type"]}),
    ("a subject without an id", {"credentialSubject": {"name": "Ana"}}),
    ("several subjects", {"credentialSubject": [{"id": "did:example:1"}, {"id": "did:example:2", "name": "Ana"}]}),
    ("a name", {"name": "Data ethics", "description": "A course."}),
    ("a name in a language", {"name": {"@value": "Data ethics", "@language": "en"}}),
    ("a name without a language", {"name": {"@value": "Data ethics"}}),
    ("a name with a direction", {"description": {"@value": "x", "@language": "ar", "@direction": "rtl"}}),
    (
        "names in several languages",
        {"name": [{"@value": "x", "@language": "en"}, {"@value": "y", "@language": "ar", "@direction": "rtl"}]},
    ),
    ("an issuer with a name", {"issuer": {"id": OWN.did, "name": "X", "description": {"@value": "y"}}}),
    (
        "an issuer with names",
        {"issuer": {"id": OWN.did, "name": [{"@value": "x", "@language": "en"}, {"@value": "y", "@language": "fr"}]}},
    ),
    ("a status without an id", {"@context": WITH, "refreshService": {"type": "X"}, "evidence": [{"type": "E"}]}),
    ("several terms of use", {"@context": WITH, "termsOfUse": [{"type": "T"}, {"type": "T", "id": "urn:a:1"}]}),
    ("several pieces of evidence", {"@context": WITH, "evidence": [{"type": "E"}, {"type": ["E", "F"]}]}),
    ("a start with milliseconds", {"validFrom": "2026-01-01T00:00:00.123Z"}),
    ("a start with an offset", {"validFrom": "2026-01-01T00:00:00+02:00", "validUntil": "2026-12-01T00:00:00-05:00"}),
    ("a start at its end", {"validFrom": "2026-06-01T12:00:00Z", "validUntil": "2026-06-01T12:00:00Z"}),
    ("an end far away", {"validUntil": "9999-01-01T00:00:00Z"}),
    ("a resource with a digest", {"relatedResource": [{"id": V2, "digestSRI": SRI}]}),
    (
        "a resource with both digests",
        {
            "relatedResource": {
                "id": V2,
                "mediaType": "application/ld+json",
                "digestSRI": SRI,
                "digestMultibase": MULTIBASE,
            }
        },
    ),
]


@pytest.mark.parametrize("changes", [pytest.param(one, id=name) for name, one in REFUSED])
def test_what_breaks_a_rule(changes: dict[str, Any]) -> None:
    api, document = Caller(), of(changes)
    for by in ("eddsa-rdfc-2022", "ecdsa-jcs-2019", "vc-jose"):
        assert api.issue(document, by)[0] in (400, 422)
    sealed = raw(document)
    assert api.verify(sealed) in (400, 422)
    assert api.present(raw(presentation(sealed, holder=OWN.did), "authentication")) in (400, 422)


@pytest.mark.parametrize("changes", [pytest.param(one, id=name) for name, one in OF_THE_ISSUER])
def test_an_issuer_that_is_none(changes: dict[str, Any]) -> None:
    api, document = Caller(), of(changes)
    assert api.issue(document)[0] in (400, 422)
    assert api.verify(raw(document)) in (400, 422)


def test_a_credential_without_an_issuer() -> None:
    assert Caller().verify(raw({name: one for name, one in of({}).items() if name != "issuer"})) in (400, 422)


@pytest.mark.parametrize("changes", [pytest.param(one, id=name) for name, one in TAKEN])
def test_what_keeps_the_rules(changes: dict[str, Any]) -> None:
    api, document = Caller(), of(changes)
    for by in ("eddsa-rdfc-2022", "ecdsa-jcs-2019", "vc-jose"):
        status, sealed = api.issue(document, by)
        assert (status, api.verify(sealed)) == (201, 200), sealed
    sealed = raw(document)
    assert api.verify(sealed) == 200
    assert api.present(raw(presentation(sealed, holder=OWN.did), "authentication")) == 200
    twin = {**sealed, "credentialSubject": {"id": "did:example:eve"}}
    assert api.verify(twin) == 422
    assert api.present(raw(presentation(twin, holder=OWN.did), "authentication")) == 422


def test_a_schema_that_cannot_be_had_is_said_when_verifying_and_does_not_hinder_issuing() -> None:
    schemas = [{"id": "https://x.example/a.json", "type": "JsonSchema"}, {"id": "urn:a:1", "type": "JsonSchema"}]
    for one in (schemas[0], schemas):
        assert Caller().issue(of({"credentialSchema": one}))[0] == 201


PRESENTED: list[tuple[str, dict[str, Any], bool]] = [
    ("as it is", {}, True),
    ("with an id", {"id": "urn:uuid:00000000-0000-4000-8000-0000000000aa"}, True),
    ("a holder that is an object", {"holder": {"id": OWN.did, "name": "X"}}, True),
    ("no holder", {"holder": None}, True),
    ("nothing in it", {"verifiableCredential": []}, True),
    ("a further type", {"@context": WITH, "type": ["VerifiablePresentation", "AnyExample"]}, True),
    ("terms of use", {"@context": WITH, "termsOfUse": {"type": "T"}}, True),
    ("no context", {"@context": None}, False),
    ("contexts in another order", {"@context": [EXAMPLES, V2]}, False),
    ("without the first context", {"@context": [EXAMPLES]}, False),
    ("a context that is no URL", {"@context": [V2, ODD_URL]}, False),
    ("a context that is a number", {"@context": [V2, 5]}, False),
    ("no type", {"type": None}, False),
    ("another type alone", {"@context": WITH, "type": ["AnyExample"]}, False),
    ("the type of a credential", {"type": ["VerifiableCredential"]}, False),
    ("a type that nobody explains", {"type": ["VerifiablePresentation", "Unexplained"]}, False),
    ("a property that nobody explains", {"unexplained": "lost"}, False),
    ("an id that is no URL", {"id": ODD_URL}, False),
    ("several ids", {"id": ["urn:a:1", "urn:a:2"]}, False),
    ("a holder without an id", {"holder": {"name": "X"}}, False),
    ("a holder that is no URL", {"holder": ODD_URL}, False),
    ("another holder than the key's", {"holder": "did:example:other"}, False),
    ("terms of use without a type", {"termsOfUse": {"id": "urn:a:1"}}, False),
    ("a text as a credential", {"verifiableCredential": ["credential"]}, False),
    ("an empty credential", {"verifiableCredential": [{}]}, False),
]


@pytest.mark.parametrize(("changes", "good"), [pytest.param(one, good, id=name) for name, one, good in PRESENTED])
def test_presentations(changes: dict[str, Any], good: bool) -> None:
    api = Caller()
    value = presentation(issued(api), issued(api, "ecdsa-rdfc-2019"), **{"holder": OWN.did, **changes})
    sealed = raw(value, "authentication")
    assert api.present(sealed) == 200 if good else api.present(sealed) in (400, 422)
    if good:
        twin = {**sealed, "proof": {**sealed["proof"], "proofValue": sealed["proof"]["proofValue"][:-4] + "1111"}}
        assert api.present(twin) == 422
        assert api.present({**sealed, "@context": [EXAMPLES, *value["@context"]]}) in (400, 422)


def test_documents_of_no_kind() -> None:
    for value in ({"type": ["NonconformingDocument"]}, raw({"type": ["NonconformingDocument"]})):
        assert Caller().verify(value) in (400, 422)
        assert Caller().present(value) in (400, 422)


def test_a_presentation_is_no_credential_nor_the_other_way_round() -> None:
    api = Caller()
    for purpose in ("assertionMethod", "authentication"):
        assert api.verify(raw(presentation(issued(api), holder=OWN.did), purpose)) in (400, 422)
    sealed, shown = issued(api, "vc-jose"), api.prove(presentation(issued(api)), "vc-jose")
    assert api.present({**shown, "id": sealed["id"]}) in (400, 422)
    assert api.verify({**sealed, "id": shown["id"]}) in (400, 422)
    assert api.present(raw(of({}), "authentication")) in (400, 422)


def test_version_one_as_it_was() -> None:
    api = Caller()
    old = of({"@context": [V1], "issuanceDate": FAR, "credentialSubject": {"id": "did:example:1"}})
    sealed = api.issue(old)[1]
    assert api.verify(sealed) == 200
    assert api.issue({**old, "@context": [V2, V1]})[0] in (400, 422)
    assert api.verify({**sealed, "issuanceDate": "2026-01-02T00:00:00Z"}) == 422


ENVELOPES: list[tuple[str, dict[str, Any]]] = [
    ("no context", {"@context": None}),
    ("an empty list of contexts", {"@context": []}),
    ("another context", {"@context": [EXAMPLES]}),
    ("no id", {"id": None}),
    ("an id that is no data: URL", {"id": "https://x.example/credential.jwt"}),
    ("no type", {"type": None}),
    ("another type", {"type": "AnyExample"}),
    ("the type of what is inside", {"type": ["VerifiableCredential"]}),
    ("the other envelope", {"type": "EnvelopedVerifiablePresentation"}),
]


@pytest.mark.parametrize("changes", [pytest.param(one, id=name) for name, one in ENVELOPES])
def test_envelopes(changes: dict[str, Any]) -> None:
    api = Caller()
    sealed = issued(api, "vc-jose")
    assert api.verify(sealed) == 200
    odd = {name: one for name, one in {**sealed, **changes}.items() if one is not None}
    assert api.verify(odd) in (400, 422)
    assert api.present(raw(presentation(sealed, holder=OWN.did), "authentication")) == 200
    assert api.present(raw(presentation(odd, holder=OWN.did), "authentication")) in (400, 422)
    shown = api.prove(presentation(sealed), "vc-jose")
    assert api.present(shown) == 200
    if changes.get("type") != "EnvelopedVerifiablePresentation":
        odd = {name: one for name, one in {**shown, **changes}.items() if one is not None}
        assert api.present(odd) in (400, 422)


def test_what_is_sealed_in_an_envelope_keeps_the_rules_too() -> None:
    api, signer = Caller(), ISSUERS["vc-jose"]
    for changes in ({"name": {"@value": "x", "note": "y"}}, {"unexplained": "x"}, {"validFrom": "0"}):
        token = vc_jose.seal_credential(
            of({"issuer": signer.did, **changes}), signer=signer.signer, at=AT, key_id=signer.key_id
        )
        media = f"data:application/vc+jwt,{token.decode()}"
        assert api.verify({"@context": V2, "type": "EnvelopedVerifiableCredential", "id": media}) in (400, 422)
