"""`mikra register` as a person runs it: lists taken in, each with its day; asked by identifier and by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.trust.test_register import INSTITUTIONS, REPORTS
from tests.verification.documents import edc, seal

PARTNERS = """
providers:
  - name: [University of Somewhere, Somewhere Uni]
    country: IE
    identifiers: {vat: IE1234567X, did: "did:web:somewhere.example"}
    says: partner since 2020
    accreditations:
      - {agency: Quality Agency, from: 2024-01-01, levels: ["6"]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deqar-institutions.csv").write_bytes(INSTITUTIONS)
    (tmp_path / "deqar-reports.csv").write_bytes(REPORTS)
    (tmp_path / "partners.yaml").write_text(PARTNERS)
    (tmp_path / "schools.csv").write_text("Denumire;CUI\nUniversity of Zed;RO123456\n")
    (tmp_path / "a.json").write_bytes(seal(edc()))
    return tmp_path


def taken(run: Run, *words: str) -> str:
    answer = run("register", "import", "register.json", *words, "--as-of", "2026-05-20")
    assert answer.code == 0, answer.err
    return answer.out


def test_lists_of_all_kinds_in_one_register(run: Run, folder: Path) -> None:
    assert "2 entries of DEQAR taken in, as of 2026-05-20." in taken(
        run, "deqar-institutions.csv", "--reports", "deqar-reports.csv"
    )
    taken(run, "partners.yaml", "--title", "Our partners")
    taken(run, "schools.csv", "--field", "name=Denumire", "--field", "vat=CUI", "--url", "https://x.test")
    shown = run("register", "show", "register.json")
    assert shown.code == 0
    assert "DEQAR, as of 2026-05-20" in shown.out
    assert [one["title"] for one in json.loads(run("register", "show", "register.json", "--json").out)] == [
        "DEQAR",
        "Our partners",
        "schools",
    ]
    answer = run("register", "find", "register.json", "vat=RO123456")
    assert answer.code == 0
    assert "DEQAR knows it, as of 2026-05-20: University of Zed (VAT RO123456)." in answer.out
    assert "schools knows it" in answer.out
    assert "DEQAR says of it: 12 reports" in answer.out


def test_a_name_finds_possibly(run: Run, folder: Path) -> None:
    taken(run, "deqar-institutions.csv")
    answer = run("register", "find", "register.json", "university of zed", "--json")
    assert [one["certainty"] for one in json.loads(answer.out)] == ["possibly"]
    nobody = run("register", "find", "register.json", "Somebody", "ror=000000000")
    assert nobody.code == 1
    assert "Nobody on these lists" in nobody.out
    assert run("register", "find", "register.json", "university of zed", "--country", "bg").code == 1


def test_an_older_state_is_replaced(run: Run, folder: Path) -> None:
    taken(run, "partners.yaml")
    (folder / "partners.yaml").write_text("providers:\n  - {name: Other}\n")
    taken(run, "partners.yaml")
    assert run("register", "find", "register.json", "vat=IE1234567X").code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere.csv", "--as-of", "2026-05-20"),
        ("partners.yaml", "--as-of", "soon"),
        ("partners.yaml", "--as-of", "2026-05-20", "--kind", "deqar"),
        ("a.json", "--as-of", "2026-05-20"),
        ("deqar-institutions.csv", "--as-of", "2026-05-20", "--kind", "moon"),
        ("schools.csv", "--as-of", "2026-05-20", "--field", "moon=CUI"),
    ],
)
def test_what_cannot_be_taken_in(run: Run, folder: Path, words: tuple[str, ...]) -> None:
    answer = run("register", "import", "register.json", *words)
    assert answer.code == 3
    assert not (folder / "register.json").exists()


def test_verify_tells_what_the_register_knows(run: Run, folder: Path) -> None:
    taken(run, "partners.yaml", "--title", "Our partners")
    answer = run("verify", "a.json", "--register", "register.json", "--at", "2026-06-01", "--details")
    words = " ".join(answer.out.split())
    assert "The credential says: University of Somewhere" in words
    assert "Our partners knows the one that it names, as of 20 May 2026" in words
    assert "Our partners says: accredited by Quality Agency. The award lies within it." in words
    assert run("verify", "a.json", "--register", "a.json").code == 3
