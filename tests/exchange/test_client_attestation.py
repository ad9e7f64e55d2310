"""Attestation-based client authentication, draft 07: each check of a wallet's two texts has one that fails it."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mikra.errors import ProtocolError
from mikra.exchange import client_attestation, signed_claims
from mikra.exchange.client_attestation import Expected, Texts
from mikra.public_keys import jwk
from mikra.sealing import wallet_certificates as wallet
from mikra.sealing.keys import bare_signer

AT = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
NOW = int(AT.timestamp())
SERVER = "https://mc.example.edu/issuers/zed/eudi"
CLIENT = "https://wallet.example/one"
PROVIDER = wallet.make_authority(wallet.Subject(name="Wallets", country="EU"), at=AT - dt.timedelta(days=1))
X5C = [base64.b64encode(PROVIDER.certificate).decode()]
KEY, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


def yes(text: str) -> bool:
    return True


def attested(signer: Any = None, **changed: Any) -> str:
    header = {"typ": client_attestation.TYPE, "x5c": X5C} | changed.pop("header", {})
    claims = {"sub": CLIENT, "exp": NOW + 3600, "cnf": {"jwk": jwk.write(KEY.public_key())}, **changed}
    claims = {name: value for name, value in claims.items() if value is not None}
    return signed_claims.make(signer or bare_signer(PROVIDER.key), header, claims)


def proven(key: Any = KEY, **changed: Any) -> str:
    header = {"typ": client_attestation.PROOF_TYPE} | changed.pop("header", {})
    claims = {"iss": CLIENT, "aud": SERVER, "iat": NOW, "jti": "j1", **changed}
    claims = {name: value for name, value in claims.items() if value is not None}
    return signed_claims.make(bare_signer(key), header, claims)


def check(attestation: str = "", proof: str = "", **more: Any) -> client_attestation.Attested:
    expected = Expected(server=SERVER, at=AT, client_id=more.pop("client_id", CLIENT))
    asked = {"is_ours": yes, "is_new": yes, **more}
    return client_attestation.check(Texts(attestation=attestation, proof=proof), expected, **asked)


def test_a_wallet_is_who_its_provider_says() -> None:
    found = check(attested(), proven())
    assert (found.client_id, found.chain) == (CLIENT, (PROVIDER.certificate,))
    assert found.key == jwk.thumbprint(jwk.write(KEY.public_key()))
    assert check(attested(), proven(), client_id="").client_id == CLIENT
    mine = client_attestation.attest(
        bare_signer(PROVIDER.key), X5C, KEY.public_key(), client=CLIENT, ends=AT + dt.timedelta(hours=1)
    )
    assert check(mine, client_attestation.prove(bare_signer(KEY), server=SERVER, client=CLIENT, at=AT, jti="x"))
    assert check(attested(), proven(header={"jwk": jwk.write(KEY.public_key())}))


@pytest.mark.parametrize(
    ("attestation", "proof", "where"),
    [
        (attested(), "", "headers"),
        ("", proven(), "headers"),
        (attested(header={"typ": "jwt"}), proven(), ""),
        (attested(header={"x5c": []}), proven(), "x5c"),
        (attested(header={"x5c": ["AAAA"]}), proven(), "x5c"),
        (attested(header={"x5c": ["é"]}), proven(), "x5c"),
        (attested(header={"x5c": X5C * 9}), proven(), "x5c"),
        (attested(bare_signer(OTHER)), proven(), "signature"),
        (attested(sub="https://wallet.example/two"), proven(), "sub"),
        (attested(sub=None), proven(), "sub"),
        (attested(exp=None), proven(), "exp"),
        (attested(exp=NOW - 61), proven(), "exp"),
        (attested(nbf=NOW + 61), proven(), "exp"),
        (attested(cnf=None), proven(), "cnf.jwk"),
        (attested(cnf={"jwk": {**jwk.write(KEY.public_key()), "d": "AAAA"}}), proven(), "cnf.jwk"),
        (attested(), proven(OTHER), "signature"),
        (attested(), proven(header={"jwk": jwk.write(OTHER.public_key())}), "jwk"),
        (attested(), proven(header={"typ": "jwt"}), ""),
        (attested(), proven(aud="https://mc.example.edu/issuers/zed/open"), "aud"),
        (attested(), proven(aud=[SERVER, "https://other.example"]), "aud"),
        (attested(), proven(aud=None), "aud"),
        (attested(), proven(iss="https://wallet.example/two"), "iss"),
        (attested(), proven(iat=NOW - 361), "iat"),
        (attested(), proven(iat=NOW + 61), "iat"),
        (attested(), proven(iat=None), "iat"),
        (attested(), proven(jti=None), "jti"),
    ],
)
def test_texts_that_fail_one_check_are_refused(attestation: str, proof: str, where: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        check(attestation, proof)
    assert caught.value.code == "invalid_client"
    assert where in ("", caught.value.where)


def test_a_challenge_is_ours_and_a_proof_is_used_once() -> None:
    with pytest.raises(ProtocolError) as caught:
        check(attested(), proven(challenge="c"), is_ours=lambda text: False)
    assert caught.value.code == client_attestation.USE_CHALLENGE
    assert check(attested(), proven(challenge="c"))
    with pytest.raises(ProtocolError) as caught:
        check(attested(), proven(), is_new=lambda text: False)
    assert caught.value.where == "jti"
