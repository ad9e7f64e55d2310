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
from typing import TYPE_CHECKING

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


def find(scheme: str, slug: str, official: Mapping[str, str], language: str) -> tuple[str, LabelSource]:
    """The label and where it comes from; ("", CODE) where nobody has ever given one."""
    for tag in dict.fromkeys((language, language.partition("-")[0])):
        if tag in official:
            return official[tag], LabelSource.OFFICIAL
        text, source = _cldr(scheme, slug, tag) or _ours(scheme, slug, tag) or ("", LabelSource.CODE)
        if text:
            return text, source
    return _english(scheme, slug, official)


def _english(scheme: str, slug: str, official: Mapping[str, str]) -> tuple[str, LabelSource]:
    if "en" in official:
        return official["en"], LabelSource.ENGLISH
    other = _cldr(scheme, slug, "en") or _ours(scheme, slug, "en")
    return (other[0], LabelSource.ENGLISH) if other else ("", LabelSource.CODE)


def _cldr(scheme: str, slug: str, language: str) -> tuple[str, LabelSource] | None:
    kind = CLDR_SCHEMES.get(scheme)
    locale = _locale(language) if kind else None
    text = getattr(locale, kind).get(slug) if kind and locale else None
    return (text, LabelSource.CLDR) if text else None


def _ours(scheme: str, slug: str, language: str) -> tuple[str, LabelSource] | None:
    screen = screen_labels(language)
    text = screen.labels.get(scheme, {}).get(slug)
    if not text:
        return None
    return text, LabelSource.REVIEWED if scheme in screen.reviewed else LabelSource.UNREVIEWED


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
