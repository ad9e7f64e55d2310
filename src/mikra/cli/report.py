"""Reports of `mikra verify` for people: the sentence, the numbered checks, what the person can do.

Colour never stands alone: beside it are a mark and words. Green is passed, red altered, forged or withdrawn, amber
history or an unknown issuer, grey not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mikra.cli.output import console
from mikra.codes import CODES, Effect
from mikra.messages import text
from mikra.messages.spoken import Moment, harmless
from mikra.report import Check, Finding, Report, Severity, Status, Verdict

_VERDICTS = {
    Verdict.TOTAL_PASSED: ("✓", "bold green"),
    Verdict.INDETERMINATE: ("?", "bold yellow"),
    Verdict.TOTAL_FAILED: ("✗", "bold red"),
}
_CHECKS = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.NOT_CHECKED: ("?", "dim"),
    Status.NOT_APPLICABLE: ("–", "dim"),
}
_FINDINGS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.QUESTION: "?", Severity.INFORMATION: "i"}
_MOST_FINDINGS = 8
"""Remarks of one check on the first screen; --details shows all."""


def print_reports(reports: Sequence[Report], language: str, *, details: bool = False, given: bool = False) -> None:
    """One report in full; several as a table, and in full with `details`. `given`: the moment was asked for."""
    out = console()
    if len(reports) == 1 or details:
        for report in reports:
            if len(reports) > 1:
                out.rule(harmless(report.file))
            out.print(_whole(report, language, details=details, given=given))
    if len(reports) > 1:
        out.print(_table(reports, language))
        out.print(Text(_counts(reports, language), style="bold"))


def _whole(report: Report, language: str, *, details: bool, given: bool) -> RenderableType:
    mark, style = _VERDICTS[report.verdict]
    parts: list[RenderableType] = [Text.assemble((f"{mark} ", style), (report.sentence.text(language), "bold"))]
    if given and report.at is not None:
        parts.append(Text(text("report.judged_at", language, moment=Moment(report.at).text(language)), style="dim"))
    parts += [_heading("checks", language), _checks(report.checks, language, details=details)]
    parts += _content(report, language)
    return Group(*parts)


def _heading(name: str, language: str) -> Text:
    return Text("\n" + text(f"report.heading.{name}", language), style="bold")


def _checks(checks: Iterable[Check], language: str, *, details: bool) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        mark, style = _look(check)
        word = text(f"report.status.{check.status.value}", language)
        name = text(f"report.check.{check.id}", language)
        reason = Group(Text(check.reason.text(language)), *_remarks(check, language, details=details))
        table.add_row(str(check.number), Text(f"{mark} {word}", style=style), Text(name), reason)
    return table


def _look(check: Check) -> tuple[str, str]:
    """Red is for what is false; a failed check that only leaves things open is amber."""
    mark, style = _CHECKS[check.status]
    amber = check.status is Status.FAILED and (not check.code or CODES[check.code][1] is Effect.INDETERMINATE)
    return (mark, "yellow") if amber else (mark, style)


def _remarks(check: Check, language: str, *, details: bool) -> list[RenderableType]:
    """Findings below a check: those that ask for something, or all of them."""
    shown = [f for f in check.findings if details or f.severity is not Severity.INFORMATION]
    most = len(shown) if details else _MOST_FINDINGS
    lines = [_remark(finding, language, details=details) for finding in shown[:most]]
    if len(shown) > most:
        lines.append(Text(f"… +{len(shown) - most}", style="dim"))
    if details and check.clause:
        lines.append(Text(check.clause, style="dim"))
    return [Padding(line, (0, 0, 0, 2)) for line in lines]


def _remark(finding: Finding, language: str, *, details: bool) -> Text:
    words = finding.what.text(language)
    if details:
        words = " · ".join(part for part in (words, finding.found, finding.expected, finding.where) if part)
    return Text(f"{_FINDINGS[finding.severity]} {harmless(words, 500)}", style="dim")


def _content(report: Report, language: str) -> list[RenderableType]:
    """What the credential says; of an altered one only that it is not shown."""
    if report.credential is None:
        altered = report.verdict is Verdict.TOTAL_FAILED
        return [Text("\n" + text("report.content_hidden", language), style="dim")] if altered else []
    proven = report.check("seal.integrity").status is Status.PASSED
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    table.add_column(style="dim", ratio=1)
    table.add_column(ratio=3, overflow="fold")
    for stated in report.credential.values():
        style = "" if stated.values else "dim italic"
        table.add_row(stated.label.text(language), Text(stated.text(language), style=style))
    note = Text("\n" + text("report.no_recognition", language), style="dim")
    return [_heading("content" if proven else "content_unproven", language), table, note]


def _table(reports: Sequence[Report], language: str) -> Table:
    table = Table(title=text("report.heading.several", language), box=None, title_justify="left", pad_edge=False)
    table.add_column(text("report.column.result", language), no_wrap=True)
    table.add_column(text("report.column.file", language), overflow="fold")
    table.add_column("", overflow="fold", ratio=3)
    for report in reports:
        mark, style = _VERDICTS[report.verdict]
        word = text(f"report.verdict.{report.verdict.value}", language)
        table.add_row(Text(f"{mark} {word}", style=style), Text(harmless(report.file)), report.sentence.text(language))
    return table


def _counts(reports: Sequence[Report], language: str) -> str:
    found = [report.verdict for report in reports]
    return text(
        "report.summary",
        language,
        passed=found.count(Verdict.TOTAL_PASSED),
        open=found.count(Verdict.INDETERMINATE),
        failed=found.count(Verdict.TOTAL_FAILED),
    )
