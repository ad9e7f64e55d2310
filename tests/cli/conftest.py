"""The command line as a person runs it: words in, words and an exit code out."""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mikra.adapters.clock import now
from mikra.adapters.http import HttpLoader
from mikra.adapters.signers import write_pkcs12
from mikra.cli import main
from mikra.cli.demo_list import mended_list, messy_list
from mikra.cli.design import example_file
from mikra.cli.keys import PASSWORD
from mikra.issuance import design_file
from mikra.sealing.certificates import make_seal_certificate

WORDS = "four words of password"


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs `mikra` with the given words, in an empty folder, in English, without colours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv(PASSWORD, WORDS)

    def call(*words: str, stdin: bytes | None = None, door: HttpLoader | None = None) -> Answer:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            main(list(words), door=door)
        printed = capsys.readouterr()
        return Answer(int(ended.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture(scope="session")
def seal_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A demonstration key of the university example's issuer, made once: `PASSWORD` opens it."""
    path = tmp_path_factory.mktemp("seal") / "seal.p12"
    made = make_seal_certificate(
        organization="University of Zed",
        organization_identifier="VATRO-00000000",
        country="RO",
        at=now(),
        demonstration=True,
    )
    write_pkcs12(path, made, WORDS, iterations=1000)
    return path.read_bytes()


@pytest.fixture
def office(run: Run, tmp_path: Path, seal_file: bytes) -> Path:
    """The working folder of a registrar: design (published, and as a draft), key, and lists of every kind."""
    draft = example_file("university")
    (tmp_path / "draft.yaml").write_bytes(draft)
    edition = design_file.publish(design_file.read_design(draft), on=dt.date(2026, 7, 1))
    (tmp_path / "water.yaml").write_bytes(design_file.write_yaml(edition, over=draft))
    (tmp_path / "seal.p12").write_bytes(seal_file)
    (tmp_path / "class.csv").write_bytes(mended_list())
    (tmp_path / "messy.csv").write_bytes(messy_list())
    return tmp_path
