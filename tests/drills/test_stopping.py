"""Ctrl-C and SIGTERM while the command line issues: a clear word, exit 2, and the next run does the rest."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from mikra.issuance.design_file import write_yaml
from mikra.issuance.journal import edition_of, read_journal
from mikra.sealing import jades
from tests.issuance.designs import published

ROWS = 600
WATER = published("university-short-course")
COMMAND = [sys.executable, "-c", "from mikra.cli import main; main()"]
ENVIRONMENT = {**os.environ, "MIKRA_KEY_PASSWORD": "a long password", "NO_COLOR": "1", "COLUMNS": "200"}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with a published design, a class list and a seal key."""
    (tmp_path / "design.yaml").write_bytes(write_yaml(WATER))
    with (tmp_path / "list.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Given name", "Family name", "E-mail", "Student number", "Date of birth", "Grade"])
        writer.writerows([f"Ana {n}", "Pop", f"a{n}@x.example", f"M{n}", "2001-02-03", "9"] for n in range(ROWS))
    key = ["keys", "new", "-o", "seal.p12", "--organisation", "Zed", "--id", "VATRO-00000000", "--country", "RO"]
    subprocess.run([*COMMAND, *key, "--demonstration"], cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True)
    return tmp_path


def issue(office: Path, *more: str) -> subprocess.Popen[str]:
    command = [*COMMAND, "issue", "design.yaml", "list.csv", "--key", "seal.p12", "-o", "issued", *more]
    return subprocess.Popen(
        command, cwd=office, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def issued(office: Path) -> list[Path]:
    return sorted((office / "issued" / "credentials").glob("*.jsonld"))


def stopped(office: Path, number: int) -> tuple[int, str]:
    """One run that is told to stop when its first credentials are there: (exit code, what it said)."""
    with issue(office) as process:
        deadline = time.monotonic() + 60
        while not issued(office) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    return process.returncode, out + err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_stopped_in_mid_issue_it_says_so_and_goes_on(office: Path, number: int) -> None:
    code, said = stopped(office, number)
    first = {file.name for file in issued(office)}
    assert code == 2, said
    assert 0 < len(first) < ROWS
    assert f"{len(first)} of {ROWS}" in said
    assert "Traceback" not in said
    with issue(office, "--json") as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    summary = orjson.loads(out)
    assert (summary["issued"], summary["already"], summary["complete"]) == (ROWS - len(first), len(first), True)
    files = issued(office)
    assert first <= {file.name for file in files}
    credentials = [orjson.loads(jades.unseal(file.read_bytes()).payload) for file in files]
    assert len({c["id"] for c in credentials}) == ROWS
    assert {c["credentialSubject"]["identifier"][0]["notation"] for c in credentials} == {f"M{n}" for n in range(ROWS)}
    journal = read_journal((office / "issued" / "journal.jsonl").read_bytes(), design=edition_of(WATER))
    assert {done.file for done in journal.done.values()} == {file.name for file in files}


def test_not_stopped_it_ends_with_zero(office: Path) -> None:
    """The twin."""
    with issue(office) as process:
        _, err = process.communicate(timeout=120)
    assert (process.returncode, len(issued(office))) == (0, ROWS), err
