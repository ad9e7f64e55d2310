"""Codes of letters, links and paper: which letters, and that a link that was given away leads on after an update."""

from __future__ import annotations

import hmac
import uuid

import pytest

from mikra.server.actions import claim_codes
from mikra.server.store import personal

ROW = uuid.UUID("01900000-0000-7000-8000-000000000001")


@pytest.mark.parametrize("purpose", ["share", "transfer"])
def test_a_link_has_the_letters_that_it_always_had(purpose: str) -> None:
    digest = hmac.digest(personal.derived(purpose, uuid.UUID(int=0)), ROW.bytes, "sha256")[:16]
    number, digits = int.from_bytes(digest), ""
    for _each in range(26):
        number, rest = divmod(number, 32)
        digits = claim_codes.LETTERS[rest] + digits
    assert number == 0
    assert claim_codes.secret(purpose, ROW) == digits


def test_links_of_two_purposes_and_rows_have_nothing_in_common() -> None:
    found = {claim_codes.secret(one, row) for one in ("share", "transfer") for row in (ROW, uuid.UUID(int=1))}
    assert len(found) == 4
    assert {len(one) for one in found} == {claim_codes.SECRET}


@pytest.mark.parametrize(
    ("number", "count", "code"), [(0, 4, "0000"), (31, 2, "0Z"), (32, 2, "10"), (1 << 10, 2, "00")]
)
def test_letters_are_five_bits_each(number: int, count: int, code: str) -> None:
    assert claim_codes.letters(number, count) == code


def test_in_groups_of_four_however_long() -> None:
    assert claim_codes.spaced("ABCDEFGHJKMNPQRS") == "ABCD-EFGH-JKMN-PQRS"
    assert claim_codes.spaced("0" * 32).count("-") == 7
