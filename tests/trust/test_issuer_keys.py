"""Key sets of https issuers: one address, one key, or a refusal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mikra.errors import MikraError, UnavailableError
from mikra.public_keys import jwk
from mikra.trust import issuer_keys
from mikra.trust.loader import OFFLINE, Recorded, SnapshotLoader

ISSUER = "https://issuer.example.test/tenants/7"
ADDRESS = "https://issuer.example.test/.well-known/jwt-vc-issuer/tenants/7"
KEY = {**jwk.write(ec.derive_private_key(7, ec.SECP256R1()).public_key()), "kid": "k1"}


def web(**answers: Any) -> SnapshotLoader:
    bodies = {url: json.dumps(value).encode() for url, value in answers.items()}
    return SnapshotLoader({url: Recorded(read=lambda b=body: b) for url, body in bodies.items()})


def serving(value: Any, **others: Any) -> SnapshotLoader:
    return web(**{ADDRESS: value, **others})


def code_of(loader: Any, key_id: str = "k1", issuer: str = ISSUER) -> str:
    with pytest.raises(MikraError) as raised:
        issuer_keys.resolve_key(issuer, key_id, loader=loader)
    return raised.value.code


def metadata(*keys: Any, **changes: Any) -> dict[str, Any]:
    return {"issuer": ISSUER, "jwks": {"keys": list(keys)}, **changes}


def test_the_address_stands_between_host_and_path() -> None:
    assert issuer_keys.address_of(ISSUER) == ADDRESS
    assert issuer_keys.address_of("https://a.example.test/") == "https://a.example.test/.well-known/jwt-vc-issuer"
    for issuer in (
        "https://a.example.test?x=1",
        "http://a.example.test",
        "https://127.0.0.1",
        "https://a.example.test#b",
    ):
        with pytest.raises(UnavailableError):
            issuer_keys.address_of(issuer)


def test_a_key_by_its_name_and_the_only_one() -> None:
    method = issuer_keys.resolve_key(ISSUER, "k1", loader=serving(metadata(KEY)))
    assert (method.controller, method.id) == (ISSUER, f"{ISSUER}#k1")
    assert jwk.write(method.key)["x"] == KEY["x"]
    assert issuer_keys.resolve_key(ISSUER, "", loader=serving(metadata(KEY))) == method


def test_a_set_elsewhere() -> None:
    elsewhere = "https://keys.example.test/set"
    loader = serving({"issuer": ISSUER, "jwks_uri": elsewhere}, **{elsewhere: {"keys": [KEY]}})
    assert issuer_keys.resolve_key(ISSUER, "k1", loader=loader).controller == ISSUER
    assert code_of(serving({"issuer": ISSUER, "jwks_uri": "http://keys.example.test/set"})) == "url_not_allowed"
    assert code_of(serving({"issuer": ISSUER, "jwks_uri": 7})) == "did_document_malformed"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (metadata(KEY, issuer="https://issuer.example.test"), "did_document_id_mismatch"),
        (metadata(KEY, KEY), "did_document_ambiguous"),
        (metadata(KEY, jwks_uri="https://keys.example.test/set"), "did_document_ambiguous"),
        ({"issuer": ISSUER}, "did_document_ambiguous"),
        (metadata({**KEY, "kid": "k2"}), "key_not_found"),
        (metadata(), "key_not_found"),
        (metadata("k1"), "did_document_malformed"),
        (metadata(jwks=[]), "did_document_malformed"),
        ([], "did_document_malformed"),
        (metadata({**KEY, "use": "enc"}), "key_purpose_mismatch"),
        (metadata({**KEY, "key_ops": ["sign"]}), "key_purpose_mismatch"),
        (metadata({**KEY, "y": "A" * 43}), "key_malformed"),
        (metadata({**KEY, "exp": "2026"}), "did_document_malformed"),
        (metadata({**KEY, "exp": True}), "did_document_malformed"),
        (metadata({**KEY, "exp": -1}), "did_document_malformed"),
        (metadata({**KEY, "exp": 253402300800}), "did_document_malformed"),
        (metadata({**KEY, "revoked": {"revoked_at": "2026"}}), "did_document_malformed"),
    ],
)
def test_sets_that_are_refused(value: Any, code: str) -> None:
    assert code_of(serving(value)) == code


def test_two_keys_and_no_name() -> None:
    assert code_of(serving(metadata(KEY, {**KEY, "kid": "k2"})), key_id="") == "did_document_ambiguous"


def test_the_life_of_a_key() -> None:
    key = {**KEY, "exp": 1767225599, "revoked": {"revoked_at": 1760000000}}
    method = issuer_keys.resolve_key(ISSUER, "k1", loader=serving(metadata(key)))
    assert method.expires == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert method.revoked == datetime.fromtimestamp(1760000000, UTC)
    leaking = issuer_keys.resolve_key(ISSUER, "k1", loader=serving(metadata({**KEY, "d": "AA"})))
    assert leaking.compromised is not None


def test_what_cannot_be_had_says_so() -> None:
    assert code_of(OFFLINE) == "key_unavailable"
    elsewhere = Recorded(read=bytes, status=302, headers={"location": "https://other.example.test/"})
    assert code_of(SnapshotLoader({ADDRESS: elsewhere})) == "redirect_not_allowed"


def test_a_key_that_stands_alone_stands_at_the_issuers_host() -> None:
    address = "https://issuer.example.test/keys/1"
    loader = web(**{address: KEY})
    assert issuer_keys.key_at(address, ISSUER, loader=loader).controller == ISSUER
    with pytest.raises(MikraError) as raised:
        issuer_keys.key_at(address, "https://other.example.test", loader=loader)
    assert raised.value.code == "issuer_key_mismatch"
