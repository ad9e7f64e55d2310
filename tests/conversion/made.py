"""One award of each example design, in the forms that are made here: fixed ids, a fixed key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ed25519

from mikra.conversion import identity as identities
from mikra.conversion.identity import Identity, Origin
from mikra.conversion.open_badges import IN_THE_CLEAR, Bearer, open_badge
from mikra.conversion.vc import twin
from mikra.issuance.design import Design
from mikra.issuance.design_file import read_design
from mikra.model import Credential, encode
from tests.issuance import awards

EXAMPLES = ("university-short-course", "company-digital-skills", "vet-welding-module")
NAMESPACE = "https://zed.example/ns/"
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
IDENTITY = identities.of_key(KEY.public_key(), namespace=NAMESPACE)
STATUS = {
    "id": "https://zed.example/status/1#5",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "5",
    "statusListCredential": "https://zed.example/status/1",
}


@cache
def design(name: str) -> Design:
    return read_design(files("mikra.examples").joinpath(f"{name}.yaml").read_bytes())


@cache
def award(name: str = EXAMPLES[0]) -> Credential:
    return awards.composed(design(name), awards.EVERYTHING)


def origin(credential: Credential) -> Origin:
    achievement = credential.achievement
    assert achievement is not None
    return Origin.of(orjson.dumps(encode(credential)), credential=credential.id, award=achievement.id)


def badge(
    credential: Credential, language: str = "", bearer: Bearer = IN_THE_CLEAR, identity: Identity = IDENTITY
) -> dict[str, Any]:
    return open_badge(credential, identity=identity, origin=origin(credential), language=language, bearer=bearer)


def twin_of(credential: Credential, identity: Identity = IDENTITY, bearer: Bearer = IN_THE_CLEAR) -> dict[str, Any]:
    return twin(credential, identity=identity, origin=origin(credential), bearer=bearer)


def objects(value: Any) -> list[Mapping[str, Any]]:
    """Every JSON object within a value, itself first."""
    if isinstance(value, list):
        return [found for inner in value for found in objects(inner)]
    if not isinstance(value, Mapping):
        return []
    return [value, *(found for inner in value.values() for found in objects(inner))]
