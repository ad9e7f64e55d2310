"""Drill R3 for badge images: each byte changed, deleted, doubled, cut: refused, or the very same credential."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

import pytest

from mikra.conversion.forms import Award, Kind, make
from mikra.formats import baked_png, baked_svg, svg_safety
from mikra.issuance.compose import serialise
from mikra.report import Verdict
from mikra.sealing import jades
from mikra.verification import Policy, verify
from tests.conversion import made
from tests.drills.mutants import mutants
from tests.formats.test_baked import PLAIN_PNG, PLAIN_SVG
from tests.issuance import awards

AT = awards.AT


@cache
def sealed() -> str:
    from mikra.sealing.keys import bare_signer

    signer = awards.signer_for(made.design(made.EXAMPLES[0]))
    edc = jades.seal(serialise(made.award()), signer=signer, at=AT)
    award = Award.of(edc, identity=made.IDENTITY)
    return make(award, Kind.OPEN_BADGE, signer=bare_signer(made.KEY), at=AT).content.decode()


IMAGES: dict[str, Callable[[], bytes]] = {
    "png": lambda: baked_png.bake(PLAIN_PNG, sealed()),
    "svg": lambda: baked_svg.bake(PLAIN_SVG, sealed()),
}
EXTRACT = {"png": baked_png.extract, "svg": baked_svg.extract}


def passes(data: bytes) -> bool:
    policy = Policy(trusted_issuers=frozenset({made.IDENTITY.issuer}))
    reports = verify(data, at=AT, policy=policy)
    return all(report.verdict is Verdict.TOTAL_PASSED for report in reports)


@pytest.mark.drill("R3")
@pytest.mark.parametrize("kind", IMAGES)
def test_no_mutant_is_another_credential(
    kind: str, amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    data = IMAGES[kind]()
    assert passes(data)
    count, refused, forged = amount(500, 100_000), 0, []
    for name, mutant in mutants(data, count, seed=4):
        if not passes(mutant):
            refused += 1
        elif json.loads(EXTRACT[kind](mutant).text) != json.loads(sealed()):
            forged.append(name)
    record_property(f"mutants of a baked {kind}", f"{count}, refused {refused}, forged {len(forged)}")
    assert forged == []
    assert refused > count * (0.99 if kind == "png" else 0.8)


def test_the_fault_that_the_drill_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the checksum of its parts and without the seal, a mutant of an image is another credential."""
    from mikra.verification.openers import data_integrity

    monkeypatch.setattr(data_integrity.di, "proof_fault", lambda *_, **__: "")
    data = IMAGES["svg"]()
    found = [m for _, m in mutants(data, 300, seed=4) if passes(m)]
    assert any(json.loads(baked_svg.extract(m).text) != json.loads(sealed()) for m in found)


def test_a_drawing_that_acts_is_refused_whatever_its_seal() -> None:
    data = IMAGES["svg"]().replace(b"</svg>", b"<script/></svg>")
    assert not passes(data)
    assert svg_safety.SVG
