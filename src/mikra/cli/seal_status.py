"""`mikra seal status`: every sealed file of a folder, where it stands, and until when it can be proven."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mikra import messages
from mikra.cli.output import Exit, console, plain, print_json
from mikra.messages.spoken import Day

if TYPE_CHECKING:
    from mikra.adapters.extension_folder import ExtensionFolder
    from mikra.issuance.extension_journal import ExtensionJournal
    from mikra.issuance.extension_status import Entry
    from mikra.issuance.extension_steps import Goal

MOST_SHOWN = 20


def print_status(
    folders: Sequence[tuple[ExtensionFolder, tuple[str, ...]]], goal: Goal, language: str, *, as_json: bool
) -> Exit:
    """DONE where everything is done, UNDECIDED where something is left, NO where something failed for good."""
    from mikra.adapters.clock import now
    from mikra.issuance.extension_status import entry

    answers, everything = [], []
    for folder, names in folders:
        journal = folder.journal_as_it_is()
        entries = [entry(name, folder, journal, goal, now()) for name in names]
        everything += entries
        if as_json:
            answers.append(_as_dict(folder, entries, journal))
        else:
            _print(folder, entries, journal, language)
    if as_json:
        print_json(answers)
    return _exit(everything)


def _exit(entries: Sequence[Entry]) -> Exit:
    from mikra.issuance.extension_status import Stage

    stages = {one.stage for one in entries}
    if stages & {Stage.FAILED, Stage.OTHER}:
        return Exit.NO
    return Exit.DONE if stages <= {Stage.DONE} else Exit.UNDECIDED


def _as_dict(folder: ExtensionFolder, entries: Sequence[Entry], journal: ExtensionJournal) -> dict[str, Any]:
    from mikra.issuance.extension_status import summarise

    summary = summarise(entries)
    return {
        "folder": str(folder.files),
        "stages": {stage.value: count for stage, count in summary.stages.items()},
        "levels": dict(summary.levels),
        "until": summary.until.isoformat() if summary.until else "",
        "spent": str(journal.spent),
        "currency": journal.currency,
        "files": [_entry(one) for one in entries],
    }


def _entry(one: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {
        "file": one.name,
        "stage": one.stage.value,
        "level": one.level.value if one.level else "",
        "left": list(one.left),
        "until": one.until.isoformat() if one.until else "",
    }
    if one.failure is not None:
        told["failure"] = {"why": one.failure.why, "found": one.failure.found, "times": one.failure.times}
    return told


def _print(folder: ExtensionFolder, entries: Sequence[Entry], journal: ExtensionJournal, language: str) -> None:
    from mikra.issuance.extension_status import Stage, summarise

    out, summary = console(), summarise(entries)
    out.print(plain(str(folder.files)))
    for stage in Stage:
        if summary.stages[stage]:
            out.print(f"  {_mark(stage)} {_say(f'stage.{stage}', language, count=summary.stages[stage])}")
    if summary.until is not None:
        out.print(f"  {_say('until', language, day=Day(summary.until).text(language))}")
    if journal.spent:
        out.print(f"  {_say('spent_in_all', language, spent=f'{journal.spent} {journal.currency}')}")
    told = [one for one in entries if one.failure is not None]
    for one in told[:MOST_SHOWN]:
        failure = one.failure
        if failure is not None:
            detail = f" ({plain(failure.found)})" if failure.found else ""
            out.print(f"    {_mark(one.stage)} {plain(one.name)}: {plain(failure.why)}{detail}")
    if len(told) > MOST_SHOWN:
        out.print(f"    [dim]{_say('more', language, count=len(told) - MOST_SHOWN)}[/]")


def _mark(stage: object) -> str:
    return {"done": "[green]✓[/]", "failed": "[bold red]✗[/]", "other": "[dim]–[/]"}.get(str(stage), "[yellow]![/]")


def _say(key: str, language: str, **values: object) -> str:
    return messages.text(f"extension.{key}", language, **values)
