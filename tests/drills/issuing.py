"""One process that issues a class list into a folder, to be killed.

    python -m tests.drills.issuing FOLDER ROWS CHUNK [FAULT]

It writes a line before and after every durable step, and after every chunk; so a drill can kill it where it wants.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

from mikra.adapters.clock import now
from mikra.adapters.folder import Folder
from mikra.adapters.status_store import open_store
from mikra.issuance.batch import Batch
from mikra.issuance.design import Design
from mikra.issuance.issue import Issue, Learner
from mikra.issuance.journal import edition_of
from mikra.issuance.status_entry import Member
from mikra.sealing.keys import Signer
from mikra.status.indexes import Place, group_of, reserve
from tests.issuance.awards import pages
from tests.issuance.designs import published
from tests.issuance.faulty import EndsFirst, NoIntents
from tests.simulators import europe

ENGINES: dict[str, type[Issue]] = {"ends-first": EndsFirst, "no-intents": NoIntents}
STATUS = "https://zed.example.test/status/"
STORE = "status.sqlite"


def design() -> Design:
    return published("university-short-course", demonstration=False)


def signer() -> Signer:
    """The same key and certificate in every process."""
    subject = europe.name("Zed", identifier="VATRO-00000000", country="RO")
    return europe.self_issued(europe.key("P-256"), europe.Plan(subject=subject)).signer


def learners(count: int) -> list[Learner]:
    return [
        Learner(
            row=n, key=f"learner-{n}", values={"full_name": f"Learner {n}", "grade": "9", "learner_id": f"M{n:06d}"}
        )
        for n in range(1, count + 1)
    ]


class Told(Folder):
    """A folder that says what it is about to do, and what it has done."""

    def append(self, lines: bytes) -> None:
        tell("append")
        super().append(lines)
        tell("appended")

    def put(self, files: Mapping[str, bytes]) -> None:
        tell("put")
        _pause()
        super().put(files)
        tell("stored")
        _pause()


def reserving(folder: Path, fault: str) -> Callable[[Sequence[str], dt.date | None], Sequence[Place]]:
    """From a store beside the credentials, or (a fault) from the memory of this process, begun anew after a kill."""
    numbers = count(1)
    if fault == "forgetful-places":
        return lambda awards, _: [Place(f"{STATUS}1", next(numbers)) for _ in awards]
    store = open_store(folder / STORE, STATUS)
    return lambda awards, ends: reserve(store, awards, group=group_of(ends), chance=os.urandom)


_lines = count(1)


def tell(line: str) -> None:
    """Writes a line; after the one that DRILL_HOLD names, waits to be killed there."""
    print(line, flush=True)
    if next(_lines) == int(os.environ.get("DRILL_HOLD", "0")):
        time.sleep(600)


def _pause() -> None:
    time.sleep(float(os.environ.get("DRILL_PAUSE", "0")))


def main(folder: Path, rows: int, chunk: int, fault: str = "") -> None:
    told, edition = Told(folder), design()
    with told.locked():
        journal = told.journal(design=edition_of(edition), salt="drill", status=STATUS)
        batch = Batch(edition, signer=signer(), pages=pages(edition), at=now(), status=Member.STATUS)
        places = reserving(folder, fault)
        engine = ENGINES.get(fault, Issue)
        issue = engine(
            batch=batch, journal=journal, ledger=told, vault=told, clock=now, chance=os.urandom, reserve=places
        )
        for _ in issue.run(learners(rows), chunk=chunk):
            tell(f"acknowledged {len(journal.done)}")
    print("complete", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:5])
