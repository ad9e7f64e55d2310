"""Public keys in their written forms: vectors of the standards, each with a twin that is refused."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from hypothesis import given
from hypothesis import strategies as st

from mikra import base64url
from mikra.errors import InputError
from mikra.public_keys import base58, certificate, jwk, multikey
from mikra.public_keys.points import is_ed25519_point
from tests.simulators import authorities

MULTIKEYS = {
    "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp": ed25519.Ed25519PublicKey,
    "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv": ec.EllipticCurvePublicKey,
    "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9": ec.EllipticCurvePublicKey,
}
"""did:key 0.9, the examples of each kind."""

RFC8037 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
RSA: dict[str, Any] = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3o"
    "knjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6q"
    "MQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnq"
    "DKgw",
    "e": "AQAB",
}
EC = jwk.write(ec.derive_private_key(7, ec.SECP256R1()).public_key())


def raw(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def code_of(call: Any, *values: object) -> str:
    with pytest.raises(InputError) as raised:
        call(*values)
    return raised.value.code


@pytest.mark.parametrize(("text", "kind"), MULTIKEYS.items())
def test_multikeys_of_the_standard(text: str, kind: type) -> None:
    key = multikey.read(text)
    assert isinstance(key, kind)
    assert multikey.write(key) == text
    assert raw(jwk.read(jwk.write(key))) == raw(key)


def test_thumbprints_of_the_standards() -> None:
    assert jwk.thumbprint(RSA) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "RFC 7638, 3.1"
    assert jwk.thumbprint(RFC8037) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "RFC 8037, A.3"
    assert jwk.thumbprint({**RSA, "alg": "RS256", "kid": "2011-04-29"}) == jwk.thumbprint(RSA)
    assert code_of(jwk.thumbprint, {"kty": "oct", "k": "AAAA"}) == "key_type_not_supported"
    assert code_of(jwk.thumbprint, {"kty": "RSA", "n": RSA["n"]}) == "key_type_not_supported"


@pytest.mark.parametrize("value", [RFC8037, RSA, EC], ids=["OKP", "RSA", "EC"])
def test_jwk_is_read_and_written(value: dict[str, Any]) -> None:
    assert jwk.write(jwk.read(value)) == value


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"x": EC["y"]}, "key_malformed"),
        ({"y": "A" * 43}, "key_malformed"),
        ({"x": "AA" + EC["x"]}, "key_malformed"),
        ({"x": base64url.encode(b"\0" + base64url.decode(EC["x"]))}, "key_malformed"),
        ({"y": base64url.encode(b"\0" + base64url.decode(EC["y"]))}, "key_malformed"),
        ({"x": EC["x"] + "="}, "key_malformed"),
        ({"x": 7}, "key_malformed"),
        ({"x": EC["x"][:-1] + chr(ord(EC["x"][-1]) + 1)}, "base64url_not_canonical"),
        ({"crv": "secp256k1"}, "key_type_not_supported"),
        ({"crv": ["P-256"]}, "key_type_not_supported"),
        ({"kty": "oct", "k": "AAAA"}, "key_type_not_supported"),
        ({"kty": None}, "key_malformed"),
    ],
)
def test_elliptic_keys_that_are_none(change: dict[str, Any], code: str) -> None:
    assert code_of(jwk.read, {**EC, **change}) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"n": base64url.encode(b"\xc1" + b"U" * 63)}, "key_too_weak"),
        ({"n": base64url.encode(b"\x7f" + b"U" * 255)}, "key_too_weak"),
        ({"n": base64url.encode(b"\xc1" + b"U" * 1024)}, "key_type_not_supported"),
        ({"n": "AA" + str(RSA["n"])}, "key_malformed"),
        ({"n": ""}, "key_malformed"),
        ({"e": "AQ"}, "key_malformed"),
        ({"e": "AQAC"}, "key_malformed"),
        ({"e": "AAEAAQ"}, "key_malformed"),
        ({"e": "AQAAAAAAAQ"}, "key_malformed"),
        ({"n": base64url.encode(b"\xc1" + b"U" * 254 + b"\x02")}, "key_malformed"),
    ],
)
def test_rsa_keys_that_are_none(change: dict[str, Any], code: str) -> None:
    assert code_of(jwk.read, {**RSA, **change}) == code


def test_a_certificate_with_a_number_below_zero_is_read_without_a_word() -> None:
    """RFC 5280 forbids it and the field writes it; a warning is an error in these tests."""
    der = authorities.seal().der
    start = der.index(b"\xa0\x03\x02\x01\x02\x02") + 7
    odd = der[:start] + bytes([der[start] | 0x80]) + der[start + 1 :]
    found = certificate.parsed(odd)
    with certificate.quietly():
        assert found.serial_number < 0 < certificate.parsed(der).serial_number
    for twin in (b"", b"\x30\x00", der[:-1], der + b"\0"):
        with pytest.raises(certificate.UNREADABLE):
            certificate.parsed(twin)


def test_a_private_part_is_noticed() -> None:
    assert not jwk.has_private_part(EC)
    assert jwk.has_private_part({**EC, "d": "AA"})
    seed = "z" + base58.encode(b"\x80\x26" + bytes(range(32)))
    assert multikey.is_private(seed)
    assert not any(map(multikey.is_private, [*MULTIKEYS, "", 7]))


P256_FORM = b"\x80\x24"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xed\x01" + b"\x02" + b"\0" * 31, "key_malformed"),
        (b"\xed\x01" + bytes(31), "key_malformed"),
        (P256_FORM + b"\x02" + b"\xff" * 32, "key_malformed"),
        (P256_FORM + b"\x04" + bytes(64), "key_malformed"),
        (P256_FORM + b"\x05" + bytes(32), "key_malformed"),
        (P256_FORM + b"\x04" + base64url.decode(EC["x"]) + base64url.decode(EC["y"]), "key_malformed"),
        (P256_FORM, "key_malformed"),
        (b"\xe7\x01" + b"\x02" * 33, "key_type_not_supported"),
        (b"\xec\x01" + bytes(32), "key_type_not_supported"),
        (b"", "key_type_not_supported"),
    ],
)
def test_multikeys_that_are_none(data: bytes, code: str) -> None:
    assert code_of(multikey.read, "z" + base58.encode(data)) == code


@pytest.mark.parametrize("text", ["", "6MkiTBz1ymuepAQ4", "Z6Mki", "f00", 7, None, "z0", "u=="])
def test_multibase_that_is_none(text: object) -> None:
    assert code_of(multikey.read, text) == "key_malformed"


SMALL = {
    "order 1": "0100000000000000000000000000000000000000000000000000000000000000",
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 4, negative": "0000000000000000000000000000000000000000000000000000000000000080",
    "order 8": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 8, other": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "not reduced": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "not reduced, 1": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}


@pytest.mark.parametrize("text", SMALL.values(), ids=SMALL)
def test_points_under_which_anything_fits_are_refused(text: str) -> None:
    assert not is_ed25519_point(bytes.fromhex(text))
    value = {**RFC8037, "x": base64url.encode(bytes.fromhex(text))}
    assert code_of(jwk.read, value) == "key_malformed"


@given(st.binary(min_size=32, max_size=32))
def test_every_real_key_is_a_point(seed: bytes) -> None:
    assert is_ed25519_point(ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def test_half_of_all_bytes_are_no_point() -> None:
    found = [is_ed25519_point(number.to_bytes(32, "little")) for number in range(2, 202)]
    assert 60 < sum(found) < 140


def test_kinds_that_are_not_written() -> None:
    large = ec.derive_private_key(7, ec.SECP521R1()).public_key()
    assert raw(jwk.read(jwk.write(large))) == raw(large)
    assert code_of(multikey.write, large) == "key_type_not_supported"
    assert code_of(jwk.write, ec.derive_private_key(7, ec.SECP256K1()).public_key()) == "key_type_not_supported"
    assert isinstance(jwk.read(RSA), rsa.RSAPublicKey)
