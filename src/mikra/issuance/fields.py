"""What a class list may hold about each learner: the fields, and the standard ones among them.

A design says which fields it takes and which it demands; the roster reads, checks and explains them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from mikra.errors import NotFoundError
from mikra.vocabulary import EU_LANGUAGES, entries, entry, fold


class FieldKind(StrEnum):
    """What may stand in a cell, and what it becomes: text, date, Decimal, bool or one of the choices."""

    TEXT = "text"
    NAME = "name"
    EMAIL = "email"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"
    YES_NO = "yes-no"
    CODE = "code"
    """Must equal the design's code, the only one of `choices`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterField:
    """One field. `name` is the canonical name, the key of `Row.values`.

    `choices`: the values of a CHOICE, or the one code of a CODE; `choice_labels` maps other spellings, folded
    (`vocabulary.fold`), to them. `minimum` and `maximum` bound dates and numbers, both included. `headers` are
    further headings that mean this field. `identifier`: digits are text, so that leading zeros count. `past`: a
    date after the given day is a fault; `years`: one more than so many years before it is too.
    """

    name: str
    kind: FieldKind
    required: bool = False
    choices: tuple[str, ...] = ()
    choice_labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    minimum: Decimal | dt.date | None = None
    maximum: Decimal | dt.date | None = None
    note: str = ""
    headers: tuple[str, ...] = ()
    identifier: bool = False
    past: bool = False
    years: int = 0


def _standard(*fields: RosterField) -> Mapping[str, RosterField]:
    return MappingProxyType({one.name: one for one in fields})


_STANDARD = _standard(
    RosterField(name="given_name", kind=FieldKind.NAME),
    RosterField(name="family_name", kind=FieldKind.NAME),
    RosterField(name="full_name", kind=FieldKind.NAME),
    RosterField(name="email", kind=FieldKind.EMAIL),
    RosterField(name="date_of_birth", kind=FieldKind.DATE, past=True, years=120),
    RosterField(name="national_id", kind=FieldKind.TEXT, identifier=True),
    RosterField(name="gender", kind=FieldKind.CHOICE),
    RosterField(name="nationality", kind=FieldKind.CHOICE),
    RosterField(name="learner_id", kind=FieldKind.TEXT, identifier=True),
    RosterField(name="learner_id_scheme", kind=FieldKind.TEXT),
    RosterField(name="course", kind=FieldKind.CODE),
    RosterField(name="completed", kind=FieldKind.DATE, past=True, years=100),
    RosterField(name="grade", kind=FieldKind.CHOICE),
    RosterField(name="supervision", kind=FieldKind.CHOICE, choices=("none", "online", "on-site")),
    RosterField(name="identity_verified", kind=FieldKind.YES_NO),
    RosterField(name="language", kind=FieldKind.CHOICE, choices=EU_LANGUAGES),
    RosterField(name="wallet", kind=FieldKind.TEXT),
)

STANDARD_FIELDS: tuple[str, ...] = tuple(_STANDARD)
"""The canonical names of all standard fields."""

NAME_FIELDS = ("given_name", "family_name", "full_name")


def standard_field(name: str, **overrides: Any) -> RosterField:
    """A standard field, with some of its members replaced. Raises NotFoundError for another name.

    `nationality` comes with all countries, `language` with the EU's languages, `gender` and `supervision` with their
    lists: each by code, and by the names that our vocabularies have in the 24 languages.
    """
    if name not in _STANDARD:
        raise NotFoundError(
            "There is no such standard field.", found=name, expected=", ".join(STANDARD_FIELDS), code="not_found"
        )
    one = _STANDARD[name]
    if name in _VOCABULARY and "choices" not in overrides:
        labels = vocabulary_labels(_VOCABULARY[name])
        choices = one.choices or tuple(dict.fromkeys(labels.values()))
        allowed = {label: choice for label, choice in labels.items() if choice in choices}
        one = replace(one, choices=choices, choice_labels=MappingProxyType(allowed))
    return replace(one, **overrides)


_VOCABULARY = {
    "nationality": "country",
    "language": "language",
    "gender": "human_sex",
    "supervision": "supervision_kind",
}
"""Field -> the vocabulary whose slugs are its choices."""


def choice_label(name: str, choice: str, language: str) -> str:
    """A choice as people read it: the label of its vocabulary in this language, or else the choice itself."""
    scheme = _VOCABULARY.get(name)
    try:
        return entry(scheme, choice).label(language) if scheme else choice
    except NotFoundError:
        return choice


@cache
def vocabulary_labels(scheme: str) -> Mapping[str, str]:
    """Folded label (24 languages), code or slug -> slug, of one vocabulary. A label of two concepts is left out."""
    found: dict[str, set[str]] = {}
    for one in entries(scheme):
        names = {one.slug, one.code, *(one.label(language) for language in EU_LANGUAGES)}
        for name in names:
            found.setdefault(fold(name), set()).add(one.slug)
    return MappingProxyType({label: next(iter(slugs)) for label, slugs in found.items() if len(slugs) == 1})
