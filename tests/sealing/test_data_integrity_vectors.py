"""W3C's own test vectors of vc-di-eddsa and vc-di-ecdsa, and a twin of each that must fail."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from mikra.sealing import data_integrity as di
from mikra.sealing import ecdsa_sd, multibase
from mikra.sealing.rdf.scopes import Library
from tests.sealing.di_keys import public_key

TABLE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "w3c-data-integrity.json").read_text())
LIBRARY = Library(TABLE["contexts"])
VECTORS = {vector["name"]: vector for vector in TABLE["vectors"]}


def document_of(name: str) -> dict[str, Any]:
    vector = VECTORS[name]
    return copy.deepcopy(TABLE["documents"][vector["document"]]) | {"proof": copy.deepcopy(vector["proof"])}


def faults(document: dict[str, Any]) -> list[str]:
    proofs = di.read_proofs(document)
    return [
        di.proof_fault(document, proof, public_key(proof.method), proofs=proofs, library=LIBRARY) for proof in proofs
    ]


@pytest.mark.parametrize("name", VECTORS)
def test_the_vector_holds(name: str) -> None:
    assert set(faults(document_of(name))) == {""}


@pytest.mark.parametrize("name", VECTORS)
def test_a_changed_twin_does_not(name: str) -> None:
    document = document_of(name)
    assert set(faults(document | {"validFrom": "2023-01-01T00:00:01Z"})) == {"signature_invalid"}
    for proof in document["proof"] if isinstance(document["proof"], list) else [document["proof"]]:
        proof["created"] = "2023-02-24T23:36:39Z"
    assert set(faults(document)) == {"signature_invalid"}


def test_parts_shown_as_in_the_vector() -> None:
    expected = TABLE["derived"]
    shown = ecdsa_sd.derive(document_of(expected["vector"]), expected["pointers"], library=LIBRARY)
    assert shown["credentialSubject"] == {"type": ["Person", "EmployablePerson"], "birthCountry": "Bahamas"}
    assert faults(shown) == [""]
    (proof,) = di.read_proofs(shown)
    derived = ecdsa_sd._derived(proof)
    assert derived.mandatory == expected["mandatoryIndexes"]
    assert {str(n): multibase.encode_u(v) for n, v in derived.labels.items()} == expected["labels"]
    assert [value.hex()[:16] for value in derived.signatures] == expected["signatures"]
