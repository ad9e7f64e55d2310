"""RFC 7516 (JWE, compact form) with ECDH-ES (RFC 7518, 4.6) and A128GCM or A256GCM (5.3): what wallets encrypt with.

    text = encrypt(data, to=Recipient(key=key, key_id="r1"), encryption="A256GCM", ephemeral=new_key(), vector=chance)
    decrypt(text, key=private, key_id="r1")

Read strictly, each refusal a ProtocolError `invalid_request`: five parts, no encrypted key, `alg` ECDH-ES alone (never
`dir`, never a password), `enc` from the list, `kid` as it was given out, `epk` of the same curve and without a private
part, no `crit`, and no compression, which would make a small text a large one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from mikra import base64url, strictjson
from mikra.errors import InputError, ProtocolError
from mikra.public_keys import jwk

ALGORITHM = "ECDH-ES"
ENCRYPTIONS: Mapping[str, int] = {"A128GCM": 16, "A256GCM": 32}
"""RFC 7518, 5.3: `enc` -> bytes of the key. OpenID4VP 1.0, 8.3 and HAIP 1.0, 5 ask for both."""

MOST_BYTES = 1024 * 1024
MOST_HEADER = 4 * 1024
_VECTOR, _TAG = 12, 16
"""RFC 7518, 5.3: bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom something is encrypted for: a public key, and its name ("" for none)."""

    key: ec.EllipticCurvePublicKey
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The parts of a text whose form holds; `covered` is what the tag covers beside the content."""

    header: Mapping[str, Any]
    covered: bytes
    vector: bytes
    content: bytes


def encrypt(
    data: bytes, *, to: Recipient, encryption: str, ephemeral: ec.EllipticCurvePrivateKey, vector: bytes
) -> str:
    """The compact form. `ephemeral` is a new key of the recipient's curve, `vector` 12 bytes of chance: never twice.

    Raises InputError where they do not fit.
    """
    if len(vector) != _VECTOR or encryption not in ENCRYPTIONS or ephemeral.curve.name != to.key.curve.name:
        raise InputError(
            "This cannot be encrypted so.",
            expected=f"{_VECTOR} bytes of chance, a key of the same curve, and one of {', '.join(ENCRYPTIONS)}",
        )
    header = {
        "alg": ALGORITHM,
        "enc": encryption,
        **({"kid": to.key_id} if to.key_id else {}),
        "epk": jwk.write(ephemeral.public_key()),
    }
    covered = base64url.encode(orjson.dumps(header))
    key = derived(ephemeral.exchange(ec.ECDH(), to.key), encryption)
    sealed = AESGCM(key).encrypt(vector, data, covered.encode())
    parts = (vector, sealed[:-_TAG], sealed[-_TAG:])
    return ".".join([covered, "", *map(base64url.encode, parts)])


def decrypt(text: str, *, key: ec.EllipticCurvePrivateKey, key_id: str) -> bytes:
    """What was encrypted for this key. ProtocolError `invalid_request`."""
    try:
        found = _read(text)
        _check(found.header, key_id)
        theirs = _ephemeral(found.header, key)
        parties = [base64url.decode(found.header.get(name, ""), where=name) for name in ("apu", "apv")]
    except InputError as error:
        raise _refuse("What came is not encrypted as it must be.", error.where or "response") from error
    secret = derived(key.exchange(ec.ECDH(), theirs), str(found.header["enc"]), *parties)
    try:
        return AESGCM(secret).decrypt(found.vector, found.content, found.covered)
    except InvalidTag:
        raise _refuse("What came was encrypted for another key, or altered.", "response") from None


def key_id_of(text: str) -> str:
    """The name of the key that a text asks for, "" where it cannot be read: to look the key up, and nothing else."""
    try:
        return str(_read(text).header.get("kid", ""))
    except (InputError, ProtocolError):
        return ""


def derived(secret: bytes, encryption: str, apu: bytes = b"", apv: bytes = b"") -> bytes:
    """RFC 7518, 4.6.2: the content key, from the agreed secret."""
    size = ENCRYPTIONS[encryption]
    named = (encryption.encode(), apu, apv)
    other = b"".join(len(part).to_bytes(4) + part for part in named) + (size * 8).to_bytes(4)
    return ConcatKDFHash(hashes.SHA256(), size, other).derive(secret)


def _read(text: str) -> _Parts:
    """The five parts (RFC 7516, 7.1). Raises InputError, ProtocolError."""
    if len(text) > MOST_BYTES:
        raise _refuse("This is more than an answer may hold.", "response")
    parts = text.split(".")
    if len(parts) != 5 or not text.isascii() or parts[1]:
        raise _refuse("This is no encrypted text.", "response", expected="five parts, the second empty")
    covered, _, vector, content, tag = parts
    if len(covered) > MOST_HEADER:
        raise _refuse("The header is larger than any that is needed here.", "response")
    header = strictjson.parse(base64url.decode(covered, where="header"))
    if not isinstance(header, dict):
        raise _refuse("The header is no object.", "response")
    iv, data, mark = (base64url.decode(part, where="response") for part in (vector, content, tag))
    if len(iv) != _VECTOR or len(mark) != _TAG:
        raise _refuse("The parts of the encrypted text have another length.", "response")
    return _Parts(header=header, covered=covered.encode(), vector=iv, content=data + mark)


def _check(header: Mapping[str, Any], key_id: str) -> None:
    if header.get("alg") != ALGORITHM:
        raise _refuse("Keys are agreed in one way here.", "alg", expected=ALGORITHM)
    if header.get("enc") not in list(ENCRYPTIONS):
        raise _refuse("This cipher is not taken here.", "enc", expected=", ".join(ENCRYPTIONS))
    if "crit" in header or "zip" in header:
        raise _refuse("The header asks for what is not done here.", "crit" if "crit" in header else "zip")
    if header.get("kid") != key_id:
        raise _refuse("It is encrypted for another key.", "kid", expected="the key of this request")


def _ephemeral(header: Mapping[str, Any], own: ec.EllipticCurvePrivateKey) -> ec.EllipticCurvePublicKey:
    """RFC 7518, 4.6.1.1. A point that is not on the curve does not pass `jwk.read`."""
    given = header.get("epk")
    key = jwk.read(given, "epk")
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != own.curve.name:
        raise _refuse("The key is of another curve.", "epk", expected=own.curve.name)
    if isinstance(given, Mapping) and jwk.has_private_part(given):
        raise _refuse("The key is given away.", "epk")
    return key


def _refuse(message: str, where: str, *, expected: str = "") -> ProtocolError:
    return ProtocolError(message, where=where, expected=expected, code="invalid_request")
