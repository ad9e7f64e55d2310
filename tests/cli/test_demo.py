"""`mikra demo`: thirty learners, eight faults, an altered copy; a second run seals nothing; every language."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path

import pytest

from mikra.cli.demo_list import mended_list, messy_list
from tests.cli.conftest import Run


def test_it_does_the_whole_job_and_says_where_everything_lies(run: Run, tmp_path: Path) -> None:
    answer = run("demo", "-o", "out", "--no-service")
    assert answer.code == 0, answer.err
    for text in ("22 rows ready, 8 to mend", "30 issued now", "30 of 30 are genuine", "Altered."):
        assert text in answer.out
    named = [line.split()[0] for line in answer.out.splitlines() if line.startswith("  out/")]
    assert len(named) >= 8
    assert [name for name in named if not (tmp_path / name).exists()] == []
    assert run("verify", "out/altered-copy.jsonld").code == 1
    first = min((tmp_path / "out" / "issued" / "credentials").iterdir())
    assert f"mikra verify {first.relative_to(tmp_path)} --anchors out/demonstration-seal.pem" in answer.err
    assert run("verify", str(first), "--anchors", "out/demonstration-seal.pem").code == 0
    before = {file.name: file.read_bytes() for file in first.parent.iterdir()}
    again = run("demo", "--output", "out", "--lang", "ro", "--no-service")
    assert (again.code, "30 issued" in again.out) == (0, False)
    assert {file.name: file.read_bytes() for file in first.parent.iterdir()} == before


def rows(raw: bytes) -> list[list[str]]:
    return list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))


def test_its_lists_differ_in_eight_rows() -> None:
    messy, mended = rows(messy_list()), rows(mended_list())
    assert (len(messy), len(mended)) == (31, 31)
    assert sum(one != other for one, other in zip(messy, mended, strict=True)) == 8


@pytest.mark.extra("pdf")
def test_the_readme_can_be_followed_word_for_word(run: Run, tmp_path: Path) -> None:
    """Every `mikra` line below "Do it yourself", in order, with the files that the lines before it made."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    section = readme.partition("## Do it yourself")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("mikra ")]
    assert len(lines) >= 9
    (tmp_path / "demo-output").mkdir()
    (tmp_path / "demo-output" / "class-list.csv").write_bytes(messy_list())
    (tmp_path / "demo-output" / "class-list-mended.csv").write_bytes(mended_list())
    for line in lines:
        answer = run(*words(line, tmp_path))
        assert answer.code == (1 if "class-list.csv" in line else 0), f"{line}\n{answer.err}"


def words(line: str, folder: Path) -> list[str]:
    """As a shell takes them apart."""
    found = []
    for word in shlex.split(line, comments=True)[1:]:
        found += [str(path) for path in sorted(folder.glob(word))] if "*" in word else [word]
    return found
