"""S7: the verifier's page and its address for programs, by the clock, with many credentials on the shelves.

One process asks itself as a browser would: the file is read in a process for files of strangers, its status list comes
from our own shelves, and the page is rendered. "Verify alone" is the core on the same file in the same run, warm.

    python -m benchmarks.verifier_page [--json]
    MIKRA_BENCH_ROWS=5000 python -m benchmarks.verifier_page       in half a minute
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import figures, service
from benchmarks.figures import Figure

ROWS = int(os.environ.get("MIKRA_BENCH_ROWS", "100000"))
TARGET = 50.0
ASKED = 200


def measured() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="mikra-bench-") as folder:
        found = service.elsewhere("benchmarks.verifier_page", Path(folder), ROWS)
    for name, what in (("page", "verifier page"), ("api", "POST /api/v1/verify")):
        note = (
            f"median {found[f'{name}-median']:.1f}, processor p95 {found[f'{name}-cpu']:.1f};"
            f" {found['held']:,.0f} credentials on SQLite, {ASKED} files asked"
        )
        peers = {"verify alone": found["core"]}
        yield Figure(
            id="S7", what=f"{what}, p95", unit="ms", measured=found[name], target=TARGET, peers=peers, note=note
        )


def ask(count: int) -> dict[str, float]:
    """Seals so many, then asks for some of them."""
    from django.test import Client

    from mikra.server.actions import status_lists
    from mikra.server.store.awards import Award, Sealed

    service.prepare(count)
    service.seal(1)
    while status_lists.publish_due():
        pass
    step = max(Award._default_manager.count() // ASKED, 1)
    files = [_file(one) for one in list(Award._default_manager.order_by("id"))[: step * ASKED : step]]
    client = Client(headers={"Host": "127.0.0.1:8000"})
    found = {"held": float(Sealed._default_manager.count()), "core": _core(files)}
    for name, send in (("page", _page), ("api", _api)):
        both = [send(client, one) for one in files][3:]
        spent = [one for one, _cpu in both]
        found |= {
            name: _p95(spent),
            f"{name}-median": sorted(spent)[len(spent) // 2],
            f"{name}-cpu": _p95([cpu for _one, cpu in both]),
        }
    return found


def _file(award: Any) -> bytes:
    from mikra.server.actions import awards_content

    return awards_content.file_of(award)


def _page(client: Any, data: bytes) -> tuple[float, float]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return _timed(lambda: client.post("/verify/", {"file": SimpleUploadedFile("a.jsonld", data)}), b"verdict--good")


def _api(client: Any, data: bytes) -> tuple[float, float]:
    return _timed(
        lambda: client.post("/api/v1/verify", data, content_type="application/octet-stream"), b'"TOTAL-PASSED"'
    )


def _timed(send: Callable[[], Any], expected: bytes) -> tuple[float, float]:
    """Milliseconds by the clock, and of this process's processor alone. What is not found genuine is no figure."""
    from mikra.server.web.verify import views

    views.BUCKETS.clear()
    begun, worked = time.perf_counter(), time.process_time()
    answer = send()
    spent = 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - worked)
    if answer.status_code != 200 or expected not in answer.content:
        raise RuntimeError(f"not genuine: {answer.status_code}")
    return spent


def _core(files: list[bytes]) -> float:
    from mikra.adapters.clock import now
    from mikra.verification.verify import verify

    at = now()
    verify(files[0], at=at)
    begun = time.perf_counter()
    for one in files:
        verify(one, at=at)
    return 1000 * (time.perf_counter() - begun) / len(files)


def _p95(spent: list[float]) -> float:
    return sorted(spent)[int(0.95 * len(spent))]


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        service.set_up()
        print(json.dumps(ask(int(sys.argv[2]))))
    else:
        figures.main(lambda: list(measured()))
