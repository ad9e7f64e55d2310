"""Drill R3: what is sealed, a little changed: refused, or it says the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any


def mutants(data: bytes, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(seed)
    for _ in range(count):
        at = chance.randrange(len(data))
        kind = chance.choice(["change", "bit", "delete", "double", "cut"])
        match kind:
            case "change":
                middle = bytes([chance.choice([b for b in range(256) if b != data[at]])])
            case "bit":
                middle = bytes([data[at] ^ 1 << chance.randrange(8)])
            case "delete":
                middle = b""
            case "double":
                middle = data[at : at + 1] * 2
            case _:
                yield f"cut at {at}", data[:at]
                continue
        yield f"{kind} at {at}", data[:at] + middle + data[at + 1 :]


def tried(data: bytes, accepted: Callable[[bytes], Any], *, count: int, seed: int) -> tuple[int, list[str]]:
    """How many of `count` mutants are refused, and which are taken for something else than `data`.

    `accepted` is what passes, as a value that can be compared; None where it is refused.
    """
    original = accepted(data)
    assert original is not None, "what is whole must pass"
    refused, forged = 0, []
    for name, mutant in mutants(data, count, seed):
        result = accepted(mutant)
        refused += result is None
        if result not in (None, original):
            forged.append(name)
    return refused, forged
