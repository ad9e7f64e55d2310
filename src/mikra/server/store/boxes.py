"""XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) and HMAC-SHA-256 (RFC 2104) for very many short texts.

The same libsodium as `nacl.bindings` reaches, in a third of the time: what these check at every call is checked here
by two lengths. A key of an HMAC is set up once, and its two states are copied.
"""

from __future__ import annotations

import hashlib

import nacl.bindings  # it makes libsodium ready
from nacl._sodium import ffi, lib

NONCE, KEY, TAG = 24, 32, 16
assert nacl.bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES == TAG

_encrypt = lib.crypto_aead_xchacha20poly1305_ietf_encrypt
_decrypt = lib.crypto_aead_xchacha20poly1305_ietf_decrypt
_new, _text, _NULL = ffi.new, ffi.buffer, ffi.NULL


def encrypt(key: bytes, nonce: bytes, data: bytes, about: bytes = b"") -> bytes:
    """Ciphertext and tag. ValueError for a key or nonce of another length."""
    if len(key) != KEY or len(nonce) != NONCE:
        raise _wrong()
    size = len(data)
    room = _new("unsigned char[]", size + TAG)
    _encrypt(room, _NULL, data, size, about, len(about), _NULL, nonce, key)
    return _text(room, size + TAG)[:]  # type: ignore[no-any-return]


def decrypt(key: bytes, nonce: bytes, box: bytes, about: bytes = b"") -> bytes | None:
    """The text again; None where anything was changed. ValueError for a key or nonce of another length."""
    if len(key) != KEY or len(nonce) != NONCE:
        raise _wrong()
    size = len(box) - TAG
    if size < 0:
        return None
    room = _new("unsigned char[]", size or 1)
    if _decrypt(room, _NULL, _NULL, box, size + TAG, about, len(about), nonce, key):
        return None
    return _text(room, size)[:]  # type: ignore[no-any-return]


def _wrong() -> ValueError:
    """What is shorter would be read beyond its end."""
    return ValueError("a key has 32 bytes, a nonce 24")


_BLOCK = 64
_INNER = bytes(value ^ 0x36 for value in range(256))
_OUTER = bytes(value ^ 0x5C for value in range(256))


class Keyed:
    """HMAC-SHA-256 under one key, of at most 64 bytes."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        if len(key) > _BLOCK:
            raise ValueError("this key is longer than a block")
        block = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def digest(self, data: bytes) -> bytes:
        """32 bytes, as `hmac.digest(key, data, "sha256")`."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()
