"""OpenID4VCI 1.0, 10, over HTTP: encrypted requests, encrypted answers, and refusals that everybody can read."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from mikra.adapters.clock import now
from mikra.exchange import jwe
from mikra.exchange.oid4vci_metadata import SDJWT_ID
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.server.actions import wallet_encryption
from mikra.server.store.awards import Award
from mikra.server.store.issuing import WalletOffer
from tests.server.issuing.conftest import Phone
from tests.server.issuing.test_copies import at
from tests.server.issuing.test_path import error_of, redeemed

THEIRS = ec.generate_private_key(ec.SECP256R1())
WANTED = {"jwk": {**jwk.write(THEIRS.public_key()), "alg": "ECDH-ES", "kid": "w"}, "enc": "A256GCM"}


def metadata() -> Any:
    return Client().get("/.well-known/openid-credential-issuer/issuers/zed/open").json()


def ask(phone: Phone, token: str, name: str, body: Any, key: Any = None) -> Any:
    """As a wallet encrypts it: for the key of the metadata."""
    (written,) = metadata()["credential_request_encryption"]["jwks"]["keys"]
    public = key or jwk.read({one: written[one] for one in ("kty", "crv", "x", "y")}, "")
    to = jwe.Recipient(key=public, key_id=written["kid"])
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    data = json.dumps(body).encode()
    text = jwe.encrypt(data, to=to, encryption="A128GCM", ephemeral=ephemeral, vector=b"n" * 12)
    headers = {"authorization": f"Bearer {token}"}
    return phone.client.generic("POST", phone.path(name), text, "application/jwt", headers=headers)


def request(phone: Phone, **more: Any) -> dict[str, Any]:
    return {"credential_configuration_id": SDJWT_ID, "proofs": {"jwt": [phone.proof()]}, **more}


def opened(answer: Any) -> Any:
    assert answer["Content-Type"] == "application/jwt"
    return json.loads(jwe.decrypt(answer.content.decode(), key=THEIRS, key_id="w"))


def test_a_request_and_its_answer_are_encrypted(collected: Award) -> None:
    phone, token = redeemed(collected)
    answer = ask(phone, token, "credential", request(phone, credential_response_encryption=WANTED))
    assert answer.status_code == 200
    credential = opened(answer)["credentials"][0]["credential"]
    assert sd_jwt.read(credential.encode()).claims["cnf"]["jwk"] == jwk.write(phone.key.public_key())


def test_an_encrypted_request_may_be_answered_in_the_clear(collected: Award) -> None:
    phone, token = redeemed(collected)
    answer = ask(phone, token, "credential", request(phone))
    assert answer.status_code == 200
    assert answer.json()["credentials"]


def test_refusals_are_never_encrypted_and_nothing_is_used(collected: Award) -> None:
    phone, token = redeemed(collected)
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    wrong = ask(phone, token, "credential", request(phone, credential_response_encryption=WANTED), stranger)
    assert error_of(wrong) == (400, "invalid_encryption_parameters")
    zipped = {**WANTED, "zip": "DEF"}
    answer = ask(phone, token, "credential", request(phone, credential_response_encryption=zipped))
    assert error_of(answer) == (400, "invalid_encryption_parameters")
    plain = phone.credential(token, credential_response_encryption=WANTED)
    assert error_of(plain) == (400, "invalid_encryption_parameters")
    other = ask(phone, token, "credential", {"credential_configuration_id": "other", "proofs": {"jwt": ["a"]}})
    assert error_of(other) == (400, "unknown_credential_configuration")
    assert WalletOffer._default_manager.get().given == 0


def test_a_later_answer_is_encrypted_where_it_is_asked_so(collected: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, token = redeemed(collected)
    WalletOffer._default_manager.update(deferred=True)
    first = ask(phone, token, "credential", request(phone, credential_response_encryption=WANTED))
    assert first.status_code == 202
    transaction = opened(first)["transaction_id"]
    at(monkeypatch, seconds=4)
    body = {"transaction_id": transaction, "credential_response_encryption": WANTED}
    assert opened(ask(phone, token, "deferred", body))["credentials"]


def test_keys_change_with_the_month_and_the_last_one_is_still_read(db: None) -> None:
    this = dt.datetime(2026, 3, 31, 23, tzinfo=dt.UTC)
    (name,) = wallet_encryption.public(this)
    assert name == "enc-2026-03"
    to = jwe.Recipient(key=wallet_encryption.public(this)[name], key_id=name)
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    text = jwe.encrypt(b"{}", to=to, encryption="A128GCM", ephemeral=ephemeral, vector=b"n" * 12).encode()
    assert wallet_encryption.opened(text, "application/jwt", this + dt.timedelta(days=20)) == (b"{}", True)
    with pytest.raises(Exception, match="none of ours"):
        wallet_encryption.opened(text, "application/jwt", this + dt.timedelta(days=40))
    assert wallet_encryption.opened(b"{}", "application/json; charset=utf-8", now()) == (b"{}", False)
