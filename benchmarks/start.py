"""S9: how long a person waits before anything happens: CPU time of new processes, files already in the system's cache.

As installed packages are, the modules are compiled already. The best of many runs, so that a busy machine does not
count; the time by the clock stands beside it.

    python -m benchmarks.start
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import figures
from benchmarks.figures import Figure

RUNS = 15
_AS_INSTALLED = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
FILE = Path(__file__).parents[1] / "tests" / "corpus" / "jades" / "jades-good.json"


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of one command from start to end: by CPU (the best run), by the clock (the median)."""

    cpu: float
    clock: float


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(command: Sequence[str]) -> Cost:
    """Runs a command many times."""
    subprocess.run(command, env=_AS_INSTALLED, capture_output=True, check=False)
    cpu, clock = [], []
    for _ in range(RUNS):
        before, start = _children(), time.perf_counter()
        subprocess.run(command, env=_AS_INSTALLED, capture_output=True, check=False)
        clock.append((time.perf_counter() - start) * 1000)
        cpu.append((_children() - before) * 1000)
    return Cost(min(cpu), statistics.median(clock))


def verify_command(file: Path) -> list[str]:
    """`mikra verify FILE`. RuntimeError where it does not come to a verdict."""
    command = [str(Path(sys.executable).with_name("mikra")), "verify", str(file)]
    answer = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    if '"verdict"' not in answer.stdout:
        raise RuntimeError(f"mikra verify gives no verdict: {(answer.stderr.strip() or 'silence').splitlines()[-1]}")
    return command


def measure() -> list[Figure]:
    bare = cost([sys.executable, "-c", "pass"])
    imported = cost([sys.executable, "-c", "import mikra"])
    verified = cost(verify_command(FILE))
    note = f"by the clock {verified.clock:.0f} ms; of the CPU time, Python itself {bare.cpu:.0f} ms"
    return [
        Figure(id="S9", what="import mikra", unit="ms", measured=max(imported.cpu - bare.cpu, 0.1), target=150),
        Figure(id="S9", what="mikra verify FILE, cold", unit="ms", measured=verified.cpu, target=400, note=note),
    ]


if __name__ == "__main__":
    figures.main(measure)
