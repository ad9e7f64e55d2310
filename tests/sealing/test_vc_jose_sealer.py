"""The fast path gives what the general path gives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from mikra.sealing import vc_jose
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import bare_signer
from mikra.sealing.vc_jose_sealer import Sealer
from tests.simulators.issuers import AT, HOLDER, credential

KEY_ID = "did:web:university.example.test#now"
RSA = rsa.generate_private_key(65537, 2048)
KEYS: dict[str, Any] = {"RS256": RSA, "EdDSA": HOLDER, "ES256": ec.derive_private_key(7, ec.SECP256R1())}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40), st.integers(0, 200))
@pytest.mark.parametrize("name", ["RS256", "EdDSA"])
def test_byte_for_byte_at_every_cut(name: str, text: str, cut: int) -> None:
    payload = orjson.dumps(credential(name=text))
    signer = bare_signer(KEYS[name])
    fast = Sealer(signer, at=AT, key_id=KEY_ID).prepare(payload[:cut]).seal(payload[cut:])
    assert fast == vc_jose.seal_bytes(payload, kind=vc_jose.CREDENTIAL, signer=signer, at=AT, key_id=KEY_ID)


@pytest.mark.parametrize("name", KEYS)
def test_the_seal_holds_and_the_clock_moves(name: str) -> None:
    payload = orjson.dumps(credential())
    sealer = Sealer(bare_signer(KEYS[name]), at=AT, key_id=KEY_ID)
    prepared = sealer.prepare(payload[:50])
    for seconds in (0, 0, 1, 60):
        sealer.tick(AT + timedelta(seconds=seconds))
        envelope = vc_jose.open_envelope(prepared.seal(payload[50:]))
        assert envelope.payload == payload
        assert envelope.claimed_at == AT + timedelta(seconds=seconds)
        key = KEYS[name].public_key()
        assert signature_fault(envelope.algorithm, key, envelope.signature, envelope.signing_input) == ""
        assert signature_fault(envelope.algorithm, key, envelope.signature, envelope.signing_input + b"A") != ""
