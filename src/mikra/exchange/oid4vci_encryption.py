"""OpenID4VCI 1.0, 10: requests that a wallet encrypts for the issuer, and answers that the issuer encrypts for it.

    decrypt(text, keys)                 the request, under one of the issuer's keys (name -> private key)
    key = read_response_key(member)     `credential_response_encryption`: for whom the answer is
    encrypt(answer, key, chance)        the answer as one text (application/jwt)
    requests(keys), RESPONSES           what metadata say of both

One way of agreeing on keys (ECDH-ES), two ciphers, no compression; refusals are `invalid_encryption_parameters`, and
they are never encrypted themselves (8.3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from mikra.errors import InputError, ProtocolError
from mikra.exchange import jwe
from mikra.public_keys import jwk

MEMBER = "credential_response_encryption"
INVALID = "invalid_encryption_parameters"
MEDIA_TYPE = "application/jwt"
RESPONSES: Mapping[str, Any] = {
    "alg_values_supported": [jwe.ALGORITHM],
    "enc_values_supported": list(jwe.ENCRYPTIONS),
    "encryption_required": False,
}
"""12.2.4: `credential_response_encryption` of the metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseKey:
    """For whom an answer is encrypted, and with which cipher."""

    to: jwe.Recipient
    encryption: str


def requests(keys: Mapping[str, ec.EllipticCurvePublicKey]) -> dict[str, Any]:
    """12.2.4: `credential_request_encryption` of the metadata."""
    written = [{**jwk.write(key), "kid": name, "use": "enc", "alg": jwe.ALGORITHM} for name, key in keys.items()]
    ciphers = list(jwe.ENCRYPTIONS)
    return {"jwks": {"keys": written}, "enc_values_supported": ciphers, "encryption_required": False}


def decrypt(text: bytes, keys: Mapping[str, ec.EllipticCurvePrivateKey]) -> bytes:
    """What a wallet encrypted. ProtocolError for another key, another way, or an altered text."""
    try:
        written = text.decode("ascii").strip()
    except UnicodeDecodeError:
        raise _refuse("This is no encrypted text.", "request") from None
    name = jwe.key_id_of(written)
    key = keys.get(name)
    if key is None:
        raise _refuse("It is encrypted for a key that is none of ours.", "kid", expected=", ".join(keys))
    try:
        return jwe.decrypt(written, key=key, key_id=name)
    except ProtocolError as error:
        raise _refuse(error.message, error.where, expected=error.expected) from error


def read_response_key(given: object) -> ResponseKey:
    """8.2: `jwk` with its `alg`, and `enc`. ProtocolError for what is not supported."""
    if not isinstance(given, Mapping):
        raise _refuse("It does not say for whom to encrypt.", MEMBER)
    written = given.get("jwk")
    if not isinstance(written, Mapping) or written.get("alg") != jwe.ALGORITHM:
        raise _refuse("Keys are agreed in one way here.", f"{MEMBER}.jwk.alg", expected=jwe.ALGORITHM)
    if given.get("enc") not in list(jwe.ENCRYPTIONS):
        raise _refuse("This cipher is not taken here.", f"{MEMBER}.enc", expected=", ".join(jwe.ENCRYPTIONS))
    if given.get("zip") is not None:
        raise _refuse("Nothing is compressed here.", f"{MEMBER}.zip", expected="none")
    if jwk.has_private_part(written):
        raise _refuse("The private key is given away.", f"{MEMBER}.jwk")
    try:
        key = jwk.read(written, f"{MEMBER}.jwk")
    except InputError as error:
        raise _refuse(error.message, error.where) from error
    name = written.get("kid", "")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(name, str) or len(name) > 200:
        raise _refuse("This is no key that something can be encrypted for.", f"{MEMBER}.jwk", expected="kty EC")
    return ResponseKey(to=jwe.Recipient(key=key, key_id=name), encryption=str(given["enc"]))


def encrypt(answer: Mapping[str, Any], key: ResponseKey, vector: bytes) -> str:
    """The answer as one text, under a key that is made for it alone. `vector`: 12 bytes of chance."""
    ephemeral = ec.generate_private_key(key.to.key.curve)
    content = orjson.dumps(answer)
    return jwe.encrypt(content, to=key.to, encryption=key.encryption, ephemeral=ephemeral, vector=vector)


def _refuse(message: str, where: str, *, expected: str = "") -> ProtocolError:
    return ProtocolError(message, where=where, expected=expected, code=INVALID)
