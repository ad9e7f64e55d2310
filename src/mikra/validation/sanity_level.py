"""Sanity of the level: EQF against cycle, against the national level, and against what the outcomes begin with.

EQF and QF-EHEA: Council Recommendation of 22 May 2017 on the EQF (2017/C 189/03), Annex II, notes: the descriptors of
the short, first, second and third cycle correspond to EQF levels 5 to 8.
National levels: the referencing reports of the countries, as Europass compares them; frameworks that are not in these
tables are not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mikra import vocabulary
from mikra.model import Concept, Credential, Qualification, remarks
from mikra.report import Finding, words
from mikra.validation.annex1_judgement import known
from mikra.validation.annex1_parts import Learning, find, notes_of
from mikra.validation.outcomes import level_verbs
from mikra.validation.sanity_question import ask

LEVEL_OF_CYCLE: Final = {
    remarks.Cycle.SHORT: 5,
    remarks.Cycle.FIRST: 6,
    remarks.Cycle.SECOND: 7,
    remarks.Cycle.THIRD: 8,
}

_SAME_NUMBER: Final = frozenset(
    {
        *("AT: NQF", "BQF", "CFC", "CLQ", "CROQF", "CyQF", "DK NQF", "DQR", "EstQF", "FiNQF", "HQF", "HuQF", "IT NQF"),
        *("LTQF", "MQF", "NLQF", "PQF", "QNQ", "ROQF", "SKKR", "SeQF"),
    }
)
"""National frameworks of eight levels, each referenced to the EQF level of the same number."""

_REFERENCED: Final[dict[str, tuple[int, ...]]] = {
    "IE NQF": (1, 1, 2, 3, 4, 5, 6, 6, 7, 8),
    "RQF": (2, 3, 4, 5, 5, 6, 7, 8),
    "CQFW": (2, 3, 4, 5, 5, 6, 7, 8),
    "SCQF": (0, 0, 1, 2, 3, 4, 5, 5, 6, 6, 7, 8),
}
"""Other frameworks: EQF level of national level 1, 2, 3 ...; 0 where there is none."""

_NATIONAL = re.compile(r"(.+?) Level (\d+)(?:[abc.+ ].*)?")
_HIGH_FROM, _LOW_TO = 7, 2


def check(credential: Credential, learning: Learning) -> Iterator[Finding]:
    """All questions on the level of one achievement."""
    for specification in learning.specifications[:1]:
        if isinstance(specification, Qualification) and known(specification.eqf_level, "eqf"):
            level = int(specification.eqf_level.code) if specification.eqf_level else 0
            yield from _cycle(credential, learning, specification, level)
            yield from _national(credential, specification, level)
            yield from _outcomes(credential, specification, level)


def _cycle(credential: Credential, learning: Learning, owner: Qualification, level: int) -> Iterator[Finding]:
    for stated in find(notes_of(learning), remarks.QfEhea):
        if LEVEL_OF_CYCLE[stated.cycle] != level:
            cycle = words(f"note.value.{stated.cycle.value}")
            expected = str(LEVEL_OF_CYCLE[stated.cycle])
            sight = (owner, "eqf_level")
            yield ask("level.cycle", credential, sight, found=str(level), expected=expected, level=level, cycle=cycle)


def referenced(national: Concept) -> int:
    """The EQF level to which a national level is referenced; 0 where our tables do not tell."""
    entry = vocabulary.by_iri(national.id)
    match = _NATIONAL.fullmatch(entry.label()) if entry else None
    if match is None:
        return 0
    framework, number = match[1], int(match[2])
    if framework in _SAME_NUMBER:
        return number
    levels = _REFERENCED.get(framework, ())
    return levels[number - 1] if 1 <= number <= len(levels) else 0


def _national(credential: Credential, owner: Qualification, level: int) -> Iterator[Finding]:
    for national in owner.nqf_level:
        expected = referenced(national)
        if expected and expected != level:
            entry = vocabulary.by_iri(national.id)
            label = entry.label() if entry else national.code
            yield ask(
                "level.national",
                credential,
                (owner, "nqf_level"),
                found=f"{label}, EQF {level}",
                expected=f"EQF {expected}",
                national=label,
                referenced=expected,
                level=level,
            )


def _outcomes(credential: Credential, owner: Qualification, level: int) -> Iterator[Finding]:
    """Very careful: at levels 7 and 8 only if *all* of several outcomes list or repeat; below 3 if one researches."""
    verbs = [
        {level_verbs(text, language) for language, text in outcome.title.items()} for outcome in owner.learning_outcome
    ]
    sight = (owner, "learning_outcome")
    if level >= _HIGH_FROM and len(verbs) > 1 and all(found == {"low"} for found in verbs):
        yield ask("level.outcomes-low", credential, sight, found=str(level), level=level)
    if level <= _LOW_TO and any("high" in found for found in verbs):
        yield ask("level.outcomes-high", credential, sight, found=str(level), level=level)
