"""Drill R3: each byte changed, deleted, doubled, each truncation: refused, or the same content and header."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mikra.errors import InputError
from mikra.sealing import jades
from tests.drills.mutants import mutants, tried
from tests.simulators import europe

AT = datetime(2026, 6, 1, tzinfo=UTC)
PAYLOAD = '{"id":"urn:credential:1","credentialSubject":{"givenName":{"en":"Zoë \\"Z\\""},"grade":9.5}}'.encode()


def accepted(data: bytes) -> tuple[bytes, str] | None:
    """Content and protected header of what passes, None where it is refused."""
    try:
        opened = jades.unseal(data)
    except InputError:
        return None
    return None if jades.check_integrity(opened) else (opened.payload, opened.seals[0].protected)


@pytest.mark.drill("R3")
@pytest.mark.parametrize("kind", ["P-256", "Ed25519", "RSA"])
def test_no_mutant_passes(
    kind: str, amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    data = jades.seal(PAYLOAD, signer=europe.seal(kind).signer, at=AT)
    count = amount(500, 100_000)
    refused, forged = tried(data, accepted, count=count, seed=1)
    record_property(f"mutants of a JAdES seal ({kind})", f"{count}, refused {refused}, forged {len(forged)}")
    assert forged == []
    assert refused > count * 0.9


@pytest.mark.drill("R3")
def test_every_place() -> None:
    """Each byte deleted, doubled and cut before, one by one."""
    data = jades.seal(PAYLOAD, signer=europe.seal("Ed25519").signer, at=AT)
    original = accepted(data)
    for at in range(len(data)):
        for mutant in (data[:at] + data[at + 1 :], data[:at] + data[at : at + 1] + data[at:], data[:at]):
            assert accepted(mutant) in (None, original), at


def test_the_fault_that_the_drill_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one check skipped (the mathematics of the seal), mutants pass."""
    monkeypatch.setattr(jades, "checked_fault", lambda *_: "")
    data = jades.seal(PAYLOAD, signer=europe.seal().signer, at=AT)
    original = accepted(data)
    results = [accepted(mutant) for _, mutant in mutants(data, 500, seed=1)]
    assert any(r not in (None, original) for r in results)
