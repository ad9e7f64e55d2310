"""SD-JWTs for tests: claims of every form, chance that can be repeated, and what an attacker would write by hand."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mikra.sealing import sd_jwt
from mikra.sealing.keys import Signer
from tests.simulators import europe

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOLDER_JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": "TCAER19Zvu3OHF4j4W4vfSVoHIP1ILilDls7vCeGemc",
    "y": "ZxjiWWbZMQGHVWKVQ4hbSIirsVfuecCE6t4jT9F2HZQ",
}
CLAIMS: dict[str, Any] = {
    "iss": "https://university.example",
    "vct": "https://university.example/vct/1",
    "iat": 1_780_272_000,
    "cnf": {"jwk": HOLDER_JWK},
    "issuing_country": "RO",
    "family_name": "Șerban-Żółć",
    "given_name": 'Zoë "Z"',
    "learning_outcomes": ["Plan", "Measure", "Report"],
    "level": 6,
    "address": {"locality": "Cluj", "country": "RO", "lines": ["A", "B"]},
    "quality": [{"by": "ARACIS", "year": 2025}, {"by": "ENQA", "year": 2024}],
}
PATHS: set[sd_jwt.Path] = {
    ("family_name",),
    ("given_name",),
    ("learning_outcomes", None),
    ("level",),
    ("address",),
    ("address", "locality"),
    ("address", "lines", None),
    ("quality",),
    ("quality", None),
    ("quality", None, "year"),
}


def chance(seed: int = 1) -> Callable[[int], bytes]:
    """The same bytes for the same seed, however they are asked for."""
    return _Stream(seed)


class _Stream:
    """A stream of bytes: two calls of n bytes give what one call of 2n gives."""

    def __init__(self, seed: int) -> None:
        self.seed, self.at, self.buffer = seed, 0, b""

    def __call__(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.buffer += hashlib.sha256(f"{self.seed}.{self.at}".encode()).digest()
            self.at += 1
        given, self.buffer = self.buffer[:count], self.buffer[count:]
        return given


def signer(kind: str = "P-256") -> Signer:
    return europe.seal(kind).signer


def issued(claims: Mapping[str, Any] = CLAIMS, **given: Any) -> bytes:
    made = {"signer": signer(), "concealed": PATHS, "chance": chance(), **given}
    return sd_jwt.issue(claims, **made)


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def disclosure(*content: Any) -> str:
    """As any other program might write it."""
    return b64(json.dumps(["salt-of-test-salt-of-test", *content]).encode())


def digest(text: str) -> str:
    return b64(hashlib.sha256(text.encode()).digest())


def by_hand(payload: Any, *disclosures: str, header: Mapping[str, Any] | None = None) -> bytes:
    """Genuinely sealed by an issuer who writes what he likes."""
    own = signer()
    head = {"alg": own.algorithm, "typ": "dc+sd-jwt", "kid": "k", **(header or {})}
    covered = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(payload).encode())}"
    return "~".join([f"{covered}.{b64(own.sign(covered.encode()))}", *disclosures, ""]).encode()
