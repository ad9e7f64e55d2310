"""Opening sealing keys: PKCS#12 (RFC 7292) and encrypted PEM (RFC 5958) from files, and writing new ones.

A key at rest is encrypted, always: a file with a plain key is refused. Keys on tokens are in `adapters.pkcs11`.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.sealing.certificates import SealKey
from mikra.sealing.keys import PrivateKey, Signer, belongs, not_a_pair, private_key_signer

ITERATIONS = 600_000
"""PBKDF2 with SHA-256: OWASP Password Storage Cheat Sheet, 2023."""

MIN_PASSWORD = 8
"""Characters. The file may travel; its password is all that keeps the seal."""

_MAX_FILE = 1024 * 1024
_NEW_NAME = b"seal"


def open_signer(path: Path, password: str, *, certificate: Path | None = None) -> Signer:
    """The signer in a key file: PKCS#12, or PEM with its certificate beside it or in `certificate`.

    Raises NotFoundError, or InputError for a wrong password, a plain key, a pair that does not belong together.
    """
    data = _read(path)
    if b"-----BEGIN" in data:
        return _open_pem(data, path, password, certificate)
    return _open_pkcs12(data, path, password)


def write_pkcs12(path: Path, made: SealKey, password: str, *, iterations: int = ITERATIONS) -> None:
    """Write a new key and its certificate, encrypted (PBES2, AES-256, PBKDF2), readable by its owner alone.

    Raises ConflictError where the file exists: a key is never written over.
    """
    certificate = x509.load_der_x509_certificate(made.certificate)
    encryption = _encryption(password, iterations)
    _write_new(path, pkcs12.serialize_key_and_certificates(_NEW_NAME, made.key, certificate, None, encryption))


def export_pkcs12(path: Path, password: str, to: Path, new_password: str, *, iterations: int = ITERATIONS) -> None:
    """A copy of a key file (PKCS#12) under another password, its certificates with it. Raises as the two above."""
    bundle = _bundle(_read(path), path, password)
    if bundle.key is None or bundle.cert is None or not isinstance(bundle.key, PrivateKey):
        raise InputError("This file holds no sealing key with its certificate.", where=str(path))
    others = [one.certificate for one in bundle.additional_certs]
    encryption = _encryption(new_password, iterations)
    whole = pkcs12.serialize_key_and_certificates(_NEW_NAME, bundle.key, bundle.cert.certificate, others, encryption)
    _write_new(to, whole)


def _encryption(password: str, iterations: int) -> serialization.KeySerializationEncryption:
    if len(password) < MIN_PASSWORD:
        raise InputError(
            "The password is too short for a sealing key.",
            found=f"{len(password)} characters",
            expected=f"at least {MIN_PASSWORD}",
            fix="Choose a longer one, for example four words, and keep it where you keep other keys.",
        )
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(iterations)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(password.encode())
    )


def _write_new(path: Path, data: bytes) -> None:
    """A new file of mode 0600, on the disk before this returns."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConflictError(
            "There is a file of that name already, and a key is never written over.",
            where=str(path),
            fix="Choose another name, or move the old file away.",
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_FILE:
            raise InputError(
                "This file is too large to be a key or a certificate.",
                where=str(path),
                expected="a file of a few kilobytes",
                code="too_large",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(
            "There is no file of that name.",
            where=str(path),
            fix="Check the name; `mikra keys new` makes a new key.",
        ) from None
    except (IsADirectoryError, PermissionError):
        raise InputError(
            "This file cannot be read.", where=str(path), fix="Check that it is a file and that you may read it."
        ) from None


def _bundle(data: bytes, path: Path, password: str) -> pkcs12.PKCS12KeyAndCertificates:
    try:
        return pkcs12.load_pkcs12(data, password.encode())
    except UnsupportedAlgorithm:
        raise _outdated(path) from None
    except ValueError:
        raise _wrong_password(path, "a PKCS#12 file (.p12, .pfx) and its password") from None


def _open_pkcs12(data: bytes, path: Path, password: str) -> Signer:
    bundle = _bundle(data, path, password)
    if bundle.key is None:
        raise InputError(
            "This file holds no key.", where=str(path), fix="Export the certificate again, with its private key."
        )
    if bundle.cert is None:
        raise InputError(
            "This file holds a key, but no certificate for it.",
            where=str(path),
            fix="Export the key again, with its certificate.",
            code="certificate_missing",
        )
    chain = tuple(_der(c.certificate) for c in bundle.additional_certs)
    return private_key_signer(bundle.key, _der(bundle.cert.certificate), chain)


def _open_pem(data: bytes, path: Path, password: str, certificate: Path | None) -> Signer:
    if b"ENCRYPTED" not in data and b"PRIVATE KEY-----" in data:
        raise InputError(
            "The key in this file is not encrypted.",
            where=str(path),
            expected="a key that only its password opens",
            fix="Encrypt it (openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -in KEY -out NEW) and delete this one.",
        )
    try:
        key = serialization.load_pem_private_key(data, password.encode())
    except UnsupportedAlgorithm:
        raise _outdated(path) from None
    except (ValueError, TypeError):
        raise _wrong_password(path, "an encrypted private key in PEM and its password") from None
    leaf, chain = _leaf(key, read_certificates(certificate) if certificate else _certificates(data, path))
    return private_key_signer(key, leaf, chain)


def read_certificates(path: Path) -> list[bytes]:
    """All certificates (DER) of a file in PEM or DER. Raises NotFoundError, InputError."""
    return _certificates(_read(path), path)


def _certificates(data: bytes, path: Path) -> list[bytes]:
    try:
        if b"-----BEGIN" in data:
            return [_der(c) for c in x509.load_pem_x509_certificates(data)]
        return [_der(x509.load_der_x509_certificate(data))]
    except ValueError:
        raise InputError(
            "There is no certificate for this key.",
            where=str(path),
            expected="the certificate in PEM or DER",
            fix="Put the certificate beside the key in the same file, or name the file that holds it.",
            code="certificate_missing",
        ) from None


def _leaf(key: object, certificates: list[bytes]) -> tuple[bytes, tuple[bytes, ...]]:
    """The certificate of the key, and the others. Raises InputError where none is the key's."""
    public = key.public_key() if isinstance(key, PrivateKey) else None
    for certificate in certificates:
        if belongs(public, certificate):
            return certificate, tuple(c for c in certificates if c != certificate)
    raise not_a_pair()


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _wrong_password(path: Path, expected: str) -> InputError:
    return InputError(
        "The password does not open this key, or the file is damaged.",
        where=str(path),
        expected=expected,
        fix="Type the password again; check that capitals and keyboard language are right.",
    )


def _outdated(path: Path) -> InputError:
    return InputError(
        "This key file is encrypted in an old way that is no longer safe.",
        where=str(path),
        expected="PBES2 with AES",
        fix="Export it again from the program it came from, with AES-256 as the encryption.",
    )
