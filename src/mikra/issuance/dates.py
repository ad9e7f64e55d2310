"""Dates as people write them, in the local forms of the 24 languages, never guessed.

A text has one reading, two ("03/04/2001" is 3 April or 4 March) or none. What decides between two is the rest of
its column (`order_of`), never a single cell. Dots mean day first: no European form puts the month before a dot.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from mikra.vocabulary import EU_LANGUAGES, fold


class DateOrder(StrEnum):
    """The order of day, month and year in a date of figures."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


class Trouble(StrEnum):
    """Why a text is not a date."""

    NOT_A_DATE = "not_a_date"
    IMPOSSIBLE = "impossible"
    SHORT_YEAR = "short_year"
    ZONE = "zone"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class Reading:
    """`days`: the one date, or the two it could be. Without any, `trouble` says why."""

    days: tuple[dt.date, ...] = ()
    trouble: Trouble | None = None


_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))
_TIME = re.compile(
    r"(?:^|[T ,])(?:o )?([0-2]?\d)[:.h]([0-5]\d)(?:[:.][0-5]\d(?:[.,]\d+)?)?"
    r"( ?[ap]\.?m\.?)?( ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?$",
    re.IGNORECASE,
)
_DOTTED_TIME = re.compile(r"[0-9]{4} [0-9]{2}\.[0-9]{2}$")
_FIGURES = re.compile(r"([0-9]{1,4})( ?[./-] ?| )([0-9]{1,2})\2([0-9]{1,4})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TOKENS = re.compile(r"\d+|[^\W\d_]+")

_LITTLE_WORDS = (
    "a an d da de del den der di dia diena g gada h i il l la le m metu o of r rok roku st nd rd ta th the u "
    "г год година ден του"
)
_FILLERS = frozenset(_LITTLE_WORDS.split())
"""Little words, endings of numbers and "year", as they stand between the parts of a written date, folded."""

_YEAR_ENDING = re.compile(r"(?<=\d) ?(?:г|год|година|r|m|g)?\.?$", re.IGNORECASE)
"""What may follow the year in figures: "3.2.2001 г.", "2001.02.03."."""

_SERIALS = range(10_000, 80_000)
"""Days since 1899-12-30 as spreadsheets count them, from 1927 to 2119: five figures that may be a date."""


def read_date(text: str, order: DateOrder | None = None) -> Reading:
    """The date(s) that `text` may mean. `order` settles figures divided by slashes or dashes; a time is left out."""
    plain = _SPACES.sub(" ", text.translate(_DASHES)).strip()
    time = _TIME.search(plain) if ":" in plain or _DOTTED_TIME.search(plain) else None
    if time and time[4]:
        return Reading(trouble=Trouble.ZONE)
    plain = _YEAR_ENDING.sub("", plain[: time.start()].rstrip(" ,") if time else plain)
    if any(c.isalpha() for c in plain):
        return _written(plain)
    figures = _FIGURES.fullmatch(plain)
    if figures:
        return _by_figures(figures[1], figures[2].strip() or " ", figures[3], figures[4], order)
    if compact := _COMPACT.fullmatch(plain):
        return _one(int(compact[1]), int(compact[2]), int(compact[3]))
    serial = re.fullmatch(r"[0-9]{5}", plain) and int(plain) in _SERIALS
    return Reading(trouble=Trouble.SERIAL if serial else Trouble.NOT_A_DATE)


def serial_date(number: float, *, since_1904: bool = False) -> dt.date | None:
    """The day that a spreadsheet counts so (ECMA-376-1, 18.17.4.1); None outside the years 1927 to 2119."""
    if not 10_000 <= number < 80_000:
        return None
    return (dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 30)) + dt.timedelta(days=int(number))


def order_of(texts: Iterable[str]) -> DateOrder | None:
    """The order that a column proves: some date in it has one reading only, and none of them says otherwise."""
    return settled(order_proofs(texts))


def settled(proofs: frozenset[DateOrder]) -> DateOrder | None:
    """The one order that was proved; None where there is no proof, or proof of both."""
    return next(iter(proofs)) if len(proofs) == 1 else None


def order_proofs(texts: Iterable[str]) -> frozenset[DateOrder]:
    """Every order that some date of figures in `texts` proves, having no other reading."""
    proofs: set[DateOrder] = set()
    for text in texts:
        found = _FIGURES.match(_SPACES.sub(" ", text.translate(_DASHES)).strip())
        if not found or len(found[4]) != 4 or found[2].strip() == ".":
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second:
            proofs.add(DateOrder.DMY)
        elif second > 12 >= first:
            proofs.add(DateOrder.MDY)
    return frozenset(proofs)


def _by_figures(first: str, divider: str, second: str, third: str, order: DateOrder | None) -> Reading:
    if len(first) == 4 and len(third) <= 2:
        return _one(int(first), int(second), int(third))
    if len(third) != 4 or len(first) > 2:
        return Reading(trouble=Trouble.SHORT_YEAR if len(first) <= 2 and len(third) <= 2 else Trouble.NOT_A_DATE)
    year, one, two = int(third), int(first), int(second)
    if divider == "." or order == DateOrder.DMY:
        return _one(year, two, one)
    if order == DateOrder.MDY:
        return _one(year, one, two)
    days = [day for day in (_day(year, two, one), _day(year, one, two)) if day]
    return Reading(tuple(dict.fromkeys(days))) if days else Reading(trouble=Trouble.IMPOSSIBLE)


def _one(year: int, month: int, day: int) -> Reading:
    found = _day(year, month, day)
    return Reading((found,)) if found else Reading(trouble=Trouble.IMPOSSIBLE)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _written(plain: str) -> Reading:
    """A date with the name of a month: "3 May 2001", "May 3, 2001", "2001. gada 3. maijs", "3. května 2001"."""
    tokens = _TOKENS.findall(fold(plain))
    words = [t for t in tokens if not t.isdigit() and t not in _FILLERS and t not in weekdays()]
    numbers = [token for token in tokens if token.isdigit()]
    named = set.intersection(*(set(months().get(word, ())) for word in words)) if words else set()
    if not named or len(numbers) != 2:
        return Reading(trouble=Trouble.NOT_A_DATE)
    if not any(len(number) == 4 for number in numbers):
        return Reading(trouble=Trouble.SHORT_YEAR)
    year, day = sorted(numbers, key=len, reverse=True)
    if len(day) > 2:
        return Reading(trouble=Trouble.NOT_A_DATE)
    days = tuple(found for month in sorted(named) if (found := _day(int(year), month, int(day))))
    return Reading(days) if days else Reading(trouble=Trouble.IMPOSSIBLE)


@cache
def months() -> Mapping[str, tuple[int, ...]]:
    """Folded name of a month, long or short, in any of the 24 languages (CLDR) -> which it is.

    Some are two: "listopad" is November in Czech and Polish, October in Croatian.
    """
    found: dict[str, set[int]] = {}
    for number, name in _calendar("months"):
        found.setdefault(name, set()).add(number)
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}


@cache
def weekdays() -> frozenset[str]:
    """Folded names of the days of the week, long or short, in any of the 24 languages, but those of months."""
    return frozenset(name for _, name in _calendar("days")) - frozenset(months())


def _calendar(what: str) -> Iterable[tuple[int, str]]:
    from babel import Locale

    for language in EU_LANGUAGES:
        table = getattr(Locale(language), what)
        for context in table:
            for width in ("wide", "abbreviated"):
                for number, name in table[context].get(width, {}).items():
                    for token in _TOKENS.findall(fold(name)):
                        if not token.isdigit() and len(token) > 1:
                            yield int(number), token
