"""JSON Web Key (RFC 7517; RFC 7518, 6; RFC 8037, 2), thumbprints (RFC 7638): public keys, each in its one form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url
from mikra.errors import InputError
from mikra.public_keys.points import is_ed25519_point
from mikra.public_keys.strength import MAX_RSA_BITS, MIN_RSA_BITS

PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""RFC 7518, 6.2.2, 6.3.2, 6.4: members that only the owner of a key may have."""

CURVES: dict[str, tuple[ec.EllipticCurve, int]] = {
    "P-256": (ec.SECP256R1(), 32),
    "P-384": (ec.SECP384R1(), 48),
    "P-521": (ec.SECP521R1(), 66),
}
"""RFC 7518, 6.2.1.1: curve, and bytes of a coordinate."""

_NAMES = {curve.name: name for name, (curve, _) in CURVES.items()}
_MAX_EXPONENT = 2**32
"""FIPS 186-5, 5.4 allows up to 2^256; OpenSSL and others stop here, and nobody needs more."""

_THUMBPRINT = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
"""RFC 7638, 3.2; RFC 8037, 2."""


def read(value: object, where: str = "") -> PublicKeyTypes:
    """The public key. Private members are not looked at: ask `has_private_part`.

    Raises InputError with key_malformed, key_too_weak, key_type_not_supported.
    """
    if not isinstance(value, Mapping):
        raise _malformed("The key is not an object.", where)
    kind, curve = value.get("kty"), value.get("crv")
    if kind == "EC" and isinstance(curve, str) and curve in CURVES:
        return _elliptic(value, where)
    if kind == "OKP" and curve == "Ed25519":
        return ed25519_key(_bytes(value, "x", where), where)
    if kind == "RSA":
        return _rsa(value, where)
    if not isinstance(kind, str):
        raise _malformed("The key does not say of which kind it is.", where)
    raise not_supported(f"{kind} {curve or ''}".strip(), where)


def has_private_part(value: Mapping[str, Any]) -> bool:
    """Whether somebody published what only the owner may have."""
    return bool(PRIVATE & value.keys())


def write(key: PublicKeyTypes) -> dict[str, str]:
    """The members of the public key and no other, `kty` first. Raises InputError key_type_not_supported."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.public_bytes_raw())}
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _NAMES:
        name, point = _NAMES[key.curve.name], key.public_numbers()
        size = CURVES[name][1]
        x, y = (base64url.encode(number.to_bytes(size)) for number in (point.x, point.y))
        return {"kty": "EC", "crv": name, "x": x, "y": y}
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        n, e = (base64url.encode(v.to_bytes((v.bit_length() + 7) // 8)) for v in (numbers.n, numbers.e))
        return {"kty": "RSA", "n": n, "e": e}
    raise not_supported(type(key).__name__, "")


def thumbprint(value: Mapping[str, Any]) -> str:
    """RFC 7638, 3: SHA-256 over the required members, base64url. Raises InputError key_type_not_supported."""
    names = _THUMBPRINT.get(str(value.get("kty")))
    if names is None or any(name not in value for name in names):
        raise not_supported(str(value.get("kty")), "")
    canonical = orjson.dumps({name: value[name] for name in names})
    return base64url.encode(hashlib.sha256(canonical).digest())


def ed25519_key(data: bytes, where: str = "") -> ed25519.Ed25519PublicKey:
    """Raises InputError key_malformed for what is no point."""
    if not is_ed25519_point(data):
        raise _malformed("The key is no point of its curve.", where)
    return ed25519.Ed25519PublicKey.from_public_bytes(data)


def _elliptic(value: Mapping[str, Any], where: str) -> ec.EllipticCurvePublicKey:
    curve, size = CURVES[str(value["crv"])]
    x, y = (_bytes(value, name, where) for name in ("x", "y"))
    if len(x) != size or len(y) != size:
        raise _malformed("A coordinate of the key has the wrong length.", where)
    try:
        return ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve).public_key()
    except ValueError:
        raise _malformed("The key is no point of its curve.", where) from None


def _rsa(value: Mapping[str, Any], where: str) -> rsa.RSAPublicKey:
    n, e = (_bytes(value, name, where) for name in ("n", "e"))
    if n[:1] in (b"", b"\0") or e[:1] in (b"", b"\0"):
        raise _malformed("A number of the key is not in its shortest form.", where)
    return rsa_key(int.from_bytes(n), int.from_bytes(e), where)


def rsa_key(modulus: int, exponent: int, where: str = "") -> rsa.RSAPublicKey:
    """Raises InputError with key_too_weak, key_malformed, key_type_not_supported (too large to be taken)."""
    bits = modulus.bit_length()
    if bits < MIN_RSA_BITS:
        raise InputError(
            "The key is too weak.",
            where=where,
            found=f"{bits} bits",
            expected=f"at least {MIN_RSA_BITS} bits",
            code="key_too_weak",
        )
    if bits > MAX_RSA_BITS:
        raise not_supported(f"RSA with {bits} bits", where)
    if exponent < 3 or exponent > _MAX_EXPONENT or not exponent & modulus & 1:
        raise _malformed("The numbers of the key cannot be those of a key.", where)
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _bytes(value: Mapping[str, Any], name: str, where: str) -> bytes:
    return base64url.decode(value.get(name), where=f"{where}/{name}", code="key_malformed")


def _malformed(message: str, where: str) -> InputError:
    return InputError(message, where=where, code="key_malformed")


def not_supported(found: str, where: str) -> InputError:
    """The error for a kind of key that nobody seals with here."""
    return InputError(
        "Keys of this kind are not read.",
        where=where,
        found=found[:80],
        expected="RSA, EC P-256, P-384, P-521 or Ed25519",
        code="key_type_not_supported",
    )
