"""Status lists: the three forms of an entry, the list's bits, and every way in which they do not fit."""

from __future__ import annotations

import base64
import gzip
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.codes import CODES
from mikra.errors import InputError
from mikra.status.bitstring import MIN_ENTRIES, Entry, StatusList, entries, read_list, unpack, value_at

URL = "https://issuer.example.test/status/1"
SIZE = MIN_ENTRIES // 8


def packed(bits: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits, mtime=0)).decode().rstrip("=")


def bits_with(*places: int, length: int = SIZE) -> bytes:
    bits = bytearray(length)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return bytes(bits)


def list_credential(bits: bytes = bytes(SIZE), **changes: Any) -> dict[str, Any]:
    subject = {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": packed(bits)}
    subject |= changes.pop("subject", {})
    document = {
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "urn:x:1",
        "validFrom": "2026-06-01T00:00:00Z",
        "validUntil": "2026-06-02T00:00:00Z",
        "credentialSubject": subject,
    }
    return document | changes


def entry_object(**changes: Any) -> dict[str, Any]:
    return {
        "id": URL + "#42",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "42",
        "statusListCredential": URL,
    } | changes


def only(document: dict[str, Any]) -> Entry:
    (entry,) = entries(document)
    return entry


def code_of(document: dict[str, Any], status_list: StatusList) -> str:
    with pytest.raises(InputError) as caught:
        value_at(status_list, only(document))
    return caught.value.code


LIST = read_list(list_credential(bits_with(42)))


@pytest.mark.parametrize(
    "document",
    [
        {"credentialStatus": entry_object()},
        {"credentialStatus": entry_object(type=["CredentialStatus", "BitstringStatusListEntry"])},
        {"credentialStatus": [entry_object()]},
        {"status": [entry_object(type="StatusList2021Entry", statusListIndex=42)]},
        {"status": entry_object(type="StatusList2021Entry")},
        {"credentialStatus": URL + "#42"},
        {"credentialStatus": [URL + "#42"]},
        {"credentialStatus": {"@value": URL + "#42", "@type": "xsd:anyURI"}},
    ],
)
def test_three_forms_of_an_entry_and_their_variants(document: dict[str, Any]) -> None:
    entry = only(document)
    assert (entry.list_url, entry.position(), entry.known) == (URL, 42, True)
    assert value_at(LIST, entry) == 1


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"credentialStatus": []},
        {"status": {"id": "http://data.europa.eu/snb/x/1", "type": "Concept"}},
        {"status": "active"},
    ],
)
def test_no_status_offered(document: dict[str, Any]) -> None:
    assert entries(document) == ()


@pytest.mark.parametrize(
    "document",
    [
        {"credentialStatus": {"id": URL, "type": "RevocationList2020Status"}},
        {"credentialStatus": {"id": URL, "type": "CredentialStatus"}},
        {"credentialStatus": entry_object(statusPurpose=["revocation"])},
        {"credentialStatus": entry_object(statusListCredential=None)},
        {"credentialStatus": entry_object(statusSize=3)},
        {"credentialStatus": URL},
        {"credentialStatus": URL + "#key"},
        {"credentialStatus": 7},
    ],
)
def test_a_method_that_is_not_read_is_offered_but_not_known(document: dict[str, Any]) -> None:
    assert not only(document).known


def test_several_purposes_and_places_are_all_read() -> None:
    document = {"status": [entry_object(), entry_object(statusPurpose="suspension", statusListIndex="43")]}
    assert [(e.purpose, e.position(), e.where) for e in entries(document)] == [
        ("revocation", 42, "/status/0"),
        ("suspension", 43, "/status/1"),
    ]


@pytest.mark.parametrize("index", ["+42", "", " 42", "4_2", "-1", "42.0", "٤٢", "0x2A", None, True, -1, 4.0, "1" * 19])
def test_a_place_is_digits_only(index: Any) -> None:
    assert code_of({"credentialStatus": entry_object(statusListIndex=index)}, LIST) == "status_index_malformed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"statusListIndex": str(MIN_ENTRIES)}, "status_index_out_of_range"),
        ({"statusPurpose": "suspension"}, "status_purpose_mismatch"),
        ({"statusListCredential": URL + "2"}, "status_list_id_mismatch"),
    ],
)
def test_entry_and_list_must_fit(change: dict[str, str], code: str) -> None:
    assert code_of({"credentialStatus": entry_object(**change)}, LIST) == code


def test_last_place_is_inside() -> None:
    entry = only({"credentialStatus": entry_object(statusListIndex=str(MIN_ENTRIES - 1))})
    assert value_at(LIST, entry) == 0


def test_a_list_must_be_long_enough_to_hide_in() -> None:
    short = read_list(list_credential(bytes(SIZE - 1)))
    assert code_of({"credentialStatus": entry_object()}, short) == "status_list_too_short"


