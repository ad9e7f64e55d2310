"""Drills R3 and R5 for seals that last: no byte of what was added makes a yes that the whole file would not get."""

from __future__ import annotations

import json
import random
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from mikra.errors import MikraError
from mikra.report import Report, Verdict
from mikra.sealing import jades, timestamp_protocol
from mikra.sealing.timestamps import verify_token
from mikra.trust import revocation, revocation_sources
from mikra.trust.revocation import Evidence, State
from mikra.verification import proofs, verify
from tests.drills.mutants import mutants
from tests.simulators import authorities
from tests.simulators.longterm import POLICY, lasting
from tests.simulators.timestamps import TimestampAuthority
from tests.simulators.withdrawals import NOW, Register, responder

LATER = datetime(2030, 6, 1, tzinfo=UTC)
"""When only the second generation still proves anything."""

SOON = datetime(2026, 7, 1, tzinfo=UTC)
CA = authorities.intermediate()
SEAL = authorities.seal()


@cache
def whole() -> bytes:
    return lasting(renewed=(2028,))


def judged(data: bytes, at: datetime) -> Report:
    return verify(data, at=at, policy=POLICY)[0]


def proven(data: bytes) -> tuple[bytes, datetime | None]:
    """The content, and the earliest time that is proven in 2030."""
    one = jades.unseal(data).seals[0]
    bench = proofs.Bench(chain=one.chain, data=one.validation_data, policy=POLICY)
    return jades.unseal(data).payload, proofs.existed(proofs.prove(one.tokens, bench, LATER), POLICY)


def additions(data: bytes) -> list[str]:
    return list(json.loads(data)["signatures"][0]["header"]["etsiU"])


def with_additions(texts: list[str]) -> bytes:
    file = json.loads(whole())
    file["signatures"][0]["header"]["etsiU"] = texts
    return json.dumps(file).encode()


def changed(chance: random.Random, texts: list[str]) -> list[str]:
    """One item changed inside: a byte of its JSON, a byte of a certificate, list, response or token; or the order."""
    new, at = list(texts), chance.randrange(len(texts))
    if chance.random() < 0.15:
        other = chance.randrange(len(texts))
        kind = chance.choice(["swap", "drop", "double"])
        if kind == "swap":
            new[at], new[other] = new[other], new[at]
        elif kind == "drop":
            del new[at]
        else:
            new.insert(other, new[at])
        return new
    text = urlsafe_b64decode(texts[at] + "=" * (-len(texts[at]) % 4))
    values = _values(json.loads(text))
    if values and chance.random() < 0.8:
        value = chance.choice(values)
        der = bytearray(b64decode(value))
        der[chance.randrange(len(der))] ^= 1 << chance.randrange(8)
        text = text.replace(value.encode(), b64encode(bytes(der)))
    else:
        mutant = bytearray(text)
        mutant[chance.randrange(len(mutant))] ^= 1 << chance.randrange(8)
        text = bytes(mutant)
    new[at] = urlsafe_b64encode(text).rstrip(b"=").decode()
    return new


def _values(item: Any) -> list[str]:
    if isinstance(item, dict):
        return [v for k, v in item.items() if k == "val"] + [x for v in item.values() for x in _values(v)]
    return [x for v in item for x in _values(v)] if isinstance(item, list) else []


@pytest.mark.drill("R3")
def test_no_change_of_the_additions_makes_a_yes(
    amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    """In 2030 the second generation is relied on: any change is a no, or proves the very same."""
    chance = random.Random(3)
    texts, truth = additions(whole()), proven(whole())
    count, refused, forged = amount(500, 100_000), 0, []
    for number in range(count):
        new = changed(chance, texts)
        data = with_additions(new)
        passed = judged(data, LATER).verdict is Verdict.TOTAL_PASSED
        refused += not passed
        if passed and new != texts and proven(data) != truth:
            forged.append(number)
    record_property(
        "changes of the additions of a JAdES B-LTA seal", f"{count}, refused {refused}, forged {len(forged)}"
    )
    assert forged == []
    assert refused > count * 0.6


@pytest.mark.drill("R3")
def test_any_byte_of_the_file(amount: Callable[[int, int], int]) -> None:
    truth = proven(whole())
    for name, mutant in mutants(whole(), amount(150, 20_000), seed=4):
        for report in verify(mutant, at=LATER, policy=POLICY):
            if report.verdict is Verdict.TOTAL_PASSED:
                assert proven(mutant) == truth, name


def test_the_fault_that_the_drill_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the imprint of tokens unchecked, changed additions pass."""
    from mikra.sealing import timestamps

    monkeypatch.setattr(timestamps, "_check_imprint", lambda *_: None)
    texts = additions(whole())
    without = [text for number, text in enumerate(texts) if number != 2]
    assert judged(with_additions(without), LATER).verdict is Verdict.TOTAL_PASSED
    monkeypatch.undo()
    assert judged(with_additions(without), LATER).verdict is not Verdict.TOTAL_PASSED


def damaged(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for _ in range(count):
        mutant = bytearray(data)
        for _ in range(chance.choice([1, 1, 1, 2, 5, 20])):
            at = chance.randrange(len(mutant) or 1)
            mutant[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        yield bytes(mutant)
        yield chance.randbytes(chance.randrange(40))


@pytest.mark.drill("R5")
@pytest.mark.parametrize("kind", ["list", "response", "delegated"])
def test_damaged_answers_on_revocation(kind: str, amount: Callable[[int, int], int]) -> None:
    """Whatever is given: a standing comes back, and never "good" from what the authority did not seal."""
    register = Register(answers=responder(CA) if kind == "delegated" else None)
    register.revoke(SEAL, NOW)
    der = register.crl() if kind == "list" else register.ocsp(SEAL.certificate)
    for data in damaged(der, amount(400, 50_000), seed=5):
        crls, ocsps = ((data,), ()) if kind == "list" else ((), (data,))
        found = revocation.judge(SEAL.der, CA.der, by=NOW, evidence=Evidence(crls=crls, ocsps=ocsps))
        assert found.state in (State.UNKNOWN, State.REVOKED), data.hex()


@pytest.mark.drill("R5")
def test_damaged_certificates_above(amount: Callable[[int, int], int]) -> None:
    for data in damaged(CA.der, amount(200, 50_000), seed=6):
        path = revocation_sources.ascend(SEAL.der, (data,))
        assert path[0] == SEAL.der
        assert len(path) <= 2
        revocation_sources.sources(data)
        revocation.judge(data, CA.der, by=NOW, evidence=Evidence(crls=(Register().crl(),)))


@pytest.mark.drill("R5")
def test_damaged_answers_of_timestamp_authorities(amount: Callable[[int, int], int]) -> None:
    imprint = bytes(32)
    answer = TimestampAuthority().reply(timestamp_protocol.request(imprint, nonce=9))
    for data in damaged(answer, amount(300, 50_000), seed=7):
        try:
            token = timestamp_protocol.token(data, nonce=9)
        except MikraError:
            continue
        verify_token(token, covered=b"x")
