"""OpenID4VCI 1.0, 10: what is encrypted for us and for a wallet, and what is not taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mikra.errors import ProtocolError
from mikra.exchange import jwe, oid4vci, oid4vci_encryption
from mikra.exchange.oid4vci import OPEN
from mikra.public_keys import jwk

OURS, THEIRS, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
KEYS = {"enc-1": OURS}
WANTED = {"jwk": {**jwk.write(THEIRS.public_key()), "alg": "ECDH-ES", "kid": "w"}, "enc": "A128GCM"}
BODY = {"credential_configuration_id": "mc", "proofs": {"jwt": ["a"]}, "credential_response_encryption": WANTED}


def sealed(data: Any, key: Any = OURS, name: str = "enc-1") -> bytes:
    to = jwe.Recipient(key=key.public_key(), key_id=name)
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    content = json.dumps(data).encode()
    return jwe.encrypt(content, to=to, encryption="A256GCM", ephemeral=ephemeral, vector=b"v" * 12).encode()


def test_a_request_is_read_and_its_answer_is_for_the_wallet_alone() -> None:
    body = oid4vci_encryption.decrypt(sealed(BODY), KEYS)
    found = oid4vci.read_request(body, OPEN, encrypted=True)
    assert found.encryption is not None
    text = oid4vci_encryption.encrypt({"credentials": []}, found.encryption, b"v" * 12)
    assert json.loads(jwe.decrypt(text, key=THEIRS, key_id="w")) == {"credentials": []}
    with pytest.raises(ProtocolError):
        jwe.decrypt(text, key=OTHER, key_id="w")


def test_an_answer_is_encrypted_for_nobody_who_asked_in_the_clear() -> None:
    body = json.dumps(BODY).encode()
    with pytest.raises(ProtocolError) as caught:
        oid4vci.read_request(body, OPEN)
    assert caught.value.code == "invalid_encryption_parameters"
    with pytest.raises(ProtocolError):
        oid4vci.read_transaction(b'{"transaction_id": "x", "credential_response_encryption": {}}')


def altered(text: bytes) -> bytes:
    head, _dot, tag = text.rpartition(b".")
    return head + b"." + (b"A" if tag[:1] != b"A" else b"B") + tag[1:]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff",
        b"a.b.c",
        b"{}",
        sealed(BODY, OTHER),
        sealed(BODY, OURS, "enc-2"),
        sealed(BODY, OURS, ""),
        altered(sealed(BODY)),
        b"x" * 2_000_000,
    ],
)
def test_what_is_encrypted_for_another_or_not_at_all_is_refused(text: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        oid4vci_encryption.decrypt(text, KEYS)
    assert caught.value.code == "invalid_encryption_parameters"


def wanted(**changed: Any) -> dict[str, Any]:
    return {**WANTED, "jwk": {**WANTED["jwk"], **changed}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        {"jwk": WANTED["jwk"]},
        {**WANTED, "enc": "A128CBC-HS256"},
        {**WANTED, "enc": ["A128GCM"]},
        {**WANTED, "zip": "DEF"},
        {**WANTED, "jwk": jwk.write(THEIRS.public_key())},
        wanted(alg="RSA-OAEP"),
        wanted(alg="dir"),
        wanted(d="AAAA"),
        wanted(kid=7),
        wanted(kid="x" * 201),
        wanted(x="AAAA"),
        {**WANTED, "jwk": {**jwk.write(rsa.generate_private_key(65537, 2048).public_key()), "alg": "ECDH-ES"}},
    ],
)
def test_parameters_that_are_not_supported_are_refused(given: Any) -> None:
    with pytest.raises(ProtocolError) as caught:
        oid4vci_encryption.read_response_key(given)
    assert caught.value.code == "invalid_encryption_parameters"


def test_a_key_without_a_name_gets_an_answer_without_one() -> None:
    key = oid4vci_encryption.read_response_key({**WANTED, "jwk": {**jwk.write(THEIRS.public_key()), "alg": "ECDH-ES"}})
    text = oid4vci_encryption.encrypt({}, key, b"v" * 12)
    import base64

    header = json.loads(base64.urlsafe_b64decode(text.split(".")[0] + "=="))
    assert "kid" not in header


def test_metadata_name_the_keys_and_give_nothing_private_away() -> None:
    said = oid4vci_encryption.requests({"enc-1": OURS.public_key()})
    (key,) = said["jwks"]["keys"]
    assert (key["kid"], key["use"], key["alg"]) == ("enc-1", "enc", "ECDH-ES")
    assert "d" not in key
