"""The fast path of Data Integrity is the general path, byte for byte, whatever fills the holes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing import data_integrity as di
from mikra.sealing.data_integrity_seal import seal
from mikra.sealing.data_integrity_template import SealTemplate, hole, id_hole
from tests.sealing.di_keys import AT, credential, issuer

ED, P256, P384 = issuer("Ed25519"), issuer("P-256"), issuer("P-384")
EDDSA = ["eddsa-rdfc-2022", "eddsa-jcs-2022"]


def badge(did: str, fill: Any) -> dict[str, Any]:
    """An Open Badge with an id for every node; `fill` makes the text of a hole."""
    return credential(did) | {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:{fill('stem')}-1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "validFrom": fill("issued"),
        "name": f"Water of {fill('name')}, {fill('name')}",
        "description": fill("grade"),
        "credentialSubject": {
            "id": id_hole("holder") if fill is hole else fill("holder"),
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "urn:uuid:ffffffff-0000-4000-8000-000000000000",
                "type": ["Achievement"],
                "name": "Water",
                "description": "Water",
                "criteria": {"id": f"urn:uuid:{fill('stem')}-2", "narrative": "Line\none"},
            },
            "result": [
                {"id": f"urn:uuid:{fill('stem')}-{n}", "type": ["Result"], "value": value}
                for n, value in ((3, fill("grade")), (4, fill("name")), (5, "9"))
            ],
        },
    }


def template(suite: str, by: Any = ED, document: dict[str, Any] | None = None) -> SealTemplate:
    document = document or badge(by.did, hole)
    return SealTemplate(document, suite=suite, signer=by.signer, method=by.method, at=AT)


TEXTS = st.text() | st.sampled_from(
    ['"', "\\", "\n\r\t\b\f", "\x00\x1f\x7f", "🌍\ue000", "9", "<>\u2028", "Zoë O'Brien"]
)
VALUES = st.fixed_dictionaries(
    {
        "stem": st.sampled_from(["00000000-0000", "ffffffff-0000-4000-8000", "ffffffff-9", "zz", "Ω", "\x7f"][:5]),
        "name": TEXTS,
        "grade": TEXTS,
        "issued": st.sampled_from(["2026-06-01T00:00:00Z", "x"]),
        "holder": st.sampled_from(["did:key:z6Mk", "urn:uuid:ffffffff-0000-4000-8000-000000000000", "mailto:a@b.c"]),
    }
)
COMPILED = {suite: template(suite) for suite in EDDSA}


@pytest.mark.parametrize("suite", EDDSA)
@given(values=VALUES)
def test_byte_for_byte(suite: str, values: dict[str, str]) -> None:
    general = seal(badge(ED.did, values.__getitem__), suite=suite, signer=ED.signer, method=ED.method, at=AT)
    assert COMPILED[suite].seal(values) == general


SOME = {"stem": "1", "name": "Zoë", "grade": "9", "issued": "2026-06-01T00:00:00Z", "holder": "did:key:z6Mk"}


@pytest.mark.parametrize(
    ("suite", "by"), [("ecdsa-rdfc-2019", P256), ("ecdsa-rdfc-2019", P384), ("ecdsa-jcs-2019", P256)]
)
def test_ecdsa_verifies(suite: str, by: Any) -> None:
    """ECDSA draws a number for each signature, so that no two are equal; what it covers is."""
    document = json.loads(template(suite, by).seal(SOME))
    (proof,) = di.read_proofs(document)
    assert di.proof_fault(document, proof, by.public) == ""
    assert di.proof_fault(document | {"name": "x"}, proof, by.public) == "signature_invalid"


@pytest.mark.parametrize("suite", EDDSA)
def test_the_clock_moves(suite: str) -> None:
    compiled = template(suite)
    later = AT + timedelta(seconds=1)
    compiled.tick(later)
    document = badge(ED.did, SOME.__getitem__)
    assert compiled.seal(SOME) == seal(document, suite=suite, signer=ED.signer, method=ED.method, at=later)


@pytest.mark.parametrize("value", ["", "relative", "x y:z", "schema:x", "urn:a<b", "javascript:x", "_:b0", "did:a"])
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(InputError) as caught:
        template("eddsa-rdfc-2022").seal(SOME | {"holder": value})
    assert caught.value.code == "jsonld_undefined_term"


@pytest.mark.parametrize("suite", EDDSA)
def test_half_a_character_is_refused(suite: str) -> None:
    with pytest.raises(InputError) as caught:
        template(suite).seal(SOME | {"name": "\ud800"})
    assert caught.value.code == "json_bad_unicode"


def without_ids(fill: Any) -> dict[str, Any]:
    """The same with blank nodes, of which some hold holes, and some may look alike."""
    document = badge(ED.did, fill)
    subject = document["credentialSubject"]
    for node in (*subject["result"], subject["achievement"]["criteria"]):
        del node["id"]
    subject["identifier"] = {"type": "IdentityObject", "hashed": False, "identityHash": fill("name")}
    subject["identifier"]["identityType"] = "name"
    return document


BLANK = template("eddsa-rdfc-2022", document=without_ids(hole))
BLANK_384 = template("ecdsa-rdfc-2019", P384, document=without_ids(hole) | {"issuer": P384.did})


@given(values=VALUES)
def test_byte_for_byte_with_blank_nodes(values: dict[str, str]) -> None:
    document = without_ids(values.__getitem__)
    general = seal(document, suite="eddsa-rdfc-2022", signer=ED.signer, method=ED.method, at=AT)
    assert BLANK.seal(values) == general


def test_blank_nodes_under_the_longer_digest() -> None:
    for values in (SOME, SOME | {"grade": "Zoë"}):
        document = json.loads(BLANK_384.seal(values))
        (proof,) = di.read_proofs(document)
        assert di.proof_fault(document, proof, P384.public) == ""


def test_a_document_with_the_marks_of_holes_is_refused() -> None:
    with pytest.raises(InputError):
        template("eddsa-jcs-2022", document=credential(ED.did, name="x\ue002"))


@pytest.mark.parametrize("suite", EDDSA)
def test_a_document_without_holes_and_with_one(suite: str) -> None:
    for document, values in (
        (credential(ED.did), {}),
        (credential(ED.did, name=hole("name")), {"name": "Zoë"}),
    ):
        filled = credential(ED.did, **values)
        expected = seal(filled, suite=suite, signer=ED.signer, method=ED.method, at=AT)
        assert template(suite, document=document).seal(values) == expected
