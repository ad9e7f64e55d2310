"""The Annex I meter: which of the sixteen European standard elements a micro-credential states, and how well.

Council Recommendation of 16 June 2022 on a European approach to micro-credentials (OJ C 243, 27.6.2022), Annex I:
eleven mandatory and five optional elements. ELM's published shapes demand only four of them.

    meter = measure(credential)
    meter.complete, str(meter.mandatory_present)          True, "11/11"
    meter["annex1.7"].state, meter["annex1.7"].shown()    State.PRESENT, ("3 ECTS", "75 hours")
    for finding in meter.findings: finding.what.text("ro")

`measure` only judges; names, values, pointers and findings are made when they are read. It never raises on what a
credential may hold, and never says what using these elements does not imply: validation or recognition (Annex I, note).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from mikra.messages.spoken import Listed, Sentences, Speaks, harmless
from mikra.model import Credential
from mikra.report import Finding, Severity, words
from mikra.validation import annex1_places as places
from mikra.validation.annex1_elements import DEFINITIONS, GRADE_OF_DESIGN, Definition
from mikra.validation.annex1_judgement import AT_AWARD, Judgement, State
from mikra.validation.annex1_parts import gather
from mikra.validation.annex1_values import Value, show, values

__all__ = ["Count", "Element", "Meter", "Stage", "State", "Value", "measure", "show"]


class Stage(StrEnum):
    """At which point of its life a micro-credential is measured.

    DESIGN: a prototype without learner and dates; elements 1 and 5, and the grade, are filled at award.
    AWARD: what is about to be sealed. CREDENTIAL: any parsed credential of any issuer.
    """

    DESIGN = "design"
    AWARD = "award"
    CREDENTIAL = "credential"


class Count(NamedTuple):
    """How many elements are stated, `weak` of them weakly, of those that could be.

    Not counted are elements that are filled at award, and those that do not apply.
    """

    present: int
    of: int
    weak: int

    def __str__(self) -> str:
        return f"{self.present}/{self.of}"


@dataclass(frozen=True, slots=True)
class ElementName:
    """What an element is called, short, in the reader's language."""

    definition: Definition

    def text(self, language: str = "en", /) -> str:
        return self.definition.name(language, short=True)


@dataclass(frozen=True)
class Element:
    """One element of one credential. `rule` is stable: `annex1.1` .. `annex1.11`, `annex1.o1` .. `annex1.o5`."""

    definition: Definition
    judgement: Judgement
    credential: Credential

    @property
    def rule(self) -> str:
        return self.definition.rule

    @property
    def key(self) -> str:
        """A short English name for programs: "outcomes", "awarding-body"."""
        return self.definition.key

    @property
    def mandatory(self) -> bool:
        return self.definition.mandatory

    @property
    def clause(self) -> str:
        return self.definition.clause

    @property
    def state(self) -> State:
        return self.judgement.state

    def name(self, language: str = "en", *, short: bool = False) -> str:
        """What the Recommendation calls it in that language; shortened for narrow places."""
        return self.definition.name(language, short=short)

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """What was found, to be shown; () where nothing was."""
        return values(self.judgement.sights)

    def shown(self, language: str = "en") -> tuple[str, ...]:
        """The values in one language."""
        return tuple(text for value in self.values if (text := show(value, language).strip()))

    @cached_property
    def pointers(self) -> tuple[str, ...]:
        """JSON Pointers to where it stands, into the document as the codec writes it (`annex1_places.exact`)."""
        found = (places.pointer(self.credential, owner, field) for owner, field in self.judgement.sights)
        return tuple(pointer for pointer in found if pointer)

    @property
    def where(self) -> str:
        """JSON Pointer to where it stands, or to where it belongs."""
        return self.pointers[0] if self.pointers else self.definition.expected

    @property
    def path(self) -> str:
        """The same as a plain path."""
        return places.path(self.where)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is the matter and how to mend it; () for what is present."""
        if self.state is State.PRESENT or self.state is State.AT_AWARD:
            return ()
        return (self._finding(),)

    def _finding(self) -> Finding:
        fault = self.judgement.fault
        return Finding(
            rule=f"{self.rule}.{fault}" if fault else self.rule,
            severity=self._severity(),
            what=words(self._what()),
            why=words(f"{self.rule}.why"),
            fix=None if self.state is State.NOT_APPLICABLE else words(f"{self.rule}.fix"),
            where=self.where,
            found=harmless("; ".join(self.shown())),
            clause=self.clause,
        )

    def _what(self) -> str:
        fault = self.judgement.fault
        if fault in _OF_ANY:
            return f"annex1.{fault}"
        return f"{self.rule}.weak.{fault}" if fault else f"{self.rule}.{self.state.value.replace(' ', '-')}"

    def _severity(self) -> Severity:
        if self.state is State.MISSING and self.mandatory:
            return Severity.ERROR
        return Severity.WARNING if self.state is State.WEAK and self.mandatory else Severity.INFORMATION

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Plain values, in one language."""
        return {
            "rule": self.rule,
            "key": self.key,
            "name": self.name(language),
            "mandatory": self.mandatory,
            "state": self.state.value,
            "values": list(self.shown(language)),
            "where": self.where,
            "path": self.path,
            "clause": self.clause,
            "findings": [finding.as_dict(language) for finding in self.findings],
        }


