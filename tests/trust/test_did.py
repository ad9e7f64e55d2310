"""DIDs: names that hold their key, documents at an address, and what is refused of either."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url
from mikra.codes import CODES
from mikra.errors import InputError, MikraError, UnavailableError
from mikra.public_keys import base58, jwk, multikey
from mikra.trust import did, did_document
from mikra.trust.loader import OFFLINE, Loaded, SnapshotLoader
from tests.sealing.test_only_our_errors import ODD, changed, places

ISSUER = "did:web:issuer.example.test"
KEY = ec.derive_private_key(7, ec.SECP256R1()).public_key()
OTHER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
PRIVATE_MULTIKEY = "z" + base58.encode(b"\x80\x26" + bytes(range(32)))


class Serving:
    """One document, at whatever address."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.asked: list[str] = []

    def load(self, url: str, *, accept: str = "") -> Loaded:
        self.asked.append(url)
        return Loaded(body=self.body, url=url)


def same(one: PublicKeyTypes, other: PublicKeyTypes) -> bool:
    return jwk.write(one) == jwk.write(other)


def code_of(url: str, loader: Any = OFFLINE, purpose: str = did.ASSERTION) -> str:
    with pytest.raises(MikraError) as raised:
        did.resolve_method(url, loader=loader, purpose=purpose)
    return raised.value.code


def document(**changes: Any) -> dict[str, Any]:
    method = {"id": f"{ISSUER}#k1", "type": "JsonWebKey", "controller": ISSUER, "publicKeyJwk": jwk.write(KEY)}
    return {"id": ISSUER, "verificationMethod": [method], "assertionMethod": [f"{ISSUER}#k1"], **changes}


def serving(value: Any) -> Serving:
    return Serving(json.dumps(value).encode())


class TestNamesThatHoldTheirKey:
    @pytest.mark.parametrize("key", [KEY, OTHER, ec.derive_private_key(9, ec.SECP384R1()).public_key()])
    @pytest.mark.parametrize("name_of", [did.did_key, did.did_jwk])
    def test_a_key_goes_in_and_comes_out(self, key: PublicKeyTypes, name_of: Callable[[Any], str]) -> None:
        name = name_of(key)
        method = did.resolve_method(did.key_url(name), loader=OFFLINE)
        assert same(method.key, key)
        assert (method.controller, method.id) == (name, did.key_url(name))
        assert did.resolve_method(did.key_url(name), loader=OFFLINE, purpose=did.AUTHENTICATION) == method

    def test_the_example_of_did_jwk(self) -> None:
        name = (
            "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5"
            "IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
        )
        method = did.resolve_method(f"{name}#0", loader=OFFLINE)
        assert jwk.write(method.key)["x"] == "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0"
        assert did.did_jwk(method.key) == name

    def test_the_fragment_is_that_of_the_key(self) -> None:
        name = did.did_key(KEY)
        assert code_of(f"{name}#{multikey.write(OTHER)}") == "key_not_found"
        assert code_of(name) == "key_not_found"
        assert code_of(f"{did.did_jwk(KEY)}#1") == "key_not_found"
        assert code_of(f"{name}?versionId=1#{multikey.write(KEY)}") == "key_not_found"

    @pytest.mark.parametrize(
        "name",
        ["zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"],
    )
    def test_kinds_that_seal_nothing(self, name: str) -> None:
        assert code_of(f"did:key:{name}#{name}") == "key_type_not_supported"

    def test_names_that_hold_no_key(self) -> None:
        assert code_of("did:key:z0#z0") == "key_malformed"
        assert code_of("did:key:u7QFA#u7QFA") == "key_malformed"
        other_base = f"u{base64url.encode(multikey.decode(multikey.write(KEY)))}"
        assert same(multikey.read(other_base), KEY)
        assert code_of(f"did:key:{other_base}#{other_base}") == "key_malformed"
        assert code_of("did:jwk:AAAA#0") == "key_malformed"
        assert code_of(f"did:jwk:{base64url.encode(b'[]')}#0") == "key_malformed"
        assert code_of("did:ebsi:zabc#k") == "proof_not_supported"
        assert code_of("https://issuer.example.test/#k") == "key_not_found"
        assert code_of(f"did:key:{'z' * 5000}#x") == "key_not_found"

    def test_use_and_private_parts_of_a_did_jwk_count(self) -> None:
        def url(**members: str) -> str:
            return f"did:jwk:{base64url.encode(json.dumps({**jwk.write(KEY), **members}).encode())}#0"

        assert did.resolve_method(url(use="sig"), loader=OFFLINE).compromised is None
        assert code_of(url(use="enc")) == "key_purpose_mismatch"
        assert did.resolve_method(url(d="AA"), loader=OFFLINE).compromised == datetime.min.replace(tzinfo=UTC)


