"""S8: one certificate (PDF/A-3a, PDF/UA-1) with its credential attached, drawn and sealed: CPU time, the best round.

Every certificate is another learner's. The part of the drawing and that of the seal stand beside the whole, and the
whole as a multiple of raw signing over the same bytes in the same run.

    python -m benchmarks.certificate
"""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks import figures
from benchmarks.adapter import AT, SIZES, signer_of
from benchmarks.figures import Figure
from benchmarks.seal import make_key
from mikra.rendering.certificate import CertificateRenderer
from mikra.sealing import pades

ROUNDS = 40
VERIFIER = "https://verify.example/#{code}"


def best(action: Callable[[int], object]) -> float:
    """Milliseconds of CPU, the best of the rounds; the first is not counted."""
    found = []
    for number in range(ROUNDS + 1):
        start = time.process_time()
        action(number)
        found.append((time.process_time() - start) * 1000)
    return min(found[1:])


def measure() -> list[Figure]:
    key = make_key("ES256")
    signer = signer_of(key.private, key.certificate)
    credential = SIZES[1].sealing(signer)
    renderer = CertificateRenderer(verify_url=VERIFIER, demonstration=True)
    sealed = [credential(number) for number in range(ROUNDS + 1)]
    drawn = [renderer.render(one) for one in sealed]

    def whole(number: int) -> bytes:
        return pades.seal(renderer.render(sealed[number], language="ro"), signer=signer, at=AT)

    total = best(whole)
    draw = best(lambda number: renderer.render(sealed[number], language="cs"))
    seal = best(lambda number: pades.seal(drawn[number], signer=signer, at=AT))
    raw = best(lambda number: key.raw(drawn[number]))
    size = len(whole(0))
    return [
        Figure(
            id="S8",
            what="certificate, drawn and sealed",
            unit="ms",
            measured=total,
            target=60,
            note=f"{size:,} bytes; {total / raw:,.0f} times raw signing of them",
        ),
        Figure(id="S8", what="certificate: drawing", unit="ms", measured=draw),
        Figure(id="S8", what="certificate: sealing", unit="ms", measured=seal),
    ]


if __name__ == "__main__":
    figures.main(measure)
