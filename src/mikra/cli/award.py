"""What a registrar is about to award, in one sentence, and what is doubtful about it; said before the sealing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mikra.cli.output import console, plain, print_findings, say

if TYPE_CHECKING:
    from decimal import Decimal

    from mikra.cli.class_list import ClassList
    from mikra.issuance.design import Design
    from mikra.issuance.journal import Journal
    from mikra.report import Finding
    from mikra.sealing.keys import Signer

SOON = dt.timedelta(days=60)
"""A certificate that ends sooner is worth a warning: a new one takes weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """`people` get it now, `already` had it. `checked` of all had their identity checked; `ends` is the seal's end."""

    design: Design
    people: int
    already: int
    checked: int
    sealer: str
    ends: dt.date
    ends_soon: bool
    doubts: tuple[Finding, ...]

    def sentence(self, language: str) -> str:
        """You award what, to how many, how checked, sealed by whom."""
        return say(
            "issue.award",
            language,
            title=self.design.title.best(language),
            facts=", ".join(_facts(self.design, language)),
            people=people(self.people, language),
            identity=self._identity(language),
            sealer=self.sealer,
        )

    def _identity(self, language: str) -> str:
        every = self.people + self.already
        if 0 < self.checked < every:
            return say("issue.identity.some", language, some=self.checked, count=every)
        first = self.design.assessment[0] if self.design.assessment else None
        how = first.supervision.value if first and self.checked else "unchecked"
        return say(f"issue.identity.{how}", language)

    def as_dict(self, language: str) -> dict[str, Any]:
        """The answer for programs (docs/answers.md)."""
        return {
            "design": f"{self.design.code}/{self.design.edition}",
            "sentence": self.sentence(language),
            "people": self.people,
            "already": self.already,
            "identity_checked": self.checked,
            "seal_ends": self.ends.isoformat(),
            "doubts": [one.as_dict(language) for one in self.doubts],
        }

    def warnings(self, language: str) -> list[str]:
        """Doubts that are no findings on the content."""
        from mikra.messages.spoken import Day

        found = [say("issue.seal_ends", language, day=Day(self.ends).text(language))] if self.ends_soon else []
        return [*found, *([say("design.demonstration", language)] if self.design.demonstration else [])]


def look_ahead(design: Design, found: ClassList, signer: Signer, folder: Path, *, at: dt.datetime) -> Award:
    """Goes through the rows once. ConflictError where the folder holds another design's credentials."""
    from mikra.issuance.roster import learner_key
    from mikra.trust import certificates

    journal = _journal(folder, design)
    days, already, checked = set[dt.date](), 0, 0
    planned = bool(design.assessment and design.assessment[0].identity_verified)
    for row in found.rows():
        days.add(row.values.get("completed") or at.date())  # type: ignore[arg-type]
        already += bool(journal and journal.learner(learner_key(row.values)) in journal.done)
        checked += bool(row.values.get("identity_verified", planned))
    facts = certificates.read(signer.certificate)
    return Award(
        design=design,
        people=found.ready - already,
        already=already,
        checked=checked,
        sealer=facts.organization or facts.common_name,
        ends=facts.valid_to.date(),
        ends_soon=at <= facts.valid_to < at + SOON,
        doubts=_doubts(design, {min(days), max(days)} if days else set()),
    )


def _journal(folder: Path, design: Design) -> Journal | None:
    """What was issued into the folder before, if anything was."""
    from mikra.adapters.folder import JOURNAL
    from mikra.issuance.journal import edition_of, read_journal, whole

    file = folder / JOURNAL
    begun = whole(file.read_bytes()) if file.is_file() else b""
    return read_journal(begun, design=edition_of(design)) if begun else None


def _doubts(design: Design, days: Iterable[dt.date]) -> tuple[Finding, ...]:
    """What contradicts itself on the first or the last day of award: an accreditation that had ended, and the like."""
    from mikra.issuance.design_assessment import assess_on
    from mikra.report import Severity

    found: dict[str, Finding] = {}
    for day in sorted(days):
        judged = assess_on(design, day)
        for one in judged.placed([*judged.principles, *judged.sanity]):
            if one.severity is Severity.WARNING:
                found.setdefault(one.rule + one.where, one)
    return tuple(found.values())


def _facts(design: Design, language: str) -> list[str]:
    load = design.workload
    volume = _number(load.ects, "ECTS") or _number(load.ecvet, "ECVET") or _number(load.hours, "h")
    level = design.level.eqf
    return [volume, *([say("issue.level", language, level=level.code)] if level else [])]


def _number(amount: Decimal | None, unit: str) -> str:
    return f"{amount.normalize():f} {unit}" if amount else ""


def people(count: int, language: str) -> str:
    """So many people, in the form that the number asks for (CLDR)."""
    from babel import Locale

    form: Any = Locale(language).plural_form(count)
    return say(f"issue.people.{form if form in ('one', 'few') else 'other'}", language, count=count)


def print_award(award: Award, language: str) -> None:
    """The sentence, then the doubts."""
    out = console()
    if award.people:
        out.print(f"[bold]{plain(award.sentence(language))}[/]")
    if award.already:
        out.print(say("issue.have_it", language, people=people(award.already, language)))
    for text in award.warnings(language):
        out.print(f"  [yellow]![/] {plain(text)}")
    print_findings(award.doubts, language)
