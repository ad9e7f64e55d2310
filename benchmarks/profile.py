"""S4: the EDC application profile check on the JSON, beside pyshacl over the published shapes.

Documents without images, parsed by orjson within what is measured: 20 KB (our vector with a second achievement), 11 KB,
4 KB and, where MIKRA_PUBLISHED names the EU's files, the EU's sample stripped of its images. The check keeps nothing
from one document to the next, so that the same one again and again is no easier. pyshacl gets its shapes parsed and
loaded beforehand; it runs only where the shapes are at hand and the extra `shacl` is installed.

    python -m benchmarks.profile
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from benchmarks import figures
from benchmarks.calibration import cpu_rate
from benchmarks.figures import Figure
from mikra.validation.elm import ProfileVersion, check_profile

VERSION = ProfileVersion.V1_1_0
VECTORS = Path(__file__).parents[1] / "tests" / "vectors" / "edc"
TARGET = 4_000
TIMES = 300
PYSHACL_TIMES = 3
PIXEL = "iVBORw0KGgo="


def without_images(value: Any) -> Any:
    """The same with every embedded image cut to its first bytes."""
    if isinstance(value, dict):
        return {k: PIXEL if k == "content" and isinstance(v, str) else without_images(v) for k, v in value.items()}
    return [without_images(v) for v in value] if isinstance(value, list) else value


def with_another_claim(document: dict[str, Any]) -> dict[str, Any]:
    """The same learner with a second achievement: the first one under other ids."""
    (claim,) = document["credentialSubject"]["hasClaim"]
    other = json.loads(json.dumps(claim).replace("urn:epass:", "urn:epass:second:"))
    subject = document["credentialSubject"] | {"hasClaim": [claim, other]}
    return document | {"credentialSubject": subject}


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    minimal = without_images(orjson.loads((VECTORS / "minimal-edc.jsonld").read_bytes()))
    yield "20 KB", with_another_claim(minimal)
    yield "11 KB", minimal
    yield "4 KB", without_images(orjson.loads((VECTORS / "shacl-floor.jsonld").read_bytes()))
    sample = published("samples", "Sample-MC-Annex1-signed.jsonld")
    if sample is not None:
        yield "the EU's sample, 26 KB", without_images(orjson.loads(orjson.loads(sample.read_bytes())["payload"]))


def published(*parts: str) -> Path | None:
    folder = os.environ.get("MIKRA_PUBLISHED", "")
    path = Path(folder, "elm", *parts)
    return path if folder and path.exists() else None


def pyshacl_rate(document: dict[str, Any]) -> dict[str, float]:
    folder = published(VERSION)
    if folder is None:
        return {}
    try:
        from tools.elm.oracle import Oracle
    except ImportError:
        return {}
    oracle = Oracle(folder)
    if not oracle.judge(document).conforms:
        raise RuntimeError("pyshacl finds a violation in the benchmark's document")
    return {"pyshacl": cpu_rate(lambda: oracle.judge(document), PYSHACL_TIMES, rounds=3)}


def measure() -> list[Figure]:
    rows = []
    for name, document in documents():
        raw = orjson.dumps(document)
        if not check_profile(document, version=VERSION).conforms:
            raise RuntimeError(f"the benchmark's document of {name} does not conform")
        alone = cpu_rate(lambda d=document: check_profile(d, version=VERSION), TIMES)
        rows.append(
            Figure(
                id="S4",
                what=f"profile check, {name}",
                unit="/s",
                measured=cpu_rate(lambda r=raw: check_profile(orjson.loads(r), version=VERSION), TIMES),
                target=TARGET if len(raw) > 15_000 else None,
                peers=pyshacl_rate(document),
                note=f"{len(raw):,} bytes; without reading the JSON {alone:,.0f}/s",
            )
        )
    return [*rows, with_findings()]


def with_findings() -> Figure:
    """A document that does not conform takes the general path."""
    document = with_another_claim(without_images(orjson.loads((VECTORS / "minimal-edc.jsonld").read_bytes())))
    raw = orjson.dumps(document | {"issued": "yesterday"})
    rate = cpu_rate(lambda: check_profile(orjson.loads(raw), version=VERSION), TIMES // 10)
    return Figure(id="S4", what="profile check, 20 KB, with a finding", unit="/s", measured=rate)


if __name__ == "__main__":
    figures.main(measure)
