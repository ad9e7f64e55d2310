"""One run of an issue in a folder: progress on the screen, stopping and going on, the receipt at the end."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mikra import messages
from mikra.cli.output import Exit, busy, console, next_step, plain, print_json, say
from mikra.errors import InputError

if TYPE_CHECKING:
    from mikra.adapters.status_store import StatusStore
    from mikra.issuance.design import Design
    from mikra.issuance.issue import Issue, Learner, Progress
    from mikra.issuance.journal import Journal
    from mikra.issuance.status_entry import Member
    from mikra.report import Finding
    from mikra.sealing.keys import Signer
    from mikra.status.indexes import Place

EVERY = 10.0
"""Seconds between two lines of progress where there is no terminal."""

CREDENTIALS, RECEIPT, LEDGER = "credentials", "receipt.jsonld", "ledger.csv"


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or the machine asked us to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run did. `left`: rows that need attention."""

    issued: int
    already: int
    left: int
    total: int
    complete: bool
    doubts: Sequence[Finding] = ()


class Runner:
    """One run of an issue in a folder."""

    def __init__(
        self,
        design: Design,
        signer: Signer,
        folder: Path,
        *,
        language: str,
        quiet: bool,
        personal: bool = False,
        hint: bool = True,
        tsa: str = "",
    ) -> None:
        """`quiet`: the answer is for programs. `personal`: a page per learner. `hint`: say what to do next.

        `tsa`: the timestamp authority with which the seals are to be made to last, in a stage of its own.
        """
        self.design = design
        self.signer = signer
        self.path = folder
        self.language = language
        self.quiet = quiet
        self.personal = personal
        self.hint = hint
        self.tsa = tsa
        self.member: Member | None = None
        self.places: StatusStore | None = None

    def offer_status(self, address: str, store: str, member: str) -> None:
        """Credentials get places in the lists at `address`, kept in the file `store`. Without an address, none."""
        from mikra.adapters.status_store import open_store
        from mikra.issuance.status_entry import Member

        if member not in list(Member):
            raise InputError("Status cannot stand there.", found=member, expected=" or ".join(Member))
        if address:
            self.member, self.places = Member(member), open_store(Path(store), address)

    def check(self) -> None:
        """Raises as `batch.Batch` where this key cannot seal this design: a draft, another's seal, one that ended."""
        from mikra.adapters.clock import now
        from mikra.issuance.batch import Batch

        Batch(self.design, signer=self.signer, pages={}, at=now())

    def run(
        self,
        learners: Callable[[], Iterable[Learner]],
        count: int,
        *,
        left: int = 0,
        doubts: Sequence[Finding] = (),
    ) -> Exit:
        """Issues what is missing of `count` learners. DONE, or UNDECIDED when it was stopped and can go on."""
        from mikra.adapters.clock import chance
        from mikra.adapters.folder import Folder
        from mikra.issuance.journal import edition_of

        folder = Folder(self.path)
        with folder.locked():
            address = self.places.base if self.places else ""
            journal = folder.journal(design=edition_of(self.design), salt=chance(16).hex(), status=address)
            before = len(journal.done)
            try:
                last = self._issue(self._prepare(folder, journal), learners(), count)
                self._receipt(journal)
                self._ledger(journal, learners())
            except Stopped:
                last = None
        total = len(journal.done)
        self._tell(
            Outcome(
                issued=total - before,
                already=last.already if last else min(before, count),
                left=left,
                total=total,
                complete=last is not None,
                doubts=doubts,
            ),
            journal,
            count,
        )
        return Exit.DONE if last else Exit.UNDECIDED

    def _prepare(self, folder: Any, journal: Journal) -> Issue:
        with nullcontext() if self.quiet else busy("issue.preparing", self.language):
            return self._prepared(folder, journal)

    def _prepared(self, folder: Any, journal: Journal) -> Issue:
        from mikra.adapters.clock import chance, now
        from mikra.issuance.batch import Batch
        from mikra.issuance.issue import Issue

        renderer = personal_renderer(self.design) if self.personal else None
        pages = {} if renderer else edition_pages(self.design)
        batch = Batch(self.design, signer=self.signer, pages=pages, at=now(), renderer=renderer, status=self.member)
        reserve = self._reserve if self.places else None
        return Issue(
            batch=batch, journal=journal, ledger=folder, vault=folder, clock=now, chance=chance, reserve=reserve
        )

    def _reserve(self, awards: Sequence[str], ends: Any) -> Sequence[Place]:
        from mikra.adapters.clock import chance
        from mikra.status.indexes import group_of, reserve

        assert self.places is not None
        return reserve(self.places, awards, group=group_of(ends), chance=chance)

    def _issue(self, issue: Issue, learners: Iterable[Learner], count: int) -> Progress:
        """The last progress. Stopped when somebody asked for it before the end."""
        from mikra.issuance.issue import Progress

        last = Progress(issued=0, already=0, seen=0)
        with Stoppable() as stop, closing(self._shown(issue.run(learners), count)) as steps:
            for last in steps:
                if stop and last.seen < count:
                    raise Stopped
        return last

    def _shown(self, steps: Iterable[Progress], count: int) -> Generator[Progress, None, None]:
        if self.quiet:
            yield from steps
        else:
            yield from self._bar(steps, count) if sys.stderr.isatty() else self._lines(steps, count)

    def _bar(self, steps: Iterable[Progress], count: int) -> Iterator[Progress]:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        texts = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}")
        started = time.monotonic()
        with Bar(*texts, TimeRemainingColumn(), console=console(stderr=True), transient=True) as bar:
            task = bar.add_task(say("issue.sealing", self.language), total=count, pace="")
            for step in steps:
                bar.update(task, completed=step.seen, pace=self._pace(step, started))
                yield step

    def _lines(self, steps: Iterable[Progress], count: int) -> Iterator[Progress]:
        """For logs: a line now and then, none for a short run."""
        started = last = time.monotonic()
        for step in steps:
            if time.monotonic() - last >= EVERY:
                last = time.monotonic()
                text = say("issue.progress", self.language, done=step.seen, total=count)
                print(f"{text} ({self._pace(step, started)})", file=sys.stderr, flush=True)
            yield step

    def _pace(self, step: Progress, started: float) -> str:
        return say("issue.pace", self.language, pace=f"{step.issued / max(time.monotonic() - started, 0.001):.0f}")

    def _receipt(self, journal: Journal) -> None:
        from mikra.adapters.clock import now
        from mikra.adapters.folder import write_whole
        from mikra.issuance.issue import receipt
        from mikra.sealing import jades

        at = now()
        language = self.design.primary_language
        title, issuer = self.design.title.best(language), self.design.issuer.name.best(language)
        content = receipt(journal, title=title, issuer=issuer, at=at)
        write_whole(self.path / RECEIPT, jades.seal(content, signer=self.signer, at=at))

    def _ledger(self, journal: Journal, learners: Iterable[Learner]) -> None:
        """Who got which file: for the registrar, who hands them out."""
        from mikra.adapters.folder import write_whole
        from mikra.issuance.handout import write_handout

        write_whole(self.path / LEDGER, write_handout(journal, learners))

    def _tell(self, outcome: Outcome, journal: Journal, count: int) -> None:
        if self.quiet:
            print_json(self._summary(outcome))
        elif outcome.complete:
            self._finished(outcome, journal)
        else:
            text = say("issue.stopped", self.language, done=min(outcome.total, count), total=count)
            console(stderr=True).print(f"[yellow]![/] {text}")

    def _finished(self, outcome: Outcome, journal: Journal) -> None:
        out = console()
        text = say("issue.done", self.language, issued=outcome.issued, already=outcome.already)
        out.print(f"[green]✓[/] {text}")
        if outcome.left:
            out.print(f"[yellow]![/] {say('issue.left', self.language, left=outcome.left)}")
        for key, name in (("credentials", CREDENTIALS), ("receipt", RECEIPT), ("ledger", LEDGER)):
            out.print(f"  {say(f'issue.{key}', self.language)}: {plain(str(self.path / name))}", soft_wrap=True)
        if outcome.issued and self.tsa:
            out.print(f"[yellow]![/] {messages.text('extension.stage.pending', self.language, count=outcome.issued)}")
        first = next(iter(journal.done.values()), None)
        if first and self.hint:
            file = str(self.path / CREDENTIALS / first.file)
            verify = ["mikra", "verify", file, "--trust-seal", self._fingerprint()]
            next_step(self.language, *([self._extend()] if self.tsa else []), verify)

    def _extend(self) -> list[str]:
        """How the seals are made to last: the command that also goes on where it was stopped."""
        return ["mikra", "seal", "extend", str(self.path), "--tsa", self.tsa]

    def _fingerprint(self) -> str:
        from mikra.trust import certificates

        return certificates.fingerprint(self.signer.certificate)

    def _summary(self, outcome: Outcome) -> dict[str, Any]:
        """The answer for programs (docs/answers.md)."""
        return {
            "design": f"{self.design.code}/{self.design.edition}",
            "folder": str(self.path),
            "complete": outcome.complete,
            "issued": outcome.issued,
            "already": outcome.already,
            "attention": outcome.left,
            "total": outcome.total,
            "seal": self._fingerprint(),
            "doubts": [one.as_dict(self.language) for one in outcome.doubts],
            "credentials": str(self.path / CREDENTIALS),
            "receipt": str(self.path / RECEIPT) if outcome.complete else "",
            "ledger": str(self.path / LEDGER) if outcome.complete else "",
            "pending": outcome.issued if self.tsa else 0,
            "extend": shlex.join(self._extend()) if self.tsa else "",
        }


class Stoppable:
    """Lets Ctrl-C and SIGTERM end the run after the chunk in hand; a second one ends it at once."""

    def __enter__(self) -> list[int]:
        self._asked: list[int] = []
        self._before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        return self._asked

    def _ask(self, number: int, _frame: Any) -> None:
        if self._asked:
            raise Stopped
        self._asked.append(number)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def edition_pages(design: Design) -> dict[str, bytes]:
    """The edition's page in each of its languages; Mikra's neutral page where pages cannot be drawn here."""
    from mikra.issuance import compose
    from mikra.rendering import page

    renderer = page.page_renderer(demonstration=design.demonstration)
    if renderer is None:
        return {language: page.neutral_page(language) for language in design.languages}
    return compose.edition_pages(design, renderer)


def personal_renderer(design: Design) -> Any:
    """Draws a page per learner. InputError where pages cannot be drawn here."""
    from mikra.rendering import page

    renderer = page.page_renderer(personal=True, demonstration=design.demonstration)
    if renderer is None:
        raise InputError("Pages cannot be drawn here.", fix="Install it with: pip install 'mikra[pdf]'")
    return renderer
