"""OpenID4VCI 1.0, appendix D: each check of a key attestation has one that fails it."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mikra.errors import ProtocolError
from mikra.exchange import key_attestation, signed_claims
from mikra.exchange.oid4vci import BATCH
from mikra.public_keys import jwk
from mikra.sealing import wallet_certificates as wallet
from mikra.sealing.keys import bare_signer

AT = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
NOW = int(AT.timestamp())
PROVIDER = wallet.make_authority(wallet.Subject(name="Wallets", country="EU"), at=AT - dt.timedelta(days=1))
X5C = [base64.b64encode(PROVIDER.certificate).decode()]
KEYS = [ec.generate_private_key(ec.SECP256R1()).public_key() for _ in range(BATCH + 1)]
WRITTEN = [jwk.write(one) for one in KEYS]


def made(signer: Any = None, header: Any = None, **changed: Any) -> str:
    claims = {"iat": NOW, "exp": NOW + 60, "attested_keys": WRITTEN[:2], **changed}
    claims = {name: value for name, value in claims.items() if value is not None}
    head = {"typ": key_attestation.TYPE, "x5c": X5C, **(header or {})}
    return signed_claims.make(signer or bare_signer(PROVIDER.key), head, claims)


def test_keys_are_attested() -> None:
    for text in (made(), made(header={"typ": "keyattestation+jwt"}), made(exp=None)):
        found = key_attestation.read(text, AT)
        assert (len(found.keys), found.chain, found.nonce) == (2, (PROVIDER.certificate,), "")
        assert found.has(KEYS[1])
        assert not found.has(KEYS[2])
    mine = key_attestation.make(
        bare_signer(PROVIDER.key), X5C, KEYS[:1], at=AT, ends=AT + dt.timedelta(hours=1), nonce="n"
    )
    assert key_attestation.read(mine, AT).nonce == "n"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", ""),
        ("a.b.c", ""),
        (made(header={"typ": "jwt"}), ""),
        (made(header={"x5c": None}), ""),
        (made(header={"x5c": []}), "x5c"),
        (made(header={"jwk": WRITTEN[0]}), ""),
        (made(bare_signer(ec.generate_private_key(ec.SECP256R1()))), "signature"),
        (made(iat=None), "iat"),
        (made(iat=NOW + 61), "iat"),
        (made(exp=NOW - 61), "exp"),
        (made(exp="soon"), "exp"),
        (made(nbf=NOW + 61), "exp"),
        (made(attested_keys=None), "attested_keys"),
        (made(attested_keys=[]), "attested_keys"),
        (made(attested_keys={}), "attested_keys"),
        (made(attested_keys=WRITTEN), "attested_keys"),
        (made(attested_keys=[WRITTEN[0], WRITTEN[0]]), "attested_keys"),
        (made(attested_keys=[{**WRITTEN[0], "d": "AAAA"}]), "attested_keys.0"),
        (made(attested_keys=["x"]), "attested_keys.0"),
        (made(nonce=7), "nonce"),
        (made(nonce="x" * 401), "nonce"),
        (made(status="x"), "status"),
        (made(padding="x" * 40_000), "size"),
    ],
)
def test_an_attestation_that_fails_one_check_is_refused(text: str, where: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        key_attestation.read(text, AT)
    assert caught.value.code == "invalid_proof"
    assert where in ("", caught.value.where), caught.value.where
