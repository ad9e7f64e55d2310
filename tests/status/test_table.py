"""One table, several encodings: whatever stands in it, each encoding says the same."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.status import bitstring, token
from mikra.status.bitstring import MIN_ENTRIES, Purpose
from mikra.status.table import Table, Value, pack

AT = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
URL = "https://zed.example.test/status/17"
VALUES = st.dictionaries(st.integers(0, MIN_ENTRIES - 1), st.sampled_from([0, 1, 2]), max_size=40)


def packed(size: int, values: dict[int, int]) -> Table:
    return pack(
        size, {value: [index for index, one in values.items() if one == value] for value in set(values.values())}
    )


def bit(table: Table, purpose: Purpose, index: int, size: int = 1) -> int:
    url = f"{URL}/{purpose}"
    document = bitstring.list_credential(table, purpose, url=url, issuer="urn:x:1", at=AT, level=1)
    entry = bitstring.Entry(purpose=purpose, index=str(index), list_url=url, kind="", where="", size=size)
    return bitstring.value_at(bitstring.read_list(document), entry)


def in_token(table: Table, bits: int, index: int) -> int:
    url = f"{URL}/token"
    listed = token.read_claims(token.claims(table, url=url, at=AT, bits=bits, level=1))
    (entry,) = token.entries({"status": {"status_list": {"idx": index, "uri": url}}})
    return token.value_at(listed, entry)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.integers(0, MIN_ENTRIES - 1))
def test_all_encodings_agree(values: dict[int, int], other: int) -> None:
    table = packed(MIN_ENTRIES, values)
    for index in [*random.Random(1).sample(sorted(values), min(3, len(values))), other]:
        value = values.get(index, 0)
        assert table.value(index) == value
        assert bit(table, Purpose.REVOCATION, index) == (value == Value.INVALID)
        assert bit(table, Purpose.SUSPENSION, index) == (value == Value.SUSPENDED)
        assert bit(table, Purpose.MESSAGE, index, size=2) == value
        assert [in_token(table, bits, index) for bits in (2, 4, 8)] == [value] * 3
        assert in_token(table, 1, index) == (value == Value.INVALID)


def test_the_orders_of_bits_are_opposite() -> None:
    """Section 4.1 of the token list counts from the lowest bit, section 3.1 of the W3C list from the highest."""
    table = packed(16, {0: 1, 9: 1, 5: 2})
    assert table.bits(Value.INVALID, msb_first=True) == bytes([0b1000_0000, 0b0100_0000])
    assert table.bits(Value.INVALID, msb_first=False) == bytes([0b0000_0001, 0b0000_0010])
    assert table.packed == bytes([0b0000_0001, 0b0000_1000, 0b0000_0100, 0])
    assert table.wide() == bytes([0b0100_0000, 0b0010_0000, 0b0001_0000, 0])


def test_the_vectors_of_the_draft() -> None:
    """draft-ietf-oauth-status-list, section 4.1: the two worked examples."""
    one = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert packed(16, dict(enumerate(one))).bits(Value.INVALID, msb_first=False) == bytes([0xB9, 0xA3])
    two = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    listed = token.TokenList(subject=URL, bits=2, packed=bytes([0xC9, 0x44, 0xF9]), issued=0)
    entries = [bitstring.Entry(purpose="", index=n, list_url=URL, kind=token.KIND, where="") for n in range(len(two))]
    assert [token.value_at(listed, entry) for entry in entries] == two
    assert token.decode("eNrbuRgAAhcBXQ") == bytes([0xB9, 0xA3])
    assert token.decode("eNo76fITAAPfAgc") == bytes([0xC9, 0x44, 0xF9])


@pytest.mark.parametrize("index", [-1, MIN_ENTRIES])
def test_a_place_outside_is_refused(index: int) -> None:
    with pytest.raises(InputError):
        pack(MIN_ENTRIES, {1: [index]})
    with pytest.raises(InputError, match="no such place"):
        pack(MIN_ENTRIES, {}).value(index)


@pytest.mark.parametrize("valid", [dt.timedelta(hours=24, seconds=1), dt.timedelta(0), dt.timedelta(hours=-1)])
def test_no_list_counts_longer_than_a_day(valid: dt.timedelta) -> None:
    table = pack(MIN_ENTRIES, {})
    with pytest.raises(InputError, match="24 hours"):
        token.claims(table, url=URL, at=AT, valid=valid)
    with pytest.raises(InputError, match="24 hours"):
        bitstring.list_credential(table, Purpose.REVOCATION, url=URL, issuer="urn:x:1", at=AT, valid=valid)


def test_times_of_a_list() -> None:
    claims = token.claims(pack(MIN_ENTRIES, {}), url=URL, at=AT)
    assert claims["iat"] == AT.timestamp() - 60
    assert claims["exp"] == claims["iat"] + 24 * 3600
    assert (claims["sub"], claims["ttl"]) == (URL, 3600)
    document = bitstring.list_credential(
        pack(MIN_ENTRIES, {}), Purpose.SUSPENSION, url=URL, issuer="urn:x:1", at=AT, valid=dt.timedelta(hours=1)
    )
    assert (document["validFrom"], document["validUntil"]) == ("2026-06-01T12:00:00Z", "2026-06-01T13:00:00Z")


@pytest.mark.parametrize("size", [0, -8, 4, 12])
def test_a_table_has_whole_bytes(size: int) -> None:
    with pytest.raises(InputError, match="multiple of 8"):
        pack(size, {})


def test_lists_that_nobody_publishes() -> None:
    table = pack(MIN_ENTRIES, {})
    for bits in (0, 3, 16):
        with pytest.raises(InputError, match="bits a place"):
            token.claims(table, url=URL, at=AT, bits=bits)
    with pytest.raises(InputError, match="purpose"):
        bitstring.list_credential(table, Purpose.REFRESH, url=URL, issuer="urn:x:1", at=AT)


def test_a_list_that_would_tell_on_people_is_not_made() -> None:
    with pytest.raises(InputError) as error:
        bitstring.list_credential(pack(8, {}), Purpose.REVOCATION, url=URL, issuer="urn:x:1", at=AT)
    assert error.value.code == "status_list_too_short"
