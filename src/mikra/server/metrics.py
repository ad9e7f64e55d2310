"""Figures for Prometheus: counts, ages and times, no names (BAR, R13).

State is counted in the database when it is asked, so that every process answers the same; how long answers take is
measured in each process, and added up over all (PROMETHEUS_MULTIPROC_DIR, which `mikra serve` sets).
"""

from __future__ import annotations

import datetime as dt
import hmac
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import Count, Model
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from mikra.adapters.clock import now
from mikra.server.backup.record import last_backup
from mikra.server.installation import Installation, installation
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery
from mikra.server.store.status import Published, StatusList
from mikra.server.store.tenants import SealKey
from mikra.server.store.work import Beat

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_COUNTED: tuple[tuple[str, type[Model]], ...] = (
    ("awards", Award),
    ("batches", Batch),
    ("rows", BatchRow),
    ("deliveries", Delivery),
)

ANSWERS = Histogram(
    "mikra_answer_seconds",
    "How long answers took, by method, kind of status and name of the route.",
    ("method", "status", "route"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class State:
    """Counts of the state rows, and ages."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, model in _COUNTED:
            family = GaugeMetricFamily(f"mikra_{name}", f"Count of {name}, by state.", labels=["state"])
            for state, count in model._default_manager.values_list("state").annotate(n=Count("pk")).order_by("state"):
                family.add_metric([state], count)
            yield family
        yield from self._ages()

    def _ages(self) -> Iterator[GaugeMetricFamily]:
        at = now()
        beats = GaugeMetricFamily("mikra_task_age_seconds", "Since a task last ran.", labels=["task"])
        good = GaugeMetricFamily("mikra_task_good", "1 where it went well.", labels=["task"])
        for beat in Beat._default_manager.all():
            beats.add_metric([beat.task], (at - beat.at).total_seconds())
            good.add_metric([beat.task], int(beat.good))
        yield beats
        yield good
        for name, (what, value) in _ages_of(at).items():
            if value is not None:
                yield GaugeMetricFamily(f"mikra_{name}", what, value=value)


def _ages_of(at: dt.datetime) -> dict[str, tuple[str, float | None]]:
    """Name -> what it is, and seconds or bytes; None where there is nothing to measure."""

    def seconds(later: dt.datetime | None, earlier: dt.datetime | None) -> float | None:
        return (later - earlier).total_seconds() if later and earlier else None

    keys = SealKey._default_manager.filter(retired=None, compromised=None)
    ends = keys.order_by("not_after").values_list("not_after", flat=True).first()
    until = Published._default_manager.order_by("until").values_list("until", flat=True).first()
    dirty = StatusList._default_manager.exclude(dirty=None).order_by("dirty").values_list("dirty", flat=True).first()
    return {
        "disk_free_bytes": ("Room on the disk of the installation.", shutil.disk_usage(installation().home).free),
        "seal_ends_seconds": ("Until the first seal certificate ends.", seconds(ends, at)),
        "status_list_ends_seconds": ("Until the oldest published list ends.", seconds(until, at)),
        "status_unpublished_seconds": ("Since a decision is not public.", seconds(at, dirty) or 0.0),
        "backup_age_seconds": ("Since the last backup.", seconds(at, last_backup(installation()))),
    }


def page() -> bytes:
    """All figures, in the text format of Prometheus."""
    registry: Any = CollectorRegistry()
    registry.register(State())
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(ANSWERS)
    return generate_latest(registry)


def may_read(of: Installation, address: str, authorization: str) -> bool:
    """With a token file its token, as a bearer; without, from this machine alone."""
    if not of.metrics_token_file:
        return address in ("127.0.0.1", "::1")
    try:
        token = Path(of.metrics_token_file).read_text("utf-8").strip()
    except OSError:
        return False
    return bool(token) and hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())


def begin(home: Path) -> None:
    """An empty folder for the figures of this run's processes."""
    folder = home / "run" / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ[FOLDER] = str(folder)
