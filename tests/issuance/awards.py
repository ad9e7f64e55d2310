"""Composed and sealed credentials for tests: fixed ids, a fixed moment, drawn pages, keys of the simulated Europe."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import compose
from mikra.issuance.design import Design
from mikra.model import Credential
from mikra.sealing.certificates import KeyKind, SealKey, make_seal_certificate
from mikra.sealing.keys import Signer
from tests.formats.drawn_png import image

AT = dt.datetime(2026, 11, 21, 22, 30, 15, tzinfo=dt.UTC)
ROW: Mapping[str, Any] = {"given_name": "Zoë", "family_name": "O'Brien", "grade": "9", "learner_id": "M0419"}
EVERYTHING: Mapping[str, Any] = {
    **ROW,
    "full_name": "O'Brien, Zoë",
    "email": "zoe@student.example",
    "completed": dt.date(2026, 6, 15),
    "date_of_birth": dt.date(2001, 7, 21),
    "national_id": "CANARY-NATIONAL",
    "gender": "female",
    "nationality": "IE",
    "supervision": "online",
    "identity_verified": False,
}


def award_id(seed: int = 1) -> AwardId:
    return AwardId.new(AT, random.Random(seed).randbytes(9))


@cache
def page(shade: int = 0) -> bytes:
    """A page on which something stands."""
    return image(80, 80, lambda x, y: (255, 255, 255) if (x + y + shade) % 7 else (0, 0, 0))


def pages(design: Design) -> dict[str, bytes]:
    return {tag: page(i) for i, tag in enumerate(design.languages)}


def composed(design: Design, row: Mapping[str, Any] = ROW, *, seed: int = 1, at: dt.datetime = AT) -> Credential:
    return compose(design, row, award_id=award_id(seed), at=at, pages=pages(design))


@cache
def seal_key(identifier: str, demonstration: bool, kind: KeyKind = KeyKind.P256) -> SealKey:
    return make_seal_certificate(
        organization="University of Zed",
        organization_identifier=identifier,
        country="RO",
        at=AT - dt.timedelta(days=1),
        kind=kind,
        demonstration=demonstration,
    )


def signer_for(design: Design, kind: KeyKind = KeyKind.P256) -> Signer:
    """A signer that may seal this design."""
    return seal_key(design.issuer.identifiers.eidas, design.demonstration, kind).signer


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object with an id, at any depth."""
    if isinstance(value, dict):
        if "id" in value:
            yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)
