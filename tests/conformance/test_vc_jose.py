"""vc+jwt and VC-JWT against npm jose and did-jwt-vc: ours verify there, theirs verify here, tampered twins nowhere."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mikra import base64url
from mikra.public_keys import jwk
from mikra.sealing import vc_jose
from mikra.sealing.keys import algorithm_of, bare_signer
from mikra.trust import did
from mikra.trust.loader import OFFLINE
from mikra.verification import Policy, verify
from mikra.verification.question import Session
from tests.conformance.node import ask
from tests.simulators.issuers import AT, HOLDER, credential, envelope

P256 = ec.derive_private_key(21, ec.SECP256R1())
P384 = ec.derive_private_key(22, ec.SECP384R1())
KEYS: dict[str, Any] = {"EdDSA": HOLDER, "ES256": P256, "ES384": P384}
VERSION_1 = {
    "@context": ["https://www.w3.org/2018/credentials/v1"],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential"],
    "issuanceDate": "2026-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:subject"},
}


def name_of(key: Any) -> str:
    return did.did_key(key.public_key())


def private(key: Any) -> dict[str, str]:
    if key is HOLDER:
        secret = key.private_bytes_raw()
    else:
        secret = key.private_numbers().private_value.to_bytes((key.curve.key_size + 7) // 8)
    return {**jwk.write(key.public_key()), "d": base64url.encode(secret)}


def document(key: Any) -> dict[str, Any]:
    name = name_of(key)
    url = did.key_url(name)
    method = {"id": url, "type": "JsonWebKey2020", "controller": name, "publicKeyJwk": jwk.write(key.public_key())}
    return {"id": name, "verificationMethod": [method], "assertionMethod": [url], "authentication": [url]}


@cache
def ours(alg: str, *, version_1: bool = False) -> str:
    key = KEYS[alg]
    value = {**VERSION_1, "issuer": name_of(key)} if version_1 else credential(issuer=name_of(key))
    sealed = vc_jose.seal_credential(value, signer=bare_signer(key), at=AT, key_id=did.key_url(name_of(key)))
    return sealed.decode()


def tampered(token: str) -> list[str]:
    """Another payload, another header, another seal."""
    head, body, tail = token.split(".")
    payload = json.loads(base64url.decode(body))
    other = base64url.encode(json.dumps({**payload, "name": "Eve"}).encode())
    header = base64url.encode(json.dumps({**json.loads(base64url.decode(head)), "iat": 1}).encode())
    value = bytearray(base64url.decode(tail))
    value[5] ^= 1
    return [f"{head}.{other}.{tail}", f"{header}.{body}.{tail}", f"{head}.{body}.{base64url.encode(bytes(value))}"]


def judged(token: str, *names: str, session: Session | None = None) -> list[str]:
    policy = Policy(trusted_issuers=frozenset(names))
    extra = {"session": session} if session else {}
    return [r.code for r in verify(token.encode(), at=AT, policy=policy, loader=OFFLINE, **extra)]


@pytest.mark.parametrize("alg", KEYS)
def test_what_we_seal_verifies_there_and_its_twins_nowhere(alg: str) -> None:
    key = KEYS[alg]
    assert algorithm_of(key) == alg
    tokens = [ours(alg), *tampered(ours(alg))]
    public = jwk.write(key.public_key())
    answers = ask("vc_jose", [{"do": "verify", "token": t, "key": public, "alg": alg, "typ": "vc+jwt"} for t in tokens])
    assert [a["verified"] for a in answers] == [True, False, False, False], answers
    assert answers[0]["payload"] == credential(issuer=name_of(key))
    assert judged(tokens[0], name_of(key)) == ["valid"]
    assert all(judged(token, name_of(key)) == ["jws_signature_invalid"] for token in tokens[1:])


@pytest.mark.parametrize("alg", ["EdDSA", "ES256"])
def test_version_1_verifies_there_and_its_twins_nowhere(alg: str) -> None:
    key, at = KEYS[alg], int(AT.timestamp())
    tokens = [ours(alg, version_1=True), *tampered(ours(alg, version_1=True))]
    documents = {name_of(key): document(key)}
    answers = ask("vc_jose", [{"do": "verifyVersion1", "token": t, "documents": documents, "at": at} for t in tokens])
    assert [a["verified"] for a in answers] == [True, False, False, False], answers
    assert answers[0]["payload"]["issuer"]["id"] == name_of(key)
    assert answers[0]["payload"]["credentialSubject"] == VERSION_1["credentialSubject"]


@pytest.mark.parametrize("alg", KEYS)
def test_what_they_seal_verifies_here_and_its_twins_nowhere(alg: str) -> None:
    key = KEYS[alg]
    header = {"typ": "vc+jwt", "cty": "vc", "kid": did.key_url(name_of(key))}
    request = {
        "do": "seal",
        "payload": credential(issuer=name_of(key)),
        "key": private(key),
        "alg": alg,
        "header": header,
    }
    (answer,) = ask("vc_jose", [request])
    assert answer["verified"], answer
    assert judged(answer["token"], name_of(key)) == ["valid"]
    assert all(judged(twin, name_of(key)) == ["jws_signature_invalid"] for twin in tampered(answer["token"]))


@pytest.mark.parametrize("alg", ["EdDSA", "ES256"])
def test_their_version_1_verifies_here(alg: str) -> None:
    key = KEYS[alg]
    name, url = name_of(key), did.key_url(name_of(key))
    inner = {k: v for k, v in VERSION_1.items() if k not in ("id", "issuanceDate")}
    payload = {
        "sub": "did:example:subject",
        "nbf": 1767225600,
        "vc": {**inner, "credentialSubject": {"id": "did:example:subject"}},
    }
    shared = {"key": private(key), "alg": alg, "did": name, "kid": url}
    (first,) = ask("vc_jose", [{"do": "sealVersion1", "payload": payload, **shared}])
    assert judged(first["token"], name) == ["valid"]
    assert all(judged(twin, name) != ["valid"] for twin in tampered(first["token"]))
    vp = {
        "@context": VERSION_1["@context"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [first["token"]],
    }
    claims = {"nonce": "n-1", "aud": "https://verifier.example.test", "vp": vp}
    (second,) = ask("vc_jose", [{"do": "sealVersion1", "payload": claims, "presentation": True, **shared}])
    assert judged(second["token"], name, session=Session(nonce="n-1")) == ["valid"]
    assert judged(second["token"], name, session=Session(nonce="n-2")) == ["nonce_mismatch"]


def test_our_presentation_verifies_there() -> None:
    name = name_of(HOLDER)
    value = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": name,
        "verifiableCredential": [envelope(ours("ES256").encode())],
    }
    token = vc_jose.seal_presentation(
        value, signer=bare_signer(HOLDER), at=AT, key_id=did.key_url(name), nonce="n-1", audience="a"
    ).decode()
    public = jwk.write(HOLDER.public_key())
    tokens = [token, *tampered(token)]
    answers = ask(
        "vc_jose", [{"do": "verify", "token": t, "key": public, "alg": "EdDSA", "typ": "vp+jwt"} for t in tokens]
    )
    assert [a["verified"] for a in answers] == [True, False, False, False]
    assert answers[0]["payload"]["nonce"] == "n-1"
