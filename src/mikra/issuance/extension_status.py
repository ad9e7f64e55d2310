"""Where sealed files stand on their way to long-term form: what is done, pending, failed and why, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mikra.errors import InputError
from mikra.issuance import extension_steps as steps
from mikra.issuance.extension import Shelf
from mikra.issuance.extension_journal import ExtensionJournal, Failure
from mikra.issuance.extension_steps import Goal
from mikra.sealing.jades import Level


class Stage(StrEnum):
    """Where a file stands. PENDING is "sealed, long-term proof pending"."""

    DONE = "done"
    PENDING = "pending"
    RENEWAL = "renewal"
    LATER = "later"
    FAILED = "failed"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file. `left` are the steps to the goal; `until`: when its proof ends; `failure`: the last one, if any."""

    name: str
    stage: Stage
    level: Level | None = None
    left: tuple[str, ...] = ()
    until: datetime | None = None
    failure: Failure | None = None


def entry(name: str, shelf: Shelf, journal: ExtensionJournal, goal: Goal, at: datetime) -> Entry:
    """One file as it lies there: the file itself says its level. A file that is no sealed one is OTHER."""
    try:
        sealed = steps.check_whole(shelf.read(name))
    except InputError as error:
        return Entry(name=name, stage=Stage.OTHER, failure=Failure(why=error.message, found=error.found))
    left = tuple(step for _, step in steps.to_do(sealed, goal, at))
    ends = [moment for moment in (steps.provable_until(one) for one in sealed.seals) if moment is not None]
    failure = journal.failed.get(name) if left else None
    return Entry(
        name=name,
        stage=_stage(left, failure),
        level=min((one.level for one in sealed.seals), key=list(Level).index),
        left=left,
        until=min(ends, default=None),
        failure=failure,
    )


def _stage(left: Sequence[str], failure: Failure | None) -> Stage:
    if failure is not None:
        return Stage.LATER if failure.again is not None else Stage.FAILED
    if not left:
        return Stage.DONE
    return Stage.RENEWAL if set(left) == {steps.RENEW} else Stage.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All files together. `until`: when the first proof among the finished ones ends."""

    stages: Counter[Stage]
    levels: Counter[str]
    until: datetime | None


def summarise(entries: Sequence[Entry]) -> Summary:
    """How many are where."""
    ends = [one.until for one in entries if one.stage is Stage.DONE and one.until is not None]
    return Summary(
        stages=Counter(one.stage for one in entries),
        levels=Counter(one.level.value for one in entries if one.level is not None),
        until=min(ends, default=None),
    )
