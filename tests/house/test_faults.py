"""Planted faults: every check can be removed, the tests that should notice exist, and a sample is noticed."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tools.faults import checks, page, quick, slow
from tools.faults.plan import AREAS, HARMLESS
from tools.house.tree import ROOT

EVERY = checks.faults()
SAMPLE = (
    "sealing/sd_jwt/read.py:open: self.known",
    "sealing/sd_jwt/key_binding.py:age_fault: at - found.at > MAX_AGE + skew",
    "trust/certified_names.py:: return bool(host) and host in",
)
_QUICK = f"""
from tools.faults import checks, quick
from dataclasses import replace
every = checks.faults()
sample = [next(f for f in every if f.name.startswith(begin)) for begin in {SAMPLE!r}]
text = (checks.SOURCE / sample[1].file).read_text("utf-8")
sample.append(replace(sample[1], condition="nothing", replace=text[sample[1].start : sample[1].end]))
quick.attempt(sample, lambda fault, answer, _: print("ANSWER", fault.condition, *answer, sep="|"))
"""


def _text(fault: checks.Fault) -> str:
    return (checks.SOURCE / fault.file).read_text("utf-8")


def test_every_fault_leaves_a_program_whose_lines_stay_where_they_are() -> None:
    for fault in EVERY:
        text = _text(fault)
        ast.parse(fault.planted(text))
        assert fault.planted(text).count("\n") == text.count("\n"), fault.name


def test_none_is_harmless_that_is_not_there() -> None:
    assert set(HARMLESS) <= {fault.name for fault in EVERY}


def test_the_tests_that_should_notice_are_there() -> None:
    for tests in AREAS.values():
        for name in tests:
            assert (ROOT / name).exists(), name


def test_every_file_that_verifies_is_in_the_plan() -> None:
    """Seals, openers and checks: who adds one says which tests would miss it."""
    wanted = [
        *(checks.SOURCE / "verification" / "openers").glob("*.py"),
        *(checks.SOURCE / "sealing" / "sd_jwt").glob("*"),
    ]
    files = {path.relative_to(checks.SOURCE).as_posix() for path in wanted if path.suffix == ".py"}
    without = {file for file in files - AREAS.keys() if list(checks.of_file(file, ()))}
    assert without == set()


@pytest.mark.parametrize("begin", SAMPLE)
def test_a_sample_is_noticed_in_a_copy_of_the_source(begin: str, tmp_path: Path) -> None:
    fault = next(fault for fault in EVERY if fault.name.startswith(begin))
    word, by = slow.attempt(fault, slow.copied(tmp_path))
    assert word == quick.NOTICED
    assert by.partition("::")[0] in fault.tests


def test_a_fault_that_changes_nothing_survives(tmp_path: Path) -> None:
    """The runner's own twin: what is not removed is not noticed."""
    fault = next(fault for fault in EVERY if fault.name.startswith(SAMPLE[1]))
    same = replace(
        fault, replace=_text(fault)[fault.start : fault.end], tests=("tests/sealing/test_sd_jwt_key_binding.py",)
    )
    assert slow.attempt(same, slow.copied(tmp_path)) == (quick.SURVIVED, "")


def test_a_sample_is_noticed_by_a_fork_and_what_changes_nothing_is_not_run() -> None:
    done = subprocess.run([sys.executable, "-c", _QUICK], cwd=ROOT, capture_output=True, text=True, check=False)
    said = [line.split("|")[1:] for line in done.stdout.splitlines() if line.startswith("ANSWER|")]
    words = {condition: word for condition, word, *_ in said}
    assert words.pop("nothing", "") == quick.NOT_RUN, done.stdout + done.stderr
    assert [*words.values()] == [quick.NOTICED] * len(SAMPLE), done.stdout + done.stderr


def test_the_page_is_read_as_it_is_written() -> None:
    answers = {fault.name: (quick.NOTICED, f"tests/a.py::test_{number}[a|b]") for number, fault in enumerate(EVERY[:9])}
    found = page.read(page.written(EVERY, answers), EVERY)
    assert {name: by for name, (_, by) in found.items()}.keys() >= answers.keys() - HARMLESS.keys()


def test_every_check_was_tried_and_noticed() -> None:
    """`make faults` after a change of a check: none is left that nothing notices."""
    known = page.read(page.PAGE.read_text("utf-8"), EVERY)
    left = [fault.name for fault in EVERY if fault.name not in known and fault.name not in HARMLESS]
    assert left == []
