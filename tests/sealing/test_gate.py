"""RFC 7515 at the gate, with the profile of a W3C credential in compact form; keys by the corpus's own map."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.sealing import jws
from mikra.sealing.algorithms import ALGORITHMS, jose_signature, key_fault, signature_fault
from tests.simulators import europe

VC = jws.Profile(
    name="VC-JOSE-COSE",
    algorithms=frozenset({"ES256", "EdDSA"}),
    protected=frozenset({"alg", "kid", "typ", "cty", "crit", "iat"}),
    types=frozenset({"vc+jwt"}),
)

AT_THE_GATE = ("jws_", "json_", "base64url_")


def issuer_keys(corpus: Path) -> dict[str, Any]:
    web = json.loads((corpus / "web.json").read_bytes())
    document = json.loads((corpus / web["https://issuer.example.test/.well-known/did.json"]["file"]).read_bytes())
    return {method["id"]: public(method["publicKeyJwk"]) for method in document["verificationMethod"]}


def public(jwk: dict[str, str]) -> Any:
    x = base64url.decode(jwk["x"])
    if jwk["kty"] == "OKP":
        return ed25519.Ed25519PublicKey.from_public_bytes(x)
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + x + base64url.decode(jwk["y"]))


def answer(data: bytes, keys: dict[str, Any]) -> str:
    """The code of gate, payload and signature; "" where nothing is wrong or the key is not of this issuer."""
    try:
        opened = jws.read_compact(data, VC)
        strictjson.parse(opened.payload)
    except InputError as error:
        return error.code
    (one,) = opened.signatures
    key = keys.get(one.header.get("kid", ""))
    return signature_fault(one.algorithm, key, one.value, opened.signing_input(one)) if key else ""


def test_corpus(corpus: Path) -> None:
    """Every sealed-text case that form or mathematics decide, and no other is refused here."""
    cases = json.loads((corpus / "index.json").read_bytes())["cases"]
    keys, wrong, decided = issuer_keys(corpus), {}, 0
    for case in cases:
        if case["kind"] != "credential-jws" or case["name"] == "upload-empty":
            continue
        code = case["expected"]["code"]
        here = code.startswith(AT_THE_GATE)
        decided += here
        found = answer((corpus / case["file"]).read_bytes(), keys)
        if found not in ({code, *case["expected"].get("also", [])} if here else {""}):
            wrong[case["name"]] = found
    assert wrong == {}
    assert decided == 31


class TestBase64url:
    @settings(max_examples=300)
    @given(st.binary(max_size=40))
    def test_there_and_back(self, data: bytes) -> None:
        text = base64url.encode(data)
        assert base64url.decode(text) == data
        if data:
            assert base64url.decode_standard(base64url.encode_standard(data)) == data

    @settings(max_examples=600)
    @given(st.text("AQgwBZ_-+/= \n.é", max_size=9))
    def test_one_text_for_one_value(self, text: str) -> None:
        """What is taken is exactly what would be written."""
        for decode, encode in (
            (base64url.decode, base64url.encode),
            (base64url.decode_standard, base64url.encode_standard),
        ):
            with suppress(InputError):
                assert encode(decode(text)) == text

    @pytest.mark.parametrize("text", ["QQ", "QUI", "QUJD", "", "__-_"])
    def test_taken(self, text: str) -> None:
        assert base64url.encode(base64url.decode(text)) == text

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("QR", "base64url_not_canonical"),
            ("QUJ", "base64url_not_canonical"),
            ("QQ==", "jws_malformed"),
            ("Q", "jws_malformed"),
            ("QQ\n", "jws_malformed"),
            ("+/+/", "jws_malformed"),
            (5, "jws_malformed"),
        ],
    )
    def test_refused(self, text: Any, code: str) -> None:
        with pytest.raises(InputError) as caught:
            base64url.decode(text, where="/x")
        assert (caught.value.code, caught.value.where) == (code, "/x")

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("QR==", "base64url_not_canonical"),
            ("QUJ=", "base64url_not_canonical"),
            ("QQ", "jws_malformed"),
            ("QQ=", "jws_malformed"),
            ("QQ==\n", "jws_malformed"),
            ("__-_", "jws_malformed"),
            ("", "jws_malformed"),
        ],
    )
    def test_refused_in_certificates(self, text: str, code: str) -> None:
        with pytest.raises(InputError) as caught:
            base64url.decode_standard(text, where="/x")
        assert (caught.value.code, caught.value.where) == (code, "/x")


class TestAlgorithms:
    KEYS = {"RSA": "RS PS", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA", "brainpool": "-"}

    @pytest.mark.parametrize(("kind", "names"), list(KEYS.items()))
    def test_the_key_fixes_the_algorithm(self, kind: str, names: str) -> None:
        key = europe.key(kind).public_key()
        fits = {name for name in ALGORITHMS if key_fault(name, key) == ""}
        assert fits == {name for name in ALGORITHMS if name.startswith(tuple(names.split()))}

    def test_the_orders_of_the_curves(self) -> None:
        """Against the library's own, where it says them."""
        for name, curve in (("ES256", ec.SECP256R1()), ("ES384", ec.SECP384R1()), ("ES512", ec.SECP521R1())):
            order = getattr(curve, "group_order", ALGORITHMS[name].order)
            assert ALGORITHMS[name].order == order
            assert ALGORITHMS[name].size == (curve.key_size + 7) // 8

    @pytest.mark.parametrize("name", ["ES256", "ES384"])
    def test_der_to_jose(self, name: str) -> None:
        """DER drops leading zeros and adds one before a high bit."""
        order, size = ALGORITHMS[name].order, ALGORITHMS[name].size
        for r in (1, 255, 1 << 128, order >> 9, order - 1):
            for s in (1, 128, order >> 17, order - 1):
                expected = r.to_bytes(size) + s.to_bytes(size)
                assert jose_signature(encode_dss_signature(r, s), size) == expected

    def test_unknown_names(self) -> None:
        assert key_fault("none", europe.key("RSA").public_key()) == "jws_alg_not_allowed"
        assert key_fault("HS256", europe.key("RSA").public_key()) == "jws_alg_not_allowed"
        assert key_fault("EdDSA", object()) == "key_type_not_supported"  # type: ignore[arg-type]


class TestProfile:
    def test_sizes(self) -> None:
        header = {"alg": "ES256", "typ": "vc+jwt", "kid": "x" * 20_000}
        text = f"{base64url.encode(json.dumps(header).encode())}.e30.AAAA".encode()
        with pytest.raises(InputError) as caught:
            jws.read_compact(text, VC)
        assert caught.value.code == "too_large"

    def test_raw_payload_only_where_the_profile_has_it(self) -> None:
        header = {"alg": "ES256", "typ": "vc+jwt", "b64": False, "crit": ["b64"]}
        with pytest.raises(InputError) as caught:
            jws.check_header(header, VC)
        assert caught.value.code == "jws_crit_unknown"

    @pytest.mark.parametrize("kind", ["vc+jwt", "VC+JWT", "application/vc+jwt"])
    def test_media_types_are_told_alike(self, kind: str) -> None:
        jws.check_header({"alg": "ES256", "typ": kind}, VC)

    @pytest.mark.parametrize("kind", ["", "jwt", "kb+jwt", "vc+sd-jwt"])
    def test_other_media_types(self, kind: str) -> None:
        with pytest.raises(InputError) as caught:
            jws.check_header({"alg": "ES256", "typ": kind}, VC)
        assert caught.value.code == "jws_typ_mismatch"
        with pytest.raises(InputError):
            jws.check_header({"alg": "ES256"}, VC)
