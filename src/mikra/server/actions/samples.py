"""A sample of a credential: sealed with a key that is made for it and forgotten, marked as a demonstration."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mikra import messages
from mikra.adapters.clock import chance
from mikra.errors import ConflictError
from mikra.issuance.compose import AwardId, compose, serialise
from mikra.issuance.design import BrandPlan, Design, LearnerData
from mikra.issuance.design_draft import Draft
from mikra.rendering.brand import MIKRA, Brand
from mikra.sealing import jades
from mikra.sealing.certificates import SealKey, make_seal_certificate

LEARNER = "Anna Sample-Example"
"""Who a sample is for: nobody."""

NEEDED = frozenset({"title", "issuer", "issuer.name", "issuer.country"})
"""What a draft must hold before a sample can be made of it."""


def lacking(draft: Draft) -> tuple[str, ...]:
    """Those of `NEEDED` that a draft lacks."""
    return tuple(sorted(NEEDED & draft.lacks))


def certificate(draft: Draft, *, language: str, at: dt.datetime) -> bytes:
    """The certificate of nobody, in PDF. ConflictError while the draft lacks what a certificate cannot do without."""
    if lacks := lacking(draft):
        raise ConflictError(
            "No certificate can be shown yet.",
            found=", ".join(lacks),
            fix="Write the title, and choose the issuer.",
            code="design_incomplete",
        )
    design = replace(draft.design, demonstration=True, learner=LearnerData(), published=None, digest="")
    return drawn(design, _row(design, language), language=language, at=at)


def drawn(design: Design, row: Mapping[str, Any], *, language: str, at: dt.datetime) -> bytes:
    """The certificate of a row of a demonstration design, in PDF; what it is sealed with is forgotten."""
    from mikra.rendering.certificate import CertificateRenderer

    credential = compose(design, row, award_id=AwardId.new(at, chance(9)), at=at, pages={})
    sealed = jades.seal(serialise(credential), signer=_key(at.date()).signer, at=at)
    renderer = CertificateRenderer(brand=_brand(design.brand), demonstration=True)
    return renderer.render(sealed, language=language if language in messages.LANGUAGES else "")


def _row(design: Design, language: str) -> dict[str, Any]:
    row: dict[str, Any] = {"full_name": LEARNER, "language": language}
    grading = design.assessment[0].grading if design.assessment else None
    if grading and not grading.passing:
        row["grade"] = grading.grades[0] if grading.grades else "–"
    return row


@lru_cache(maxsize=1)
def _key(day: dt.date) -> SealKey:
    """One key a day, held in memory alone; it seals samples and nothing else."""
    start = dt.datetime.combine(day, dt.time(), dt.UTC)
    return make_seal_certificate(
        organization="Sample",
        organization_identifier="VATXX-00000000",
        country="EU",
        at=start,
        days=2,
        demonstration=True,
    )


def _brand(plan: BrandPlan | None) -> Brand:
    try:
        logo = base64.b64decode(plan.logo, validate=True) if plan else b""
    except binascii.Error:
        logo = b""
    return Brand(accent=(plan.accent if plan else "") or MIKRA.accent, logo=logo)
