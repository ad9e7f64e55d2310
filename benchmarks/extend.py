"""Extending to B-LTA: what the engine adds to the timestamps themselves. Authority, lists and disk are in memory.

Raw is what one credential needs in mathematics alone: two timestamps made by the simulated authority and checked, as
the engine does. The network of a real authority is slower than either by far.

    python -m benchmarks.extend
"""

from __future__ import annotations

import hashlib
import time

from benchmarks import figures
from benchmarks.figures import Figure
from mikra.sealing.timestamps import verify_token
from tests.simulators.longterm import World, numbered

FILES = 60


def measure() -> list[Figure]:
    world = World()
    for name in numbered(FILES):
        world.seal(name)
    start = time.process_time()
    progress = world.extend()
    spent = time.process_time() - start
    if progress.done != FILES:
        raise RuntimeError("the benchmark's files were not extended")
    start = time.process_time()
    for number in range(2 * FILES):
        data = b"%d" % number
        verify_token(world.authority.timestamp(hashlib.sha256(data).digest()), covered=data)
    raw = FILES / (time.process_time() - start)
    sizes = [len(data) for data in world.store.files.values()]
    return [
        Figure(
            id="LT",
            what="extended from B-B to B-LTA",
            unit="/s",
            measured=FILES / spent,
            peers={"raw": raw},
            note=f"two timestamps each; {sum(sizes) / len(sizes) / 1000:.0f} KB at the end",
        )
    ]


if __name__ == "__main__":
    figures.main(measure)
