"""How one element of Annex I stands: the state, where it was seen, and what is the matter with it."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from mikra import vocabulary
from mikra.model import Concept
from mikra.model.text import Node


class State(StrEnum):
    """How an element stands.

    WEAK is stated, but so that a reader has to ask back. NOT_APPLICABLE is for element 8 alone, and only where the
    credential itself gives the reason (`annex1_learning.level`). AT_AWARD is for a design: what only an award has.
    """

    PRESENT = "present"
    WEAK = "weak"
    MISSING = "missing"
    NOT_APPLICABLE = "not applicable"
    AT_AWARD = "at award"


Sight = tuple[Node, str]
"""Where something was seen: a node of the model and the name of its field."""


class Judgement(NamedTuple):
    """`fault` names the reason of a weak state: the end of a message key (`annex1.7.weak.<fault>`)."""

    state: State
    sights: tuple[Sight, ...] = ()
    fault: str = ""


MISSING: Final = Judgement(State.MISSING)
AT_AWARD: Final = Judgement(State.AT_AWARD)


def present(*sights: Sight) -> Judgement:
    """Present, seen there."""
    return Judgement(State.PRESENT, sights)


def weak(fault: str, *sights: Sight) -> Judgement:
    """Weak for that reason, seen there."""
    return Judgement(State.WEAK, sights, fault)


@cache
def concepts(scheme: str) -> frozenset[str]:
    """The IRIs of all concepts of one of our vocabularies."""
    return frozenset(entry.iri for entry in vocabulary.entries(scheme))


def known(concept: Concept | None, scheme: str) -> bool:
    """Whether a concept is one of the EU's list."""
    return concept is not None and concept.id in concepts(scheme)


_SEVERITY: Final = {
    State.PRESENT: 0,
    State.AT_AWARD: 1,
    State.NOT_APPLICABLE: 2,
    State.WEAK: 3,
    State.MISSING: 4,
}


def together(judgements: list[Judgement]) -> Judgement:
    """One judgement for several achievements: the worst; missing in some but not in all is weak ("not-all")."""
    if not judgements:
        return MISSING
    worst = max(judgements, key=lambda judgement: _SEVERITY[judgement.state])
    if worst.state is State.MISSING and any(j.state is not State.MISSING for j in judgements):
        return Judgement(State.WEAK, tuple(s for j in judgements for s in j.sights), "not-all")
    if worst.state is State.PRESENT:
        return Judgement(State.PRESENT, tuple(s for j in judgements for s in j.sights))
    return worst
