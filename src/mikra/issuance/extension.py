"""Extending sealed files to long-term form, a stage of its own: at a pace, within a budget, taken up after any crash.

The file itself is the truth about its level; the journal keeps what was asked for and paid (`extension_journal`). The
engine knows no disk, no clock and no network: they are `Ports`. For each file, in this order:

    1. what is left to do is read from the file
    2. a timestamp: the question is durable, then it is asked, then the token is durable, then it is put in
    3. answers on revocation are fetched and put in: they cost nothing and are fetched again if need be; the file is
       replaced before the next timestamp covers them, so that a crash leaves that timestamp fitting
    4. the file is replaced, whole; then its level is noted

A file that fails keeps the level it reached. What may get better is tried again, after a pause that doubles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from mikra.errors import InputError, MikraError, NotAllowedError
from mikra.issuance import extension_journal as lines
from mikra.issuance import extension_steps as steps
from mikra.issuance.extension_journal import ExtensionJournal, Failure, Reached
from mikra.issuance.extension_steps import TOKEN_KINDS, Goal
from mikra.sealing import jades, jades_extend
from mikra.sealing.jades import Level
from mikra.sealing.timestamps import Timestamper, request_token


class Shelf(Protocol):
    """Where sealed files are kept."""

    def read(self, name: str) -> bytes:
        """The file. InputError where it cannot be read."""
        ...

    def put(self, files: Mapping[str, bytes]) -> None:
        """Returns when all files are on disk, each whole or as it was. UnavailableError when they cannot be."""
        ...


class Ledger(Protocol):
    """Where the journal is kept."""

    def append(self, lines: bytes) -> None:
        """Returns when the lines are on disk. UnavailableError when they cannot be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the institution allows. `rate`: timestamps a second; 0 is as fast as they come.

    `tries`: how often one file is tried in one run. `pause`: after the first failure, doubled up to `longest_pause`.
    `patience`: failures in a row after which the run ends: the authorities are away.
    `cost` is that of one timestamp, `budget` what all timestamps of this folder may cost; None: no limit.
    """

    rate: float = 5.0
    tries: int = 4
    pause: float = 2.0
    longest_pause: float = 300.0
    patience: int = 10
    cost: Decimal = Decimal(0)
    budget: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The effects: the authority, the clock, waiting (seconds), the files, the journal's lines."""

    timestamper: Timestamper
    clock: Callable[[], datetime]
    wait: Callable[[float], None]
    shelf: Shelf
    ledger: Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """After each file. `seen` counts files once; `done` of them have the level asked for, `already` from before.

    `failed` are given up in this run, `later` left for another try; `stopped`: "budget", "away", or "".
    """

    total: int
    seen: int = 0
    done: int = 0
    already: int = 0
    failed: int = 0
    later: int = 0
    tokens: int = 0
    spent: Decimal = Decimal(0)
    stopped: str = ""


@dataclass(slots=True)
class _Work:
    """One file in hand: as it is, and as it was last durable."""

    name: str
    data: bytes
    stored: bytes = b""

    def __post_init__(self) -> None:
        self.stored = self.data


class BudgetReached(Exception):
    """The next timestamp would cost more than is left."""

    word = "budget"


class AuthoritiesAway(Exception):
    """So many failures in a row that going on makes no sense."""

    word = "away"


