"""`make bench`: every headline figure, each by its own command, in one table with its calibration.

python -m benchmarks.run [NAME ...]
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import calibration
from benchmarks.figures import Figure, table

HERE = Path(__file__).parent
NOT_A_BENCHMARK = {"__init__", "calibration", "figures", "run"}
SECONDS = 900


def names() -> list[str]:
    """The benchmarks that are there."""
    return sorted(
        p.stem for p in HERE.glob("*.py") if p.stem not in NOT_A_BENCHMARK and "figures.main(" in p.read_text()
    )


def figures_of(name: str) -> list[Figure]:
    """Runs one benchmark in a process of its own. One that fails is a line that says so, and a failed run."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json"]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return [Figure(id="?", what=name, unit="", measured=None, note=f"FAILED: {reason}")]
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    return [Figure(**figure) for figure in answer["figures"]]


def main(wanted: list[str]) -> int:
    print(calibration.sentence(), flush=True)
    found: list[Figure] = []
    for name in wanted or names():
        print(f"  {name} ...", file=sys.stderr, flush=True)
        found.extend(figures_of(name))
    print(table(sorted(found, key=lambda f: (f.id, f.what)), calibration.scale()))
    failed = [f for f in found if f.note.startswith("FAILED")]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
