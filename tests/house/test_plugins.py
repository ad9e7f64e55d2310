"""The plugins of the test run itself: each is seen saying yes and saying no."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins import skips
from tests.plugins.beside_core import CORE

ROOT = Path(__file__).parents[2]

CONFTEST = 'pytest_plugins = ("tests.plugins.skips", "tests.plugins.drills", "tests.plugins.sockets")\n'

SUBJECT = """
import socket
import pytest

def test_green():
    pass

def test_not_here():
    pytest.skip("no such thing here")

@pytest.mark.drill("R3")
def test_drill(amount, record_property):
    record_property("mutants", amount(5, 100))
    assert amount(5, 100) == {amount}
"""

SOCKETS = """
import socket
import pytest

def test_reaches_out():
    socket.create_connection(("127.0.0.1", 9), timeout=1)

def test_looks_up():
    socket.getaddrinfo("localhost", 80)

@pytest.mark.sockets
def test_may():
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", 0))
"""


def run(folder: Path, subject: str, *arguments: str, **environment: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_subject.py").write_text(subject)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  drill(name): .\n  sockets: .\n  extra(name): .\n")
    kept = {k: v for k, v in os.environ.items() if k not in {"REQUIRE_ALL", "MIKRA_FULL"} and "PYTEST" not in k}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "-p",
            "no:django",
            *arguments,
        ],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_skip_is_named_and_passes(tmp_path: Path) -> None:
    code, output = run(tmp_path, SUBJECT.format(amount=5))
    assert code == 0, output
    assert "test_subject.py::test_not_here: no such thing here" in output


def test_a_skip_is_red_when_all_is_required(tmp_path: Path) -> None:
    code, output = run(tmp_path, SUBJECT.format(amount=5), REQUIRE_ALL="1")
    assert code == skips.SKIPPED_IS_RED
    assert "this run has failed" in output


def test_nothing_skipped_is_green_when_all_is_required(tmp_path: Path) -> None:
    code, output = run(tmp_path, "def test_green():\n    pass\n", REQUIRE_ALL="1")
    assert code == 0, output


def test_a_drill_runs_alone_and_in_full(tmp_path: Path) -> None:
    code, output = run(tmp_path, SUBJECT.format(amount=100), "--drill", "R3", MIKRA_FULL="1")
    assert code == 0, output
    assert re.search(r"1 passed, 2 deselected", output)


def test_sockets_are_refused_but_where_marked(tmp_path: Path) -> None:
    code, output = run(tmp_path, SOCKETS)
    assert code == 1
    assert "2 failed, 1 passed" in output
    assert output.count("SocketUsedError: socket.") >= 2


def test_an_extra_is_known_by_its_requirements() -> None:
    assert skips.missing_of("pdf") == []
    assert skips.missing_of("all") == []
    with pytest.raises(KeyError):
        skips.missing_of("no-such-extra")


def test_what_the_core_runs_in_any_case_is_left_to_it() -> None:
    """And nothing else: a file that only the full environment can run stays there."""
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider"]
    files = [
        "tests/status/test_bitstring.py",
        "tests/issuance/test_design_schema.py",
        "tests/trust/test_accreditation.py",
    ]
    told = subprocess.run([*command, "--beside-core", *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "test_bitstring.py" not in told.stdout
    assert "test_design_schema.py::" in told.stdout
    assert "test_accreditation.py::" in told.stdout
    whole = subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "test_bitstring.py::" in whole.stdout


def test_both_runs_are_in_the_makefile() -> None:
    """What one run leaves out, the other has: no folder of the core is ignored there."""
    text = (ROOT / "Makefile").read_text()
    core = next(line for line in text.splitlines() if "$(CORE)/bin/python -m pytest" in line)
    ignored = {part.partition("=tests/")[2] for part in core.split() if part.startswith("--ignore=")}
    assert "--beside-core" in text
    assert not ignored & set(CORE)
