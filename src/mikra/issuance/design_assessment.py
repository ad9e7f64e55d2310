"""A design, or a credential, judged as a whole: Annex I, Annex II, sanity. What `design check` and the studio show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from mikra.issuance.compose import design_credential
from mikra.issuance.design import Design
from mikra.issuance.design_places import in_design
from mikra.model import Credential
from mikra.report import Finding
from mikra.validation.annex1 import Meter, Stage, measure
from mikra.validation.principles import check_principles
from mikra.validation.sanity import check_sanity


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


def assess_on(design: Design, day: dt.date) -> Assessment:
    """Judged as the credential that it would give, without learner and dates, as if awarded on that day."""
    return assess_prototype(design_credential(design), day)


def assess_prototype(credential: Credential, day: dt.date) -> Assessment:
    """The same for who has made the prototype (`compose.design_credential`)."""
    return replace(assess(credential, Stage.DESIGN, day=day), of_design=True)


def assess(credential: Credential, stage: Stage, *, day: dt.date | None = None) -> Assessment:
    """The checks of content; without a `day` the credential's own day of award counts."""
    return Assessment(
        meter=measure(credential, stage=stage),
        principles=check_principles(credential, at_award=day, stage=stage),
        sanity=check_sanity(credential, awarded_on=day),
    )
