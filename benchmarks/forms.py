"""K5 and K10: one award into its other forms, and badges of others into the model; CPU, one core, the best round.

The credential is the benchmark's course, one learner. What sealing costs stands in the other tables; here is what is
made before it: the document, the image that holds it, the loss report that reads it back. Raw is Ed25519 signing the
same badge in the same run.

    python -m benchmarks.forms
"""

from __future__ import annotations

import time
from collections.abc import Callable

import orjson
from cryptography.hazmat.primitives.asymmetric import ed25519

from benchmarks import figures
from benchmarks.adapter import AT, ROWS, course
from benchmarks.figures import Figure
from mikra.conversion.identity import Origin, of_key
from mikra.conversion.loss import measure_loss
from mikra.conversion.open_badges import open_badge
from mikra.conversion.reading import Form
from mikra.conversion.vc import twin
from mikra.formats import baked_png, baked_svg
from mikra.formats.open_badges import read_badge
from mikra.formats.png import SIGNATURE
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import compose
from mikra.rendering.badge_image import badge_svg
from mikra.rendering.page import neutral_page

KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ROUNDS, TIMES = 5, 100


def rate(action: Callable[[], object]) -> float:
    """Times a second of CPU, the best of the rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(TIMES):
            action()
        best = max(best, TIMES / (time.process_time() - start))
    return best


def measure() -> list[Figure]:
    award = AwardId.new(AT, bytes(9))
    credential = compose(course(), ROWS[0], award_id=award, at=AT, pages={})
    identity = of_key(KEY.public_key(), namespace="https://zed.example/ns/")
    origin = Origin(award=award.award, credential=award.credential, digest=bytes(32))
    badge = open_badge(credential, identity=identity, origin=origin)
    text = orjson.dumps(badge)
    png, svg = neutral_page("en"), badge_svg(credential, "en")
    held = baked_png.bake(png, text.decode())
    assert held.startswith(SIGNATURE)
    drawn = baked_svg.bake(svg, text.decode())
    raw = rate(lambda: KEY.sign(text))
    made: tuple[tuple[str, Callable[[], object]], ...] = (
        ("Open Badge 3.0 from an award", lambda: open_badge(credential, identity=identity, origin=origin)),
        ("VC 2.0 with all elements from an award", lambda: twin(credential, identity=identity, origin=origin)),
        ("loss report of a badge", lambda: measure_loss(credential, Form.OPEN_BADGE_3, badge)),
        ("credential out of a PNG badge", lambda: baked_png.extract(held)),
        ("credential out of an SVG badge", lambda: baked_svg.extract(drawn)),
        ("foreign badge into the model", lambda: read_badge(badge)),
    )
    found = []
    for what, action in made:
        measured = rate(action)
        note = f"{len(text):,} bytes; raw signing of them: {raw / measured:,.0f} times as fast"
        found.append(Figure(id="K5", what=what, unit="/s", measured=measured, note=note))
    return found


if __name__ == "__main__":
    figures.main(measure)
