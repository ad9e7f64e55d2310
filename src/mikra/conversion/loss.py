"""The loss report: which of the elements of Annex I a form of an award carries, measured by reading the form back.

    report = measure_loss(credential, Form.OPEN_BADGE_3, badge)
    report.text("ro"), report.as_dict("ro")

Nothing is claimed by hand. Each fact that the EDC states (`facts`) is looked for in what the form's own reader makes of
the form; one that is not there as data is looked for among the form's texts, as a person would read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mikra import vocabulary
from mikra.conversion.facts import Fact, facts, spoken
from mikra.conversion.reading import Form, read_form
from mikra.conversion.wording import languages
from mikra.messages.spoken import Listed, Sentences, Speaks
from mikra.model import Credential
from mikra.report import words
from mikra.validation.annex1_elements import DEFINITIONS, Definition


class Carried(StrEnum):
    """How far a form carries an element."""

    FULL = "carried"
    PART = "in part"
    NONE = "not carried"
    NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class _Name:
    """An element, or a language, by its name in the reader's language."""

    definition: Definition

    def text(self, language: str = "en", /) -> str:
        return self.definition.name(language, short=True)


@dataclass(frozen=True, slots=True)
class _Language:
    tag: str

    def text(self, language: str = "en", /) -> str:
        entry = vocabulary.by_iri(_language_iri(self.tag))
        return entry.label(language) if entry else self.tag


