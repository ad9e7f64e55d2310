"""How fast this machine is: raw ECDSA P-256 signing of 5 KB by OpenSSL (through `cryptography`), CPU time.

Absolute figures of the bar hold on a core that signs 36,000 times a second; `scale()` brings a measurement made here
to that core. Ratios (a share of raw, a multiple of a peer) need no scale.

    python -m benchmarks.calibration
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

REFERENCE = 36_000
"""Raw P-256 signatures a second at 5 KB, on the core for which the bar is written."""

SIZE = 5_000
SIGNATURES = 2_000
ROUNDS = 7


def cpu_rate(action: Callable[[], object], times: int, rounds: int = ROUNDS) -> float:
    """How often a second `action` runs, by CPU time of this process: the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(times):
            action()
        best = min(best, time.process_time() - start)
    return times / best


@cache
def raw_rate() -> float:
    """Raw P-256 signatures a second on this core."""
    key = ec.generate_private_key(ec.SECP256R1())
    scheme = ec.ECDSA(hashes.SHA256())
    document = b"x" * SIZE
    return cpu_rate(lambda: key.sign(document, scheme), SIGNATURES)


def scale() -> float:
    """By what a rate measured here is multiplied, and a duration divided, to hold on the reference core."""
    return REFERENCE / raw_rate()


def sentence() -> str:
    """The line that every benchmark prints."""
    return (
        f"Calibration: raw P-256 signs {raw_rate():,.0f}/s at 5 KB here, {REFERENCE:,}/s on the reference core;"
        f" absolute figures are scaled by {scale():.2f}."
    )


if __name__ == "__main__":
    print(sentence())
