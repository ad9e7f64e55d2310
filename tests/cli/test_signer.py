"""`mikra signer` as it is used: run in a process of its own, asked by `mikra issue`, stopped and started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import WORDS, Run

pytestmark = pytest.mark.sockets
PLAN = "socket = 'signer.sock'\n[keys.seal]\nkey = 'seal.p12'\npassword_file = 'password'\nseals = [{seals}]\n"
ISSUE = ("issue", "water.yaml", "class.csv", "--key", "signer:signer.sock#seal", "-o", "issued")
RUN = "from mikra.cli import main; main()"


@pytest.fixture
def signer(run: Run, office: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A signer whose key may seal what the test names: credentials and receipts, unless it says otherwise."""
    seals = getattr(request, "param", "'edc', 'receipt', 'digest'")
    (office / "password").write_text(WORDS)
    (office / "signer.toml").write_text(PLAN.format(seals=seals))
    words = [sys.executable, "-c", RUN, "signer", "run", "signer.toml"]
    with subprocess.Popen(words, cwd=office, env=dict(os.environ), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "seals" in process.stdout.readline()
        assert "Ready" in process.stdout.readline()
        yield process
        process.terminate()
        process.wait(20)


@pytest.mark.usefixtures("signer")
def test_a_class_list_is_sealed_by_it(run: Run, office: Path) -> None:
    assert run(*ISSUE, "--json").code == 0
    audit = [json.loads(line) for line in (office / "signer-audit.jsonl").read_text().splitlines()]
    assert len(audit) == 31
    assert {line["kind"] for line in audit} == {"digest", "receipt"}
    assert "Issued before" in run(*ISSUE).out


@pytest.mark.parametrize("signer", ["'edc', 'receipt'", "'status-list'"], indirect=True)
def test_what_the_key_may_not_seal_is_not_sealed(run: Run, signer: object, office: Path) -> None:
    may = "'edc'" in (office / "signer.toml").read_text()
    answer = run(*ISSUE)
    assert (answer.code, "may not seal that" in answer.err) == ((0, False) if may else (3, True))
    files = list((office / "issued" / "credentials").glob("*.jsonld"))
    assert len(files) == (30 if may else 0)


@pytest.mark.usefixtures("signer")
def test_the_switch(run: Run, office: Path) -> None:
    assert run("signer", "state", "signer.sock").code == 0
    assert "stopped" in run("signer", "stop", "signer.sock").out
    assert run("signer", "state", "signer.sock").code == 1
    answer = run(*ISSUE)
    assert (answer.code, "Sealing has been stopped" in answer.err) == (2, True)
    assert "goes on" in run("signer", "start", "signer.sock").out
    assert run(*ISSUE).code == 0


def test_killed_it_comes_back_with_its_switch(run: Run, signer: subprocess.Popen[str], office: Path) -> None:
    """`kill -9` leaves a socket and a lock behind; the next signer takes their place, and stays stopped if it was."""
    assert "stopped" in run("signer", "stop", "signer.sock").out
    signer.kill()
    signer.wait(20)
    assert (office / "signer.sock").exists()
    words = [sys.executable, "-c", RUN, "signer", "run", "signer.toml"]
    with subprocess.Popen(words, cwd=office, stdout=subprocess.PIPE, text=True) as again:
        try:
            assert again.stdout is not None
            assert [again.stdout.readline() for _ in range(2)][-1].startswith("Ready")
            assert run("signer", "state", "signer.sock").code == 1
            assert run("signer", "start", "signer.sock").code == 0
        finally:
            again.terminate()
            again.wait(20)


def test_no_signer(run: Run, office: Path) -> None:
    answer = run("signer", "state", "signer.sock")
    assert (answer.code, "does not answer" in answer.err) == (2, True)
