"""base58btc: the vectors of draft-msporny-base58-03, and the law that one text is one value of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.public_keys import base58

VECTORS = {
    "2NEpo7TZRRrLZSi2U": b"Hello World!",
    "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z": b"The quick brown fox jumps over the lazy dog.",
    "11233QC4": bytes.fromhex("0000287fb4cd"),
    "": b"",
    "1": b"\0",
}


@pytest.mark.parametrize(("text", "data"), VECTORS.items())
def test_vectors(text: str, data: bytes) -> None:
    assert base58.encode(data) == text
    assert base58.decode(text) == data


@given(st.binary(max_size=200))
def test_what_is_written_is_read_back(data: bytes) -> None:
    assert base58.decode(base58.encode(data)) == data


@given(st.text(base58.ALPHABET, max_size=120))
def test_one_text_for_one_value(text: str) -> None:
    assert base58.encode(base58.decode(text)) == text


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "2NEpo7TZRRrLZSi2U ", "é", "z" * 2049])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InputError) as raised:
        base58.decode(text, code="proof_value_malformed")
    assert raised.value.code == "proof_value_malformed"
