"""S5: the Annex I meter on decoded credentials, one core, by CPU time.

Measured are credentials as Mikra composes them (the benchmark's course; the shipped designs, each in several
languages), one that states little more than the EU's shapes demand, and a whole answer with all findings told.
The figure of the bar is the slowest of the complete ones. Nobody else has such a meter: there are no peers.

    python -m benchmarks.annex1
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

import orjson

from benchmarks import figures
from benchmarks.adapter import AT, ROWS, course
from benchmarks.calibration import cpu_rate
from benchmarks.figures import Figure
from mikra.issuance.compose import serialise
from mikra.issuance.design import Design
from mikra.issuance.design_file import publish, read_design
from mikra.issuance.template import prototype_credential
from mikra.model import Credential, decode
from mikra.validation import annex1

TARGET = 20_000
TIMES = 2_000


def designs() -> Mapping[str, Design]:
    """The benchmark's course, and the designs that Mikra ships."""
    shipped = [entry for entry in files("mikra.examples").iterdir() if entry.name.endswith(".yaml")]
    found = {entry.name.removesuffix(".yaml"): read_design(entry.read_bytes(), name=entry.name) for entry in shipped}
    return {"course": course(), **{name: publish(found[name], on=AT.date()) for name in sorted(found)}}


def parsed(design: Design) -> tuple[Credential, int]:
    """A credential of that design as a reader has it, and its size in bytes."""
    data = serialise(prototype_credential(design, ROWS[0], {}))
    return decode(orjson.loads(data)), len(data)


def floor(credential: Credential) -> Credential:
    """The same without its specification and assessments: every element that these hold is missing."""
    document = orjson.loads(serialise(credential))
    for claim in document["credentialSubject"]["hasClaim"]:
        for member in ("specifiedBy", "provenBy", "influencedBy", "creditReceived"):
            claim.pop(member, None)
    return decode(document)


def rate(credential: Credential) -> float:
    return cpu_rate(lambda: annex1.measure(credential), TIMES)


def measure() -> list[Figure]:
    """The slowest complete credential against the bar; the others beside it."""
    credentials = {name: parsed(design) for name, design in designs().items()}
    rates = {name: rate(credential) for name, (credential, _) in credentials.items()}
    slowest = min(rates, key=lambda name: rates[name])
    course_credential = credentials["course"][0]
    told = cpu_rate(lambda: annex1.measure(floor(course_credential)).as_dict("ro"), 50)
    return [
        Figure(
            id="S5",
            what="Annex I meter, slowest complete credential",
            unit="/s",
            measured=rates[slowest],
            target=TARGET,
            note=f"{slowest}, {credentials[slowest][1] / 1000:.0f} KB without a page",
        ),
        *(
            Figure(
                id="S5", what=f"Annex I meter, {name}", unit="/s", measured=rates[name], note=f"{size / 1000:.0f} KB"
            )
            for name, (_, size) in credentials.items()
            if name != slowest
        ),
        Figure(id="S5", what="Annex I meter, most missing", unit="/s", measured=rate(floor(course_credential))),
        Figure(
            id="S5",
            what="Annex I meter, parsed, measured, all told",
            unit="/s",
            measured=told,
            note="serialise, decode, measure, findings in Romanian",
        ),
    ]


if __name__ == "__main__":
    figures.main(measure)
