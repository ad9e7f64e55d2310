"""Issues for tests: a batch of a published design, a ledger and a vault in memory that may fail, learners."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mikra.errors import UnavailableError
from mikra.issuance.batch import Batch
from mikra.issuance.design import Design
from mikra.issuance.issue import Issue, Learner
from mikra.issuance.journal import Journal, edition_of, framed, read_journal, whole
from tests.issuance.awards import AT, pages, signer_for
from tests.issuance.designs import published

WATER = published("university-short-course")


def learners(count: int, start: int = 1) -> list[Learner]:
    return [
        Learner(
            row=n, key=f"learner-{n}", values={"full_name": f"Learner {n}", "grade": "9", "learner_id": f"M{n:06d}"}
        )
        for n in range(start, start + count)
    ]


class DiskFull(UnavailableError):
    """What an adapter raises when there is no room."""


@dataclass
class Disk:
    """Ledger and vault. `fails`: numbers of the operations (from 0) that fail, after writing a part or nothing."""

    fails: frozenset[int] = frozenset()
    lines: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def append(self, lines: bytes) -> None:
        self._operation("append")
        self.lines += framed(lines, start=len(self.lines))

    def put(self, files: Mapping[str, bytes]) -> None:
        self._operation("put")
        self.files.update(files)

    def _operation(self, name: str) -> None:
        self.log.append(name)
        if len(self.log) - 1 in self.fails:
            raise DiskFull("The disk is full.")

    def journal(self, design: Design) -> Journal:
        if not self.lines:
            opening = Journal(design=edition_of(design), salt="salt")
            self.lines = framed(opening.opening(), start=0)
        return read_journal(whole(self.lines), design=edition_of(design))


def clock(start: dt.datetime = AT, step: dt.timedelta = dt.timedelta(seconds=1)) -> Iterator[dt.datetime]:
    while True:
        yield start
        start += step


def make_issue(disk: Disk, design: Design = WATER, *, seed: int = 1, **more: Any) -> Issue:
    """An issue that goes on where `disk` is."""
    ticks = clock()
    signer = more.pop("signer", None) or signer_for(design)
    batch = more.pop("batch", None) or Batch(design, signer=signer, pages=pages(design), at=AT)
    parts: dict[str, Any] = {
        "journal": more.get("journal") or disk.journal(design),
        "ledger": disk,
        "vault": disk,
        "clock": lambda: next(ticks),
        "chance": random.Random(seed).randbytes,
    }
    return Issue(batch=batch, **{**parts, **more})
