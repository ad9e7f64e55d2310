"""`mikra issue`: a class list becomes sealed credentials in a folder; stopped, it goes on where it was."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra.cli.keys import Password, open_key
from mikra.cli.output import Exit, Language, console, say
from mikra.cli.roster import DateOrder, Delimiter, DesignFile, Encoding, Mapping, RosterFile, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mikra.issuance.design import Design
    from mikra.issuance.issue import Issue, Learner, Progress
    from mikra.issuance.journal import Journal
    from mikra.sealing.keys import Signer

EXAMPLES = (
    "Example: mikra issue water.yaml class.xlsx --key seal.p12 -o issued   (run again, it issues what is missing)"
)


def issue(
    design_file: DesignFile,
    list_file: RosterFile,
    key: Annotated[str, typer.Option("--key", help="The seal key: a file (PKCS#12 or PEM), or pkcs11:...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the credentials.")] = Path("issued"),
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Issue the rows that are ready; leave the others for later.")
    ] = False,
    page_per_learner: Annotated[
        bool, typer.Option("--page-per-learner", help="Draw a page with each learner's name. Slower, larger files.")
    ] = False,
    corrections: Annotated[str, typer.Option(help="Write the rows to mend into this file.")] = "",
    mapping: Mapping = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    date_order: DateOrder = "",
    sheet: Sheet = "",
    password_file: Password = "",
    language: Language = "",
    as_json: Annotated[bool, typer.Option("--json", help="A summary for programs.")] = False,
) -> None:
    """Seal one credential per learner of a class list. Safe to stop and to run again: never twice, never a gap."""
    from mikra.cli.roster import keep, print_roster, read_design, read_list

    design = read_design(design_file)
    signer = open_key(key, password_file)
    options = {"encoding": encoding, "delimiter": delimiter, "date_order": date_order, "sheet": sheet}
    roster = read_list(design, list_file, language, mapping=mapping, **options)
    keep(roster, corrections, "")
    if roster.bad and not good_rows:
        print_roster(roster, language, corrections)
        console(stderr=True).print(say("issue.nothing", language))
        raise SystemExit(Exit.NO)
    from mikra.issuance.roster import learner_key

    learners = [_learner(row.number, learner_key(row.values), row.values) for row in roster.rows]
    runner = Runner(design, signer, output, language=language, quiet=as_json, personal=page_per_learner)
    raise SystemExit(runner.run(learners, left=len(roster.bad)))


def _learner(number: int, key: str, values: Any) -> Learner:
    from mikra.issuance.issue import Learner

    return Learner(row=number, key=key, values=values)


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or the machine asked us to end."""


class Runner:
    """One run of an issue in a folder, with its progress on the screen and its receipt at the end."""

    def __init__(
        self, design: Design, signer: Signer, folder: Path, *, language: str, quiet: bool, personal: bool = False
    ) -> None:
        self.design = design
        self.signer = signer
        self.path = folder
        self.language = language
        self.quiet = quiet
        self.personal = personal

    def run(self, learners: list[Learner], *, left: int = 0) -> Exit:
        """Issues what is missing. DONE, or UNDECIDED when it was stopped and can go on."""
        from mikra.adapters.clock import chance
        from mikra.adapters.folder import Folder
        from mikra.issuance.journal import edition_of

        folder = Folder(self.path)
        with folder.locked():
            journal = folder.journal(design=edition_of(self.design), salt=chance(16).hex())
            before = len(journal.done)
            try:
                last = self._issue(self._prepare(folder, journal), learners)
            except Stopped:
                return self._stopped(journal, len(learners))
            self._receipt(journal)
            self._ledger(journal, learners)
        self._finished(journal, before, last, left)
        return Exit.DONE

    def _prepare(self, folder: Any, journal: Journal) -> Issue:
        from mikra.adapters.clock import chance, now
        from mikra.issuance.batch import Batch
        from mikra.issuance.issue import Issue

        renderer = personal_renderer(self.design) if self.personal else None
        pages = {} if renderer else edition_pages(self.design)
        batch = Batch(self.design, signer=self.signer, pages=pages, at=now(), renderer=renderer)
        return Issue(batch=batch, journal=journal, ledger=folder, vault=folder, clock=now, chance=chance)

    def _issue(self, issue: Issue, learners: list[Learner]) -> Progress | None:
        last = None
        with _stoppable() as stop:
            for progress in self._shown(issue.run(learners), len(learners)):
                last = progress
                if stop:
                    raise Stopped
        return last

    def _shown(self, steps: Iterable[Progress], total: int) -> Iterator[Progress]:
        if self.quiet:
            yield from steps
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
        )
        started = time.monotonic()
        with Bar(*columns, TimeRemainingColumn(), console=console(stderr=True), transient=True) as bar:
            task = bar.add_task(say("issue.sealing", self.language), total=total, pace="")
            for step in steps:
                pace = step.issued / max(time.monotonic() - started, 0.001)
                bar.update(task, completed=step.seen, pace=say("issue.pace", self.language, pace=f"{pace:.0f}"))
                yield step

    def _receipt(self, journal: Journal) -> None:
        from mikra.adapters.clock import now
        from mikra.adapters.folder import write_whole
        from mikra.issuance.issue import receipt
        from mikra.sealing import jades

        at = now()
        language = self.design.primary_language
        title, issuer = self.design.title.best(language), self.design.issuer.name.best(language)
        content = receipt(journal, title=title, issuer=issuer, at=at)
        write_whole(self.path / "receipt.jsonld", jades.seal(content, signer=self.signer, at=at))

    def _ledger(self, journal: Journal, learners: list[Learner]) -> None:
        """Who got which file: for the registrar, who hands them out."""
        from mikra.adapters.folder import write_whole
        from mikra.issuance.handout import write_handout

        write_whole(self.path / "ledger.csv", write_handout(journal, learners))

    def _stopped(self, journal: Journal, total: int) -> Exit:
        if self.quiet:
            self._print_summary(journal, 0, 0, 0, complete=False)
        else:
            text = say("issue.stopped", self.language, done=len(journal.done), total=total)
            console(stderr=True).print(f"[yellow]![/] {text}")
        return Exit.UNDECIDED

    def _finished(self, journal: Journal, before: int, last: Progress | None, left: int) -> None:
        issued, already = len(journal.done) - before, last.already if last else 0
        if self.quiet:
            self._print_summary(journal, issued, already, left, complete=True)
            return
        out = console()
        out.print(f"[green]✓[/] {say('issue.done', self.language, issued=issued, already=already)}")
        if left:
            out.print(f"[yellow]![/] {say('issue.left', self.language, left=left)}")
        for key, name in (("credentials", "credentials"), ("receipt", "receipt.jsonld"), ("ledger", "ledger.csv")):
            out.print(f"  {say(f'issue.{key}', self.language)}: {self.path / name}")

    def _print_summary(self, journal: Journal, issued: int, already: int, left: int, *, complete: bool) -> None:
        import sys

        import orjson

        summary = {
            "design": journal.design,
            "complete": complete,
            "issued": issued,
            "already": already,
            "attention": left,
            "total": len(journal.done),
            "folder": str(self.path),
        }
        sys.stdout.buffer.write(orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


class _stoppable:
    """Lets Ctrl-C and SIGTERM end the run after the chunk in hand; a second Ctrl-C ends it at once."""

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
    from mikra.errors import InputError
    from mikra.rendering import page

    renderer = page.page_renderer(personal=True, demonstration=design.demonstration)
    if renderer is None:
        raise InputError("Pages cannot be drawn here.", fix="Install it with: pip install 'mikra[pdf]'")
    return renderer
