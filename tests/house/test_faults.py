"""Planted faults: every check can be removed, the tests that should notice exist, and a sample is noticed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools import faults
from tools.faults_plan import AREAS, HARMLESS

EVERY = faults.faults()
SAMPLE = (
    "sealing/sd_jwt/read.py:open: self.known",
    "sealing/sd_jwt/key_binding.py:age_fault: at - found.at > MAX_AGE + skew",
    "trust/certified_names.py:: return bool(host) and host in",
)


def test_every_fault_leaves_a_program() -> None:
    for fault in EVERY:
        ast.parse(fault.planted((faults.SOURCE / fault.file).read_text("utf-8")))


def test_no_check_is_named_twice_and_none_is_harmless_that_is_not_there() -> None:
    names = [fault.name for fault in EVERY]
    assert set(HARMLESS) <= set(names)


def test_the_tests_that_should_notice_are_there() -> None:
    for tests in AREAS.values():
        for name in tests:
            assert (faults.ROOT / name).exists(), name


def test_every_file_that_verifies_is_in_the_plan() -> None:
    """Seals, openers and checks: who adds one says which tests would miss it."""
    wanted = [
        *(faults.SOURCE / "verification" / "openers").glob("*.py"),
        *(faults.SOURCE / "sealing" / "sd_jwt").glob("*"),
    ]
    files = {path.relative_to(faults.SOURCE).as_posix() for path in wanted if path.suffix == ".py"}
    without = {file for file in files - AREAS.keys() if list(faults._of_file(file, ()))}
    assert without == set()


@pytest.mark.parametrize("begin", SAMPLE)
def test_a_sample_is_noticed(begin: str, tmp_path: Path) -> None:
    fault = next(fault for fault in EVERY if fault.name.startswith(begin))
    (copy,) = faults.copies(1, tmp_path)
    word, _ = faults.attempt(fault, copy)
    assert word == "noticed"


def test_a_fault_that_changes_nothing_survives(tmp_path: Path) -> None:
    """The runner's own twin: what is not removed is not noticed."""
    fault = next(fault for fault in EVERY if fault.name.startswith(SAMPLE[1]))
    text = (faults.SOURCE / fault.file).read_text("utf-8")
    same = faults.Fault(
        **{name: getattr(fault, name) for name in ("file", "function", "says", "condition", "start", "end")},
        replace=text[fault.start : fault.end],
        tests=("tests/sealing/test_sd_jwt_key_binding.py",),
    )
    (copy,) = faults.copies(1, tmp_path)
    assert faults.attempt(same, copy)[0] == "SURVIVED"