def _language_iri(tag: str) -> str:
    found = (entry.iri for entry in vocabulary.entries("language") if entry.slug == tag.partition("-")[0])
    return next(found, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One element. `as_text`: kinds of facts that stand there for people only; `missing`: those that do not at all.

    `hidden`: kinds that stand there as digests.
    """

    definition: Definition
    state: Carried
    as_text: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def sentence(self) -> Speaks:
        name = _Name(self.definition)
        told = Listed(tuple(words(f"loss.fact.{kind}") for kind in self.as_text))
        left = Listed(tuple(words(f"loss.fact.{kind}") for kind in self.missing))
        if self.hidden:
            hidden = Listed(tuple(words(f"loss.fact.{kind}") for kind in self.hidden))
            first = words("loss.row.hidden", element=name, missing=hidden)
            return Sentences((first, words("loss.row.missing", element=name, missing=left))) if self.missing else first
        if self.state is Carried.FULL:
            return words("loss.row.carried", element=name)
        if self.state is Carried.NOT_STATED:
            return words("loss.row.not_stated", element=name)
        if self.state is Carried.NONE:
            return words("loss.row.lost", element=name, missing=left)
        if self.as_text and self.missing:
            return words("loss.row.both", element=name, text=told, missing=left)
        key, value = ("text", {"text": told}) if self.as_text else ("missing", {"missing": left})
        return words(f"loss.row.{key}", element=name, **value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What one form carries of one award. `languages` are those it holds, `left` those of the award that it lacks."""

    form: Form
    rows: tuple[Row, ...]
    languages: tuple[str, ...]
    left: tuple[str, ...]

    def __getitem__(self, number: str) -> Row:
        """The row of an element, by its number in Annex I. KeyError."""
        for row in self.rows:
            if row.definition.number == number:
                return row
        raise KeyError(number)

    def count(self, state: Carried) -> int:
        return sum(row.state is state for row in self.rows)

    @property
    def summary(self) -> Speaks:
        """The whole in one sentence, and one on languages."""
        counts = {name: self.count(state) for name, state in _COUNTED.items()}
        first = words("loss.summary", form=words(f"loss.form.{self.form.value}"), stated=sum(counts.values()), **counts)
        held = Listed(tuple(_Language(tag) for tag in self.languages))
        if not self.languages:
            return first
        if self.left:
            left = Listed(tuple(_Language(tag) for tag in self.left))
            return Sentences((first, words("loss.languages.some", carried=held, left=left)))
        return Sentences((first, words("loss.languages.all", carried=held)))

    def text(self, language: str = "en") -> str:
        """For people: the summary, then one line for each element, what is lost before what is carried."""
        order = [Carried.NONE, Carried.PART, Carried.FULL, Carried.NOT_STATED]
        rows = sorted(self.rows, key=lambda row: order.index(row.state))
        return (
            "\n".join([self.summary.text(language), "", *(f"- {row.sentence.text(language)}" for row in rows)]) + "\n"
        )

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Plain values, in one language. `element` is the meter's rule (`annex1.7`)."""
        return {
            "form": self.form.value,
            "sentence": self.summary.text(language),
            "languages": {"carried": list(self.languages), "left_out": list(self.left)},
            "elements": [
                {
                    "element": row.definition.rule,
                    "name": row.definition.name(language),
                    "state": row.state.value,
                    "as_text": list(row.as_text),
                    "missing": list(row.missing),
                    "hidden": list(row.hidden),
                    "sentence": row.sentence.text(language),
                }
                for row in self.rows
            ],
        }


_COUNTED = {"carried": Carried.FULL, "part": Carried.PART, "lost": Carried.NONE}


def measure_loss(credential: Credential, form: Form, document: Mapping[str, Any]) -> Loss:
    """What `document`, a form of the award in `credential`, carries of it.

    `document` is the form as parsed JSON, not its seal: the badge, the claims of an SD-JWT with all disclosures, the
    EDC that is attached to a PDF. Raises InputError for a form that has no reader here.
    """
    back = read_form(form, document)
    own = languages(credential)
    held = tuple(tag for tag in own if tag in back.title)
    tongue = next(iter(held), own[0])
    stated, found = facts(credential, tongue), facts(back, tongue)
    told = _told(document, all_texts=form in _WORDS_ONLY)
    digests = _has_digests(document)
    rows = tuple(_row(d, stated[d.number], found[d.number], told, tongue, digests) for d in DEFINITIONS)
    return Loss(form=form, rows=rows, languages=held, left=tuple(tag for tag in own if tag not in held))


def _row(
    definition: Definition, stated: tuple[Fact, ...], found: tuple[Fact, ...], told: str, language: str, digests: bool
) -> Row:
    if not stated:
        return Row(definition=definition, state=Carried.NOT_STATED)
    absent = [fact for fact in stated if fact not in found]
    if not absent:
        return Row(definition=definition, state=Carried.FULL)
    hidden = [fact for fact in absent if digests and definition.number == "1" and fact.kind in _HASHED]
    as_text = [fact for fact in absent if fact not in hidden and _plain(spoken(fact, language)) in told]
    missing = [fact for fact in absent if fact not in hidden and fact not in as_text]
    whole = len(missing) == len(stated)
    return Row(
        definition=definition,
        state=Carried.NONE if whole else Carried.PART,
        as_text=tuple(kind for kind in _kinds(as_text) if kind not in _kinds(missing)),
        missing=_kinds(missing),
        hidden=_kinds(hidden),
    )


_HASHED = ("name", "email", "number", "national_id")


def _has_digests(document: Mapping[str, Any]) -> bool:
    """Whether the learner stands in an Open Badge by digests (IdentityObject)."""
    subject = document.get("credentialSubject")
    entries = subject.get("identifier") if isinstance(subject, Mapping) else None
    return any(isinstance(one, Mapping) and one.get("hashed") is True for one in entries or ())


def _kinds(found: list[Fact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.kind for fact in found))


_WORDS_ONLY = (Form.SD_JWT_VC, Form.SD_JWT_VC_EU)
"""Forms whose values are words throughout."""


def _told(document: Mapping[str, Any], *, all_texts: bool) -> str:
    """All texts of a document for people, as one."""
    return "\n".join(_plain(text) for text in _texts(document, prose=all_texts))


_PROSE = frozenset({"narrative", "description", "caption"})
"""Members of an Open Badge that hold text for people."""


def _texts(value: Any, *, prose: bool = False) -> Iterator[str]:
    if isinstance(value, str):
        if prose:
            yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, prose=prose or name in _PROSE)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, prose=prose)


def _plain(text: str) -> str:
    """Without Markdown's escapes, in single gaps, in small letters."""
    return " ".join(re.sub(r"\\([\\`*_\[\]<>#|~])", r"\1", text).split()).casefold()
