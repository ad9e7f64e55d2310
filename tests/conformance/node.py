"""Runs the JavaScript programs of this folder: a list of requests in, a list of answers out.

`tools/install-conformance.sh` installs their packages into this folder (`make test` does so). Without Node, or without
the packages, tests that use this are skipped, and the reason is said.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SECONDS = 120


def ask(program: str, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers of `program` (a name without ending) to all requests, in their order. Skips where it cannot run."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed (Debian: nodejs npm)")
    if not (HERE / "node_modules" / ".done").exists():
        pytest.skip("the independent verifiers are not installed (tools/install-conformance.sh)")
    done = subprocess.run(
        [node, str(HERE / f"{program}.mjs")],
        input=json.dumps(requests).encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(answers) == len(requests)
    return answers
