"""What a digest and what a JWS is, where both are short."""

from __future__ import annotations

import hashlib

import pytest

from mikra import base64url
from mikra.adapters.signer_kinds import Kind, kind_of
from mikra.errors import InputError


@pytest.mark.parametrize("size", [64, 96, 99])
@pytest.mark.parametrize("place", [0, 1, 9, 40, 63])
def test_digests_may_hold_a_dot(size: int, place: int) -> None:
    """One digest in five does: a dot alone does not make a JWS."""
    data = bytearray(hashlib.shake_256(f"{size}{place}".encode()).digest(size))
    data[place] = ord(".")
    assert kind_of(bytes(data)) is Kind.DATA_INTEGRITY


def test_a_short_jws_is_no_digest() -> None:
    head = base64url.encode(b'{"alg":"ES256","b64":false,"crit":["b64"]}').encode() + b"."
    for size in (64, 96, 99):
        with pytest.raises(InputError):
            kind_of(head + b"\xff" * (size - len(head)))
