"""The Annex I meter and the principles beside the form, each with its reason and the way to the field."""

from __future__ import annotations

from typing import Any

from mikra.report import Finding, Severity
from mikra.server.actions.drafts import Judged
from mikra.server.words import _
from mikra.validation.annex1 import Element, State
from mikra.validation.principles import Principle, Standing, principles_of

_STATES = {
    State.PRESENT: "has",
    State.WEAK: "note",
    State.MISSING: "gap",
    State.NOT_APPLICABLE: "quiet",
    State.AT_AWARD: "later",
}
FIELDS = {
    "annex1.2": "title",
    "annex1.3": "issuer",
    "annex1.4": "awarding_bodies",
    "annex1.6": "outcomes",
    "annex1.7": "workload",
    "annex1.8": "level",
    "annex1.9": "assessment",
    "annex1.10": "participation",
    "annex1.11": "quality",
    "annex1.o1": "prerequisites",
    "annex1.o2": "assessment",
    "annex1.o3": "assessment",
    "annex1.o4": "stacking",
    "annex1.o5": "further_information",
}
"""Element -> the part of the form where it is written."""


def anchor(where: str) -> str:
    """The part of the form for a member of the design: `#at-workload` for "workload.ects"."""
    top = where.partition(".")[0].partition("[")[0]
    return f"#at-{top}" if top.isidentifier() else ""


def items(judged: Judged, language: str, base: str = "") -> list[dict[str, Any]]:
    """The eleven mandatory elements as `ui/figures.html` meter() takes them."""
    return [_item(element, judged, language, base) for element in judged.assessment.meter.mandatory]


def optional(judged: Judged, language: str, base: str = "") -> list[dict[str, Any]]:
    """The five optional ones."""
    return [_item(element, judged, language, base) for element in judged.assessment.meter.optional]


def _item(element: Element, judged: Judged, language: str, base: str) -> dict[str, Any]:
    place = FIELDS.get(element.rule, "")
    state = _STATES[element.state]
    if state == "gap" and not element.mandatory:
        state = "quiet"
    said = element.findings[0] if element.findings else None
    why = said.why if said and state == "gap" else said.what if said and state == "note" else None
    return {
        "name": element.name(language, short=True),
        "state": state,
        "word": _("Not needed here") if element.state is State.NOT_APPLICABLE else "",
        "href": f"{base}#at-{place}" if place and state in ("gap", "note", "quiet") else "",
        "why": why.text(language) if why else "",
    }


def principles(judged: Judged, language: str, base: str = "") -> list[dict[str, Any]]:
    """The ten principles: how much the design shows of each, and what is asked."""
    meter = judged.assessment.meter
    found = principles_of(meter.credential, stage=meter.stage)
    return [_principle(one, judged, language, base) for one in found if one.standing is not Standing.NOT_APPLICABLE]


def _principle(one: Principle, judged: Judged, language: str, base: str) -> dict[str, Any]:
    marks = {Standing.MET: "passed", Standing.PARTLY: "unsure", Standing.NOT_STATED: "unchecked"}
    words = {Standing.MET: _("Shown"), Standing.PARTLY: _("Partly shown"), Standing.NOT_STATED: _("Not stated")}
    return {
        "number": one.number,
        "name": one.name(language),
        "mark": marks[one.standing],
        "word": words[one.standing],
        "asks": [asked(finding, language, base) for finding in judged.assessment.placed(one.findings)],
    }


def asked(finding: Finding, language: str, base: str = "") -> dict[str, str]:
    """One finding: what, what to do, and where."""
    place = anchor(finding.where)
    return {
        "what": finding.what.text(language),
        "fix": finding.fix.text(language) if finding.fix else "",
        "href": f"{base}{place}" if place else "",
        "grave": "1" if finding.severity in (Severity.ERROR, Severity.WARNING) else "",
    }


def sentence(judged: Judged) -> str:
    """Where the draft stands, for the bar at the foot."""
    missing, wrong = len(judged.assessment.meter.missing), len(judged.draft.faults)
    if not missing and not wrong:
        return _("Nothing is missing.")
    parts = []
    if missing:
        parts.append(_("{count} of 11 elements missing.").format(count=missing))
    if wrong:
        parts.append(_("{count} values to mend.").format(count=wrong))
    return " ".join(parts)
