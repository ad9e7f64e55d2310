"""S9: how long a person waits before anything happens, as wall time of new processes (the median of many).

`import mikra` is measured inside the new interpreter; `mikra verify FILE` from the outside, interpreter included.

    python -m benchmarks.start
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import figures
from benchmarks.figures import Figure

RUNS = 15
FILE = Path(__file__).parents[1] / "tests" / "corpus" / "jades" / "jades-good.json"
_IMPORT = "import time; start = time.perf_counter(); import mikra; print((time.perf_counter() - start) * 1000)"


def import_time() -> float:
    """Milliseconds of `import mikra`, files already in the system's cache."""
    command = [sys.executable, "-c", _IMPORT]
    times = [float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(RUNS)]
    return statistics.median(times)


def verify_time(file: Path) -> float:
    """Milliseconds of `mikra verify FILE` from start to end. RuntimeError where it does not come to a verdict."""
    command = [str(Path(sys.executable).with_name("mikra")), "verify", str(file)]
    answer = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    if '"verdict"' not in answer.stdout:
        raise RuntimeError(f"mikra verify gives no verdict: {(answer.stderr.strip() or 'silence').splitlines()[-1]}")
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def bare_interpreter() -> float:
    """Milliseconds that Python itself takes to start and end."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def measure() -> list[Figure]:
    bare = f"of which Python itself {bare_interpreter():.0f} ms"
    return [
        Figure(id="S9", what="import mikra", unit="ms", measured=import_time(), target=150),
        Figure(
            id="S9",
            what="mikra verify FILE, cold",
            unit="ms",
            measured=verify_time(FILE),
            target=400,
            note=bare,
        ),
    ]


if __name__ == "__main__":
    figures.main(measure)
