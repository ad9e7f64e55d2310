"""The keys of an installation in one encrypted file, for the safe: never part of a backup (BAR, R9).

`data.key`, `session.key`, seal keys with their passwords, and the plan of the signer. The password goes through
scrypt (RFC 7914; N=2^17, r=8, p=1: OWASP Password Storage Cheat Sheet, 2023), the content through XChaCha20-Poly1305.

    16 bytes "mikra/keys/1" and zeros, 16 bytes of salt, then nonce and ciphertext
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path, PurePosixPath

import nacl.bindings as sodium
import orjson
from nacl.exceptions import CryptoError

from mikra.adapters.clock import chance
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.server.backup.archive import written
from mikra.server.installation import Installation

MARK = b"mikra/keys/1".ljust(16, b"\0")
MIN_PASSWORD = 8
_NONCE = 24
_PLAN = "signer/plan.toml"


def export_keys(of: Installation, file: Path, password: str) -> list[str]:
    """Writes all keys of the installation; their names. InputError, NotFoundError, ConflictError."""
    if len(password) < MIN_PASSWORD:
        raise InputError("This password is too short for keys.", expected=f"at least {MIN_PASSWORD} characters")
    found = {f"keys/{one.name}": one for one in sorted(of.keys.glob("*")) if one.is_file()}
    if not found:
        raise NotFoundError("There are no keys here.", where=str(of.keys))
    if of.signer_plan.exists():
        found[_PLAN] = of.signer_plan
    content = orjson.dumps({name: base64.b64encode(one.read_bytes()).decode() for name, one in found.items()})
    salt, nonce = chance(16), chance(_NONCE)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(content, MARK, nonce, _key(password, salt))
    with written(file) as stream:
        stream.write(MARK + salt + nonce + sealed)
    return list(found)


def import_keys(of: Installation, file: Path, password: str) -> list[str]:
    """Puts them back; a key that is here already and differs is never written over. The names of those that are new."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise NotFoundError("There is no file of that name.", where=str(file)) from error
    if raw[:16] != MARK:
        raise InputError("This is no file of keys.", where=str(file), expected="what mikra keys export wrote")
    salt, nonce, sealed = raw[16:32], raw[32 : 32 + _NONCE], raw[32 + _NONCE :]
    try:
        content = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, MARK, nonce, _key(password, salt))
    except CryptoError:
        raise InputError(
            "The password does not open this file, or it is damaged.", where=str(file), fix="Type it again."
        ) from None
    given = {_inside(name): base64.b64decode(text) for name, text in orjson.loads(content).items()}
    targets = {of.home / name: body for name, body in given.items()}
    (of.keys / "session.key").unlink(missing_ok=True)  # it protects sessions alone, and those are not restored
    if clash := [str(one) for one, body in targets.items() if one.exists() and one.read_bytes() != body]:
        raise ConflictError(
            "There are other keys here already, and a key is never written over.",
            found=", ".join(clash[:3]),
            fix="Move them away first, if you know that nothing needs them.",
        )
    return [_put(one, body) for one, body in targets.items() if not one.exists()]


def _key(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << 17, r=8, p=1, maxmem=256 * 1024 * 1024, dklen=32)


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or path.parts[0] not in ("keys", "signer"):
        raise InputError("This file of keys names a place outside of the keys.", found=name[:60])
    return name


def _put(file: Path, body: bytes) -> str:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())
    return file.name
