"""What a credential says, in the order in which a person asks: Annex I of the Recommendation, the issuer, the dates.

What stands where is the meter's reading (`validation.annex1`); here it is only told. Values are the issuer's own words;
a concept without a label in the reader's language is told by the vocabulary. What the issuer does not state stays in
the list, without values: the reader sees that it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mikra import vocabulary
from mikra.errors import InputError
from mikra.instants import instant
from mikra.messages.spoken import Day, Said, Speaks, harmless
from mikra.model import Agent, Concept, Credential, LearningAchievement, Node, Organisation, Text
from mikra.model.remarks import Route, RouteKind, find
from mikra.report import Stated, words
from mikra.validation.annex1 import Element, Meter
from mikra.validation.annex1_elements import Definition
from mikra.validation.annex1_parts import gather
from mikra.validation.annex1_values import Label
from mikra.validation.annex1_values import values as values_of

Value = Speaks | str

ORDER = (
    "title",
    "learner",
    "awarding_body",
    "awarded_on",
    "issuer",
    "country",
    "date",
    "valid_until",
    "outcomes",
    "workload",
    "level",
    "assessment",
    "participation",
    "quality",
    "prerequisites",
    "supervision",
    "grade",
    "stackability",
    "further_information",
)
"""Members of the summary, in order."""

_LONGEST = 2000
"""Characters of one text of the issuer; the file itself has it all."""


@dataclass(frozen=True, slots=True)
class Term:
    """An element's name as the law has it, short. It holds no element: that would keep the whole credential alive."""

    definition: Definition

    def text(self, language: str = "en", /) -> str:
        return self.definition.name(language, short=True)


@dataclass(frozen=True, slots=True)
class Named:
    """A concept: the label that the credential carries in the reader's language, else the vocabulary's, else any."""

    concept: Concept

    def text(self, language: str = "en", /) -> str:
        own = Said(self.concept.pref_label, _LONGEST)
        if own.language(language).split("-")[0] == language.split("-")[0]:
            return own.text(language)
        entry = vocabulary.by_iri(self.concept.id)
        if entry is not None and entry.label_language(language) == language:
            return entry.label(language)
        return own.text(language) or (entry.label(language) if entry else harmless(self.concept.code))


def summarise(credential: Credential, meter: Meter) -> Mapping[str, Stated]:
    """The summary of an EDC: member -> what is stated, in `ORDER`."""
    rows = {element.key.replace("-", "_"): _element(element) for element in meter.elements}
    parts = gather(credential)
    awarded = (each.awarding.awarding_date for each in parts.learnings if each.awarding)
    if any(map(_by_validation, credential.achievements)):
        known = rows["participation"]
        rows["participation"] = replace(known, values=(words("report.route.validation"), *known.values))
    rows["issuer"] = _issuer(parts.issuer)
    rows["awarded_on"] = _dates("awarded_on", awarded)
    rows["valid_until"] = _dates("valid_until", [credential.valid_until, credential.expiration_date])
    return {name: rows[name] for name in ORDER}


def _by_validation(achievement: LearningAchievement) -> bool:
    """Whether the route that it states is the validation of prior learning."""
    notes = [one for one in achievement.additional_note if one.subject and one.subject.notation == Route.kind]
    return any(one.route is RouteKind.VALIDATION for one in find(notes, Route))


def summarise_other(document: Mapping[str, Any]) -> Mapping[str, Stated]:
    """The little that any verifiable credential says in the same way: its name, about whom, by whom, until when."""
    subject, issuer = document.get("credentialSubject"), document.get("issuer")
    rows = {
        "title": _plain("title", _texts(document.get("name"))),
        "learner": _plain("learner", _texts(subject.get("name") if isinstance(subject, Mapping) else None)),
        "issuer": _plain("issuer", _named(issuer)),
        "valid_until": _dates("valid_until", [document.get("validUntil", ""), document.get("expirationDate", "")]),
    }
    return {name: rows[name] for name in ORDER if name in rows}


def _plain(name: str, found: Iterable[Value]) -> Stated:
    return Stated(label=words(f"report.label.{name}"), values=tuple(found))


def _texts(value: Any) -> Iterator[Value]:
    if isinstance(value, str) and value:
        yield Said({"": value}, _LONGEST)
    elif isinstance(value, Mapping) and value and all(isinstance(v, str) for v in value.values()):
        yield Said(value, _LONGEST)


def _named(value: Any) -> Iterator[Value]:
    if isinstance(value, Mapping):
        yield from list(_texts(value.get("name"))) or _texts(value.get("id"))
    else:
        yield from _texts(value)


def _element(element: Element) -> Stated:
    found, codes = [], []
    for sight in element.judgement.sights:
        for value, code in _seen(sight):
            found.append(value)
            codes.append(code)
    return Stated(
        label=Term(element.definition), values=_once(found), codes=tuple(dict.fromkeys(code for code in codes if code))
    )


def _seen(sight: tuple[Node, str]) -> Iterator[tuple[Value, str]]:
    owner, field = sight
    raw = getattr(owner, field, None)
    concepts = [item for item in (raw if isinstance(raw, tuple) else (raw,)) if isinstance(item, Concept)]
    for concept in concepts:
        named = Named(concept)
        yield words("report.eqf", level=named) if field == "eqf_level" else named, concept.id
    if concepts:
        return
    for value in values_of([sight]):
        if isinstance(value, Text):
            yield Said(value, _LONGEST), ""
        elif isinstance(value, Label):
            yield Named(Concept(id=value.id, pref_label=value.own)), ""
        else:
            yield _day(value) if isinstance(value, str) else value, value if isinstance(value, str) else ""


def _day(text: str) -> Value:
    try:
        return Day(instant(text))
    except InputError:
        return harmless(text, _LONGEST)


def _once(values: Iterable[Value]) -> tuple[Value, ...]:
    """Each value once, in order."""
    by_text = {repr(dict(value.texts)) if isinstance(value, Said) else repr(value): value for value in values}
    return tuple(by_text.values())


def _issuer(issuer: Agent | None) -> Stated:
    label = words("report.label.issuer")
    if issuer is None:
        return Stated(label=label)
    name: Value = Said(issuer.name) if issuer.name else harmless(issuer.id)
    eidas = issuer.eidas_identifier if isinstance(issuer, Organisation) else None
    return Stated(label=label, values=(name,) if name else (), codes=(eidas.notation,) if eidas else ())


def _dates(name: str, texts: Iterable[Any]) -> Stated:
    written = tuple(dict.fromkeys(text for text in texts if isinstance(text, str) and text))
    return Stated(label=words(f"report.label.{name}"), values=tuple(_day(text) for text in written), codes=written)
