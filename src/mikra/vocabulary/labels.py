"""Labels for the screen: official, else Unicode CLDR, else our own translation, else English.

CLDR (through Babel) names countries, languages and currencies in all languages of the EU. Our own translations
stand in `data/screen/<language>.json`; until somebody has reviewed them there, they are "Mikra, unreviewed".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import orjson

if TYPE_CHECKING:
    from babel import Locale

EU_LANGUAGES: tuple[str, ...] = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr",
    "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip
"""The 24 official languages of the European Union (Regulation No 1, as amended), by their tags."""

CLDR_SCHEMES = {"country": "territories", "language": "languages", "currency": "currencies"}
"""Scheme -> what CLDR calls it; our slugs of these schemes are CLDR's own keys."""


class LabelSource(StrEnum):
    """Where a label on the screen comes from."""

    OFFICIAL = "official"
    CLDR = "CLDR"
    REVIEWED = "Mikra, reviewed"
    UNREVIEWED = "Mikra, unreviewed"
    ENGLISH = "English"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Screen:
    """Our own labels in one language: scheme -> slug -> label, and the schemes that somebody has reviewed."""

    labels: Mapping[str, Mapping[str, str]]
    reviewed: frozenset[str]


class Label(NamedTuple):
    """A text for the screen, where it comes from, and the language it is in (the `lang` of the page)."""

    text: str
    source: LabelSource
    language: str


OWN_LANGUAGE = "und"
"""BCP 47 "undetermined": a published name in a language that the table does not state (NUTS: the region's own)."""


def find(scheme: str, slug: str, official: Mapping[str, str], language: str) -> Label:
    """The best label there is in `language`, else in English; an empty text where nobody has ever given one."""
    for tag in dict.fromkeys((language, language.partition("-")[0])):
        found = _in(scheme, slug, official, tag)
        if found:
            return found
    if OWN_LANGUAGE in official:
        return Label(official[OWN_LANGUAGE], LabelSource.OFFICIAL, OWN_LANGUAGE)
    english = _in(scheme, slug, official, "en")
    return english._replace(source=LabelSource.ENGLISH) if english else Label("", LabelSource.CODE, OWN_LANGUAGE)


def _in(scheme: str, slug: str, official: Mapping[str, str], language: str) -> Label | None:
    """The label in exactly this language: official, else CLDR's, else ours."""
    if language in official:
        return Label(official[language], LabelSource.OFFICIAL, language)
    named = _cldr(scheme, slug, language)
    if named:
        return Label(named, LabelSource.CLDR, language)
    screen = screen_labels(language)
    ours = screen.labels.get(scheme, {}).get(slug)
    reviewed = scheme in screen.reviewed
    return Label(ours, LabelSource.REVIEWED if reviewed else LabelSource.UNREVIEWED, language) if ours else None


def _cldr(scheme: str, slug: str, language: str) -> str | None:
    kind = CLDR_SCHEMES.get(scheme)
    locale = _locale(language) if kind else None
    return getattr(locale, kind).get(slug) if kind and locale else None


@cache
def _locale(language: str) -> Locale | None:
    if language not in EU_LANGUAGES:
        return None
    from babel import Locale  # 40 ms: only for those who look at countries, languages or currencies

    return Locale(language)


@cache
def screen_labels(language: str) -> Screen:
    """Our own labels in one language; empty where we have none."""
    path = files("mikra.vocabulary").joinpath("data", "screen", f"{language}.json")
    if language not in EU_LANGUAGES or not path.is_file():
        return Screen({}, frozenset())
    data = orjson.loads(path.read_bytes())
    return Screen(data["labels"], frozenset(data["reviewed"]))
