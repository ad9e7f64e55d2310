"""R12, on the disk: nothing of an erased learner is left in the pages that the database has given up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MADE = Path(__file__).with_name("made_file.py")
ALL = ["case", "key", "profile", "token"]


def told(home: Path, *arguments: str) -> dict[str, list[str]]:
    environment = {**os.environ, "MIKRA_HOME": str(home), "MIKRA_MODE": "development", "MIKRA_DATABASE": ""}
    done = subprocess.run(
        [sys.executable, str(MADE), *arguments], capture_output=True, env=environment, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.drill("R12")
def test_free_pages_and_journals_hold_nothing_of_the_erased(tmp_path: Path) -> None:
    assert told(tmp_path) == {"before": ALL, "after": []}


@pytest.mark.drill("R12")
def test_a_database_that_does_not_write_over_is_noticed(tmp_path: Path) -> None:
    assert told(tmp_path, "careless")["after"] == ALL