class TestDocuments:
    def test_a_key_of_the_document(self) -> None:
        loader = serving(document())
        method = did.resolve_method(f"{ISSUER}#k1", loader=loader)
        assert same(method.key, KEY)
        assert loader.asked == ["https://issuer.example.test/.well-known/did.json"]
        assert method.purposes == {did.ASSERTION}

    @pytest.mark.parametrize(
        "method",
        [
            {"type": "JsonWebKey2020", "publicKeyJwk": jwk.write(OTHER)},
            {"type": "Multikey", "publicKeyMultibase": multikey.write(OTHER)},
            {"type": "Ed25519VerificationKey2020", "publicKeyMultibase": multikey.write(OTHER)},
            {"type": "Ed25519VerificationKey2018", "publicKeyBase58": base58.encode(OTHER.public_bytes_raw())},
        ],
        ids=lambda method: str(method["type"]),
    )
    def test_forms_of_a_key(self, method: dict[str, Any]) -> None:
        value = document(verificationMethod=[{"id": "#k1", "controller": ISSUER, **method}], assertionMethod=["#k1"])
        assert same(did.resolve_method(f"{ISSUER}#k1", loader=serving(value)).key, OTHER)

    def test_a_key_within_its_purpose(self) -> None:
        (method,) = document()["verificationMethod"]
        value = document(verificationMethod=[], assertionMethod=[method])
        assert did.resolve_method(f"{ISSUER}#k1", loader=serving(value)).purposes == {did.ASSERTION}
        assert code_of(f"{ISSUER}#k1", serving(value), did.AUTHENTICATION) == "key_purpose_mismatch"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"id": "did:web:other.example.test"}, "did_document_id_mismatch"),
            ({"id": None}, "did_document_malformed"),
            ({"verificationMethod": {}}, "did_document_malformed"),
            ({"verificationMethod": ["k1"]}, "did_document_malformed"),
            ({"assertionMethod": "k1"}, "did_document_malformed"),
            ({"verificationMethod": []}, "key_not_found"),
            ({"assertionMethod": []}, "key_purpose_mismatch"),
            ({"assertionMethod": [], "authentication": ["#k1"]}, "key_purpose_mismatch"),
        ],
    )
    def test_documents_that_are_refused(self, changes: dict[str, Any], code: str) -> None:
        assert code_of(f"{ISSUER}#k1", serving(document(**changes))) == code

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"controller": "did:web:other.example.test"}, "issuer_key_mismatch"),
            ({"controller": None}, "issuer_key_mismatch"),
            ({"type": "JwsVerificationKey2020"}, "key_type_not_supported"),
            ({"type": ["JsonWebKey"]}, "key_type_not_supported"),
            ({"type": "Multikey"}, "key_malformed"),
            ({"publicKeyJwk": ...}, "key_malformed"),
            ({"publicKeyMultibase": multikey.write(OTHER)}, "did_document_ambiguous"),
            ({"publicKeyJwk": {"kty": "oct", "k": "AAAA"}}, "key_type_not_supported"),
            ({"publicKeyJwk": {**jwk.write(KEY), "y": "A" * 43}}, "key_malformed"),
            ({"publicKeyJwk": {**jwk.write(KEY), "use": "enc"}}, "key_purpose_mismatch"),
            ({"publicKeyJwk": {**jwk.write(KEY), "key_ops": ["deriveKey"]}}, "key_purpose_mismatch"),
            ({"expires": "2025-12-31"}, "did_document_malformed"),
            ({"revoked": 7}, "did_document_malformed"),
            (
                {
                    "type": "Multikey",
                    "publicKeyJwk": ...,
                    "publicKeyMultibase": "z" + base58.encode(b"\x80\x26" + bytes(32)),
                },
                "key_compromised",
            ),
        ],
    )
    def test_keys_that_are_refused(self, changes: dict[str, Any], code: str) -> None:
        (method,) = document()["verificationMethod"]
        changed = {name: value for name, value in {**method, **changes}.items() if value is not ...}
        assert code_of(f"{ISSUER}#k1", serving(document(verificationMethod=[changed]))) == code

    def test_one_name_for_two_keys(self) -> None:
        (method,) = document()["verificationMethod"]
        twice = [method, {**method, "id": "#k1", "publicKeyJwk": jwk.write(OTHER)}]
        assert code_of(f"{ISSUER}#k1", serving(document(verificationMethod=twice))) == "did_document_ambiguous"
        assert code_of(f"{ISSUER}#k1", serving(document(authentication=[method]))) == "did_document_ambiguous"

    def test_a_key_of_another_document_is_not_its_own(self) -> None:
        (method,) = document()["verificationMethod"]
        foreign = {**method, "id": "did:web:other.example.test#k1"}
        loader = serving(document(verificationMethod=[foreign], assertionMethod=[foreign["id"]]))
        assert code_of("did:web:other.example.test#k1", loader) == "did_document_id_mismatch"
        assert code_of(f"{ISSUER}#k1", loader) == "key_not_found"
        with pytest.raises(InputError) as raised:
            did_document.read(loader.body, ISSUER).method(foreign["id"])
        assert raised.value.code == "issuer_key_mismatch"

    @pytest.mark.parametrize("body", [b"", b"[]", b"<!doctype html>", b'{"id":1,"id":2}', b"\xef\xbb\xbf{}", b"\xff"])
    def test_what_is_no_document(self, body: bytes) -> None:
        assert code_of(f"{ISSUER}#k1", Serving(body)) == "did_document_malformed"

    def test_the_life_of_a_key(self) -> None:
        (method,) = document()["verificationMethod"]
        dated = {**method, "expires": "2025-12-31T23:59:59Z", "revoked": "2025-06-01T00:00:00+02:00"}
        found = did.resolve_method(f"{ISSUER}#k1", loader=serving(document(verificationMethod=[dated])))
        assert found.expires == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
        assert found.revoked == datetime(2025, 5, 31, 22, tzinfo=UTC)
        assert found.compromised is None

    @pytest.mark.parametrize("name", ["d", "p", "oth"])
    def test_a_published_private_part_is_told(self, name: str) -> None:
        (method,) = document()["verificationMethod"]
        leaking = {**method, "publicKeyJwk": {**jwk.write(KEY), name: "AA"}}
        found = did.resolve_method(f"{ISSUER}#k1", loader=serving(document(verificationMethod=[leaking])))
        assert found.compromised is not None

    def test_what_cannot_be_had_says_so(self) -> None:
        with pytest.raises(UnavailableError) as raised:
            did.resolve_method(f"{ISSUER}#k1", loader=OFFLINE)
        assert raised.value.code == "key_unavailable"

    def test_the_documents_of_the_corpus(self, corpus: Path) -> None:
        def answer(host: str, name: str = "k1") -> str:
            return code_of(f"did:web:{host}.example.test#{name}", SnapshotLoader.open(corpus))

        assert answer("dup") == "did_document_ambiguous"
        assert answer("mismatch") == "did_document_id_mismatch"
        assert answer("ctl") == "issuer_key_mismatch"
        assert answer("html") == "did_document_malformed"
        assert answer("oct") == "key_type_not_supported"
        assert answer("offcurve") == "key_malformed"
        assert answer("rsa512") == "key_too_weak"
        assert answer("huge") == "response_too_large"
        assert answer("issuer", "nothing") == "key_not_found"
        assert answer("issuer", "auth") == "key_purpose_mismatch"


