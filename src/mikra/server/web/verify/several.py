"""Several files at once: which comes first, how long it may take, and what each of them came to in one line."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from mikra.errors import InputError, UnavailableError
from mikra.report import Verdict
from mikra.server.actions import verifying
from mikra.server.actions.verifying import Checked
from mikra.server.actions.verifying_own import Own, own
from mikra.server.web.refusals import said
from mikra.server.web.verify.telling import Told, told
from mikra.server.words import _, language
from mikra.trust.loader import Loader

TOGETHER = 60.0
"""Seconds for all files of one request; those that are left then are named, and not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One credential, or a file of which nothing can be said (`fault`). `rank`: as of verdicts, larger is worse."""

    file: str
    rank: int
    tile: str
    sentence: str
    title: str = ""
    one: Told | None = None
    own: Own | None = None
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One file: what was found, or why it could not be looked at."""

    file: str
    checked: Checked | None = None
    fault: str = ""
    tile: str = "failed"
    credentials: tuple[Told, ...] = field(default=())
    own: tuple[Own | None, ...] = field(default=())


def results(
    files: Sequence[tuple[str, bytes]],
    at: dt.datetime,
    web: Loader | None = None,
    clock: Callable[[], float] = time.monotonic,
    *,
    today: bool = True,
) -> list[Result]:
    """Each file in turn, for that moment. UnavailableError where not even the first can be checked now."""
    end, found = clock() + TOGETHER, []
    for number, (name, data) in enumerate(files):
        if number and clock() > end:
            found.append(Result(file=name, fault=_("There was no time left for this file. Send it again by itself."),
                                tile="unchecked"))  # fmt: skip
            continue
        try:
            found.append(_result(name, data, at, today, web))
        except UnavailableError as error:
            if not number:
                raise
            found.append(Result(file=name, fault=said(error), tile="unchecked"))
    return found


def moment(on: dt.date | None) -> dt.datetime | None:
    """A day is judged at its noon (docs/adr/0006-a-day-is-noon.md)."""
    return dt.datetime(on.year, on.month, on.day, 12, tzinfo=dt.UTC) if on else None


def _result(name: str, data: bytes, at: dt.datetime, today: bool, web: Loader | None) -> Result:
    tongue = language()
    try:
        checked = verifying.check(data, name=name, at=at, today=today, languages=(tongue,), web=web)
    except InputError as error:
        return Result(file=name, fault=said(error))
    credentials = tuple(told(one[tongue], tongue) for one in checked.reports)
    ours = tuple(own(one[tongue]) for one in checked.reports)
    return Result(file=name, checked=checked, credentials=credentials, own=ours)


def rows(found: Sequence[Result]) -> list[Row]:
    """A row for each credential, the worst first; among equals as they were given."""
    ordered = sorted(_rows(found), key=lambda one: -one.rank)
    return [replace(one, number=number) for number, one in enumerate(ordered, 1)]


def _rows(found: Sequence[Result]) -> Iterator[Row]:
    for one in found:
        if one.fault:
            rank = Verdict.TOTAL_FAILED.rank if one.tile == "failed" else Verdict.INDETERMINATE.rank
            yield Row(file=one.file, rank=rank, tile=one.tile, sentence=one.fault)
        for each, ours in zip(one.credentials, one.own, strict=True):
            yield Row(
                file=each.file or one.file,
                rank=Verdict(each.verdict).rank,
                tile=each.tile,
                sentence=each.sentence,
                title=each.title,
                one=each,
                own=ours,
            )
