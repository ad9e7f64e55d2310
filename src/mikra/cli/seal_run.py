"""One run of an extension in a folder: the network behind it, progress on the screen, stopping, the plain report."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mikra import messages
from mikra.cli.issue_run import EVERY, Stoppable, Stopped
from mikra.cli.output import console, next_step, plain, print_json

if TYPE_CHECKING:
    from mikra.adapters.extension_folder import ExtensionFolder
    from mikra.adapters.http import HttpLoader
    from mikra.issuance.extension import Extension, Progress, Settings
    from mikra.issuance.extension_journal import ExtensionJournal
    from mikra.issuance.extension_steps import Goal

MOST_SHOWN = 20
"""Failures that are shown by name; --json and `mikra seal status` give all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run did in one folder. `stopped`: "budget", "away", "asked" (Ctrl-C), or ""."""

    folder: ExtensionFolder
    names: Sequence[str]
    progress: Progress
    journal: ExtensionJournal
    stopped: str = ""

    @property
    def complete(self) -> bool:
        return not self.stopped and self.progress.done + self.progress.already == len(self.names)

    @property
    def given_up(self) -> list[str]:
        """Files that will not get better by trying again."""
        found = self.journal.failed
        return [name for name in self.names if name in found and found[name].again is None]


@dataclass(kw_only=True)
class Run:
    """The command's own run: `quiet` is for programs."""

    goal: Goal
    settings: Settings
    tsa: str
    policy: str
    currency: str
    door: HttpLoader
    language: str
    quiet: bool
    _asked: list[int] = field(default_factory=list)

    def folder(self, folder: ExtensionFolder, names: Sequence[str]) -> Outcome:
        """Extends the named files of one folder."""
        from mikra.issuance.extension import Progress

        last = Progress(total=len(names))
        stopped = ""
        with folder.locked():
            journal = folder.journal(currency=self.currency)
            engine = self._engine(folder, journal)
            with Stoppable() as self._asked, closing(self._shown(engine.run(names), len(names))) as steps:
                try:
                    for last in steps:
                        if self._asked and last.seen < last.total:
                            raise Stopped
                except Stopped:
                    stopped = "asked"
        return Outcome(folder=folder, names=names, progress=last, journal=journal, stopped=stopped or last.stopped)

    def _engine(self, folder: ExtensionFolder, journal: ExtensionJournal) -> Extension:
        from mikra.adapters.clock import chance, now
        from mikra.adapters.timestamps import HttpTimestamper
        from mikra.issuance.extension import Extension, Ports
        from mikra.trust.loader import RememberingLoader

        ports = Ports(
            timestamper=HttpTimestamper(self.tsa, poster=self.door, chance=chance, policy=self.policy),
            clock=now,
            wait=self._wait,
            shelf=folder,
            ledger=folder,
        )
        goal = replace(self.goal, loader=RememberingLoader(self.door, clock=time.monotonic))
        return Extension(goal=goal, settings=self.settings, ports=ports, journal=journal)

    def _wait(self, seconds: float) -> None:
        """Waits, and wakes when somebody asks to stop."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._asked:
                raise Stopped
            time.sleep(min(left, 0.2))

    def _shown(self, steps: Iterator[Progress], count: int) -> Generator[Progress, None, None]:
        if self.quiet:
            yield from steps
        else:
            yield from self._bar(steps, count) if sys.stderr.isatty() else self._lines(steps)

    def _bar(self, steps: Iterator[Progress], count: int) -> Iterator[Progress]:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        texts = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}")
        started = time.monotonic()
        with Bar(*texts, TimeRemainingColumn(), console=console(stderr=True), transient=True) as bar:
            task = bar.add_task(self.say("extending"), total=count, pace="")
            for step in steps:
                bar.update(task, completed=step.seen, pace=self._pace(step, started))
                yield step

    def _lines(self, steps: Iterator[Progress]) -> Iterator[Progress]:
        """For logs: a line now and then, with the time that is left."""
        started = last = time.monotonic()
        for step in steps:
            if time.monotonic() - last >= EVERY:
                last = time.monotonic()
                left = (last - started) / max(step.seen, 1) * (step.total - step.seen) / 60
                text = self.say("progress", done=step.seen, total=step.total, minutes=f"{left:.0f}")
                print(f"{text} ({self._pace(step, started)})", file=sys.stderr, flush=True)
            yield step

    def _pace(self, step: Progress, started: float) -> str:
        return self.say("pace", pace=f"{step.done / max(time.monotonic() - started, 0.001):.1f}")

    def say(self, key: str, **values: object) -> str:
        return messages.text(f"extension.{key}", self.language, **values)


def tell(outcomes: Sequence[Outcome], run: Run) -> None:
    """The plain report: done, left, failed and why, cost."""
    out = console()
    for one in outcomes:
        step = one.progress
        level = run.goal.to.value
        out.print(f"[green]✓[/] {run.say('done', done=step.done, already=step.already, level=level)}")
        if one.stopped:
            out.print(f"[yellow]![/] {run.say(f'stopped.{one.stopped}', later=len(one.names) - _finished(one))}")
        _failures(one, run)
        if step.tokens or step.spent:
            spent = f"{step.spent} {one.journal.currency}" if step.spent else run.say("free")
            out.print(f"  {run.say('spent', tokens=step.tokens, spent=spent)}")
        if not one.complete:
            next_step(run.language, ["mikra", "seal", "status", str(one.folder.home)])


def _finished(one: Outcome) -> int:
    return one.progress.done + one.progress.already


def _failures(one: Outcome, run: Run) -> None:
    failed = [(name, one.journal.failed[name]) for name in one.names if name in one.journal.failed]
    for name, failure in failed[:MOST_SHOWN]:
        mark = "[yellow]![/]" if failure.again else "[bold red]✗[/]"
        detail = f" ({plain(failure.found)})" if failure.found else ""
        console().print(f"{mark} {plain(name)}: {plain(failure.why)}{detail}")
    if len(failed) > MOST_SHOWN:
        console().print(f"  [dim]{run.say('more', count=len(failed) - MOST_SHOWN)}[/]")


def answer(outcomes: Sequence[Outcome], run: Run) -> None:
    """The answer for programs (docs/answers.md)."""
    print_json([_summary(one, run) for one in outcomes])


def _summary(one: Outcome, run: Run) -> dict[str, Any]:
    step, failed = one.progress, one.journal.failed
    return {
        "folder": str(one.folder.files),
        "level": run.goal.to.value,
        "complete": one.complete,
        "stopped": one.stopped,
        "total": len(one.names),
        "done": step.done,
        "already": step.already,
        "timestamps": step.tokens,
        "spent": str(step.spent),
        "currency": one.journal.currency,
        "failed": [
            {
                "file": name,
                "why": failed[name].why,
                "found": failed[name].found,
                "code": failed[name].code,
                "times": failed[name].times,
                "again": failed[name].again is not None,
            }
            for name in one.names
            if name in failed
        ],
    }
