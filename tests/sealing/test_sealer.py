"""The fast path gives what the slow one gives, under every key, over every cut of the payload."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import NotAllowedError
from mikra.sealing import jades
from mikra.sealing.sealer import Sealer
from tests.simulators import europe

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DETERMINISTIC = ["RSA", "Ed25519"]
PREFIX = b'{"id":"urn:credential:'

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@pytest.mark.parametrize("kind", DETERMINISTIC)
@settings(max_examples=40)
@given(text=_TEXT, cut=st.integers(0, 60))
def test_byte_for_byte(kind: str, text: str, cut: int) -> None:
    whole = json.dumps({"id": "urn:credential:1", "name": text}, ensure_ascii=False)
    prefix, rest = whole[:cut].encode(), whole[cut:].encode()
    signer = europe.seal(kind).signer
    expected = jades.seal(whole.encode(), signer=signer, at=AT)
    prepared = Sealer(signer, at=AT).prepare(prefix)
    assert prepared.seal(rest) == expected
    assert prepared.seal(rest, jades.escape(rest)) == expected
    assert Sealer(signer, at=AT).prepare(prefix, jades.escape(prefix)).seal(rest) == expected
    assert Sealer(signer, at=AT).seal(whole.encode()) == expected


@pytest.mark.parametrize("kind", ["P-256", "P-384"])
@settings(max_examples=40)
@given(text=_TEXT, cut=st.integers(0, 60))
def test_the_same_but_for_the_signature(kind: str, text: str, cut: int) -> None:
    whole = json.dumps({"id": "urn:credential:1", "name": text}, ensure_ascii=False)
    signer = europe.seal(kind).signer
    fast = Sealer(signer, at=AT).prepare(whole[:cut].encode()).seal(whole[cut:].encode())
    slow = jades.seal(whole.encode(), signer=signer, at=AT)
    for data in (fast, slow):
        assert jades.check_integrity(jades.unseal(data)) == ()
    one, other = json.loads(fast), json.loads(slow)
    assert one["signatures"][0].pop("signature") != other["signatures"][0].pop("signature")
    assert one == other
    assert fast.split(b'"signature"')[0] == slow.split(b'"signature"')[0]


def test_many_from_one_preparation() -> None:
    prepared = Sealer(europe.seal().signer, at=AT).prepare(PREFIX)
    files = [prepared.seal(f'{n}"}}'.encode()) for n in range(50)]
    opened = [jades.unseal(file) for file in files]
    assert [o.payload for o in opened] == [PREFIX + f'{n}"}}'.encode() for n in range(50)]
    assert all(jades.check_integrity(o) == () for o in opened)


@pytest.mark.parametrize("kind", ["P-256", "Ed25519", "RSA"])
def test_the_clock(kind: str) -> None:
    """A new second is a new header in everything already prepared; the same second is not."""
    sealer = Sealer(europe.seal(kind).signer, at=AT)
    prepared = sealer.prepare(PREFIX)
    times = []
    for seconds in (0, 0.4, 1, 61):
        sealer.tick(AT + timedelta(seconds=seconds))
        opened = jades.unseal(prepared.seal(b'1"}'))
        assert jades.check_integrity(opened) == ()
        times.append(opened.seals[0].claimed_at)
    assert times == [AT, AT, AT + timedelta(seconds=1), AT + timedelta(seconds=61)]


def test_not_past_the_end_of_the_certificate() -> None:
    sealer = Sealer(europe.seal().signer, at=europe.END - timedelta(seconds=1))
    prepared = sealer.prepare(PREFIX)
    assert prepared.seal(b'1"}')
    with pytest.raises(NotAllowedError):
        sealer.tick(europe.END + timedelta(seconds=1))
    with pytest.raises(NotAllowedError):
        Sealer(europe.expired_seal().signer, at=AT)


def test_a_wrong_escape_is_seen_on_reopening() -> None:
    """The caller's escaped text is not checked while sealing; reopening does."""
    sealed = Sealer(europe.seal().signer, at=AT).prepare(PREFIX).seal(b'1"}', b'2\\"}')
    assert [f.rule for f in jades.check_integrity(jades.unseal(sealed))] == ["jws_signature_invalid"]
