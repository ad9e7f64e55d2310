"""How the benchmarks reach the fast path: a design compiled once, then one learner after the other.

Two sizes. A whole EDC of one course in one language is 10 KB, since the profile wants every organisation in full, and
has a page image besides; the bar speaks of 5 KB, so the same with its longest members taken out is measured too.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from mikra.issuance.batch import Batch
from mikra.issuance.compose import AwardId, serialise
from mikra.issuance.design import Design
from mikra.issuance.design_file import publish, read_design
from mikra.issuance.template import Template, prototype_credential
from mikra.sealing.keys import Signer, private_key_signer
from mikra.sealing.sealer import Sealer

AT = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
DESIGN = Path(__file__).parent / "designs" / "course.yaml"
ROWS: list[Mapping[str, Any]] = [
    {"given_name": f"Ana{i}", "family_name": "Șerban-Żółć", "full_name": f"Ana{i} Șerban-Żółć", "grade": "9"}
    for i in range(1000)
]

Seal = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Size:
    """`sealing(signer)` gives a function from a row's number to its sealed credential."""

    name: str
    sealing: Callable[[Signer], Seal]


def course() -> Design:
    """The benchmark's design, published."""
    return publish(read_design(DESIGN.read_bytes(), name=DESIGN.name), on=AT.date())


def _award() -> AwardId:
    return AwardId.new(AT, os.urandom(9))


def _batch(pages: Mapping[str, bytes]) -> Callable[[Signer], Seal]:
    def sealing(signer: Signer) -> Seal:
        batch = Batch(course(), signer=signer, pages=pages, at=AT)
        return lambda number: batch.seal(ROWS[number % len(ROWS)], _award())

    return sealing


def _short(signer: Signer) -> Seal:
    design = course()
    credential = orjson.loads(serialise(prototype_credential(design, ROWS[0], {})))
    template = Template(design, orjson.dumps(_without_the_longest(credential)))
    prepared = Sealer(signer, at=AT).prepare(template.prefix)
    return lambda n: prepared.seal(*template.fill(ROWS[n % len(ROWS)], award_id=_award(), at=AT))


def _without_the_longest(credential: dict[str, Any]) -> dict[str, Any]:
    claim = credential["credentialSubject"]["hasClaim"][0]
    del claim["awardedBy"]["awardingBody"]
    for name in ("learningOutcome", "additionalNote", "creditPoint", "dcType", "mode", "learningSetting"):
        claim["specifiedBy"].pop(name, None)
    for name in ("influencedBy", "creditReceived"):
        claim.pop(name, None)
    return credential


SIZES = (
    Size("5 KB", _short),
    Size("10 KB and its page", _batch({"en": files("mikra.rendering").joinpath("neutral", "en.png").read_bytes()})),
)


def signer_of(private: Any, certificate: bytes) -> Signer:
    """Our own signer for a key and its certificate (DER)."""
    return private_key_signer(private, certificate)
