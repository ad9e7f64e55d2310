"""Multibase: one text for one value, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing import multibase


@given(st.binary(max_size=100))
def test_base58_both_ways(data: bytes) -> None:
    assert multibase.base58_decode(multibase.base58_encode(data)) == data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", b""),
        ("1", b"\0"),
        ("11", b"\0\0"),
        ("2NEpo7TZRRrLZSi2U", b"Hello World!"),
        ("11233QC4", b"\0\0\x28\x7f\xb4\xcd"),
    ],
)
def test_known_pairs(text: str, data: bytes) -> None:
    """draft-msporny-base58-03, 5."""
    assert multibase.base58_encode(data) == text
    assert multibase.base58_decode(text) == data


@pytest.mark.parametrize("text", [None, 5, "", "z", "u", "f00", "z0", "zO", "zl", "z é", "z" + "1" * 5000, "Zabc"])
def test_what_is_refused(text: object) -> None:
    with pytest.raises(InputError) as caught:
        multibase.decode(text, "z")
    assert caught.value.code == "proof_value_malformed"


@pytest.mark.parametrize(("text", "code"), [("uQQ==", "proof_value_malformed"), ("uQR", "base64url_not_canonical")])
def test_base64url(text: str, code: str) -> None:
    assert multibase.decode("uQQ", "u") == b"A"
    with pytest.raises(InputError) as caught:
        multibase.decode(text, "u")
    assert caught.value.code == code