class TestWriting:
    def test_what_is_published_is_read_back(self) -> None:
        ended = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
        lost = datetime(2026, 2, 1, tzinfo=UTC)
        body = did.write(
            ISSUER,
            [
                did.PublishedKey(name="k2", key=OTHER, purposes=frozenset({did.ASSERTION, did.AUTHENTICATION})),
                did.PublishedKey(name="k1", key=KEY, expires=ended),
                did.PublishedKey(name="lost", key=KEY, revoked=lost),
            ],
        )
        loader = Serving(body)
        found = {name: did.resolve_method(f"{ISSUER}#{name}", loader=loader) for name in ("k2", "k1", "lost")}
        assert same(found["k2"].key, OTHER)
        assert found["k2"].purposes == {did.ASSERTION, did.AUTHENTICATION}
        assert (found["k2"].expires, found["k1"].expires, found["lost"].revoked) == (None, ended, lost)
        assert "d" not in json.loads(body)["verificationMethod"][0]["publicKeyJwk"]
        assert did.document_address(ISSUER) == "https://issuer.example.test/.well-known/did.json"

    @pytest.mark.parametrize(
        "keys",
        [
            [did.PublishedKey(name="k", key=KEY), did.PublishedKey(name="k", key=OTHER)],
            [did.PublishedKey(name="a b", key=KEY)],
            [did.PublishedKey(name="k", key=KEY, expires=datetime(2026, 1, 1))],  # noqa: DTZ001
            [did.PublishedKey(name="k", key=ec.derive_private_key(7, ec.SECP256K1()).public_key())],
        ],
    )
    def test_what_nobody_would_accept_is_not_written(self, keys: list[did.PublishedKey]) -> None:
        with pytest.raises(InputError):
            did.write(ISSUER, keys)

    def test_two_keys_of_one_name_are_not_published(self) -> None:
        with pytest.raises(InputError) as raised:
            did_document.to_publish(ISSUER, [did.PublishedKey(name="k", key=key) for key in (KEY, OTHER)])
        assert raised.value.code == "did_document_ambiguous"

    def test_a_name_without_an_address_is_not_written(self) -> None:
        with pytest.raises(UnavailableError):
            did.write("did:web:localhost", [did.PublishedKey(name="k", key=KEY)])


