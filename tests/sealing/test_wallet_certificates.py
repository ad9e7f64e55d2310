"""Certificates for wallets: what a wallet finds in them, and what the authority refuses."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mikra.errors import InputError
from mikra.sealing.certificates import KeyKind
from mikra.sealing.wallet_certificates import Subject, certified, make_authority, stands_for
from mikra.trust.certified_names import certifies

AT = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
NAMES = ("https://mc.example.edu/issuers/zed/open", "https://mc.example.edu/issuers/zed/eudi", "did:web:mc.example.edu")
AUTHORITY = make_authority(Subject(name="Service", country="EU"), at=AT)
ZED = Subject(name="University of Zed", country="RO", names=NAMES)


def names_in(der: bytes) -> x509.SubjectAlternativeName:
    return x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName).value


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.ED25519])
def test_a_key_of_an_institution_stands_for_its_names_and_is_certified_by_the_authority(kind: KeyKind) -> None:
    made = certified(AUTHORITY, ZED, at=AT, kind=kind)
    leaf, above = (x509.load_der_x509_certificate(one.certificate) for one in (made, AUTHORITY))
    leaf.verify_directly_issued_by(above)
    assert all(certifies(made.certificate, name) for name in NAMES)
    assert names_in(made.certificate).get_values_for_type(x509.DNSName) == ["mc.example.edu"]
    assert leaf.subject != leaf.issuer


def test_it_stands_for_nobody_else() -> None:
    made = certified(AUTHORITY, ZED, at=AT)
    assert stands_for(made.certificate, NAMES)
    assert not stands_for(made.certificate, (*NAMES, "https://mc.example.edu/issuers/other/open"))
    assert not certifies(made.certificate, "https://other.example/issuers/zed/open")
    assert not stands_for(AUTHORITY.certificate, NAMES)


def test_another_authority_did_not_certify_it() -> None:
    other = make_authority(Subject(name="Service", country="EU"), at=AT)
    leaf = x509.load_der_x509_certificate(certified(AUTHORITY, ZED, at=AT).certificate)
    with pytest.raises(InvalidSignature):
        leaf.verify_directly_issued_by(x509.load_der_x509_certificate(other.certificate))


def test_a_key_of_an_institution_certifies_nobody() -> None:
    with pytest.raises(InputError, match="may not certify"):
        certified(certified(AUTHORITY, ZED, at=AT), ZED, at=AT)


def test_a_certificate_names_something() -> None:
    with pytest.raises(InputError, match="stands for a name"):
        certified(AUTHORITY, Subject(name="Zed", country="RO"), at=AT)
    for name, country in ((" ", "RO"), ("", "RO"), ("Z" * 65, "RO"), ("Zed", "ro"), ("Zed", "ÄÖ"), ("Zed", "ROU")):
        with pytest.raises(InputError):
            certified(AUTHORITY, Subject(name=name, country=country, names=NAMES), at=AT)


def test_no_key_outlives_the_authority() -> None:
    late = AT + dt.timedelta(days=3600)
    leaf, above = (
        x509.load_der_x509_certificate(one.certificate) for one in (certified(AUTHORITY, ZED, at=late), AUTHORITY)
    )
    assert leaf.not_valid_after_utc <= above.not_valid_after_utc


def test_an_address_on_loopback_is_an_ip_and_a_dns_name() -> None:
    here = Subject(name="Zed", country="RO", names=("http://127.0.0.1:8000/issuers/zed/open",))
    found = names_in(certified(AUTHORITY, here, at=AT).certificate)
    assert [str(one) for one in found.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    assert found.get_values_for_type(x509.DNSName) == ["127.0.0.1"]


@pytest.mark.parametrize("moved", [dt.timedelta(days=3651), dt.timedelta(days=-1)])
def test_an_authority_that_ended_or_has_not_begun_certifies_nobody(moved: dt.timedelta) -> None:
    with pytest.raises(InputError, match="not valid at this time"):
        certified(AUTHORITY, ZED, at=AT + moved)
