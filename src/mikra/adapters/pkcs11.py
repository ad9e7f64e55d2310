"""PKCS#11 (OASIS, 3.0): sealing keys that never leave their token. Needs the extra `hsm`.

One session is kept per signer and used by one thread. ECDSA is always made over the digest (CKM_ECDSA): many tokens
have no hash-and-sign. The PIN is asked of the token once per process; a second signer on the same token rides on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mikra.adapters.signers import read_certificates
from mikra.errors import InputError, NotFoundError, UnavailableError
from mikra.sealing.algorithms import ALGORITHMS, signature_fault
from mikra.sealing.keys import Signer, algorithm_of, not_a_pair

_PROBE = b"Mikra: does this key belong to this certificate?"
"""Signed once on opening, and no JWS: it holds no full stop between two parts of base64url."""

_DIGEST_INFO = {"sha256": bytes.fromhex("3031300d060960864801650304020105000420")}
"""RFC 8017, 9.2, note 1: what CKM_RSA_PKCS wants before the digest."""


def open_pkcs11(module: Path, *, token: str, key: str, pin: str, certificate: Path | None = None) -> Signer:
    """A signer on a token. `token` and `key` are labels; the certificate is the key's own on the token, or a file.

    Raises InputError (wrong PIN, no such key, a pair that does not belong together), NotFoundError (no such token),
    UnavailableError (the extra or the token's library is missing).
    """
    pkcs11 = _library()
    try:
        session = _session(pkcs11, module, token, pin)
        private = _private_key(pkcs11, session, key)
        leaf, chain = _leaf(pkcs11, session, private, key, certificate)
        return _checked(_signer(pkcs11, private, leaf, chain))
    except pkcs11.exceptions.PKCS11Error as error:
        raise _refused(error) from error


def _library() -> Any:
    try:
        import pkcs11
        import pkcs11.exceptions
    except ImportError:
        raise UnavailableError(
            "Keys on tokens need a part of Mikra that is not installed.", fix="pip install 'mikra[hsm]'"
        ) from None
    return pkcs11


def _session(pkcs11: Any, module: Path, token: str, pin: str) -> Any:
    try:
        found = pkcs11.lib(str(module)).get_token(token_label=token)
    except pkcs11.exceptions.NoSuchToken:
        raise NotFoundError(
            "There is no token of that label.", found=token, fix="Plug it in, and compare the label that it shows."
        ) from None
    try:
        return found.open(user_pin=pin)
    except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange, pkcs11.exceptions.PinInvalid):
        raise InputError(
            "The PIN does not open this token.",
            where=token,
            fix="Type it again. Most tokens lock themselves after a few wrong PINs.",
        ) from None
    except pkcs11.exceptions.UserAlreadyLoggedIn:
        return found.open()


def _private_key(pkcs11: Any, session: Any, label: str) -> Any:
    try:
        return session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
    except pkcs11.exceptions.NoSuchKey:
        raise InputError(
            "There is no key of that label on the token.", found=label, fix="Compare the labels on the token."
        ) from None
    except pkcs11.exceptions.MultipleObjectsReturned:
        raise InputError(
            "Several keys on the token have that label.", found=label, fix="Give the sealing key a label of its own."
        ) from None


def _leaf(
    pkcs11: Any, session: Any, private: Any, label: str, certificate: Path | None
) -> tuple[bytes, tuple[bytes, ...]]:
    """The certificate and, from a file, those above it."""
    if certificate is not None:
        first, *others = read_certificates(certificate)
        return first, tuple(others)
    attribute, kind = pkcs11.Attribute, pkcs11.ObjectClass.CERTIFICATE
    wanted = [{attribute.LABEL: label}]
    with suppress(pkcs11.exceptions.PKCS11Error):  # a key need not have an id
        wanted.insert(0, {attribute.ID: private[attribute.ID]})
    for attributes in wanted:
        found = list(session.get_objects({attribute.CLASS: kind, **attributes}))
        if found:
            return bytes(found[0][attribute.VALUE]), ()
    raise InputError(
        "There is no certificate for this key on the token.",
        found=label,
        fix="Name the file that holds the certificate.",
        code="certificate_missing",
    )


def _signer(pkcs11: Any, private: Any, leaf: bytes, chain: tuple[bytes, ...]) -> Signer:
    public = x509.load_der_x509_certificate(leaf).public_key()
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
        raise not_a_pair()
    algorithm = algorithm_of(public)
    kinds = {"RS256": "RSA", "EdDSA": "EC_EDWARDS"}
    if private.key_type is not getattr(pkcs11.KeyType, kinds.get(algorithm, "EC")):
        raise not_a_pair()
    digest = ALGORITHMS[algorithm].digest
    if digest is None:
        return TokenSigner(algorithm, leaf, chain, _sealing(pkcs11, private, pkcs11.Mechanism.EDDSA))
    if isinstance(public, ec.EllipticCurvePublicKey):
        seal = _sealing(pkcs11, private, pkcs11.Mechanism.ECDSA)
    else:
        seal = _sealing(pkcs11, private, pkcs11.Mechanism.RSA_PKCS, before=_DIGEST_INFO[digest.name])
    return TokenDigestSigner(algorithm, leaf, chain, digest.name, seal)


def _sealing(pkcs11: Any, private: Any, mechanism: Any, before: bytes = b"") -> Callable[[bytes], bytes]:
    """One seal by the token over `before` and what it is given."""

    def seal(data: bytes) -> bytes:
        try:
            return bytes(private.sign(before + data, mechanism=mechanism))
        except pkcs11.exceptions.KeyTypeInconsistent:
            raise not_a_pair() from None
        except pkcs11.exceptions.PKCS11Error as error:
            raise _refused(error) from error

    return seal


def _checked(signer: Signer) -> Signer:
    """The signer, after one seal over a probe has held under its certificate."""
    public = x509.load_der_x509_certificate(signer.certificate).public_key()
    if signature_fault(signer.algorithm, public, signer.sign(_PROBE), _PROBE):
        raise not_a_pair()
    return signer


def _refused(error: Exception) -> UnavailableError:
    return UnavailableError(
        "The token does not answer as it should.",
        found=f"{type(error).__name__} {error}".strip(),
        fix="Check that the token is plugged in, and that the library named is the token's own.",
    )


class TokenSigner:
    """An Ed25519 key on a token."""

    def __init__(
        self, algorithm: str, certificate: bytes, chain: tuple[bytes, ...], sign: Callable[[bytes], bytes]
    ) -> None:
        self.algorithm = algorithm
        self.certificate = certificate
        self.chain = chain
        self.sign = sign


class TokenDigestSigner:
    """An RSA or EC key on a token: the digest is made here, the seal there."""

    def __init__(
        self,
        algorithm: str,
        certificate: bytes,
        chain: tuple[bytes, ...],
        digest: str,
        sign_digest: Callable[[bytes], bytes],
    ) -> None:
        self.algorithm = algorithm
        self.certificate = certificate
        self.chain = chain
        self.sign_digest = sign_digest
        self._digest = digest

    def sign(self, data: bytes) -> bytes:
        return self.sign_digest(hashlib.new(self._digest, data).digest())
