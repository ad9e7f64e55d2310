"""What was found for an element, as texts and words that a page or a report can show in any language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mikra import vocabulary
from mikra.messages.spoken import Day
from mikra.model import (
    Accreditation,
    Agent,
    Concept,
    CreditPoint,
    Identifier,
    LearningOutcome,
    Location,
    Note,
    Specification,
    Text,
    WebResource,
    remarks,
)
from mikra.model.agent import ContactPoint
from mikra.model.jsonld import json_name
from mikra.model.text import NO_TEXT, Node
from mikra.report import Words, words
from mikra.validation import workload
from mikra.validation.annex1_judgement import Sight
from mikra.validation.annex1_parts import day, read_remark, readable, remark_kind, said


@dataclass(frozen=True, slots=True)
class Label:
    """What a concept is called: as the credential says in that language, else as its list does, else in any other."""

    own: Text
    id: str

    def text(self, language: str = "en", /) -> str:
        if language in self.own:
            return self.own[language]
        entry = vocabulary.by_iri(self.id)
        if entry is not None and (entry.label_language(language) == language or not self.own):
            return entry.label(language) or self.id
        return self.own.best(language) or self.id


Value = Text | Words | Day | Label | str


def show(value: Value, language: str = "en") -> str:
    """A value in one language, or in the best there is."""
    if isinstance(value, Text):
        return value.best(language)
    return value if isinstance(value, str) else value.text(language)


def values(sights: Iterable[Sight]) -> tuple[Value, ...]:
    """What stands in those places, without repeats."""
    found = [value for owner, field in sights for value in _seen(owner, field)]
    return tuple(dict.fromkeys(value for value in found if value))


def _seen(owner: Node, field: str) -> Iterator[Value]:
    if isinstance(owner, Note) and remark_kind(owner):
        yield from _note(owner)
        return
    value = getattr(owner, field, None)
    yield from _of(value, field) if value not in (None, "", (), NO_TEXT) else _odd(owner.extra.get(json_name(field)))


def _odd(raw: Any) -> Iterator[Value]:
    """What a member in an unexpected form, or on a node that has no such field, lets a person read."""
    if isinstance(raw, list):
        for item in raw:
            yield from _odd(item)
    elif isinstance(raw, Mapping):
        for member in ("prefLabel", "title", "noteLiteral", "legalName"):
            text = raw.get(member)
            if isinstance(text, Mapping):
                yield Text({tag: value for tag, value in text.items() if isinstance(value, str)})
            elif isinstance(text, str):
                yield text
    elif isinstance(raw, str | int | float) and not isinstance(raw, bool):
        yield str(raw)


def _of(value: Any, field: str) -> Iterator[Value]:
    if isinstance(value, tuple):
        for item in value:
            yield from _of(item, field)
    elif isinstance(value, bool):
        yield words("annex1.value.partial" if value else "annex1.value.whole")
    elif isinstance(value, str):
        yield _plain(value, field)
    elif isinstance(value, Text):
        yield value
    elif value is not None:
        yield from _of_node(value, field)


def _plain(value: str, field: str) -> Value:
    if field in ("volume_of_learning", "workload"):
        return _hours(value)
    if field in ("issued", "issuance_date", "awarding_date", "valid_from") and readable(value):
        return Day(date.fromisoformat(day(value)))
    return value


def _of_node(node: Any, field: str) -> Iterator[Value]:
    if isinstance(node, Concept):
        yield concept(node, field)
    elif isinstance(node, CreditPoint):
        yield _credits(node)
    elif isinstance(node, Agent):
        yield node.name or node.id
    elif isinstance(node, Accreditation):
        yield from _accreditation(node)
    elif isinstance(node, Location):
        yield from _place(node)
    elif isinstance(node, Note):
        yield from _note(node)
    elif isinstance(node, LearningOutcome | Specification):
        yield node.title
    elif isinstance(node, Identifier):
        yield node.notation
    elif isinstance(node, WebResource):
        yield node.content_url
    elif isinstance(node, ContactPoint):
        yield from (mailbox.id.removeprefix("mailto:") for mailbox in node.email_address)


def concept(found: Concept, field: str = "") -> Value:
    """The label that the credential carries, or that of the list in the reader's language, else the id."""
    if field == "eqf_level" and found.code.isdigit():
        return words("annex1.value.eqf", level=found.code)
    return Label(found.pref_label if said(found.pref_label) else NO_TEXT, found.id) if found.id else found.pref_label


def _hours(duration: str) -> Value:
    number = workload.hours(duration)
    return words("annex1.value.hours", hours=f"{number.normalize():f}") if number else duration


def _credits(credit: CreditPoint) -> Value:
    if workload.is_ects(credit):
        return words("annex1.value.ects", points=credit.point)
    label = credit.framework.pref_label.best() if credit.framework else ""
    return f"{credit.point} {label}".strip()


def _accreditation(accreditation: Accreditation) -> Iterator[Value]:
    yield accreditation.title or accreditation.id
    if accreditation.accrediting_agent:
        yield accreditation.accrediting_agent.name


def _place(place: Location) -> Iterator[Value]:
    for address in place.address:
        if address.country_code:
            yield concept(address.country_code)
    for code in place.spatial_code:
        yield concept(code)


def _note(note: Note) -> Iterator[Value]:
    """A free note as it stands; of a remark on level, quality, supervision or stackability its own words."""
    remark = read_remark(note) if remark_kind(note) else None
    if isinstance(remark, remarks.QfEhea):
        yield words(f"note.value.{remark.cycle.value}")
    elif isinstance(remark, remarks.ExternalQuality):
        if remark.standard is not remarks.QualityStandard.OTHER:
            yield words(f"note.value.{remark.standard.value}")
        yield remark.label or words("note.external-quality")
    elif isinstance(remark, remarks.InternalQuality):
        yield words("note.internal-quality")
    elif isinstance(remark, remarks.Stacking):
        yield words(f"note.value.{remark.option.value}")
    elif isinstance(remark, remarks.Supervision):
        yield words(f"note.value.{remark.supervision.value}")
    elif remark is None or isinstance(remark, remarks.FurtherInformation):
        yield note.note_literal
