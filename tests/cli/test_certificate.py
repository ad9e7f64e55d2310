"""`mikra certificate` as a person runs it: PDF files for learners, in words what went wrong, and what to install."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest

from mikra.formats import pdf
from mikra.issuance.compose import serialise
from mikra.sealing import jades
from tests.cli.conftest import Run
from tests.issuance.awards import AT, EVERYTHING, composed, signer_for
from tests.issuance.designs import example_bytes, published

drawing = pytest.mark.extra("pdf")
DESIGN = published("university-short-course")
SEALED = jades.seal(serialise(composed(DESIGN, EVERYTHING)), signer=signer_for(DESIGN), at=AT)
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'


@pytest.fixture
def given(tmp_path: Path) -> Path:
    (tmp_path / "one.jsonld").write_bytes(SEALED)
    (tmp_path / "two.jsonld").write_bytes(SEALED)
    (tmp_path / "bad.jsonld").write_bytes(SEALED.replace(b"O'Brien", b"O'Brian"))
    return tmp_path


@drawing
def test_one(run: Run, given: Path) -> None:
    answer = run("certificate", "one.jsonld", "-o", "out/one.pdf", "--url", "https://verify.example/#{code}")
    assert answer.code == 0
    assert "Certificates made: 1." in answer.err
    assert "--key adds one" in answer.err
    file = pdf.read((given / "out" / "one.pdf").read_bytes())
    assert file.attachments[0].data == SEALED
    assert file.seals == ()


@drawing
def test_sealed_and_verified(run: Run, given: Path, seal_file: bytes) -> None:
    (given / "seal.p12").write_bytes(seal_file)
    answer = run("certificate", "one.jsonld", "-o", "one.pdf", "--key", "seal.p12", "--in", "cs", "--lang", "cs")
    assert answer.code == 0, answer.err
    assert "Vytvořeno a zapečetěno: 1." in answer.err
    assert len(pdf.read((given / "one.pdf").read_bytes()).seals) == 1
    assert "attached to" in run("verify", "one.pdf", "--at", "2026-12-01").out


@drawing
def test_many_and_one_of_them_bad(run: Run, given: Path) -> None:
    answer = run("certificate", "one.jsonld", "two.jsonld", "bad.jsonld", "-o", "all", "--accent", "#ffcc00")
    assert answer.code == 1
    assert "bad.jsonld: The seal of this credential does not hold" in " ".join(answer.err.split())
    assert "#ffcc00 is too pale" in answer.err
    assert sorted(path.name for path in (given / "all").iterdir()) == ["one.pdf", "two.pdf"]


@drawing
def test_colours_of_the_design(run: Run, given: Path) -> None:
    brand = f'\nbrand:\n  accent: "#7a1f3d"\n  logo: {base64.b64encode(LOGO).decode()}\n'
    (given / "water.yaml").write_bytes(example_bytes("university-short-course") + brand.encode())
    assert run("certificate", "one.jsonld", "-o", "one.pdf", "--design", "water.yaml").code == 0
    plain = run("certificate", "two.jsonld", "-o", "two.pdf")
    assert plain.code == 0
    assert (given / "one.pdf").read_bytes() != (given / "two.pdf").read_bytes()


@drawing
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.jsonld", "-o", "x.pdf"], "There is no such file"),
        (["one.jsonld", "-o", "."], "This is a folder"),
        (["one.jsonld", "one.jsonld", "-o", "x"], "Two credentials have one name"),
        (["one.jsonld", "two.jsonld", "-o", "one.jsonld"], "Several certificates need a folder"),
        (["one.jsonld", "-o", "x.pdf", "--accent", "red"], "This is not a colour"),
        (["one.jsonld", "-o", "x.pdf", "--in", "xx"], "xx is not one of"),
        (["one.jsonld", "-o", "x.pdf", "--logo", "one.jsonld"], "This logo cannot be used"),
    ],
)
def test_errors_in_words(run: Run, given: Path, words: list[str], said: str) -> None:
    answer = run("certificate", *words)
    assert answer.code == 3
    assert said in " ".join(answer.err.split())


def test_without_the_extra(run: Run, given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    answer = run("certificate", "one.jsonld", "-o", "one.pdf")
    assert answer.code == 2
    assert "Install mikra[pdf]." in answer.err
