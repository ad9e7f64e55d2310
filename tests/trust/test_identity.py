"""Identifiers of organisations are compared in one form, however they were written."""

from __future__ import annotations

import pytest

from mikra.trust.identity import Identity, folded, identity, of_seal


@pytest.mark.parametrize(
    ("scheme", "value", "country", "expected"),
    [
        ("eIDAS", "VATRO-123456", "", ("VAT", "RO123456")),
        ("eIDAS", "VATEL-123456789", "", ("VAT", "GR123456789")),
        ("VAT", "RO 123 456", "", ("VAT", "RO123456")),
        ("VAT", "EL123456789", "GR", ("VAT", "GR123456789")),
        ("VAT", "123456", "RO", ("VAT", "RO123456")),
        ("VAT", "RO123456", "RO", ("VAT", "RO123456")),
        ("EU VAT number", "vatro-123456", "", ("VAT", "RO123456")),
        ("eIDAS", "NTRRO-J40/12/2020", "", ("NTR", "ROJ40122020")),
        ("eIDAS", "17207834", "EE", ("EIDAS", "EE17207834")),
        ("ROR", "https://ror.org/02feahw73", "", ("ROR", "02feahw73")),
        ("ror.org", "02FEAHW73", "", ("ROR", "02feahw73")),
        ("ETER", "ro0023", "", ("ETER", "RO0023")),
        ("urn:schac", "urn:schac:homeOrganization:UniZed.ro", "", ("SCHAC", "unized.ro")),
        ("DEQAR", "DEQARINST42", "", ("DEQARINST", "DEQARINST0042")),
        ("DEQARINST", "https://data.deqar.eu/institution/42", "", ("DEQARINST", "DEQARINST0042")),
        ("DID", "did:web:unized.ro", "", ("DID", "did:web:unized.ro")),
        ("Register of schools", "a 17 b", "", ("REGISTEROFSCHOOLS", "A17B")),
    ],
)
def test_one_form(scheme: str, value: str, country: str, expected: tuple[str, str]) -> None:
    assert identity(scheme, value, country) == Identity(*expected)


@pytest.mark.parametrize(("scheme", "value"), [("VAT", "--"), ("ROR", "/"), ("DEQAR", "none"), ("X", "  ")])
def test_nothing_is_left_of_it(scheme: str, value: str) -> None:
    assert identity(scheme, value) is None


def test_a_number_of_one_country_is_not_that_of_another() -> None:
    assert identity("VAT", "123456", "RO") != identity("VAT", "123456", "BG")
    assert identity("VAT", "VATRO-123456") != identity("NTR", "NTRRO-123456")


def test_a_seal() -> None:
    assert of_seal("VATRO-123456", "RO") == (Identity("VAT", "RO123456"),)
    assert of_seal("", "RO") == ()


def test_names_are_compared_by_letters() -> None:
    assert folded("Universitatea „Zed” – București") == folded("universitatea zed bucurești")
    assert folded("Zed") != folded("Zet")
