"""Credentials under COSE_Sign1: what is written, what is refused, drill R3 (mutants) and drill R5 (only our errors)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mikra import strictjson
from mikra.codes import CODES
from mikra.errors import InputError
from mikra.report import Verdict
from mikra.sealing import cbor, vc_cose, vc_jose
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import bare_signer
from mikra.verification import Policy, verify
from mikra.verification.question import Session
from tests.sealing.test_only_our_errors import ODD
from tests.simulators import authorities, issuers
from tests.simulators.issuers import AT, CURRENT, HOLDER, HOLDER_DID, HOLDER_KEY, UNIVERSITY, credential

KEY = f"{UNIVERSITY}#now"
SIGNER = bare_signer(CURRENT)
P384, P521 = ec.derive_private_key(7, ec.SECP384R1()), ec.derive_private_key(8, ec.SECP521R1())


def sealed(document: dict[str, Any] | None = None) -> bytes:
    return vc_cose.seal_credential(document or credential(), signer=SIGNER, at=AT, key_id=KEY)


def parts(data: bytes) -> list[Any]:
    found: list[Any] = cbor.decode(data[1:], negative=True)
    return found


def remade(
    change: Callable[[dict[Any, Any]], Any] = lambda header: None,
    *,
    unprotected: Any = None,
    payload: bytes = b"",
    tag: bytes = b"\xd2",
) -> bytes:
    """Another message, sealed by the same key: whoever reads it must go by the rules, and not by the seal."""
    protected, _, content, _ = parts(sealed())
    header = cbor.decode(protected, negative=True)
    change(header)
    again, content = cbor.encode(header), payload or content
    signature = SIGNER.sign(cbor.encode(["Signature1", again, b"", content]))
    return tag + cbor.encode([again, unprotected or {}, content, signature])


def read(data: bytes) -> vc_jose.Content:
    envelope = vc_cose.open_envelope(data)
    fault = signature_fault(envelope.algorithm, CURRENT.public_key(), envelope.signature, envelope.signing_input)
    if fault:
        raise InputError("not sealed", code=fault)
    return vc_jose.content_of(envelope, strictjson.parse(envelope.payload))


def code_of(data: bytes) -> str:
    with pytest.raises(InputError) as raised:
        read(data)
    return raised.value.code


def judged(data: bytes, **changes: Any) -> list[tuple[Verdict, str]]:
    policy = Policy(trusted_issuers=frozenset({UNIVERSITY, HOLDER_DID}))
    asked = {"at": AT, "policy": policy, "loader": issuers.web(), **changes}
    return [(report.verdict, report.code) for report in verify(data, **asked)]


class TestSealing:
    def test_what_stands_in_it(self) -> None:
        protected, unprotected, payload, signature = parts(sealed())
        assert sealed()[:2] == b"\xd2\x84"
        assert cbor.decode(protected, negative=True) == {
            1: -7,
            3: "application/vc",
            4: KEY.encode(),
            15: {6: int(AT.timestamp())},
            16: "application/vc+cose",
        }
        assert (unprotected, json.loads(payload), len(signature)) == ({}, credential(), 64)
        assert read(sealed()).claimed_at == AT

    @pytest.mark.parametrize(("key", "number"), [(HOLDER, -8), (P384, -35)])
    def test_other_keys(self, key: Any, number: int) -> None:
        data = vc_cose.seal_credential(credential(), signer=bare_signer(key), at=AT, key_id="did:x#y")
        envelope = vc_cose.open_envelope(data)
        assert cbor.decode(parts(data)[0], negative=True)[1] == number
        given = envelope.signature, envelope.signing_input
        assert not signature_fault(envelope.algorithm, key.public_key(), *given)
        assert signature_fault(envelope.algorithm, CURRENT.public_key(), *given)

    def test_a_certificate_stands_in_the_header(self) -> None:
        holder = authorities.seal()
        data = vc_cose.seal_credential(credential(), signer=holder.signer, at=AT)
        assert vc_cose.open_envelope(data).certificates[0] == holder.der
        assert judged(data)[0][1] != "jws_malformed"

    def test_what_cannot_be_sealed(self) -> None:
        for document in (credential(type="Other"), credential(vc={}), issuers.presentation()):
            with pytest.raises(InputError):
                sealed(document)
        with pytest.raises(InputError):
            vc_cose.seal_presentation(credential(), signer=SIGNER, at=AT, key_id=KEY)
        with pytest.raises(InputError) as raised:
            vc_cose.seal_credential(credential(), signer=SIGNER, at=AT)
        assert raised.value.code == "key_not_found"


class TestReading:
    def test_with_and_without_the_tag_and_as_base64(self) -> None:
        data = sealed()
        texts = [b64encode(data), b64encode(data).rstrip(b"="), b" " + b64encode(data) + b"\n"]
        for one in (data, data[1:], *texts):
            assert read(one).document == credential()
            assert judged(one) == [(Verdict.TOTAL_PASSED, "valid")]
        assert code_of(data.hex().encode()) == "jws_malformed"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda h: h.pop(1), "jws_alg_not_allowed"),
            (lambda h: h.update({1: -65535}), "jws_alg_not_allowed"),
            (lambda h: h.update({1: 5}), "jws_alg_not_allowed"),
            (lambda h: h.update({1: -35}), "jws_key_type_mismatch"),
            (lambda h: h.update({2: []}), "jws_crit_malformed"),
            (lambda h: h.update({2: 4}), "jws_crit_malformed"),
            (lambda h: h.update({2: [99]}), "jws_crit_unknown"),
            (lambda h: h.update({2: [33]}), "jws_crit_unknown"),
            (lambda h: h.update({35: "https://x.example"}), "jws_header_not_allowed"),
            (lambda h: h.update({"alg": -7}), "jws_header_not_allowed"),
            (lambda h: [h.pop(3), h.pop(16)], "jws_typ_mismatch"),
            (lambda h: h.update({16: "application/vp+cose"}), "jws_typ_mismatch"),
            (lambda h: h.update({3: "application/vp", 16: "application/vp+cose"}), "jws_typ_mismatch"),
            (lambda h: h.update({3: "very/bad", 16: "really/bad"}), "jws_typ_mismatch"),
            (lambda h: h.update({3: "application/vc+jwt"}), "jws_typ_mismatch"),
            (lambda h: h.update({16: "application/vc+jwt"}), "jws_typ_mismatch"),
            (lambda h: h.update({3: 61}), "jws_typ_mismatch"),
            (lambda h: h.update({4: "text"}), "jws_malformed"),
            (lambda h: h.update({4: b"\xff"}), "jws_malformed"),
            (lambda h: h.update({33: []}), "jws_malformed"),
            (lambda h: h.update({33: ["x"]}), "jws_malformed"),
            (lambda h: h.update({15: []}), "jws_malformed"),
            (lambda h: h.update({15: {6: "yesterday"}}), "credential_malformed"),
            (lambda h: h.update({15: {1: "did:example:another"}}), "credential_malformed"),
        ],
    )
    def test_headers_that_are_refused_under_a_seal_that_holds(self, change: Callable[[Any], Any], code: str) -> None:
        assert code_of(remade(change)) == code

    @pytest.mark.parametrize(
        "change",
        [
            lambda h: h.pop(3),
            lambda h: h.pop(16),
            lambda h: h.update({16: "vc+cose"}),
            lambda h: h.update({1: -9}),
            lambda h: h.update({2: [1, 16]}),
            lambda h: h.update({15: {1: UNIVERSITY, 7: credential()["id"].encode(), 99: "not known"}}),
            lambda h: h.pop(15),
        ],
    )
    def test_headers_that_say_the_same_otherwise(self, change: Callable[[Any], Any]) -> None:
        assert read(remade(change)).document == credential()

    def test_the_key_may_be_named_outside_once(self) -> None:
        assert read(remade(lambda h: h.pop(4), unprotected={4: KEY.encode()})).document == credential()
        assert code_of(remade(unprotected={4: KEY.encode()})) == "jws_header_not_allowed"
        assert code_of(remade(unprotected={1: -7})) == "jws_header_not_allowed"

    def test_the_claims_narrow_the_dates(self) -> None:
        until = int(AT.timestamp()) - 86400
        assert judged(remade(lambda h: h.update({15: {4: until}}))) == [(Verdict.INDETERMINATE, "credential_expired")]

    @pytest.mark.parametrize("payload", [b"[]", b"{", b'{"vc": {}}', b'{"a": 1, "a": 2}', b'{"type": "x"}'])
    def test_what_is_no_credential(self, payload: bytes) -> None:
        assert code_of(remade(payload=payload)) in CODES

    def test_shapes_that_are_not_cose_sign1(self) -> None:
        protected, _, payload, signature = parts(sealed())
        whole = [protected, {}, payload, signature]
        wrong: list[Any] = [
            whole[:3],
            [*whole, b""],
            {1: 2},
            "text",
            [b"", {}, payload, signature],
            [cbor.encode([]), {}, payload, signature],
            [protected, [], payload, signature],
            [protected, {}, "text", signature],
            [protected, {}, payload, [signature]],
        ]
        for value in wrong:
            assert code_of(b"\xd2" + cbor.encode(value)) == "jws_malformed"
        longer = sealed()
        assert code_of(longer + b"\0") == "jws_malformed"
        assert code_of(longer[:-1]) == "jws_malformed"
        assert code_of(b"\xd2\x98\x04" + longer[2:]) == "jws_malformed"
        assert code_of(b"\xd8\x62" + longer[1:]) == "jws_malformed"
        assert code_of(b"") == "jws_malformed"


class TestDrills:
    def test_r3_every_altered_byte_is_seen(self) -> None:
        data = sealed()
        for place in range(len(data)):
            for other in (data[place] ^ 1, data[place] ^ 0x80):
                twin = data[:place] + bytes([other]) + data[place + 1 :]
                found = [verdict for verdict, _ in judged(twin)]
                assert Verdict.TOTAL_PASSED not in found, place
                if place > data.index(b"vc+cose"):  # before it, another key may be named, which nobody can ask
                    assert found == [Verdict.TOTAL_FAILED], place

    def test_r5_only_our_errors(self) -> None:
        protected, _, payload, signature = parts(sealed())
        header = cbor.decode(protected, negative=True)
        odd = [value for value in ODD if not isinstance(value, float | bool) and value is not None]
        odd = [value for value in odd if not isinstance(value, dict) or all(isinstance(k, int) for k in value)]
        for value in (*odd, -5, b"", b"\xff"):
            if value == [None]:
                continue
            for twin in (
                [value, {}, payload, signature],
                [protected, value or {99: 1}, payload, signature],
                [protected, {}, value, signature],
                [protected, {}, payload, value],
                *([cbor.encode({**header, name: value}), {}, payload, signature] for name in (*header, 2, 33, 99)),
            ):
                code = code_of(b"\xd2" + cbor.encode(twin))
                assert code in CODES


class TestPresentations:
    def shown(self, *inside: dict[str, Any], **asked: str) -> bytes:
        document = issuers.presentation() | {"holder": HOLDER_DID, "verifiableCredential": list(inside)}
        return vc_cose.seal_presentation(document, signer=bare_signer(HOLDER), at=AT, key_id=HOLDER_KEY, **asked)

    def envelope(self, data: bytes) -> dict[str, Any]:
        return {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/vc+cose;base64,{b64encode(data).decode()}",
        }

    def test_credentials_within_are_judged_too(self) -> None:
        good = self.shown(self.envelope(sealed()))
        assert judged(good) == [(Verdict.TOTAL_PASSED, "valid")]
        data = sealed()
        twin = data[:-1] + bytes([data[-1] ^ 1])
        assert judged(self.shown(self.envelope(data), self.envelope(twin))) == [
            (Verdict.TOTAL_PASSED, "valid"),
            (Verdict.TOTAL_FAILED, "jws_signature_invalid"),
        ]

    def test_it_is_for_one_request(self) -> None:
        data = self.shown(self.envelope(sealed()), nonce="n", audience="https://verifier.example.test")
        session = Session(nonce="n", audience="https://verifier.example.test")
        assert judged(data, session=session) == [(Verdict.TOTAL_PASSED, "valid")]
        for other in (Session(nonce="m"), Session(audience="https://another.example.test")):
            ((verdict, code),) = judged(data, session=other)
            assert (verdict, code) in {
                (Verdict.TOTAL_FAILED, "nonce_mismatch"),
                (Verdict.TOTAL_FAILED, "audience_mismatch"),
            }

    def test_another_key_than_the_holders(self) -> None:
        document = issuers.presentation() | {"holder": HOLDER_DID, "verifiableCredential": [self.envelope(sealed())]}
        data = vc_cose.seal_presentation(document, signer=SIGNER, at=AT, key_id=KEY)
        assert [verdict for verdict, _ in judged(data)] == [Verdict.TOTAL_FAILED]
