"""Drill R5: whatever is given, a value or InputError comes back; judging never raises."""

from __future__ import annotations

import copy
import json
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mikra.codes import CODES
from mikra.errors import InputError
from mikra.sealing import jades
from tests.simulators import europe

AT = datetime(2026, 6, 1, tzinfo=UTC)
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**53,
    "",
    "x",
    "AAAA",
    "é",
    "QQ==",
    [],
    {},
    [[]],
    ["AAAA"],
    [None],
    {"val": 1},
    {"tstTokens": [{}]},
    "A" * 5000,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value, from the root down."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """A copy with something odd at one place; a place of a member may also lose it or get another name."""
    if not path:
        return odd
    new = copy.deepcopy(value)
    inner = new
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return new


def never_raises(data: bytes) -> bool:
    """Whether it opened. Anything but an InputError with a code of ours is the test's failure."""
    try:
        opened = jades.unseal(data)
    except InputError as error:
        if error.code not in CODES:
            raise
        return False
    for one in opened.seals:
        jades.check_timestamps(one)
        assert one.level
    jades.check_integrity(opened)
    return True


def opened_parts(data: bytes) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    """The file, its protected header and its additions, all as plain values."""
    file = json.loads(data)
    entry = file["signatures"][0]
    header = json.loads(unb64(entry["protected"]))
    additions = [json.loads(unb64(text)) for text in entry["header"]["etsiU"]]
    return file, header, additions


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def sealed() -> bytes:
    timestamper = europe.TimestampAuthority()
    data = jades.seal(b'{"id":"urn:credential:1"}', signer=europe.seal().signer, at=AT, timestamper=timestamper)
    values = {"xVals": [{"x509Cert": {"val": "AAAA"}}], "rVals": {"crlVals": [{"val": "AAAA"}], "ocspVals": []}}
    for kind, value in (*values.items(), ("tstVD", values)):
        data = jades.extended(data, [(kind, value)])
    return data


@pytest.mark.drill("R5")
def test_something_odd_at_every_place(sealed: bytes) -> None:
    file, header, additions = opened_parts(sealed)
    opened = 0
    for odd in ODD:
        for path in places(file):
            opened += never_raises(json.dumps(changed(file, path, odd)).encode())
        for path in places(header):
            twin = copy.deepcopy(file)
            twin["signatures"][0]["protected"] = b64(changed(header, path, odd))
            opened += never_raises(json.dumps(twin).encode())
        for path in places(additions):
            twin = copy.deepcopy(file)
            items = changed(additions, path, odd)
            twin["signatures"][0]["header"]["etsiU"] = [b64(i) for i in items] if isinstance(items, list) else items
            opened += never_raises(json.dumps(twin).encode())
    assert opened > 50


@pytest.mark.drill("R5")
def test_damaged_bytes(sealed: bytes, amount: Callable[[int, int], int]) -> None:
    chance = random.Random(9)
    for _ in range(amount(1_000, 100_000)):
        mutant = bytearray(sealed)
        for _ in range(chance.choice([1, 1, 2, 5, 30])):
            at = chance.randrange(len(mutant))
            mutant[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        never_raises(bytes(mutant))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'"x"', b"\xff", b'{"payload":"{}"}', b"a.b.c"])
def test_no_seal(data: bytes) -> None:
    assert not never_raises(data)


def test_a_certificate_that_is_none(sealed: bytes) -> None:
    """Bytes that begin like a certificate, at every length."""
    file, header, _ = opened_parts(sealed)
    der = europe.seal().der
    from base64 import b64encode

    for size in range(0, len(der), 7):
        for junk in (der[:size], der[:size] + bytes(len(der) - size)):
            twin = copy.deepcopy(file)
            members = header | {"x5c": [b64encode(junk).decode()]}
            members.pop("x5t#S256")
            twin["signatures"][0]["protected"] = b64(members)
            never_raises(json.dumps(twin).encode())