@dataclass(slots=True, kw_only=True)
class Extension:
    """One run over files. The same journal may not be in two hands at once."""

    goal: Goal
    settings: Settings
    ports: Ports
    journal: ExtensionJournal
    _next_ask: datetime | None = None
    _pause: float = 0.0
    _failures: int = 0
    _tokens: int = 0
    _done: set[str] = field(default_factory=set)
    _already: set[str] = field(default_factory=set)
    _failed: set[str] = field(default_factory=set)

    def run(self, names: Sequence[str]) -> Iterator[Progress]:
        """Extends each file as far as it can be now. Stop anywhere, run again, and it goes on."""
        waiting = list(dict.fromkeys(names))
        total, seen = len(waiting), 0
        for turn in range(max(self.settings.tries, 1)):
            again: list[str] = []
            for number, name in enumerate(waiting):
                try:
                    retry = self._file(name, last=turn + 1 >= self.settings.tries)
                except (BudgetReached, AuthoritiesAway) as why:
                    left = len(again) + len(waiting) - number
                    yield self._progress(total, seen=seen, later=left, stopped=why.word)
                    return
                if retry:
                    again.append(name)
                seen += turn == 0
                yield self._progress(total, seen=seen, later=len(again) + (len(waiting) - number - 1 if turn else 0))
            if not again:
                return
            waiting = again

    def _progress(self, total: int, *, seen: int, later: int, stopped: str = "") -> Progress:
        return Progress(
            total=total,
            seen=seen,
            done=len(self._done),
            already=len(self._already),
            failed=len(self._failed),
            later=later,
            tokens=self._tokens,
            spent=self.journal.spent,
            stopped=stopped,
        )

    def _file(self, name: str, *, last: bool) -> bool:
        """Extends one file. True where it is worth another try in this run."""
        try:
            work = _Work(name, self.ports.shelf.read(name))
            left = steps.to_do(steps.check_whole(work.data), self.goal, self.ports.clock())
        except InputError as error:
            self._give_up(name, error, None)
            return False
        try:
            for number, step in left:
                self._step(work, number, step)
        except BudgetReached:
            self._store(work)
            raise
        except (InputError, NotAllowedError) as error:
            self._store(work)
            self._give_up(name, error, None)
            return False
        except MikraError as error:
            self._store(work)
            return self._try_later(name, error, last=last)
        self._store(work)
        self._reached(name, already=not left)
        return False

    def _reached(self, name: str, *, already: bool) -> None:
        self._failed.discard(name)
        (self._already if already else self._done).add(name)
        self._pause, self._failures = 0.0, 0

    def _step(self, work: _Work, number: int, step: str) -> None:
        if step in ("LT", steps.RENEW):
            work.data = steps.with_values(work.data, number, step, self.goal, self.ports.clock())
        if step in steps.TOKEN_KINDS:
            if TOKEN_KINDS[step] == jades_extend.ARC_TST:
                self._store(work)
            token = self._token(work.name, steps.imprint(work.data, number, step))
            work.data = steps.with_token(work.data, number, step, token)

    def _token(self, name: str, covered: bytes) -> bytes:
        """The token over these bytes: from the journal where it was bought already, else from the authority."""
        imprint = hashlib.sha256(covered).hexdigest()
        kept = self.journal.tokens.get(name, {}).get(imprint)
        if kept is not None:
            return kept
        settings = self.settings
        if settings.budget is not None and self.journal.spent + settings.cost > settings.budget:
            raise BudgetReached
        self._keep_pace()
        self._note(lines.ask(name, imprint, settings.cost))
        try:
            token = request_token(self.ports.timestamper, covered)
        except MikraError as error:
            if error.code != "timeout":
                self._note(lines.free(name, imprint))
            raise
        self._note(lines.token(name, imprint, token))
        self._tokens += 1
        return token

    def _keep_pace(self) -> None:
        now = self.ports.clock()
        if self._next_ask is not None and now < self._next_ask:
            self.ports.wait((self._next_ask - now).total_seconds())
            now = self._next_ask
        if self.settings.rate > 0:
            self._next_ask = now + timedelta(seconds=1 / self.settings.rate)

    def _store(self, work: _Work) -> None:
        """What was reached, durable: the file first, then the line."""
        name, data = work.name, work.data
        if data == work.stored:
            return
        self.ports.shelf.put({name: data})
        work.stored = data
        reached = min((one.level for one in jades.unseal(data).seals), key=list(Level).index).value
        digest = hashlib.sha256(data).hexdigest()
        self._note(lines.level(name, Reached(level=reached, sha256=digest, at=self.ports.clock())))

    def _try_later(self, name: str, error: MikraError, *, last: bool) -> bool:
        """Notes the failure and pauses; when the authority is away it is not asked at full speed."""
        self._pause = min(max(self._pause * 2, self.settings.pause), self.settings.longest_pause)
        asked = getattr(error, "retry_after", None)
        pause = min(max(self._pause, asked or 0.0), self.settings.longest_pause)
        self._give_up(name, error, self.ports.clock() + timedelta(seconds=pause))
        self._failures += 1
        if self._failures >= self.settings.patience:
            raise AuthoritiesAway
        if not last:
            self._failed.discard(name)
            self.ports.wait(pause)
        return not last

    def _give_up(self, name: str, error: MikraError, again: datetime | None) -> None:
        before = self.journal.failed.get(name)
        failure = Failure(
            why=error.message,
            found=error.found,
            code=error.code,
            times=before.times + 1 if before else 1,
            at=self.ports.clock(),
            again=again,
        )
        self._failed.add(name)
        self._note(lines.failed(name, failure))

    def _note(self, line: bytes) -> None:
        """The disk first, then memory: after a failure the two still agree."""
        self.ports.ledger.append(line)
        self.journal.take(line)
