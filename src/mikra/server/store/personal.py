"""Personal data at rest: compressed, then encrypted under a key of the learner's own (DESIGN, 14; GDPR, 17 and 32).

    key = new_key(tenant)                 a key, wrapped under the installation's data.key, not yet stored
    blob = seal_away(key.open(), value)   XChaCha20-Poly1305 over zstd over JSON
    value = look_into(key.open(), blob)
    token(tenant, "mail", "a@b.example")  16 bytes by which it is found again: HMAC-SHA-256 under a key of the tenant

Destroying the row of a key makes all of its learner's data unreadable, in older backups too, as these hold no data.key.
"""

from __future__ import annotations

import hmac
import threading
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson
import zstandard

from mikra.adapters.clock import chance
from mikra.errors import NotFoundError, UnavailableError
from mikra.server.installation import installation
from mikra.server.secrets_folder import secret
from mikra.server.store import boxes
from mikra.server.store.base import new_hexes, new_id
from mikra.server.store.tenants import Wrapped

_NONCE, _KEY = 24, 32


@lru_cache(maxsize=1)
def _data_key() -> bytes:
    return secret(installation().keys, "data.key")


@lru_cache(maxsize=256)
def derived(purpose: str, tenant: uuid.UUID) -> bytes:
    """A key of this tenant for one purpose; it is kept nowhere."""
    return hmac.digest(_data_key(), f"{purpose}:{tenant}".encode(), "sha256")


def encrypt(key: bytes, data: bytes, *, about: bytes = b"") -> bytes:
    """Nonce and ciphertext. `about` is bound to it and not kept."""
    nonce = chance(_NONCE)
    return nonce + boxes.encrypt(key, nonce, data, about)


def decrypt(key: bytes, blob: bytes, *, about: bytes = b"") -> bytes:
    """UnavailableError for what was damaged, or was written under another key."""
    blob = bytes(blob)
    data = boxes.decrypt(key, blob[:_NONCE], blob[_NONCE:], about) if len(blob) >= _NONCE else None
    if data is None:
        raise UnavailableError(
            "What is stored here cannot be read.",
            fix="Check that keys/data.key is the one of this database.",
            code="data_unreadable",
        )
    return data


def wrap(tenant_id: uuid.UUID, key: bytes, key_id: uuid.UUID) -> bytes:
    """A learner's key as it is stored."""
    return encrypt(derived("wrap", tenant_id), key, about=key_id.bytes)


def unwrap(stored: Wrapped) -> bytes:
    """The key itself: 32 bytes, for memory alone."""
    return unwrap_bytes(stored.tenant_id, stored.id, bytes(stored.wrapped))


def unwrap_bytes(tenant_id: uuid.UUID, key_id: uuid.UUID, wrapped: bytes) -> bytes:
    """The same from its columns."""
    return decrypt(derived("wrap", tenant_id), wrapped, about=key_id.bytes)


def unwrap_all(tenant_id: uuid.UUID, keys: Iterable[tuple[str, bytes]]) -> list[bytes]:
    """The same for many, of (id in 32 hex digits, wrapped key) each."""
    under = derived("wrap", tenant_id)
    return [decrypt(under, wrapped, about=bytes.fromhex(key_id)) for key_id, wrapped in keys]


def new_key(tenant_id: uuid.UUID) -> tuple[Wrapped, bytes]:
    """A key as it will be stored (the caller saves it), and the key itself."""
    key, key_id = chance(_KEY), new_id()
    return Wrapped(id=key_id, tenant_id=tenant_id, wrapped=wrap(tenant_id, key, key_id)), key


def new_keys(tenant_id: uuid.UUID, count: int) -> list[tuple[str, bytes, bytes]]:
    """So many of `new_key`: (id in 32 hex digits, the key itself, how it is stored) each."""
    under, ids, drawn = derived("wrap", tenant_id), new_hexes(count), chance(_KEY * count)
    keys = [drawn[start : start + _KEY] for start in range(0, len(drawn), _KEY)]
    return [(one, key, encrypt(under, key, about=bytes.fromhex(one))) for one, key in zip(ids, keys, strict=True)]


def opened(stored: Wrapped | None) -> bytes:
    """The key of a learner or a row. NotFoundError where it was destroyed."""
    if stored is None:
        raise NotFoundError("The personal data that belonged here was erased.", code="erased")
    return unwrap(stored)


class _Press(threading.local):
    """Compressor and decompressor of one thread."""

    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(level=3).compress
        self.pack_few = zstandard.ZstdCompressor(level=-1).compress
        self.unpack = zstandard.ZstdDecompressor().decompress


_press = _Press()
MOST = 16_000_000
"""Bytes that one blob unpacks to."""

_FEW = 400
"""Of so few bytes the best level makes hardly less than the fastest, in three times the time."""


def seal_away(key: bytes, value: Any) -> bytes:
    """A value of JSON, compressed and encrypted."""
    data = orjson.dumps(value)
    return encrypt(key, _press.pack_few(data) if len(data) <= _FEW else _press.pack(data))


def look_into(key: bytes, blob: bytes) -> Any:
    """What `seal_away` put away."""
    return orjson.loads(_press.unpack(decrypt(key, blob), max_output_size=MOST))


@lru_cache(maxsize=256)
def keyed(purpose: str, tenant: uuid.UUID) -> boxes.Keyed:
    """HMAC-SHA-256 under `derived`, set up once."""
    return boxes.Keyed(derived(purpose, tenant))


class Digests:
    """Keyed digests of one tenant, for who makes many: `token` as below."""

    def __init__(self, tenant_id: uuid.UUID) -> None:
        self._digest = keyed("token", tenant_id).digest

    def token(self, kind: str, value: str) -> bytes:
        """A digest under a key of the tenant, by which equal values are found; it tells nothing without that key."""
        return self._digest(f"{kind}:{value}".encode())[:16]


def token(tenant_id: uuid.UUID, kind: str, value: str) -> bytes:
    """One digest (`Digests.token`)."""
    return Digests(tenant_id).token(kind, value)
