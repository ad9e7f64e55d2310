"""A design as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mikra.cli.assess import print_meter
from mikra.cli.output import console, say

if TYPE_CHECKING:
    from mikra.issuance.design import Design


def print_design(design: Design, language: str) -> None:
    """Title, who, what the learner can do, then the sixteen elements."""
    from rich.markup import escape

    from mikra.issuance.compose import design_credential
    from mikra.validation.annex1 import Stage, measure

    out = console()
    out.print(f"[bold]{escape(design.title.best(language))}[/]")
    state = "design.state_published" if design.published else "design.state_draft"
    out.print(say(state, language, code=design.code, edition=design.edition, languages=", ".join(design.languages)))
    if design.description:
        out.print(escape(design.description.best(language)))
    out.print(f"\n[bold]{say('design.outcomes', language)}[/]")
    for outcome in design.outcomes:
        out.print(f"  • {escape(outcome.title.best(language))}")
    out.print()
    print_meter(measure(design_credential(design), stage=Stage.DESIGN), language)
    if design.demonstration:
        out.print(f"\n[yellow]{say('design.demonstration', language)}[/]")
