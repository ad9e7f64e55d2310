"""A design judged as a whole: Annex I, Annex II, sanity, EDC profile; for `design check`, `publish` and `meter`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mikra.cli.output import columns, console, plain, print_findings, say
from mikra.cli.places import in_design

if TYPE_CHECKING:
    import datetime as dt

    from mikra.issuance.design import Design
    from mikra.model import Credential
    from mikra.report import Finding
    from mikra.validation.annex1 import Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the checks of content say of a design (then places are those of its file) or of a credential."""

    meter: Meter
    principles: tuple[Finding, ...]
    sanity: tuple[Finding, ...]
    of_design: bool = False

    @property
    def complete(self) -> bool:
        return self.meter.complete

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What keeps a design from being published."""
        return self.placed(finding for element in self.meter.missing for finding in element.findings)

    def placed(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings, placed where the author of a design finds them; one of each."""
        if not self.of_design:
            return tuple(findings)
        found = (replace(one, where=in_design(one.where, one.rule)) for one in findings)
        return tuple({(one.rule, one.what.text(), one.found): one for one in reversed([*found])}.values())[::-1]

    def as_dict(self, language: str) -> dict[str, Any]:
        return {
            "annex1": self._annex1(language),
            "principles": [finding.as_dict(language) for finding in self.placed(self.principles)],
            "sanity": [finding.as_dict(language) for finding in self.placed(self.sanity)],
        }

    def _annex1(self, language: str) -> dict[str, Any]:
        """The meter's answer, its places as `placed` gives them."""
        told = self.meter.as_dict(language)
        if self.of_design:
            for element in told["elements"]:
                for one in (element, *element["findings"]):
                    if "where" in one:
                        one["where"] = in_design(one["where"], element["rule"])
        return told


def assess_design(design: Design) -> Assessment:
    """Judged as the credential that it would give, without learner and dates, as if awarded today."""
    from mikra.adapters.clock import now

    return assess_on(design, now().date())


def assess_on(design: Design, day: dt.date) -> Assessment:
    """Judged as if awarded on that day."""
    from mikra.issuance.compose import design_credential
    from mikra.validation.annex1 import Stage

    return replace(assess(design_credential(design), Stage.DESIGN, day=day), of_design=True)


def assess(credential: Credential, stage: Any, *, day: dt.date | None = None) -> Assessment:
    """The checks of content; without a `day` the credential's own day of award counts."""
    from mikra.validation.annex1 import measure
    from mikra.validation.principles import check_principles
    from mikra.validation.sanity import check_sanity

    return Assessment(
        meter=measure(credential, stage=stage),
        principles=check_principles(credential, at_award=day, stage=stage),
        sanity=check_sanity(credential, awarded_on=day),
    )


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
