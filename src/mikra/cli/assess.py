"""A design judged as a whole, and told: for `design check`, `publish` and `meter`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mikra.cli.output import columns, console, plain, print_findings, say

if TYPE_CHECKING:
    from mikra.issuance.design import Design
    from mikra.issuance.design_assessment import Assessment
    from mikra.validation.annex1 import Meter


def assess_design(design: Design) -> Assessment:
    """Judged as the credential that it would give, without learner and dates, as if awarded today."""
    from mikra.adapters.clock import now
    from mikra.issuance.design_assessment import assess_on

    return assess_on(design, now().date())


def print_meter(meter: Meter, language: str) -> None:
    """The sixteen elements: mark, name, what was found."""
    marks = {
        "present": "[green]✓[/]",
        "weak": "[yellow]![/]",
        "missing": "[bold red]✗[/]",
        "not applicable": "[dim]–[/]",
        "at award": "[dim]…[/]",
    }
    table = columns()
    table.add_column(no_wrap=True)
    table.add_column(ratio=2, overflow="fold")
    table.add_column(ratio=3, overflow="fold")
    for element in meter.elements:
        shown = "; ".join(element.shown(language)) or say(f"state.{element.state.value.replace(' ', '_')}", language)
        table.add_row(marks[element.state.value], element.name(language, short=True), _shortened(shown))
    out = console()
    out.print(f"[bold]{meter.sentence.text(language)}[/]")
    out.print(table)


def _shortened(text: str, length: int = 1_000) -> str:
    text = " ".join(text.split())
    return plain(text if len(text) <= length else text[: length - 1] + "…")


def print_assessment(result: Assessment, language: str) -> None:
    """The meter, then what to mend, then what to think about."""
    print_meter(result.meter, language)
    sections = [
        ("section.annex1", result.meter.findings),
        ("section.principles", result.principles),
        ("section.sanity", result.sanity),
    ]
    said: set[str] = set()
    for key, findings in sections:
        shown = [one for one in result.placed(findings) if one.severity.value != "information"]
        shown = [one for one in shown if one.what.text() not in said]
        said.update(one.what.text() for one in shown)
        if shown:
            console().print(f"\n[bold]{say(key, language)}[/]")
            print_findings(shown, language)
