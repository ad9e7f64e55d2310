"""One fault in a copy of the source, and a process of its own for its tests: for what `quick` cannot say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.faults.checks import SOURCE, Fault
from tools.faults.quick import NOT_RUN, NOTICED, SECONDS, SURVIVED, Answer
from tools.house.tree import ROOT


def copied(folder: Path) -> Path:
    """A copy of the source in this folder, to be broken."""
    shutil.copytree(SOURCE, folder / "mikra", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def attempt(fault: Fault, copy: Path) -> Answer:
    """What came of it. The copy is whole again afterwards."""
    target = copy / "mikra" / fault.file
    text = (SOURCE / fault.file).read_text("utf-8")
    target.write_text(fault.planted(text), "utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *fault.tests]
    environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return NOTICED, "a test that never ended"
    finally:
        target.write_text(text, "utf-8")
    words = {0: SURVIVED, 1: NOTICED}
    failed = [line.split()[1] for line in done.stdout.decode().splitlines() if line.startswith("FAILED ")]
    return words.get(done.returncode, NOT_RUN), failed[0] if failed else ""
