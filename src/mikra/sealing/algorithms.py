"""RFC 7518, 3 and RFC 8037: the JWS algorithms, each fixed by the kind of key.

    key             sealing   opening, besides
    RSA >= 2048     RS256     RS384, RS512, PS256, PS384, PS512
    EC P-256        ES256
    EC P-384        ES384
    EC P-521                  ES512
    Ed25519         EdDSA

Opening takes what ETSI TS 119 312 lists for new seals, because trust service providers of Europe use all of it: every
one is a public-key algorithm with a digest of 256 bits or more. Never: `none`; HS* (a public key as a shared secret);
ES256K (not in TS 119 312); Ed448 and the brainpool curves (nobody seals credentials with them).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from mikra.public_keys.strength import MAX_RSA_BITS, MIN_RSA_BITS


class Scheme(StrEnum):
    PKCS1 = "RSASSA-PKCS1-v1_5"
    PSS = "RSASSA-PSS"
    ECDSA = "ECDSA"
    EDDSA = "EdDSA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """One JWS `alg`. `size` is the length in bytes of a coordinate (ECDSA) and `order` that of the curve's group."""

    name: str
    scheme: Scheme
    digest: hashes.HashAlgorithm | None = None
    curve: str = ""
    size: int = 0
    order: int = 0


def _rsa(name: str, scheme: Scheme, digest: hashes.HashAlgorithm) -> Algorithm:
    return Algorithm(name=name, scheme=scheme, digest=digest)


_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P384 = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
_P521 = int(
    "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
    "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    16,
)

ALGORITHMS: dict[str, Algorithm] = {
    a.name: a
    for a in (
        _rsa("RS256", Scheme.PKCS1, hashes.SHA256()),
        _rsa("RS384", Scheme.PKCS1, hashes.SHA384()),
        _rsa("RS512", Scheme.PKCS1, hashes.SHA512()),
        _rsa("PS256", Scheme.PSS, hashes.SHA256()),
        _rsa("PS384", Scheme.PSS, hashes.SHA384()),
        _rsa("PS512", Scheme.PSS, hashes.SHA512()),
        Algorithm(name="ES256", scheme=Scheme.ECDSA, digest=hashes.SHA256(), curve="secp256r1", size=32, order=_P256),
        Algorithm(name="ES384", scheme=Scheme.ECDSA, digest=hashes.SHA384(), curve="secp384r1", size=48, order=_P384),
        Algorithm(name="ES512", scheme=Scheme.ECDSA, digest=hashes.SHA512(), curve="secp521r1", size=66, order=_P521),
        Algorithm(name="EdDSA", scheme=Scheme.EDDSA, size=32),
    )
}

SEALING: frozenset[str] = frozenset({"RS256", "ES256", "ES384", "EdDSA"})
"""What our own keys seal with."""


@cache
def _curves() -> frozenset[str]:
    return frozenset(a.curve for a in ALGORITHMS.values())


@lru_cache(maxsize=64)
def _scheme(kind: type) -> Scheme | None:
    """What a key of this class is for; RSA stands for both of its schemes. Asked once: the classes are abstract."""
    if issubclass(kind, ed25519.Ed25519PublicKey):
        return Scheme.EDDSA
    if issubclass(kind, ec.EllipticCurvePublicKey):
        return Scheme.ECDSA
    return Scheme.PKCS1 if issubclass(kind, rsa.RSAPublicKey) else None


def key_fault(name: str, key: PublicKeyTypes) -> str:
    """Why `key` cannot answer for `alg` = `name`: a code of `codes.CODES`, or "" when it can."""
    algorithm = ALGORITHMS.get(name)
    if algorithm is None:
        return "jws_alg_not_allowed"
    scheme = _scheme(key.__class__)
    if scheme is Scheme.EDDSA:
        return "" if algorithm.scheme is Scheme.EDDSA else "jws_key_type_mismatch"
    if scheme is Scheme.PKCS1:
        return _rsa_fault(algorithm, cast(rsa.RSAPublicKey, key))
    if scheme is None:
        return "key_type_not_supported"
    curve = cast(ec.EllipticCurvePublicKey, key).curve.name
    if curve == algorithm.curve:
        return ""
    return "jws_key_type_mismatch" if curve in _curves() else "key_type_not_supported"


def _rsa_fault(algorithm: Algorithm, key: rsa.RSAPublicKey) -> str:
    if algorithm.scheme not in (Scheme.PKCS1, Scheme.PSS):
        return "jws_key_type_mismatch"
    if key.key_size < MIN_RSA_BITS:
        return "key_too_weak"
    return "key_type_not_supported" if key.key_size > MAX_RSA_BITS else ""


