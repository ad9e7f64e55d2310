"""COSE_Sign1 against npm @auth0/cose: ours verify there, theirs verify here, tampered twins nowhere."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from mikra.public_keys import jwk
from mikra.sealing import vc_cose
from mikra.sealing.keys import bare_signer
from mikra.trust import did
from mikra.trust.loader import OFFLINE
from mikra.verification import Policy, verify
from tests.conformance.node import ask
from tests.conformance.test_vc_jose import KEYS, name_of, private
from tests.simulators.issuers import AT, credential


def tampered(data: bytes) -> list[bytes]:
    """Another payload, another header, another seal; each still well-formed."""
    content = data.replace(b"Data ethics", b"Data EThics")
    header = data.replace(b"z", b"y", 1)
    return [content, header, data[:-1] + bytes([data[-1] ^ 1])]


def judged(data: bytes, *names: str) -> list[str]:
    return [r.code for r in verify(data, at=AT, policy=Policy(trusted_issuers=frozenset(names)), loader=OFFLINE)]


@pytest.mark.parametrize("alg", KEYS)
def test_what_we_seal_verifies_there_and_its_twins_nowhere(alg: str) -> None:
    key = KEYS[alg]
    name = name_of(key)
    document = credential(issuer=name)
    sealed = vc_cose.seal_credential(document, signer=bare_signer(key), at=AT, key_id=did.key_url(name))
    assert judged(sealed, name) == ["valid"]
    public = jwk.write(key.public_key())
    both = [sealed, *tampered(sealed)]
    answers = ask(
        "vc_cose", [{"do": "verify", "sealed": b64encode(d).decode(), "key": public, "alg": alg} for d in both]
    )
    assert [a["verified"] for a in answers] == [True, False, False, False], answers
    assert answers[0]["payload"] == document
    assert answers[0]["headers"] == {"3": "application/vc", "16": "application/vc+cose"}
    assert all(judged(twin, name) != ["valid"] for twin in both[1:])


@pytest.mark.parametrize("alg", KEYS)
def test_what_they_seal_verifies_here_and_its_twins_nowhere(alg: str) -> None:
    key = KEYS[alg]
    name = name_of(key)
    request: dict[str, Any] = {"do": "seal", "payload": credential(issuer=name), "key": private(key), "alg": alg}
    request |= {"kid": did.key_url(name), "typ": "application/vc+cose", "content": "application/vc"}
    answer, other = ask("vc_cose", [request, request | {"typ": "application/vp+cose", "content": "application/vp"}])
    assert answer["verified"], answer
    data = b64decode(answer["sealed"])
    assert judged(data, name) == ["valid"]
    assert all(judged(twin, name) != ["valid"] for twin in tampered(data))
    assert judged(b64decode(other["sealed"]), name) == ["jws_typ_mismatch"]
