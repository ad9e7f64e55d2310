"""ETSI EN 319 412-5 and RFC 5280, 4: what certificates say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.trust import certificates
from mikra.trust.certificates import QcStatements, QcType
from tests.simulators import europe


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    assert len(body) < 128
    return bytes([tag, len(body)]) + body


def statement(number: int, *value: bytes) -> bytes:
    """One of EN 319 412-5: SEQUENCE { OID 0.4.0.1862.1.number, value }."""
    return tlv(0x30, tlv(0x06, bytes.fromhex("04008e4601") + bytes([number])), *value)


def kind(number: int) -> bytes:
    return tlv(0x06, bytes.fromhex("04008e460106") + bytes([number]))


def read(*statements: bytes) -> QcStatements:
    return extension(tlv(0x30, *statements))


def extension(der: bytes) -> QcStatements:
    plan = europe.seal_plan(qualified=False)
    raw = pyca.UnrecognizedExtension(pyca.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), der)
    marked = replace(plan, extensions=(*plan.extensions, (raw, False)))
    return certificates.read(europe.intermediate().issue(europe.key("P-256"), marked).der).qualified


COMPLIANCE, SEAL = statement(1), statement(6, tlv(0x30, kind(2)))


class TestQcStatements:
    @pytest.mark.parametrize(
        ("statements", "states"),
        [
            ([COMPLIANCE, SEAL], True),
            ([SEAL, COMPLIANCE], True),
            ([COMPLIANCE, statement(6, tlv(0x30, kind(1), kind(2)))], True),
            ([SEAL], False),
            ([COMPLIANCE], False),
            ([COMPLIANCE, statement(6, tlv(0x30, kind(1)))], False),
            ([COMPLIANCE, statement(6, tlv(0x30, kind(3)))], False),
            ([COMPLIANCE, SEAL, statement(7, tlv(0x30, tlv(0x13, b"CH")))], False),
            ([COMPLIANCE, SEAL, statement(7, tlv(0x31))], False),
            ([COMPLIANCE, SEAL, b"\x04\x00"], False),
            ([], False),
        ],
    )
    def test_states_a_qualified_seal(self, statements: Sequence[bytes], states: bool) -> None:
        assert read(*statements).states_seal is states

    def test_all_of_them(self) -> None:
        limit = tlv(0x30, tlv(0x13, b"EUR"), tlv(0x02, b"\x05"), tlv(0x02, b"\x03"))
        place = tlv(0x30, tlv(0x30, tlv(0x16, b"https://x.test/pds"), tlv(0x13, b"en")))
        found = read(COMPLIANCE, SEAL, statement(2, limit), statement(3, tlv(0x02, b"\x0f")))
        assert found == QcStatements(
            compliance=True, types=(QcType.ESEAL,), limit=Decimal(5000), currency="EUR", retention=15
        )
        other = tlv(0x30, tlv(0x06, bytes.fromhex("2b06010505070b02")))
        found = read(statement(4), statement(5, place), statement(7, tlv(0x30, tlv(0x13, b"CH"))), other)
        assert found == QcStatements(
            device=True,
            disclosures=(("https://x.test/pds", "en"),),
            legislation=("CH",),
            others=("1.3.6.1.5.5.7.11.2",),
        )

    def test_none(self) -> None:
        plan = europe.seal_plan(qualified=False)
        assert certificates.read(europe.self_issued(europe.key("P-256"), plan).der).qualified == QcStatements()

    @pytest.mark.parametrize(
        "der",
        [
            b"",
            b"\x05\x00",
            b"\x30\x02\x05\x00",
            tlv(0x30, statement(6, b"\x05\x00")),
            tlv(0x30, statement(2, tlv(0x30, tlv(0x13, b"EUR")))),
            tlv(0x30, statement(2, tlv(0x30, tlv(0x13, b"EUR"), tlv(0x02, b"\x05"), tlv(0x02, b"\x7f")))),
            tlv(0x30, COMPLIANCE) + b"\0",
            tlv(0x30, tlv(0x30)),
        ],
    )
    def test_malformed(self, der: bytes) -> None:
        found = extension(der)
        assert found.malformed
        assert not found.states_seal

    @settings(max_examples=150)
    @given(st.binary(max_size=60))
    def test_any_bytes(self, der: bytes) -> None:
        """Never more than `malformed`."""
        assert extension(der).malformed in (True, False)


class TestFacts:
    def test_names(self) -> None:
        facts = certificates.read(europe.seal().der)
        assert facts.common_name == "University of Somewhere"
        assert facts.organization == "University of Somewhere"
        assert facts.organization_identifier == "VATIE-1234567X"
        assert facts.country == "IE"
        assert facts.valid_from == europe.START
        assert facts.valid_at(europe.END)
        assert not facts.self_issued
        assert facts.qualified.states_seal

    def test_not_stated(self) -> None:
        empty = replace(europe.seal_plan(), subject=pyca.Name([]), extensions=())
        facts = certificates.read(europe.self_issued(europe.key("P-256"), empty).der)
        assert (facts.common_name, facts.organization, facts.organization_identifier, facts.country) == ("", "", "", "")
        assert facts.self_issued

    def test_unreadable(self) -> None:
        assert certificates.load(b"x") is None
        with pytest.raises(InputError):
            certificates.read(b"x")

    def test_the_corpus_seals(self, corpus: Any) -> None:
        """Minimal certificates without one extension can be read and trusted by fingerprint."""
        import json

        from mikra.sealing import jades

        cases = {c["name"]: c for c in json.loads((corpus / "index.json").read_bytes())["cases"]}
        case = cases["jades-good"]
        one = jades.unseal((corpus / case["file"]).read_bytes()).seals[0]
        assert one.certificate is not None
        facts = certificates.read(one.certificate)
        assert facts.fingerprint in case["trusted_seals"]
        assert facts.qualified == QcStatements()


class TestFiles:
    def test_pem_and_der(self) -> None:
        one, other = europe.seal(), europe.root()
        pem = b"".join(h.certificate.public_bytes(serialization.Encoding.PEM) for h in (one, other))
        assert certificates.split(pem) == (one.der, other.der)
        assert certificates.split(b"some text before\n" + pem) == (one.der, other.der)
        assert certificates.split(one.der) == (one.der,)

    @pytest.mark.parametrize("data", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    def test_neither(self, data: bytes) -> None:
        with pytest.raises(InputError, match="no certificate"):
            certificates.split(data)

    def test_fingerprints_as_people_copy_them(self) -> None:
        plain = certificates.fingerprint(europe.seal().der)
        loud = ":".join(plain[i : i + 2] for i in range(0, 64, 2)).upper()
        assert certificates.normal_fingerprint(loud) == plain
        assert certificates.normal_fingerprint(f" {plain}\n") == plain
        for wrong in ("", plain[:-1], plain + "0", "g" * 64):
            with pytest.raises(InputError, match="fingerprint"):
                certificates.normal_fingerprint(wrong)