def signature_fault(name: str, key: PublicKeyTypes, signature: bytes, data: bytes) -> str:
    """Why `signature` (in JOSE form) is not that of `key` over `data`: a code, or "" when it is."""
    return key_fault(name, key) or checked_fault(name, key, signature, data)


def checked_fault(name: str, key: PublicKeyTypes, signature: bytes, data: bytes) -> str:
    """The same for a key that `key_fault` has let pass."""
    algorithm = ALGORITHMS[name]
    if len(signature) != _length(algorithm, key):
        return "jws_signature_length"
    try:
        _verify(algorithm, key, signature, data)
    except InvalidSignature:
        return "jws_signature_invalid"
    return ""


def _length(algorithm: Algorithm, key: PublicKeyTypes) -> int:
    if algorithm.size:
        return 2 * algorithm.size
    return (key.key_size + 7) // 8 if isinstance(key, rsa.RSAPublicKey) else 0


def _verify(algorithm: Algorithm, key: PublicKeyTypes, signature: bytes, data: bytes) -> None:
    """InvalidSignature unless it is that of the key, which is of the kind that the algorithm asks for."""
    if algorithm.scheme is Scheme.ECDSA:
        cast(ec.EllipticCurvePublicKey, key).verify(_der(algorithm, signature), data, _ecdsa(algorithm.name))
    elif algorithm.scheme is Scheme.EDDSA:
        _verify_ed25519(cast(ed25519.Ed25519PublicKey, key), signature, data)
    else:
        how = rsa_padding(algorithm), cast(hashes.HashAlgorithm, algorithm.digest)
        cast(rsa.RSAPublicKey, key).verify(signature, data, *how)


@cache
def _ecdsa(name: str) -> ec.ECDSA:
    digest = ALGORITHMS[name].digest
    assert digest is not None
    return ec.ECDSA(digest)


def _verify_ed25519(key: ed25519.Ed25519PublicKey, signature: bytes, data: bytes) -> None:
    """RFC 8032, 5.1.7: by libsodium where PyNaCl is installed (`mikra[fast]`), in half the time; else by OpenSSL."""
    sodium = _sodium()
    if sodium is None:
        key.verify(signature, data)
        return
    check, bad = sodium
    try:
        check(signature + data, key.public_bytes_raw())
    except bad:
        raise InvalidSignature from None


@cache
def _sodium() -> tuple[Callable[[bytes, bytes], object], type[Exception]] | None:
    """The check of libsodium and what it raises, looked for once."""
    try:
        from nacl.bindings import crypto_sign_open
        from nacl.exceptions import BadSignatureError
    except ImportError:
        return None
    return crypto_sign_open, BadSignatureError


def rsa_padding(algorithm: Algorithm) -> padding.AsymmetricPadding:
    """RFC 7518, 3.3 and 3.5: PKCS#1 v1.5, or PSS with a salt as long as the digest."""
    if algorithm.scheme is Scheme.PSS and algorithm.digest is not None:
        return padding.PSS(padding.MGF1(algorithm.digest), algorithm.digest.digest_size)
    return padding.PKCS1v15()


def _der(algorithm: Algorithm, signature: bytes) -> bytes:
    """r || s (RFC 7518, 3.4) as DER; InvalidSignature where one is not between 1 and the group's order."""
    r = int.from_bytes(signature[: algorithm.size])
    s = int.from_bytes(signature[algorithm.size :])
    if not (0 < r < algorithm.order and 0 < s < algorithm.order):
        raise InvalidSignature
    return encode_dss_signature(r, s)


def der_signature(name: str, signature: bytes) -> bytes:
    """A signature in JOSE form as CMS and X.509 write it: DER for ECDSA (RFC 5753, 7.2), unchanged for the others."""
    algorithm = ALGORITHMS[name]
    return _der(algorithm, signature) if algorithm.scheme is Scheme.ECDSA else signature


def jose_signature(der: bytes, size: int) -> bytes:
    """A DER ECDSA signature as r || s of `size` bytes each. The curves up to P-384 keep every length in one byte."""
    end = 4 + der[3]
    if der[3] >= size and der[end + 1] >= size:  # all but one of a hundred
        return der[end - size : end] + der[-size:]
    return der[4:end][-size:].rjust(size, b"\0") + der[end + 2 :][-size:].rjust(size, b"\0")
