"""Boxes and keyed digests made in the short way are those that PyNaCl and the standard library make."""

from __future__ import annotations

import hmac

import nacl.bindings as sodium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.server.store import boxes

KEYS, NONCES = st.binary(min_size=32, max_size=32), st.binary(min_size=24, max_size=24)


@given(key=KEYS, nonce=NONCES, data=st.binary(max_size=2_000), about=st.binary(max_size=40))
def test_a_box_is_that_of_libsodium(key: bytes, nonce: bytes, data: bytes, about: bytes) -> None:
    box = boxes.encrypt(key, nonce, data, about)
    assert box == sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(data, about, nonce, key)
    assert boxes.decrypt(key, nonce, box, about) == data


@given(key=KEYS, nonce=NONCES, data=st.binary(max_size=60), about=st.binary(max_size=8), where=st.integers(0, 10**6))
def test_whatever_was_changed_is_seen(key: bytes, nonce: bytes, data: bytes, about: bytes, where: int) -> None:
    box = boxes.encrypt(key, nonce, data, about)

    def changed(text: bytes) -> bytes:
        place = where % len(text)
        return text[:place] + bytes([text[place] ^ 1 << where % 8]) + text[place + 1 :]

    assert boxes.decrypt(key, nonce, changed(box), about) is None
    assert boxes.decrypt(key, changed(nonce), box, about) is None
    assert boxes.decrypt(changed(key), nonce, box, about) is None
    assert boxes.decrypt(key, nonce, box, about + b"x") is None
    assert boxes.decrypt(key, nonce, box[:-1], about) is None
    assert boxes.decrypt(key, nonce, box[:15], about) is None


@pytest.mark.parametrize(("key", "nonce"), [(31, 24), (33, 24), (32, 23), (32, 0)])
def test_keys_and_nonces_of_another_length_are_refused(key: int, nonce: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        boxes.encrypt(bytes(key), bytes(nonce), b"x")
    with pytest.raises(ValueError, match="32 bytes"):
        boxes.decrypt(bytes(key), bytes(nonce), bytes(40))


@given(key=st.binary(max_size=64), texts=st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_a_keyed_digest_is_an_hmac(key: bytes, texts: list[bytes]) -> None:
    keyed = boxes.Keyed(key)
    assert [keyed.digest(text) for text in texts] == [hmac.digest(key, text, "sha256") for text in texts]


def test_a_key_longer_than_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="block"):
        boxes.Keyed(bytes(65))
