"""How the benchmarks reach the fast path: a design compiled once, then one learner after the other."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mikra.sealing.keys import private_key_signer
from mikra.sealing.sealer import Sealer

AT = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Sealing:
    """`seal(row)` gives the sealed credential of the row of that number."""

    seal: Callable[[int], bytes]
    note: str = ""


def sealing_of(private: Any, certificate: bytes) -> Sealing:
    """Sealing alone, over a document with its static part first, until the batch is there to compose as well."""
    signer = private_key_signer(private, certificate)
    static, learner = _document()
    prepared = Sealer(signer, at=AT).prepare(static)

    def seal(row: int) -> bytes:
        return prepared.seal(learner % (row, row, row))

    return Sealing(seal, note="document written by hand")


def _document() -> tuple[bytes, bytes]:
    """A document of 5 KB: the static part, and the learner's with holes."""
    outcome = {"id": "urn:epass:learningOutcome:1", "type": "LearningOutcome", "title": {"en": ["x" * 100]}}
    static = {"type": ["VerifiableCredential", "EuropeanDigitalCredential"], "outcomes": [outcome] * 25}
    before = json.dumps(static, separators=(",", ":")).encode()[:-1]
    learner = (
        b',"credentialSubject":{"givenName":{"en":["Learner %d"]},"id":"urn:epass:person:%d"},"id":"urn:credential:%d"}'
    )
    return before, learner
