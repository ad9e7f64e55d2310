"""Records what pyshacl says of every document of the tests: `python -m tools.elm.verdicts FOLDER`.

FOLDER holds `elm/` (the folder that MIKRA_PUBLISHED names). Takes about ten minutes. The tables are ours and are
committed; the test of the same name derives them anew, a sample by default, all of them with MIKRA_FULL=1.
"""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

import orjson

from mikra.validation.elm.tables import ProfileVersion
from tests.validation.elm.recipes import VERDICTS, own, samples
from tests.validation.elm.rows import row
from tools.elm.oracle import Oracle


def pyshacl_row(oracle: Oracle, document: dict[str, object]) -> str:
    verdict = oracle.judge(document)
    return row(refused=verdict.refused, focused=verdict.focused, results=verdict.results, document=document)


def record(published: Path, version: ProfileVersion) -> dict[str, object]:
    oracle = Oracle(published / "elm" / version)
    recipes = [*own(version), *samples(published)]
    return {
        "source": f"pyshacl {installed('pyshacl')}, rdflib {installed('rdflib')}, PyLD {installed('pyld')} over "
        f"EDC-generic-no-cv and EDC-generic-full {version}",
        "verdicts": {name: pyshacl_row(oracle, document) for name, document in recipes},
    }


def main(published: str) -> None:
    VERDICTS.mkdir(exist_ok=True)
    for version in ProfileVersion:
        table = orjson.dumps(record(Path(published), version), option=orjson.OPT_INDENT_2)
        VERDICTS.joinpath(f"{version}.json").write_bytes(table + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