def test_a_list_need_not_name_itself_but_may_serve_several_purposes() -> None:
    document = list_credential(subject={"statusPurpose": ["suspension", "revocation"]})
    del document["id"]
    assert value_at(read_list(document), only({"credentialStatus": entry_object()})) == 0


def test_index_0_is_the_left_most_bit() -> None:
    status_list = read_list(list_credential(b"\x01" + bytes(SIZE - 1)))
    places = [only({"credentialStatus": entry_object(statusListIndex=str(n))}) for n in range(8)]
    assert [value_at(status_list, p) for p in places] == [0, 0, 0, 0, 0, 0, 0, 1]


def test_a_place_may_hold_several_bits() -> None:
    status_list = read_list(list_credential(b"\x1b" + bytes(2 * SIZE)))
    places = [only({"credentialStatus": entry_object(statusListIndex=str(n), statusSize=2)}) for n in range(4)]
    assert [value_at(status_list, p) for p in places] == [0, 1, 2, 3]


def test_the_older_form_without_multibase_letter_is_read() -> None:
    subject = {"type": "StatusList2021", "encodedList": base64.b64encode(gzip.compress(bits_with(42))).decode()}
    document = list_credential(type=["VerifiableCredential", "StatusList2021Credential"], subject=subject)
    assert value_at(read_list(document), only({"status": entry_object(type="StatusList2021Entry")})) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": ["VerifiableCredential"]}, "status_list_malformed"),
        ({"type": "BitstringStatusListCredential"}, "status_list_malformed"),
        ({"id": 5}, "status_list_malformed"),
        ({"credentialSubject": []}, "status_list_malformed"),
        ({"subject": {"type": "StatusList2021"}}, "status_list_malformed"),
        ({"subject": {"statusPurpose": None}}, "status_list_malformed"),
        ({"subject": {"statusPurpose": []}}, "status_list_malformed"),
        ({"subject": {"encodedList": None}}, "status_list_malformed"),
        ({"subject": {"encodedList": "u***"}}, "status_list_malformed"),
        ({"subject": {"encodedList": "uAAAA"}}, "status_list_malformed"),
        ({"subject": {"encodedList": packed(bytes(SIZE))[:-8]}}, "status_list_malformed"),
        ({"credentialStatus": entry_object()}, "status_list_malformed"),
        ({"credentialStatus": entry_object(statusListCredential=URL + "9")}, "status_recursion"),
    ],
)
def test_a_list_in_another_form_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_list(list_credential(**change))
    assert caught.value.code == code


def test_something_after_the_packed_bits_is_refused() -> None:
    twice = gzip.compress(bytes(SIZE)) + b"\0"
    with pytest.raises(InputError) as caught:
        unpack("u" + base64.urlsafe_b64encode(twice).decode())
    assert caught.value.code == "status_list_malformed"


def test_a_list_that_unpacks_to_too_much_is_stopped_at_the_cap() -> None:
    assert unpack(packed(bytes(1000)), max_bytes=1000) == bytes(1000)
    with pytest.raises(InputError) as caught:
        unpack(packed(bytes(1001)), max_bytes=1000)
    assert caught.value.code == "status_list_too_large"


@settings(max_examples=30, derandomize=True)
@given(st.sets(st.integers(0, MIN_ENTRIES - 1), max_size=20), st.integers(0, MIN_ENTRIES - 1))
def test_exactly_the_set_places_are_set(places: set[int], other: int) -> None:
    status_list = StatusList(id=URL, purposes=("revocation",), bits=bits_with(*places))
    for place in places | {other}:
        entry = only({"credentialStatus": entry_object(statusListIndex=str(place))})
        assert value_at(status_list, entry) == (place in places)


@pytest.mark.drill("R5")
def test_odd_lists_raise_only_our_errors(
    amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    chance, whole = random.Random(7), packed(random.Random(1).randbytes(SIZE))
    count, refused = amount(2_000, 100_000), 0
    for _ in range(count):
        at = chance.randrange(min(len(whole), 400))
        text = whole[:at] + chance.choice(["", "é", "=", "A", "\x00", "-", whole[:9]]) + whole[at + 1 :]
        odd = chance.choice([text, text[: chance.randrange(60)], None, 5, [text], {"a": text}])
        entry = only({"credentialStatus": entry_object(statusListIndex=chance.choice(["42", "9999999", 7, "x", None]))})
        try:
            code, _ = "", value_at(read_list(list_credential(subject={"encodedList": odd})), entry)
        except InputError as error:
            code = error.code
        assert not code or code in CODES
        refused += bool(code)
    record_property("odd W3C status lists", f"{count}, refused {refused}")
    assert refused > count // 2
