"""Certificates of our own making, the mark of a demonstration, and pairs of key and certificate."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.x509.oid import NameOID

from mikra.errors import InputError, NotAllowedError
from mikra.sealing import algorithms, certificates, jades, keys
from mikra.sealing.certificates import DEMONSTRATION, KeyKind, SealKey, make_seal_certificate
from mikra.trust import certificates as trusted
from mikra.trust import x509 as paths
from tests.simulators import europe

AT = datetime(2026, 6, 1, 12, 0, 0, 5, tzinfo=UTC)
PAYLOAD = b'{"id":"urn:credential:1"}'


def made(**changes: Any) -> SealKey:
    given = {
        "organization": "Vilniaus pavyzdinis universitetas",
        "organization_identifier": "NTRLT-123456789",
        "country": "LT",
        "at": AT,
    }
    return make_seal_certificate(**(given | changes))


class TestMaking:
    @pytest.mark.parametrize(
        ("kind", "algorithm"),
        [
            (KeyKind.P256, "ES256"),
            (KeyKind.P384, "ES384"),
            (KeyKind.ED25519, "EdDSA"),
            (KeyKind.RSA3072, "RS256"),
        ],
    )
    def test_seals(self, kind: KeyKind, algorithm: str) -> None:
        key = made(kind=kind)
        assert key.signer.algorithm == algorithm
        opened = jades.unseal(jades.seal(PAYLOAD, signer=key.signer, at=AT))
        assert jades.check_integrity(opened) == ()
        assert opened.seals[0].certificate == key.certificate

    def test_kinds_of_keys(self) -> None:
        assert isinstance(made().key, ec.EllipticCurvePrivateKey)
        rsa_key = made(kind=KeyKind.RSA3072).key
        assert isinstance(rsa_key, rsa.RSAPrivateKey)
        assert rsa_key.key_size == 3072

    def test_what_it_says(self) -> None:
        facts = trusted.read(made().certificate)
        assert facts.organization == "Vilniaus pavyzdinis universitetas"
        assert facts.common_name == facts.organization
        assert facts.organization_identifier == "NTRLT-123456789"
        assert facts.country == "LT"
        assert facts.self_issued
        assert facts.valid_from == AT.replace(microsecond=0)
        assert facts.valid_to - facts.valid_from == timedelta(days=730)
        assert trusted.read(made(common_name="VPU seal", days=30).certificate).common_name == "VPU seal"

    def test_what_it_does_not_say(self) -> None:
        """No statement of a qualified certificate; a notice says that nobody else has confirmed it."""
        certificate = made().certificate
        assert trusted.read(certificate).qualified == trusted.QcStatements()
        loaded = x509.load_der_x509_certificate(certificate)
        policies = loaded.extensions.get_extension_for_class(x509.CertificatePolicies)
        (notice,) = policies.value[0].policy_qualifiers or []
        assert isinstance(notice, x509.UserNotice)
        assert "level not determined" in str(notice.explicit_text)
        assert not policies.critical

    def test_usage(self) -> None:
        loaded = x509.load_der_x509_certificate(made().certificate)
        usage = loaded.extensions.get_extension_for_class(x509.KeyUsage)
        assert usage.critical
        assert usage.value.digital_signature
        assert usage.value.content_commitment
        assert not usage.value.key_cert_sign
        assert not loaded.extensions.get_extension_for_class(x509.BasicConstraints).value.ca

    def test_trusted_by_its_fingerprint_and_no_other_way(self) -> None:
        der = made().certificate
        assert paths.build_path(der, at=AT).outcome is paths.Outcome.NOT_ANCHORED
        fingerprints = {trusted.fingerprint(der)}
        assert paths.build_path(der, at=AT, trusted=fingerprints).outcome is paths.Outcome.ANCHORED

    def test_two_keys_are_two(self) -> None:
        one, other = (trusted.read(made().certificate) for _ in range(2))
        assert one.serial != other.serial
        assert one.fingerprint != other.fingerprint
        assert 0 < one.serial < 2**159

    @pytest.mark.parametrize(
        "identifier", ["VATIE-1234567X", "NTREE-17207834", "PSDPL-1", "LEIXG-529900T8BM49AURSDO55", "RO:RO-12 34"]
    )
    def test_identifiers(self, identifier: str) -> None:
        assert trusted.read(made(organization_identifier=identifier).certificate).organization_identifier == identifier

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"organization_identifier": "1234567"}, "organization_identifier"),
            ({"organization_identifier": "VATIE-"}, "organization_identifier"),
            ({"organization_identifier": "VAT-1"}, "organization_identifier"),
            ({"organization_identifier": ""}, "organization_identifier"),
            ({"organization": ""}, "organization"),
            ({"organization": "x" * 65}, "organization"),
            ({"common_name": "x" * 65}, "common_name"),
            ({"country": "Ireland"}, "country"),
            ({"country": "ie"}, "country"),
        ],
    )
    def test_names_that_cannot_stand(self, changes: dict[str, Any], where: str) -> None:
        with pytest.raises(InputError) as caught:
            made(**changes)
        assert caught.value.path == where
        assert caught.value.expected


class TestDemonstration:
    def test_marked_where_everybody_sees_it(self) -> None:
        der = made(demonstration=True).certificate
        subject = x509.load_der_x509_certificate(der).subject
        assert [a.value for a in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)] == [DEMONSTRATION]
        assert certificates.is_demonstration(der)
        assert not certificates.is_demonstration(made().certificate)
        assert not certificates.is_demonstration(europe.seal().der)

    @pytest.mark.parametrize("marked", [True, False])
    def test_each_key_for_its_own_credentials(self, marked: bool) -> None:
        der = made(demonstration=marked).certificate
        certificates.check_use(der, demonstration=marked)
        with pytest.raises(NotAllowedError) as caught:
            certificates.check_use(der, demonstration=not marked)
        assert caught.value.fix


class TestPairs:
    def test_key_and_certificate(self) -> None:
        one, other = europe.seal(), europe.seal("P-256", "University of Elsewhere")
        assert keys.private_key_signer(one.key, one.der).certificate == one.der
        with pytest.raises(InputError) as caught:
            keys.private_key_signer(one.key, other.der)
        assert caught.value.code == "certificate_mismatch"

    @pytest.mark.parametrize(
        ("key", "code"),
        [
            (x25519.X25519PrivateKey.from_private_bytes(bytes(range(32))), "key_type_not_supported"),
            (ec.derive_private_key(5, ec.SECP521R1()), "key_type_not_supported"),
            (europe.key("RSA-1024"), "key_too_weak"),
            ("a text", "key_type_not_supported"),
        ],
    )
    def test_keys_that_cannot_seal(self, key: Any, code: str) -> None:
        with pytest.raises(InputError) as caught:
            keys.private_key_signer(key, europe.seal().der)
        assert caught.value.code == code

    def test_no_certificate(self) -> None:
        with pytest.raises(InputError, match="cannot be read"):
            keys.private_key_signer(europe.seal().key, b"x")

    @pytest.mark.parametrize("kind", ["P-256", "RSA", "Ed25519"])
    def test_what_a_signer_is(self, kind: str) -> None:
        signer = europe.seal(kind).signer
        assert isinstance(signer, keys.Signer)
        assert isinstance(signer, keys.DigestSigner) is (kind != "Ed25519")


class TestEd25519:
    """Two libraries, one signature (RFC 8032 is deterministic)."""

    def test_openssl_and_sodium_agree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        holder = europe.seal("Ed25519")
        ours = holder.signer.sign(b"data")
        assert ours == holder.key.sign(b"data")
        monkeypatch.setitem(sys.modules, "nacl.bindings", None)  # as where PyNaCl is not installed
        assert holder.signer.sign(b"data") == ours

    def test_both_libraries_check_alike(self, monkeypatch: pytest.MonkeyPatch) -> None:
        holder = europe.seal("Ed25519")
        key, value = holder.key.public_key(), holder.key.sign(b"data")
        algorithms._sodium.cache_clear()
        for missing in (False, True):
            if missing:
                algorithms._sodium.cache_clear()
                monkeypatch.setitem(sys.modules, "nacl.bindings", None)
            assert algorithms.signature_fault("EdDSA", key, value, b"data") == ""
            for changed in (value[:-1] + bytes((value[-1] ^ 1,)), bytes(64), value):
                other = b"data" if changed is not value else b"other"
                assert algorithms.signature_fault("EdDSA", key, changed, other) == "jws_signature_invalid"
        assert algorithms._sodium() is None
        algorithms._sodium.cache_clear()

    @pytest.mark.extra("fast")
    def test_sodium_is_used_where_it_is(self) -> None:
        holder = europe.seal("Ed25519")
        assert isinstance(holder.key, ed25519.Ed25519PrivateKey)
        assert getattr(holder.signer.sign, "__self__", None) is not holder.key
        raw = holder.key.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )
        assert len(raw) == 32
