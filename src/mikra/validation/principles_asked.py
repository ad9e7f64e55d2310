"""What is asked of a credential for the principles, and what it is asked with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from mikra.model import Credential, remarks
from mikra.model.text import Node
from mikra.validation.annex1 import Meter, Stage, State
from mikra.validation.annex1_parts import Learning, Parts, gather, notes_of, read_remark, remark_kind

_RemarkT = TypeVar("_RemarkT", bound=remarks.Remark)
SPECIFICATION = "/credentialSubject/hasClaim/0/specifiedBy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question. `answered` is None where it does not apply; `partly`: there is something of an answer.

    `contradicts`: it is stated, and cannot be right. `values` fill the sentence.

    `sight` is where it stands, `expected` the JSON Pointer of where it belongs.
    """

    rule: str
    answered: bool | None
    partly: bool = False
    expected: str = f"{SPECIFICATION}/additionalNote"
    sight: tuple[Node, str] | None = None
    found: str = ""
    contradicts: bool = False
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Case:
    """A credential with its meter, taken apart."""

    meter: Meter
    parts: Parts
    at: date | None

    @classmethod
    def of(cls, meter: Meter, at: date | None) -> Case:
        parts = gather(meter.credential)
        if at is None and parts.date:
            at = date.fromisoformat(parts.date)
        return cls(meter, parts, at)

    @property
    def credential(self) -> Credential:
        return self.meter.credential

    @property
    def learnings(self) -> tuple[Learning, ...]:
        return self.parts.learnings

    @property
    def is_design(self) -> bool:
        return self.meter.stage is Stage.DESIGN

    @cached_property
    def _remarks(self) -> Mapping[type[remarks.Remark], Sequence[remarks.Remark]]:
        found: dict[type[remarks.Remark], list[remarks.Remark]] = {}
        for learning in self.learnings:
            for note in notes_of(learning):
                remark = read_remark(note) if remark_kind(note) else None
                if remark is not None:
                    found.setdefault(type(remark), []).append(remark)
        return found

    def remarks(self, kind: type[_RemarkT]) -> Iterator[_RemarkT]:
        """All remarks of one kind, on whichever achievement."""
        yield from (remark for remark in self._remarks.get(kind, ()) if isinstance(remark, kind))

    @cached_property
    def by_validation(self) -> bool:
        """Awarded on validation of prior learning, not after a course."""
        routes = {route.route for route in self.remarks(remarks.Route)}
        return routes == {remarks.RouteKind.VALIDATION}

    def asked_of(self, number: str, rule: str, *answers: State) -> Asked:
        """The question answered by an element of Annex I in one of these states."""
        element = self.meter[number]
        if element.state in (State.NOT_APPLICABLE, State.AT_AWARD):
            return Asked(rule=rule, answered=None)
        sight = next(iter(element.judgement.sights), None)
        expected = element.definition.expected
        return Asked(rule=rule, answered=element.state in answers, expected=expected, sight=sight)

    def is_before(self, day: str) -> bool:
        """Whether a calendar day lies before the award. False where one of them is not known."""
        try:
            return self.at is not None and date.fromisoformat(day[:10]) < self.at
        except ValueError:
            return False


Question = Callable[[Case], Asked]
