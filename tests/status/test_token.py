"""Token status lists: each way in which a list, or what a credential says of it, does not fit."""

from __future__ import annotations

import base64
import random
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.codes import CODES
from mikra.errors import InputError
from mikra.status import token
from mikra.status.bitstring import MAX_BYTES, Entry

URL = "https://zed.example.test/status/17/token"
CLAIMS: dict[str, Any] = {
    "sub": URL,
    "iat": 1_780_000_000,
    "exp": 1_780_086_400,
    "ttl": 3600,
    "status_list": {"bits": 1, "lst": token.encode(bytes([0xB9, 0xA3]))},
}


def credential(**reference: Any) -> dict[str, Any]:
    return {"vct": "x", "status": {"status_list": {"idx": 5, "uri": URL} | reference}}


def code_of(claims: dict[str, Any], document: dict[str, Any]) -> tuple[str, int]:
    try:
        (entry,) = token.entries(document)
        return "", token.value_at(token.read_claims(claims), entry)
    except InputError as error:
        return error.code, -1


def test_what_fits() -> None:
    assert code_of(CLAIMS, credential()) == ("", 1)
    assert code_of(CLAIMS, credential(idx=1)) == ("", 0)
    assert code_of(CLAIMS, credential(idx=15)) == ("", 1)


@pytest.mark.parametrize(
    ("changes", "reference", "code"),
    [
        ({"sub": URL + "/"}, {}, "status_list_id_mismatch"),
        ({"sub": URL.upper()}, {}, "status_list_id_mismatch"),
        ({}, {"uri": URL + "#5"}, "status_list_id_mismatch"),
        ({}, {"idx": 16}, "status_index_out_of_range"),
        ({}, {"idx": -1}, "status_index_malformed"),
        ({}, {"idx": True}, "status_index_malformed"),
        ({}, {"idx": "5"}, "status_index_malformed"),
        ({}, {"idx": 5.0}, "status_index_malformed"),
        ({"sub": None}, {}, "status_list_malformed"),
        ({"sub": ""}, {}, "status_list_malformed"),
        ({"sub": 5}, {}, "status_list_malformed"),
        ({"iat": None}, {}, "status_list_malformed"),
        ({"iat": "now"}, {}, "status_list_malformed"),
        ({"exp": float("inf")}, {}, "status_list_malformed"),
        ({"exp": True}, {}, "status_list_malformed"),
        ({"status_list": None}, {}, "status_list_malformed"),
        ({"status_list": {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}}, {}, "status_list_malformed"),
        ({"status_list": {"bits": True, "lst": "eNrbuRgAAhcBXQ"}}, {}, "status_list_malformed"),
        ({"status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ=="}}, {}, "status_list_malformed"),
        ({"status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXé"}}, {}, "status_list_malformed"),
        ({"status_list": {"bits": 1, "lst": "eNrbuRgAAhcB"}}, {}, "status_list_malformed"),
        ({"status_list": {"bits": 1, "lst": 7}}, {}, "status_list_malformed"),
    ],
)
def test_what_does_not_fit(changes: dict[str, Any], reference: dict[str, Any], code: str) -> None:
    assert code_of(CLAIMS | changes, credential(**reference)) == (code, -1)


def test_a_bomb_is_stopped() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(bytes(MAX_BYTES + 1), 9)).decode().rstrip("=")
    assert len(bomb) < 40_000
    assert code_of(CLAIMS | {"status_list": {"bits": 1, "lst": bomb}}, credential())[0] == "status_list_too_large"


def test_two_streams_are_not_one() -> None:
    twice = zlib.compress(b"\0") + zlib.compress(b"\1")
    text = base64.urlsafe_b64encode(twice).decode().rstrip("=")
    assert code_of(CLAIMS | {"status_list": {"bits": 1, "lst": text}}, credential())[0] == "status_list_malformed"


@pytest.mark.parametrize(
    "status", [None, "active", [], {}, {"status_list": None}, {"status_list": []}, {"status_list": {"idx": 1}}]
)
def test_what_is_no_reference(status: Any) -> None:
    entries = token.entries({"status": status})
    assert all(not entry.known for entry in entries)
    assert bool(entries) == (isinstance(status, dict) and "status_list" in status)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
MEMBERS = st.sampled_from(["sub", "iat", "exp", "ttl", "status_list", "status_reference"])


@pytest.mark.drill("R5")
@given(st.dictionaries(MEMBERS, JSON), st.dictionaries(st.sampled_from(["idx", "uri"]), JSON))
def test_only_our_errors(changes: dict[str, Any], reference: dict[str, Any]) -> None:
    code, _ = code_of(CLAIMS | changes, credential(**reference))
    assert not code or code in CODES


@pytest.mark.drill("R5")
def test_odd_lists_raise_only_our_errors(
    amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    chance, whole = random.Random(7), token.encode(random.Random(1).randbytes(600))
    count, refused = amount(2_000, 100_000), 0
    for _ in range(count):
        at = chance.randrange(len(whole))
        text = whole[:at] + chance.choice(["", "é", "=", "A", "\x00", "-", whole[:9]]) + whole[at + 1 :]
        code, _ = code_of(CLAIMS | {"status_list": {"bits": chance.choice([1, 2, 4, 8]), "lst": text}}, credential())
        assert not code or code in CODES
        refused += bool(code)
    record_property("odd token lists", f"{count}, refused {refused}")
    assert refused > count // 2


def test_an_entry_of_the_w3c_is_no_reference() -> None:
    entry = {"type": "BitstringStatusListEntry", "statusListCredential": URL, "statusListIndex": "5"}
    assert token.entries({"credentialStatus": entry, "status": [entry]}) == ()
    assert isinstance(token.entries(credential())[0], Entry)
