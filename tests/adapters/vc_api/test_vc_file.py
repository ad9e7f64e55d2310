"""One document under one given key: what a suite asks of an implementation, each yes with a twin that is no."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mikra import base64url
from mikra.adapters import vc_file
from mikra.public_keys import jwk

AT = datetime(2026, 6, 1, tzinfo=UTC)
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
CREDENTIAL: dict[str, Any] = {
    "@context": CONTEXTS,
    "id": "http://university.example/credentials/1",
    "type": ["VerifiableCredential", "AlumniExample"],
    "issuer": "https://issuer.example.test/a",
    "validFrom": "2010-01-01T19:23:24Z",
    "credentialSchema": {"id": "https://example.org/schema.json", "type": "JsonSchema"},
    "credentialSubject": {"id": "did:example:1", "degree": {"type": "BachelorDegree", "name": "Arts"}},
}


def method(key: Any) -> bytes:
    """A key file, as the suite has them."""
    public = jwk.write(key.public_key())
    if isinstance(key, ed25519.Ed25519PrivateKey):
        secret = key.private_bytes_raw()
    else:
        secret = key.private_numbers().private_value.to_bytes((key.curve.key_size + 7) // 8)
    private = {**public, "d": base64url.encode(secret)}
    value = {
        "id": "https://issuer.example.test/a#1",
        "type": "JsonWebKey",
        "publicKeyJwk": {**public, "kid": "1"},
        "secretKeyJwk": private,
    }
    return json.dumps(value).encode()


KEYS = {
    "P-256": method(ec.derive_private_key(11, ec.SECP256R1())),
    "P-384": method(ec.derive_private_key(12, ec.SECP384R1())),
    "P-521": method(ec.derive_private_key(13, ec.SECP521R1())),
    "Ed25519": method(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))),
}


def issued(value: Any, key: str = "P-256", feature: str = "credential_jose", *paths: str) -> vc_file.Result:
    return vc_file.issue(
        json.dumps(value).encode(), KEYS[key], feature, disclosures=paths, at=AT, chance=lambda size: bytes(size)
    )


def sealed(value: Any, key: str = "P-256", feature: str = "credential_jose", *paths: str) -> bytes:
    result = issued(value, key, feature, *paths)
    assert result.result == "success", result.data
    return result.data.encode()


def answer(text: bytes, key: str = "P-256", feature: str = "credential_jose") -> str:
    return vc_file.verify(text, KEYS[key], feature).result


def presentation(*urls: str) -> dict[str, Any]:
    inside = [{"@context": CONTEXTS[0], "type": "EnvelopedVerifiableCredential", "id": url} for url in urls]
    return {
        "@context": CONTEXTS,
        "type": ["VerifiablePresentation"],
        "holder": "https://issuer.example.test/a",
        "verifiableCredential": inside,
    }


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("feature", ["credential_jose", "credential_sdjwt"])
def test_what_is_sealed_verifies_under_its_key_alone(key: str, feature: str) -> None:
    text = sealed(CREDENTIAL, key, feature)
    assert answer(text, key, feature) == "success"
    assert answer(text + b"\n", key, feature) == "success"
    assert {answer(text, other, feature) for other in KEYS if other != key} == {"failure"}
    head, _, tail = text.split(b".")
    other = sealed({**CREDENTIAL, "name": "x"}, key, feature).split(b".")[1]
    assert answer(b".".join((head, other, tail)), key, feature) == "failure"


@pytest.mark.parametrize("feature", ["presentation_jose", "presentation_sdjwt"])
def test_presentations_hold_sealed_credentials(feature: str) -> None:
    url = f"data:application/vc+jwt,{sealed(CREDENTIAL).decode()}"
    text = sealed(presentation(url, "data:application/vc+cose;base64,AAAA"), "P-521", feature)
    assert answer(text, "P-521", feature) == "success"
    assert answer(text, "P-256", feature) == "failure"
    assert issued(presentation("not-a-credential"), "P-256", feature).result == "failure"
    bare = {**presentation(), "verifiableCredential": [CREDENTIAL]}
    assert issued(bare, "P-256", feature).result == "failure"


def test_disclosures_are_paths() -> None:
    value = {**CREDENTIAL, "credentialSubject": {"id": "did:example:1", "phones": ["1", "2"], "name": "Ana"}}
    text = sealed(value, "P-384", "credential_sdjwt", "credentialSubject.name", "credentialSubject.phones[0]")
    assert text.count(b"~") == 4
    assert b"Ana" not in base64url.decode(text.split(b".")[1].decode())
    assert answer(text, "P-384", "credential_sdjwt") == "success"
    token, first, *_ = text.split(b"~")
    assert answer(b"~".join((token, first, b"")), "P-384", "credential_sdjwt") == "success"
    assert answer(b"~".join((token, first, first, b"")), "P-384", "credential_sdjwt") == "failure"


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v | {"badExtension": {"huh": "what?"}},
        lambda v: v | {"@context": [CONTEXTS[0]]},
        lambda v: v | {"vc": "oops"},
        lambda v: v | {"issuer": "nobody"},
        lambda v: v | {"type": ["VerifiablePresentation"]},
        lambda v: {k: one for k, one in v.items() if k != "credentialSubject"},
    ],
)
def test_what_breaks_a_rule_is_not_sealed(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    assert issued(change(dict(CREDENTIAL))).result == "failure"


def test_what_is_not_sealed_or_of_another_kind_fails() -> None:
    assert answer(json.dumps(CREDENTIAL).encode()) == "failure"
    assert answer(b"") == "failure"
    assert answer(sealed(CREDENTIAL), feature="presentation_jose") == "failure"
    assert answer(sealed(CREDENTIAL), feature="credential_sdjwt") == "failure"
    assert vc_file.verify(sealed(CREDENTIAL), b"{}", "credential_jose").result == "failure"
    assert answer(sealed(CREDENTIAL), feature="credential_cose") == "failure"
    assert issued(CREDENTIAL, feature="credential_ldp").result == "indeterminate"
    assert answer(b"", feature="credential_ldp") == "indeterminate"


@pytest.mark.parametrize("change", [{"secretKeyJwk": None}, {"secretKeyJwk": {"kty": "EC"}}])
def test_a_key_file_without_a_key(change: dict[str, Any]) -> None:
    key = json.dumps({**json.loads(KEYS["P-256"]), **change}).encode()
    result = vc_file.issue(json.dumps(CREDENTIAL).encode(), key, "credential_jose", disclosures=(), at=AT, chance=bytes)
    assert result.result == "failure"


def test_halves_of_two_keys() -> None:
    first, second = json.loads(KEYS["P-256"]), json.loads(method(ec.derive_private_key(99, ec.SECP256R1())))
    first["secretKeyJwk"]["d"] = second["secretKeyJwk"]["d"]
    result = vc_file.issue(
        json.dumps(CREDENTIAL).encode(),
        json.dumps(first).encode(),
        "credential_jose",
        disclosures=(),
        at=AT,
        chance=bytes,
    )
    assert result.result == "failure"
