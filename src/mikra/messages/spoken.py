"""Values that are told in the reader's language: days, moments, what others wrote, lists of them.

Dates and lists follow CLDR (through Babel, loaded only when something is told). What others wrote is never translated,
only chosen: the reader's language, else English, else the first there is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

LONGEST = 200
"""Characters of somebody's text within a sentence of ours; the rest is cut off, with an ellipsis."""

_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@runtime_checkable
class Speaks(Protocol):
    """Whatever can be told in a language."""

    def text(self, language: str = "en", /) -> str:
        """The words, in `language` or the nearest there is."""


def told(value: object, language: str = "en") -> str:
    """The words for any value: it speaks for itself, or is written as it stands, made harmless."""
    return value.text(language) if isinstance(value, Speaks) else harmless(str(value))


def inert(text: str) -> str:
    """`text` with a space for each control character and direction override: nothing in it can move the cursor."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in _OVERRIDES else c for c in text)


def harmless(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, without control characters and direction overrides, cut at `longest`.

    For words of others within ours: nothing in them can move the cursor, turn the line round or start a new one.
    """
    line = " ".join(inert(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, as it was written in its own zone: "3 May 2026"."""

    day: date

    def text(self, language: str = "en", /) -> str:
        from babel.dates import format_date

        return str(format_date(self.day, "long", locale=_locale(language)))


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and the time in its zone: "3 May 2026, 14:05 (UTC+02:00)"."""

    moment: datetime

    def text(self, language: str = "en", /) -> str:
        return f"{Day(self.moment).text(language)}, {self.moment:%H:%M} ({self.moment.tzname()})"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote, in the languages in which they wrote it: tag (BCP 47) -> text."""

    texts: Mapping[str, str] = field(hash=False)
    longest: int = LONGEST

    def language(self, wanted: str = "en") -> str:
        """The language in which it will be told; "" when it is empty."""
        tags = list(self.texts)
        by_short = {tag.split("-")[0].lower(): tag for tag in reversed(tags)}
        return by_short.get(wanted.split("-")[0].lower()) or by_short.get("en") or (tags[0] if tags else "")

    def text(self, language: str = "en", /) -> str:
        return harmless(self.texts.get(self.language(language), ""), self.longest)


@dataclass(frozen=True, slots=True)
class Listed:
    """Several things: "A, B and C"."""

    items: tuple[object, ...]

    def text(self, language: str = "en", /) -> str:
        words = [told(item, language) for item in self.items]
        if len(words) < 2:
            return "".join(words)
        from babel.lists import format_list

        return str(format_list(words, locale=_locale(language)))


@dataclass(frozen=True, slots=True)
class Sentences:
    """Whole sentences, one after the other; empty ones are left out."""

    items: tuple[Speaks, ...]

    def text(self, language: str = "en", /) -> str:
        return " ".join(text for item in self.items if (text := item.text(language)))


def _locale(language: str) -> str:
    """English is that of the Union: the day stands before the month."""
    return "en_GB" if language.split("-")[0] == "en" else language.replace("-", "_")
