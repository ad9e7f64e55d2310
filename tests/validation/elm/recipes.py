"""Every document of the table of verdicts, by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mikra.validation.elm.tables import ProfileVersion
from tests.validation.elm import known, traps
from tests.validation.elm.documents import FLOOR, MINIMAL, constraint_documents
from tests.validation.elm.mutations import mutant
from tests.validation.elm.natural import credential

MUTANTS = 300
"""Of each of our two documents."""
WRITTEN = 110
"""Credentials written out, two of each class; so many of their mutants too."""
SAMPLE_MUTANTS = 100
"""Of each of the EU's two samples, which are at hand only where MIKRA_PUBLISHED names their folder."""
VERDICTS = Path(__file__).parent / "verdicts"

Recipe = tuple[str, dict[str, Any]]


def constraints(version: ProfileVersion) -> Iterator[Recipe]:
    for name, document, _ in constraint_documents(version):
        yield name, document


def mutants() -> Iterator[Recipe]:
    for base, document in (("floor", FLOOR), ("minimal", MINIMAL)):
        yield base, document
        for seed in range(MUTANTS):
            yield f"{base} #{seed}", mutant(document, seed)


def special() -> Iterator[Recipe]:
    for name, make in traps.TRAPS.items():
        yield f"trap: {name}", make()
    yield from known.documents().items()


def written(version: ProfileVersion) -> Iterator[Recipe]:
    for seed in range(WRITTEN):
        document = credential(version, seed)
        yield f"written {seed}", document
        yield f"written {seed} changed", mutant(document, seed)


def sample(published: Path, kind: str) -> dict[str, Any]:
    """The EU's sample, "signed" (then its payload) or "unsigned"."""
    raw = json.loads(published.joinpath("elm", "samples", f"Sample-MC-Annex1-{kind}.jsonld").read_bytes())
    return dict(json.loads(raw["payload"]) if "payload" in raw else raw)


def samples(published: Path) -> Iterator[Recipe]:
    for kind in ("signed", "unsigned"):
        document = sample(published, kind)
        yield f"EU {kind}", document
        for seed in range(SAMPLE_MUTANTS):
            yield f"EU {kind} #{seed}", mutant(document, seed)


def own(version: ProfileVersion) -> Iterator[Recipe]:
    """All documents that need nobody else's files."""
    yield from constraints(version)
    yield from mutants()
    yield from written(version)
    yield from special()


def table(version: ProfileVersion) -> dict[str, str]:
    """What pyshacl said of each: name -> row (`rows.row`)."""
    return dict(json.loads(VERDICTS.joinpath(f"{version}.json").read_bytes())["verdicts"])
