"""The holder's proof: made, checked, and refused for each single thing that may be wrong with it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from mikra.errors import InputError
from mikra.sealing import sd_jwt
from mikra.sealing.keys import bare_signer
from tests.sealing.sd_jwts import AT, b64, issued
from tests.simulators import europe

KEY = europe.key("P-256")
OTHER = europe.key("Ed25519")
SKEW = timedelta(minutes=5)
ASKED = {"nonce": "n-1", "audience": "https://verifier.example"}


@pytest.fixture(scope="module")
def shown() -> bytes:
    return sd_jwt.present(issued(), lambda place: place == ("family_name",))


def bound(shown: bytes, **given: Any) -> bytes:
    return sd_jwt.bind(shown, **{"signer": bare_signer(KEY), "at": AT, **ASKED, **given})


def faults(text: bytes, key: Any = None, **given: Any) -> tuple[str, str]:
    opened = sd_jwt.read(text)
    found = sd_jwt.read_key_binding(opened.key_binding)
    asked = {**ASKED, "at": AT, "skew": SKEW, **given}
    return (
        sd_jwt.binding_fault(found, opened.presented, key or KEY.public_key()),
        sd_jwt.answer_fault(found, **asked),
    )


def test_what_was_asked_is_answered(shown: bytes) -> None:
    assert faults(bound(shown)) == ("", "")


def test_another_key(shown: bytes) -> None:
    assert faults(bound(shown), OTHER.public_key())[0] == "holder_binding_invalid"
    assert faults(bound(shown, signer=bare_signer(OTHER)))[0] == "holder_binding_invalid"


def test_other_disclosures_than_those_it_was_made_for(shown: bytes) -> None:
    proof = bound(shown).rsplit(b"~", 1)[1]
    more = sd_jwt.present(issued(), lambda place: True)
    assert faults(more + proof)[0] == "holder_binding_invalid"
    less = sd_jwt.present(issued(), lambda place: False)
    assert faults(less + proof)[0] == "holder_binding_invalid"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"nonce": "n-2"}, "nonce_mismatch"),
        ({"audience": "https://other.example"}, "audience_mismatch"),
        ({"at": AT - timedelta(days=1)}, "proof_too_old"),
        ({"at": AT - timedelta(minutes=11)}, "proof_too_old"),
        ({"at": AT - timedelta(minutes=9)}, ""),
        ({"at": AT + timedelta(hours=1)}, "proof_from_future"),
        ({"at": AT + timedelta(minutes=4)}, ""),
    ],
)
def test_one_thing_wrong(shown: bytes, given: dict[str, Any], code: str) -> None:
    assert faults(bound(shown, **given)) == ("", code)


def test_what_was_not_asked_for_is_not_compared(shown: bytes) -> None:
    assert faults(bound(shown), nonce="", audience="") == ("", "")


def by_hand(claims: dict[str, Any], header: dict[str, Any] | None = None) -> bytes:
    own = bare_signer(KEY)
    head = {"alg": own.algorithm, "typ": "kb+jwt", **(header or {})}
    covered = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{covered}.{b64(own.sign(covered.encode()))}".encode()


WHOLE = {"iat": int(AT.timestamp()), "aud": "a", "nonce": "n", "sd_hash": "h"}


def test_a_proof_by_hand_is_read() -> None:
    assert sd_jwt.read_key_binding(by_hand(WHOLE)).nonce == "n"
    assert sd_jwt.read_key_binding(by_hand({**WHOLE, "iat": AT.timestamp() + 0.5})).audience == "a"


@pytest.mark.parametrize(
    ("changed", "header", "code"),
    [
        *(({name: None}, {}, "jws_malformed") for name in WHOLE),
        *(({name: ""}, {}, "jws_malformed") for name in WHOLE),
        ({"aud": ["a"]}, {}, "jws_malformed"),
        ({"iat": True}, {}, "jws_malformed"),
        ({"iat": -1}, {}, "jws_malformed"),
        ({"iat": 1e15}, {}, "jws_malformed"),
        ({}, {"typ": "JWT"}, "jws_typ_mismatch"),
        ({}, {"typ": "dc+sd-jwt"}, "jws_typ_mismatch"),
        ({}, {"alg": "none"}, "jws_alg_not_allowed"),
        ({}, {"jwk": {}}, "jws_header_not_allowed"),
    ],
)
def test_a_form_that_is_refused(changed: dict[str, Any], header: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as caught:
        sd_jwt.read_key_binding(by_hand({**WHOLE, **changed}, header))
    assert caught.value.code == code


def test_no_claims_and_too_large() -> None:
    with pytest.raises(InputError) as caught:
        sd_jwt.read_key_binding(by_hand([]))  # type: ignore[arg-type]
    assert caught.value.code == "jws_malformed"
    with pytest.raises(InputError) as caught:
        sd_jwt.read_key_binding(b"a" * 20_000)
    assert caught.value.code == "too_large"


def test_a_proof_goes_after_the_last_tilde(shown: bytes) -> None:
    with pytest.raises(InputError):
        bound(bound(shown))
