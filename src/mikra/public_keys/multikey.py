"""Multikey (W3C Controlled Identifiers 1.0, 2.2.2 and 2.4): multibase, multicodec and the bytes of a public key.

z6Mk...   Ed25519   ed 01      32 bytes
zDna...   P-256     80 24      33 bytes, compressed
z82L...   P-384     81 24      49 bytes, compressed
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url
from mikra.errors import InputError
from mikra.public_keys import base58, jwk

_ED25519, _P256, _P384 = b"\xed\x01", b"\x80\x24", b"\x81\x24"
"""Multicodec ed25519-pub (0xed), p256-pub (0x1200), p384-pub (0x1201), each as an unsigned varint."""

PRIVATE = frozenset({b"\x80\x26", b"\x86\x26", b"\x87\x26", b"\x88\x26", b"\x81\x26", b"\x85\x26"})
"""Multicodec ed25519-priv (0x1300), p256-priv (0x1306), p384-priv (0x1307), p521-priv (0x1308), secp256k1-priv
(0x1301), rsa-priv (0x1305): what only the owner may have."""


def _ec(curve: ec.EllipticCurve, data: bytes, where: str) -> ec.EllipticCurvePublicKey:
    if len(data) != 1 + (curve.key_size + 7) // 8:  # no other form of a point is as short
        raise _malformed("The key is not a compressed point.", where)
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, data)
    except ValueError:
        raise _malformed("The key is no point of its curve.", where) from None


_READERS: dict[bytes, Callable[[bytes, str], PublicKeyTypes]] = {
    _ED25519: jwk.ed25519_key,
    _P256: lambda data, where: _ec(ec.SECP256R1(), data, where),
    _P384: lambda data, where: _ec(ec.SECP384R1(), data, where),
}
_WRITTEN = {"secp256r1": _P256, "secp384r1": _P384}


def read(text: object, where: str = "") -> PublicKeyTypes:
    """The key behind multibase text, `z` (base58btc) or `u` (base64url).

    Raises InputError with key_malformed, key_type_not_supported.
    """
    return _read(text, where) if isinstance(text, str) else _read("", where)


@lru_cache(maxsize=1024)
def _read(text: str, where: str) -> PublicKeyTypes:
    data = decode(text, where)
    reader = _READERS.get(data[:2])
    if reader is None:
        raise jwk.not_supported(f"multicodec {data[:2].hex()}", where)
    return reader(data[2:], where)


def is_private(text: object) -> bool:
    """Whether somebody published a private key in the place of the public one."""
    try:
        return isinstance(text, str) and decode(text, "")[:2] in PRIVATE
    except InputError:
        return False


def decode(text: str, where: str = "", code: str = "key_malformed") -> bytes:
    """The bytes behind multibase text. Raises InputError with `code`."""
    if text.startswith("z"):
        return base58.decode(text[1:], where=where, code=code)
    if text.startswith("u"):
        return base64url.decode(text[1:], where=where, code=code)
    raise InputError(
        "The text does not say how it is encoded.", where=where, found=text[:20], expected="z or u first", code=code
    )


def write(key: PublicKeyTypes) -> str:
    """The key as multibase text, base58btc. Raises InputError key_type_not_supported."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "z" + base58.encode(_ED25519 + key.public_bytes_raw())
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _WRITTEN:
        form = serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        return "z" + base58.encode(_WRITTEN[key.curve.name] + key.public_bytes(*form))
    raise jwk.not_supported(type(key).__name__, "")


def _malformed(message: str, where: str) -> InputError:
    return InputError(message, where=where, code="key_malformed")
