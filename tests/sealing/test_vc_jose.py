"""Sealing credentials as compact text: what is written, drill R3 (mutants) and drill R5 (only our errors)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from mikra import strictjson
from mikra.codes import CODES
from mikra.errors import InputError
from mikra.sealing import vc_jose
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import bare_signer
from tests.drills.mutants import mutants, tried
from tests.sealing.test_only_our_errors import ODD, changed, places
from tests.simulators import authorities, issuers
from tests.simulators.issuers import AT, CURRENT, HOLDER, UNIVERSITY, credential


def header_of(token: bytes) -> dict[str, Any]:
    return dict(vc_jose.open_envelope(token).header)


class TestSealing:
    def test_the_payload_is_the_credential_and_nothing_else(self) -> None:
        token = issuers.sealed()
        envelope = vc_jose.open_envelope(token)
        assert json.loads(envelope.payload) == credential()
        assert header_of(token) == {
            "alg": "ES256",
            "kid": f"{UNIVERSITY}#now",
            "typ": "vc+jwt",
            "cty": "vc",
            "iat": int(AT.timestamp()),
        }
        assert envelope.claimed_at == AT

    def test_a_certificate_stands_in_the_header(self) -> None:
        holder = authorities.seal()
        envelope = vc_jose.open_envelope(vc_jose.seal_credential(credential(), signer=holder.signer, at=AT))
        assert envelope.certificates[0] == holder.der

    def test_what_cannot_be_sealed(self) -> None:
        signer = bare_signer(CURRENT)
        refused = [credential(type="Other"), credential(vc={}), issuers.presentation()]
        for document in refused:
            with pytest.raises(InputError):
                vc_jose.seal_credential(document, signer=signer, at=AT, key_id="did:x#y")
        with pytest.raises(InputError):
            vc_jose.seal_presentation(credential(), signer=signer, at=AT, key_id="did:x#y")
        with pytest.raises(InputError) as raised:
            vc_jose.seal_credential(credential(), signer=signer, at=AT)
        assert raised.value.code == "key_not_found"

    def test_a_presentation_is_for_one_request(self) -> None:
        token = vc_jose.seal_presentation(
            issuers.presentation(),
            signer=bare_signer(HOLDER),
            at=AT,
            key_id="did:x#y",
            nonce="n",
            audience="a",
            expires=AT,
        )
        payload = json.loads(vc_jose.open_envelope(token).payload)
        assert (payload["nonce"], payload["aud"], payload["exp"]) == ("n", "a", int(AT.timestamp()))
        assert header_of(token)["typ"] == "vp+jwt"

    @pytest.mark.parametrize("content", ["vp", "jwt", "application/json"])
    def test_what_it_covers_is_said_once(self, content: str) -> None:
        token = issuers.raw({"typ": "vc+jwt", "cty": content, "kid": "k"}, credential(), bare_signer(CURRENT))
        with pytest.raises(InputError) as raised:
            vc_jose.open_envelope(token)
        assert raised.value.code == "jws_typ_mismatch"

    def test_a_certificate_and_a_digest_of_another(self) -> None:
        holder = authorities.seal()
        signer = holder.signer
        token = vc_jose.seal_credential(credential(), signer=signer, at=AT)
        header = header_of(token) | {"x5t#S256": "A" * 43}
        with pytest.raises(InputError) as raised:
            vc_jose.open_envelope(issuers.raw(header, credential(), signer))
        assert raised.value.code == "certificate_mismatch"


def accepted(token: bytes, key: Any) -> tuple[bytes, dict[str, Any]] | None:
    """Payload and header of what passes, None where it is refused."""
    try:
        envelope = vc_jose.open_envelope(token)
    except InputError:
        return None
    if signature_fault(envelope.algorithm, key, envelope.signature, envelope.signing_input):
        return None
    return envelope.payload, dict(envelope.header)


@pytest.mark.drill("R3")
@pytest.mark.parametrize("key", [CURRENT, HOLDER], ids=["P-256", "Ed25519"])
def test_no_mutant_passes(
    key: Any, amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    token = vc_jose.seal_credential(credential(), signer=bare_signer(key), at=AT, key_id="did:x#y")
    public = key.public_key()
    count = amount(500, 100_000)
    refused, forged = tried(token, lambda mutant: accepted(mutant, public), count=count, seed=2)
    record_property(f"mutants of a vc+jwt ({type(key).__name__})", f"{count}, refused {refused}, forged {len(forged)}")
    assert forged == []
    assert refused > count * 0.9


def test_the_fault_that_the_drill_must_see() -> None:
    """With the mathematics skipped, mutants pass."""
    token = issuers.sealed()
    passed = 0
    for _, mutant in mutants(token, 500, seed=2):
        try:
            envelope = vc_jose.open_envelope(mutant)
        except InputError:
            continue
        passed += envelope.signing_input != vc_jose.open_envelope(token).signing_input
    assert passed > 10


def never_raises(header: Any, payload: Any) -> bool:
    """Whether it opened. Anything but an InputError with a code of ours is the test's failure."""
    signer = bare_signer(CURRENT)
    try:
        token = vc_jose._sealed(header, json.dumps(payload).encode(), signer)
        envelope = vc_jose.open_envelope(token)
        vc_jose.content_of(envelope, strictjson.parse(envelope.payload))
    except InputError as error:
        if error.code not in CODES:
            raise
        return False
    return True


@pytest.mark.drill("R5")
@pytest.mark.parametrize("version", ["2.0", "1.1", "presentation"])
def test_something_odd_at_every_place(version: str) -> None:
    header: dict[str, Any] = {"alg": "ES256", "kid": "did:x#y", "typ": "vc+jwt", "cty": "vc", "iat": 1, "x5c": ["AAAA"]}
    payload: dict[str, Any] = {
        **credential(),
        "iss": UNIVERSITY,
        "exp": 1,
        "nbf": 1,
        "jti": credential()["id"],
        "aud": "x",
    }
    if version == "1.1":
        context = {"@context": ["https://www.w3.org/2018/credentials/v1"], "issuanceDate": "2026-01-01T00:00:00Z"}
        inner = {**credential(), **context}
        del inner["validFrom"]
        header |= {"typ": "JWT"}
        payload = {"iss": UNIVERSITY, "vc": inner, "nbf": 1767225600, "exp": 1800000000}
    if version == "presentation":
        header |= {"typ": "vp+jwt", "cty": "vp"}
        payload = {**issuers.presentation(issuers.sealed()), "nonce": "n", "iat": 1}
    assert never_raises(header, payload)
    opened = 0
    for odd in ODD:
        for path in places(header):
            if path:
                opened += never_raises(changed(header, path, odd), payload)
        for path in places(payload):
            opened += never_raises(header, changed(payload, path, odd))
    assert opened > 20


@pytest.mark.drill("R5")
def test_damaged_bytes(amount: Callable[[int, int], int]) -> None:
    token = issuers.sealed()
    chance = random.Random(9)
    for _ in range(amount(1_000, 100_000)):
        mutant = bytearray(token)
        for _ in range(chance.choice([1, 1, 2, 5, 30])):
            at = chance.randrange(len(mutant))
            mutant[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        try:
            vc_jose.open_envelope(bytes(mutant))
        except InputError as error:
            assert error.code in CODES  # noqa: PT017 - the code is what is tested
