"""A design judged as a whole: Annex I, Annex II, sanity, EDC profile; for `design check`, `publish` and `meter`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mikra.cli.output import console, print_findings, say

if TYPE_CHECKING:
    from mikra.issuance.design import Design
    from mikra.model import Credential
    from mikra.report import Finding
    from mikra.validation.annex1 import Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the checks of content say of a design or a credential."""

    meter: Meter
    principles: tuple[Finding, ...]
    sanity: tuple[Finding, ...]

    @property
    def complete(self) -> bool:
        return self.meter.complete

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What keeps a design from being published."""
        return tuple(finding for element in self.meter.missing for finding in element.findings)

    def as_dict(self, language: str) -> dict[str, Any]:
        return {
            "annex1": self.meter.as_dict(language),
            "principles": [finding.as_dict(language) for finding in self.principles],
            "sanity": [finding.as_dict(language) for finding in self.sanity],
        }


def assess_design(design: Design) -> Assessment:
    """Judged as the credential that it would give, without learner and dates."""
    from mikra.issuance.compose import design_credential
    from mikra.validation.annex1 import Stage

    return assess(design_credential(design), Stage.DESIGN)


def assess(credential: Credential, stage: Any) -> Assessment:
    """The checks of content: on a design as if awarded today, on a credential by its own day of award."""
    from mikra.adapters.clock import now
    from mikra.validation.annex1 import Stage, measure
    from mikra.validation.principles import check_principles
    from mikra.validation.sanity import check_sanity

    day = now().date() if stage is Stage.DESIGN else None
    return Assessment(
        meter=measure(credential, stage=stage),
        principles=check_principles(credential, at_award=day, stage=stage),
        sanity=check_sanity(credential, awarded_on=day),
    )


def print_meter(meter: Meter, language: str) -> None:
    """The sixteen elements: mark, name, what was found."""
    from rich.table import Table

    marks = {
        "present": "[green]✓[/]",
        "weak": "[yellow]![/]",
        "missing": "[bold red]✗[/]",
        "not applicable": "[dim]–[/]",
        "at award": "[dim]…[/]",
    }
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(ratio=2)
    table.add_column(ratio=3)
    for element in meter.elements:
        shown = "; ".join(element.shown(language)) or say(f"state.{element.state.value.replace(' ', '_')}", language)
        table.add_row(marks[element.state.value], element.name(language, short=True), _shortened(shown))
    out = console()
    out.print(f"[bold]{meter.sentence.text(language)}[/]")
    out.print(table)


def _shortened(text: str, length: int = 110) -> str:
    from rich.markup import escape

    text = " ".join(text.split())
    return escape(text if len(text) <= length else text[: length - 1] + "…")


def print_assessment(result: Assessment, language: str) -> None:
    """The meter, then what to mend, then what to think about."""
    print_meter(result.meter, language)
    sections = [
        ("section.annex1", result.meter.findings),
        ("section.principles", result.principles),
        ("section.sanity", result.sanity),
    ]
    for key, findings in sections:
        shown = [finding for finding in findings if finding.severity.value != "information"]
        if shown:
            console().print(f"\n[bold]{say(key, language)}[/]")
            print_findings(shown, language)