@pytest.mark.drill("R5")
def test_something_odd_at_every_place_of_a_document() -> None:
    """Nothing but our own errors, whatever stands where."""
    (method,) = document()["verificationMethod"]
    full = document(
        verificationMethod=[{**method, "expires": "2026-01-01T00:00:00Z"}], authentication=[{**method, "id": "#k2"}]
    )
    read = 0
    for odd in ODD:
        for path in places(full):
            body = json.dumps(changed(full, path, odd)).encode()
            for name in ("k1", "k2"):
                try:
                    did.resolve_method(f"{ISSUER}#{name}", loader=Serving(body))
                    read += 1
                except InputError as error:
                    assert error.code in CODES  # noqa: PT017 - the code is what is tested
    assert read > 50


@pytest.mark.drill("R5")
def test_names_of_every_kind(amount: Callable[[int, int], int]) -> None:
    chance = random.Random(5)
    whole = [did.did_key(KEY), did.did_jwk(KEY), ISSUER, "did:ebsi:zabc"]
    for _ in range(amount(1_000, 100_000)):
        name = list(f"{chance.choice(whole)}#{chance.choice(['0', 'k1', 'z6Mk', ''])}")
        for _ in range(chance.choice([0, 1, 1, 2, 10])):
            at = chance.randrange(len(name))
            name[at : at + chance.randrange(3)] = chance.choices("azA0:#%./é\n\0_-", k=chance.randrange(3))
        try:
            did.resolve_method("".join(name), loader=OFFLINE)
        except (InputError, UnavailableError) as error:
            assert error.code in CODES  # noqa: PT017 - the code is what is tested