@dataclass(frozen=True)
class Meter:
    """The sixteen elements of one credential, as they were judged."""

    credential: Credential
    stage: Stage
    judgements: tuple[Judgement, ...]

    @property
    def complete(self) -> bool:
        """No mandatory element is missing. A weak one does not block; a design is complete without learner and date."""
        return not any(j.state is State.MISSING for j in self.judgements[:_MANDATORY])

    @property
    def mandatory_present(self) -> Count:
        return _count(self.judgements[:_MANDATORY])

    @property
    def present(self) -> Count:
        """Of all sixteen."""
        return _count(self.judgements)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """All sixteen, in the order of the law."""
        pairs = zip(DEFINITIONS, self.judgements, strict=True)
        return tuple(Element(definition, judgement, self.credential) for definition, judgement in pairs)

    @property
    def mandatory(self) -> tuple[Element, ...]:
        return self.elements[:_MANDATORY]

    @property
    def optional(self) -> tuple[Element, ...]:
        return self.elements[_MANDATORY:]

    @property
    def missing(self) -> tuple[Element, ...]:
        """The mandatory elements that are missing."""
        return tuple(element for element in self.mandatory if element.state is State.MISSING)

    @property
    def weak(self) -> tuple[Element, ...]:
        """All elements that are stated weakly."""
        return tuple(element for element in self.elements if element.state is State.WEAK)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for element in self.elements for finding in element.findings)

    @property
    def sentence(self) -> Speaks:
        """How complete it is, in one sentence, and short ones on what is weak, not applicable or filled at award."""
        count = self.mandatory_present
        missing = Listed(tuple(ElementName(element.definition) for element in self.missing))
        key = "incomplete" if missing.items else "complete"
        told = [words(f"annex1.{key}", present=count.present, of=count.of, missing=missing)]
        states = Counter(judgement.state for judgement in self.judgements[:_MANDATORY])
        told += [words(f"annex1.also.{key}", count=states[state]) for state, key in _ALSO.items() if states[state]]
        return Sentences(tuple(told))

    def __getitem__(self, rule: str) -> Element:
        """The element of that rule ("annex1.6"), number ("6") or key ("outcomes"). KeyError for any other."""
        return self._by_name[rule]

    @cached_property
    def _by_name(self) -> Mapping[str, Element]:
        return {
            name: element
            for element in self.elements
            for name in (element.rule, element.definition.number, element.key)
        }

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Plain values, in one language."""
        return {
            "stage": self.stage.value,
            "complete": self.complete,
            "mandatory": self.mandatory_present._asdict(),
            "all": self.present._asdict(),
            "sentence": self.sentence.text(language),
            "elements": [element.as_dict(language) for element in self.elements],
        }


_MANDATORY = 11
_ALSO = {State.WEAK: "weak", State.NOT_APPLICABLE: "not-applicable", State.AT_AWARD: "at-award"}
_OF_ANY = ("not-all", "odd-form")
"""Faults that any element can have."""

_JUDGES = tuple(definition.judge for definition in DEFINITIONS)


def measure(credential: Credential, *, stage: Stage = Stage.CREDENTIAL) -> Meter:
    """How a credential states the elements of Annex I. Takes about 30 microseconds; never raises.

    A design is measured as a prototype: the credential that it would give, without learner and dates.
    """
    parts = gather(credential)
    judgements = [judge(parts) for judge in _JUDGES]
    if stage is Stage.DESIGN:
        judgements[0] = judgements[4] = AT_AWARD
        judgements[13] = GRADE_OF_DESIGN(parts)
    return Meter(credential, stage, tuple(judgements))


def _count(judgements: tuple[Judgement, ...]) -> Count:
    states = [judgement.state for judgement in judgements]
    weak, absent = states.count(State.WEAK), states.count(State.MISSING)
    stated = states.count(State.PRESENT) + weak
    return Count(present=stated, of=stated + absent, weak=weak)
