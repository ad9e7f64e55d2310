"""From the model's values to the short texts of a page: amounts, dates, concepts, text that fits its place."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

from mikra import messages, vocabulary
from mikra.model import Concept, CreditPoint, Text

LONGEST_WORD = 28
"""Characters. A longer run without a gap may be broken anywhere, or it would leave the page."""

HYPHEN, NO_HYPHEN = "\u00ad", "\u200b"
"""Where a long word may break: with a hyphen, or, for addresses, without one."""

_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+)M)?(?:\d+(?:\.\d+)?S)?)?"
)
"""xsd:duration (XML Schema 1.1 part 2, 3.3.6), and weeks as ISO 8601 has them."""


def fitting(text: str, limit: int, *, gap: str = HYPHEN) -> str:
    """One line of text for the page: gaps single, nothing invisible that reorders or hides, at most `limit` characters.

    Controls and format characters (directional overrides among them) go, but the joiners that scripts need stay.
    """
    kept = "".join(c for c in text if c in "\t\n\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    words = " ".join(kept.split())
    if len(words) > limit:
        words = words[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…" if " " in words else words[: limit - 1] + "…"
    return " ".join(_breakable(word, gap) for word in words.split(" "))


def _breakable(word: str, gap: str) -> str:
    """A very long word with places where it may break. Scripts whose letters join keep theirs together."""
    if len(word) <= LONGEST_WORD or any(unicodedata.bidirectional(c) in ("R", "AL") for c in word):
        return word
    return gap.join(word[i : i + LONGEST_WORD] for i in range(0, len(word), LONGEST_WORD))


def best(text: Text, language: str, limit: int) -> str:
    """The text in `language`, or what there is, made to fit."""
    return fitting(text.best(language, language.partition("-")[0]), limit)


def label(concept: Concept | None, language: str, limit: int = 80) -> str:
    """What a concept is called: by the credential in this language, by the vocabulary, or by either in another."""
    if concept is None:
        return ""
    known = vocabulary.by_iri(concept.id)
    own = concept.pref_label.get(language, "")
    if not own and known and (known.label(language) != known.label("en") or not concept.pref_label):
        own = known.label(language)
    return fitting(own or concept.pref_label.best(language) or concept.notation or concept.code, limit)


@cache
def locale(language: str) -> Locale:
    """CLDR's rules for a language; those of English in Ireland (day before month) where it has none, and for "en"."""
    try:
        return Locale.parse("en-IE" if language == "en" else language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "IE")


def number(text: str, language: str) -> str:
    """ "2.5" as the language writes it; what is not a number stays as it is."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return fitting(text, 20)
    return format_decimal(value, locale=locale(language)) if value.is_finite() else fitting(text, 20)


def day(instant: str, language: str) -> str:
    """The day of an xsd:dateTime or xsd:date as it stands there, never moved to another time zone; "" if it is none."""
    try:
        return format_date(date.fromisoformat(instant[:10]), format="long", locale=locale(language))
    except ValueError:
        return ""


_CREDIT = {vocabulary.entry("credit", "ects").iri: "ECTS", vocabulary.entry("credit", "ecvet").iri: "ECVET"}


def credit(point: CreditPoint, language: str) -> str:
    """ "3 ECTS": the amount with its framework."""
    framework = point.framework
    name = _CREDIT.get(framework.id, "") if framework else ""
    return f"{number(point.point, language)} {name or label(framework, language, 40)}".strip()


def duration(text: str, language: str) -> str:
    """ "75 h", "weeks: 3": an xsd:duration in words; what is none stays as it is."""
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groupdict().values()):
        return fitting(text, 20)
    said = [
        messages.text(f"page.{unit}", language, count=found[unit])
        for unit in ("years", "months", "weeks", "days")
        if found[unit]
    ]
    hours = Decimal(found["hours"] or 0) + Decimal(found["minutes"] or 0) / 60
    if hours:
        said.append(messages.text("page.hours", language, count=number(str(round(hours, 1)), language)))
    return ", ".join(said)
