"""What seals: `Signer` has one method; a key that can also seal a digest is a `DigestSigner`.

The library never holds a key by itself: whoever seals brings a signer (`adapters.signers` opens files and tokens).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from mikra.errors import InputError
from mikra.public_keys.strength import MIN_RSA_BITS
from mikra.sealing.algorithms import ALGORITHMS, jose_signature

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@runtime_checkable
class Signer(Protocol):
    """A key with its certificate. `algorithm` is the JWS name (RFC 7518, 3.1); certificates are DER, the leaf apart."""

    @property
    def algorithm(self) -> str: ...

    @property
    def certificate(self) -> bytes: ...

    @property
    def chain(self) -> tuple[bytes, ...]: ...

    def sign(self, data: bytes) -> bytes:
        """The signature over `data` in JOSE form (RFC 7518, 3.4: r || s for ECDSA)."""
        ...


@runtime_checkable
class DigestSigner(Signer, Protocol):
    """A signer that also takes the digest alone, so that what never changes is hashed once (not EdDSA)."""

    def sign_digest(self, digest: bytes) -> bytes:
        """The signature over the data whose digest (by the algorithm's own hash) is given."""
        ...


@runtime_checkable
class BatchSigner(DigestSigner, Protocol):
    """A signer that takes many digests at once, where each question to it is dear: a process, a remote service."""

    def sign_digests(self, digests: Sequence[bytes]) -> list[bytes]:
        """The signatures over the data whose digests are given, in order."""
        ...


def algorithm_of(key: PrivateKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> str:
    """The one JWS algorithm with which we seal under a key of this kind. Raises InputError where there is none."""
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            raise InputError(
                "This RSA key is too short to seal with.",
                found=f"{key.key_size} bits",
                expected=f"at least {MIN_RSA_BITS} bits",
                fix="Use a new key, with a certificate made for it.",
                code="key_too_weak",
            )
        return "RS256"
    if isinstance(key, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey):
        return "EdDSA"
    for name in ("ES256", "ES384"):
        if key.curve.name == ALGORITHMS[name].curve:
            return name
    raise InputError(
        "Keys of this kind cannot seal here.",
        found=key.curve.name,
        expected="RSA, EC P-256, EC P-384 or Ed25519",
        fix="Use a new key, with a certificate made for it.",
        code="key_type_not_supported",
    )


def private_key_signer(key: object, certificate: bytes, chain: tuple[bytes, ...] = ()) -> Signer:
    """A signer in software. Raises InputError where the key cannot seal or the certificate is not the key's."""
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        raise InputError(
            "Keys of this kind cannot seal here.",
            found=type(key).__name__,
            expected="RSA, EC P-256, EC P-384 or Ed25519",
            code="key_type_not_supported",
        )
    algorithm_of(key)
    check_pair(key.public_key(), certificate)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return Ed25519Signer(key, certificate, chain)
    return PrivateKeySigner(key, certificate, chain)


def bare_signer(key: PrivateKey) -> Signer:
    """A signer without a certificate, for forms whose key is published by a DID: `certificate` is empty."""
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == ALGORITHMS["ES512"].curve:
        return P521Signer(key)
    algorithm_of(key)
    return Ed25519Signer(key, b"") if isinstance(key, ed25519.Ed25519PrivateKey) else PrivateKeySigner(key, b"")


def belongs(public: object, certificate: bytes) -> bool:
    """Whether `certificate` (DER) was made for this public key. Raises InputError where it cannot be read."""
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    try:
        certified = x509.load_der_x509_certificate(certificate).public_key().public_bytes(*form)
    except (ValueError, UnsupportedAlgorithm):
        raise InputError("The certificate cannot be read.", fix="Use the certificate that came with the key.") from None
    return bool(getattr(public, "public_bytes", lambda *_: b"")(*form) == certified)


def check_pair(public: object, certificate: bytes) -> None:
    """Raises InputError where `certificate` was not made for this public key."""
    if not belongs(public, certificate):
        raise not_a_pair()


def not_a_pair() -> InputError:
    return InputError(
        "The key and the certificate do not belong together.",
        expected="the certificate that was made for this key",
        fix="Give the key and the certificate of the same seal.",
        code="certificate_mismatch",
    )


class PrivateKeySigner:
    """An RSA or EC key in memory."""

    def __init__(
        self, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, certificate: bytes, chain: tuple[bytes, ...] = ()
    ) -> None:
        self.algorithm = algorithm_of(key)
        self.certificate = certificate
        self.chain = chain
        digest = ALGORITHMS[self.algorithm].digest or hashes.SHA256()
        self.sign = _sign_with(key, digest)
        self.sign_digest = _sign_with(key, Prehashed(digest))


class P521Signer:
    """An EC P-521 key in memory, without certificate: for forms that ask for it, never our own choice."""

    algorithm, certificate, chain = "ES512", b"", ()

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA512())))
        return r.to_bytes(66) + s.to_bytes(66)


def _sign_with(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, digest: hashes.HashAlgorithm | Prehashed
) -> Callable[[bytes], bytes]:
    if isinstance(key, rsa.RSAPrivateKey):
        rsa_sign, scheme = key.sign, padding.PKCS1v15()
        return lambda data: rsa_sign(data, scheme, digest)
    ec_sign, how, size = key.sign, ec.ECDSA(digest), (key.curve.key_size + 7) // 8
    return lambda data: jose_signature(ec_sign(data, how), size)


class Ed25519Signer:
    """An Ed25519 key in memory: by libsodium where PyNaCl is installed (`mikra[fast]`), else by OpenSSL."""

    algorithm = "EdDSA"

    def __init__(self, key: ed25519.Ed25519PrivateKey, certificate: bytes, chain: tuple[bytes, ...] = ()) -> None:
        self.certificate = certificate
        self.chain = chain
        self.sign: Callable[[bytes], bytes] = _sodium(key) or key.sign


def _sodium(key: ed25519.Ed25519PrivateKey) -> Callable[[bytes], bytes] | None:
    try:
        from nacl.bindings import crypto_sign
    except ImportError:
        return None
    secret = key.private_bytes_raw() + key.public_key().public_bytes_raw()
    return lambda data: crypto_sign(data, secret)[:64]
