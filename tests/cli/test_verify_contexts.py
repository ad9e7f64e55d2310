"""`mikra verify --contexts` and `--proof-only`: what an administrator added is read, and the report says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mikra.sealing.data_integrity_seal import add_proof
from mikra.sealing.rdf.scopes import Library
from tests.cli.conftest import Run
from tests.sealing.di_keys import AT, credential, issuer

BY = issuer("Ed25519")
CONTEXT = "https://a.example/course/v1"
TERMS = {"Course": "https://a.example/terms#Course", "hours": "https://a.example/terms#hours"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    document = credential(BY.did, credentialSubject={"type": "Course", "hours": 25})
    document["@context"].append(CONTEXT)
    library = Library({CONTEXT: TERMS})
    sealed = add_proof(document, suite="eddsa-rdfc-2022", signer=BY.signer, method=BY.method, at=AT, library=library)
    (tmp_path / "course.json").write_text(json.dumps(sealed))
    added = tmp_path / "added"
    added.mkdir()
    (added / "course.jsonld").write_text(json.dumps({"@context": TERMS}))
    (added / "contexts.json").write_text(json.dumps({CONTEXT: "course.jsonld"}))
    return tmp_path


def test_without_it_the_url_is_named(run: Run, folder: Path) -> None:
    answer = run("verify", "course.json", "--trust-issuer", BY.did)
    assert answer.code == 2
    assert CONTEXT in answer.out


def test_with_it_the_credential_is_genuine(run: Run, folder: Path) -> None:
    answer = run("verify", "course.json", "--trust-issuer", BY.did, "--contexts", "added", "--details")
    assert answer.code == 0, answer.out
    assert CONTEXT in answer.out
    assert "SHA-256" in answer.out


def test_a_folder_that_is_none(run: Run, folder: Path) -> None:
    for text in ("[]", '{"https://a.example": 5}', '{"https://www.w3.org/ns/credentials/v2": "course.jsonld"}'):
        (folder / "added" / "contexts.json").write_text(text)
        assert run("verify", "course.json", "--contexts", "added").code == 3
    assert run("verify", "course.json", "--contexts", "nowhere").code == 3


def test_the_proof_alone(run: Run, tmp_path: Path) -> None:
    other = credential("did:web:somebody.example")
    sealed = add_proof(other, suite="eddsa-jcs-2022", signer=BY.signer, method=BY.method, at=AT)
    (tmp_path / "other.json").write_text(json.dumps(sealed))
    assert run("verify", "other.json", "--trust-issuer", BY.did).code == 1
    answer = run("verify", "other.json", "--trust-issuer", BY.did, "--proof-only", "--json")
    assert answer.code == 0
    (report,) = json.loads(answer.out)
    (asked,) = [check for check in report["checks"] if check["id"] == "issuer"]
    assert asked["status"] == "not applicable"
