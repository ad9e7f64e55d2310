"""A small Europe over decades: a seal, two generations of timestamp authorities, registers that answer, and a clock.

2026-06  sealed      the seal's certificate runs to 2028
2026-2029            the first timestamp authority
2028-2034            the second one, with another key
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from mikra.errors import InputError, ProtocolError
from mikra.issuance.extension import Extension, Ports, Progress, Settings
from mikra.issuance.extension_journal import ExtensionJournal
from mikra.issuance.extension_steps import Goal
from mikra.sealing import jades
from mikra.sealing.jades import Level
from mikra.verification import Policy
from tests.simulators import authorities
from tests.simulators.authorities import Holder, Plan
from tests.simulators.timestamps import TimestampAuthority
from tests.simulators.withdrawals import Register, Web, published
from tests.verification.documents import edc

BEGIN, FAR = datetime(2025, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)
SEALED = datetime(2026, 6, 1, 12, tzinfo=UTC)
SEALS, TIMES = "Seal authority", "Time authority"


def _day(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


@cache
def top(label: str) -> Holder:
    """A root with an authority under it, both for long."""
    plan = replace(authorities.authority_plan(f"{label} root"), start=BEGIN, end=FAR)
    root = authorities.self_issued(authorities.key("P-384", f"{label} root"), plan)
    below = replace(authorities.authority_plan(label, path_length=0), start=BEGIN, end=FAR)
    return root.issue(authorities.key("P-256", label), published(below, f"{label} root"))


@cache
def sealer(kind: str = "P-256") -> Holder:
    plan = replace(authorities.seal_plan(), start=BEGIN, end=_day(2028))
    return top(SEALS).issue(authorities.key(kind, "sealer"), published(plan, SEALS))


@cache
def clockmaker(number: int = 1) -> Holder:
    """The first or the second timestamp authority."""
    start, end = {1: (BEGIN, _day(2029)), 2: (_day(2027), _day(2034))}[number]
    plan: Plan = replace(authorities.timestamp_plan(f"Time {number}"), start=start, end=end)
    return top(TIMES).issue(authorities.key("P-256", f"time {number}"), published(plan, TIMES))


ANCHORS = tuple(top(label).above[0] for label in (SEALS, TIMES))
POLICY = Policy(anchors=tuple(top(label).chain[0] for label in (SEALS, TIMES)))


@dataclass
class Clock:
    now: datetime = SEALED
    waited: float = 0.0

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited += seconds
        self.now += timedelta(seconds=seconds)


@dataclass
class Authority:
    """Gives timestamps of the clock's time. `faults`: raised one after the other instead; `asked`: all imprints."""

    clock: Clock
    number: int = 1
    faults: list[Exception] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    given: list[bytes] = field(default_factory=list)

    def timestamp(self, imprint: bytes) -> bytes:
        self.asked.append(imprint)
        if self.faults:
            raise self.faults.pop(0)
        self.given.append(imprint)
        return TimestampAuthority(at=self.clock.now.replace(microsecond=0), holder=clockmaker(self.number)).timestamp(
            imprint
        )


@dataclass
class Memory:
    """Files and lines in memory, each write whole. `trace` notes every effect in order."""

    files: dict[str, bytes] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)

    def read(self, name: str) -> bytes:
        if name not in self.files:
            raise InputError("This file cannot be opened.", where=name)
        return self.files[name]

    def put(self, files: Mapping[str, bytes]) -> None:
        self.trace += [f"put {name}" for name in files]
        self.files.update(files)

    def append(self, lines: bytes) -> None:
        self.trace.append(f"line {next(iter(json.loads(lines)))}")
        self.lines.append(lines)

    def journal(self) -> ExtensionJournal:
        journal = ExtensionJournal()
        journal.take(b"".join(self.lines))
        return journal


@dataclass
class World:
    """All of it together. `extend` is one run of the engine over the files in memory."""

    clock: Clock = field(default_factory=Clock)
    store: Memory = field(default_factory=Memory)
    settings: Settings = field(default_factory=lambda: Settings(rate=0))
    to: Level = Level.LTA
    authority: Any = None
    registers: dict[str, Register] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.authority = self.authority or Authority(self.clock)
        for label in (SEALS, TIMES):
            root = Holder(key=authorities.key("P-384", f"{label} root"), certificate=top(label).above[0])
            self.registers |= {label: Register(holder=top(label)), f"{label} root": Register(holder=root)}
        self.web = Web(self.registers)

    @property
    def loader(self) -> Web:
        """The web as it is now: registers answer with today's date."""
        for register in self.registers.values():
            register.at = self.clock.now.replace(microsecond=0)
        return self.web

    def seal(self, name: str = "a.jsonld", kind: str = "P-256", **changes: Any) -> bytes:
        payload = json.dumps(edc(**changes), ensure_ascii=False).encode()
        self.store.files[name] = jades.seal(payload, signer=sealer(kind).signer, at=self.clock.now)
        return self.store.files[name]

    def engine(self, **changes: Any) -> Extension:
        ports = Ports(
            timestamper=self.authority,
            clock=self.clock,
            wait=self.clock.wait,
            shelf=self.store,
            ledger=self.store,
        )
        goal = replace(Goal(to=self.to, loader=self.loader), **changes)
        return Extension(goal=goal, settings=self.settings, ports=ports, journal=self.store.journal())

    def extend(self, *names: str, **changes: Any) -> Progress:
        """Runs to the end, and gives the last progress."""
        return list(self.engine(**changes).run(names or tuple(self.store.files)))[-1]

    def pass_to(self, *when: int) -> None:
        self.clock.now = datetime(*when, tzinfo=UTC)  # type: ignore[arg-type]


def lasting(to: Level = Level.LTA, *, renewed: tuple[int, ...] = ()) -> bytes:
    """A credential sealed in 2026 and extended to a level at once; `renewed`: the days of further generations."""
    world = World(to=to)
    world.seal()
    world.clock.wait(60)
    world.extend()
    for year in renewed:
        world.pass_to(year, 12, 1)
        world.authority.number = 2
        world.extend()
    return world.store.files["a.jsonld"]


def refusal() -> ProtocolError:
    return ProtocolError("The timestamp authority refuses.", found="badAlg", code="rejection")


def numbered(count: int) -> list[str]:
    return [f"{n:03d}.jsonld" for n in itertools.islice(itertools.count(1), count)]
