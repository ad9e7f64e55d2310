"""Key files: what opens, and a clear word for all that does not."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12

from mikra.adapters import signers
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.sealing import jades
from mikra.sealing.certificates import KeyKind, make_seal_certificate
from tests.simulators import europe
from tests.simulators.authorities import Holder

AT = datetime(2026, 6, 1, tzinfo=UTC)
PASSWORD = "Größe-42 kočka"
PAYLOAD = b'{"id":"urn:credential:1"}'
KINDS = ["P-256", "P-384", "Ed25519", "RSA"]


def pem(holder: Holder, encryption: Any = None, *, certificates: bool = True) -> bytes:
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key: bytes = holder.key.private_bytes(*form, encryption or BestAvailableEncryption(PASSWORD.encode()))
    if not certificates:
        return key
    return key + b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (holder.certificate, *holder.above))


def bundle(holder: Holder, *, certificate: bool = True, key: bool = True) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"x",
        holder.key if key else None,
        holder.certificate if certificate else None,
        list(holder.above),
        BestAvailableEncryption(PASSWORD.encode()),
    )


def written(folder: Path, data: bytes, name: str = "seal.p12") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


class TestOpens:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("form", [pem, bundle])
    def test_and_seals(self, kind: str, form: Any, tmp_path: Path) -> None:
        holder = europe.seal(kind)
        signer = signers.open_signer(written(tmp_path, form(holder)), PASSWORD)
        assert signer.certificate == holder.der
        assert set(signer.chain) == set(holder.chain)
        opened = jades.unseal(jades.seal(PAYLOAD, signer=signer, at=AT))
        assert jades.check_integrity(opened) == ()

    def test_certificate_in_its_own_file(self, tmp_path: Path) -> None:
        holder = europe.seal()
        key = written(tmp_path, pem(holder, certificates=False), "key.pem")
        for name, data in (
            ("cert.der", holder.der),
            ("chain.pem", pem(holder).split(b"-----END ENCRYPTED PRIVATE KEY-----\n")[1]),
        ):
            signer = signers.open_signer(key, PASSWORD, certificate=written(tmp_path, data, name))
            assert signer.certificate == holder.der

    def test_the_order_of_certificates_does_not_matter(self, tmp_path: Path) -> None:
        holder = europe.seal()
        turned = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (*holder.above, holder.certificate))
        path = written(tmp_path, pem(holder, certificates=False) + turned)
        assert signers.open_signer(path, PASSWORD).certificate == holder.der


class TestRefuses:
    def refused(self, path: Path, password: str = PASSWORD, **given: Any) -> InputError:
        with pytest.raises(InputError) as caught:
            signers.open_signer(path, password, **given)
        assert caught.value.fix or caught.value.expected
        return caught.value

    @pytest.mark.parametrize("form", [pem, bundle])
    @pytest.mark.parametrize("password", ["", "not-the-one", PASSWORD + " "])
    def test_a_wrong_password(self, form: Any, password: str, tmp_path: Path) -> None:
        error = self.refused(written(tmp_path, form(europe.seal())), password)
        assert "password does not open" in error.message
        assert not password or password not in str(error)

    def test_a_plain_key(self, tmp_path: Path) -> None:
        assert "not encrypted" in self.refused(written(tmp_path, pem(europe.seal(), NoEncryption()))).message

    @pytest.mark.parametrize("data", [b"", b"hello", b"-----BEGIN NOTHING-----", b"\x30\x80" * 50])
    def test_something_else(self, data: bytes, tmp_path: Path) -> None:
        self.refused(written(tmp_path, data))

    def test_the_certificate_of_another_key(self, tmp_path: Path) -> None:
        key, other = pem(europe.seal(), certificates=False), europe.seal("P-256", "University of Elsewhere")
        text = other.certificate.public_bytes(serialization.Encoding.PEM)
        assert self.refused(written(tmp_path, key + text)).code == "certificate_mismatch"
        beside = written(tmp_path, other.der, "other.der")
        assert self.refused(written(tmp_path, key), certificate=beside).code == "certificate_mismatch"

    def test_no_certificate(self, tmp_path: Path) -> None:
        assert self.refused(written(tmp_path, pem(europe.seal(), certificates=False))).code == "certificate_missing"
        assert self.refused(written(tmp_path, bundle(europe.seal(), certificate=False))).code == "certificate_missing"

    def test_no_key(self, tmp_path: Path) -> None:
        assert "no key" in self.refused(written(tmp_path, bundle(europe.seal(), key=False))).message

    @pytest.mark.parametrize(("kind", "code"), [("RSA-1024", "key_too_weak"), ("P-521", "key_type_not_supported")])
    def test_a_key_that_cannot_seal(self, kind: str, code: str, tmp_path: Path) -> None:
        holder = europe.self_issued(europe.key(kind), europe.seal_plan())
        assert self.refused(written(tmp_path, pem(holder))).code == code

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(NotFoundError, match="no file"):
            signers.open_signer(tmp_path / "none.p12", PASSWORD)
        assert "cannot be read" in self.refused(tmp_path).message

    def test_a_large_file(self, tmp_path: Path) -> None:
        assert self.refused(written(tmp_path, bytes(1024 * 1024 + 1))).code == "too_large"


class TestWrites:
    @pytest.mark.parametrize("kind", list(KeyKind))
    def test_a_new_key(self, kind: KeyKind, tmp_path: Path) -> None:
        made = make_seal_certificate(
            organization="Universitatea Exemplu",
            organization_identifier="VATRO-1234567",
            country="RO",
            at=AT,
            kind=kind,
        )
        path = tmp_path / "seal.p12"
        signers.write_pkcs12(path, made, PASSWORD, iterations=2000)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        signer = signers.open_signer(path, PASSWORD)
        assert jades.check_integrity(jades.unseal(jades.seal(PAYLOAD, signer=signer, at=AT))) == ()
        with pytest.raises(InputError):
            signers.open_signer(path, PASSWORD + "x")

    def made(self) -> Any:
        return make_seal_certificate(
            organization="X", organization_identifier="VATIE-1", country="IE", at=AT, demonstration=True
        )

    def test_the_key_is_not_in_the_file(self, tmp_path: Path) -> None:
        made = self.made()
        path = tmp_path / "seal.p12"
        signers.write_pkcs12(path, made, PASSWORD, iterations=2000)
        scalar = made.key.private_numbers().private_value.to_bytes(32)
        assert scalar not in path.read_bytes()

    def test_the_way_of_encryption(self, tmp_path: Path) -> None:
        """PBES2 with AES-256 and 600,000 rounds of PBKDF2 over HMAC-SHA-256; no 3DES, RC2 or SHA-1."""
        path = tmp_path / "seal.p12"
        signers.write_pkcs12(path, self.made(), PASSWORD)
        data = path.read_bytes()
        assert bytes.fromhex("06092a864886f70d01050d") in data  # PBES2
        assert bytes.fromhex("060960864801650304012a") in data  # aes256-CBC
        assert bytes.fromhex("06082a864886f70d0209") in data  # hmacWithSHA256
        assert bytes.fromhex("0203") + (600_000).to_bytes(3) in data
        assert bytes.fromhex("2a864886f70d010c01") not in data  # pkcs-12PbeIds
        assert bytes.fromhex("2b0e03021a") not in data  # SHA-1

    def test_never_over_another_file(self, tmp_path: Path) -> None:
        path = written(tmp_path, b"precious")
        with pytest.raises(ConflictError):
            signers.write_pkcs12(path, self.made(), PASSWORD, iterations=2000)
        assert path.read_bytes() == b"precious"

    def test_a_short_password(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="too short"):
            signers.write_pkcs12(tmp_path / "seal.p12", self.made(), "1234567")
        assert os.listdir(tmp_path) == []


def test_an_expired_certificate_opens_but_does_not_seal(tmp_path: Path) -> None:
    """To look at it is allowed; `seal` says when it ended and what to do."""
    from mikra.errors import NotAllowedError

    signer = signers.open_signer(written(tmp_path, bundle(europe.expired_seal())), PASSWORD)
    assert x509.load_der_x509_certificate(signer.certificate).not_valid_after_utc.year == 2024
    with pytest.raises(NotAllowedError, match="Renew"):
        jades.seal(PAYLOAD, signer=signer, at=AT)
