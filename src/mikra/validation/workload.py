"""Workload: credits, hours and durations as ELM writes them, and what they mean.

ELM (application profile EDC 1.2.0) has `CreditPoint.point` as text and durations as xsd:duration. An hour is an hour
of the learner's work; days, weeks, months and years are lengths in the calendar and say nothing of workload.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from mikra.model import CreditPoint

ECTS: Final = "http://data.europa.eu/snb/education-credit/6fcec5c5af"
ECVET: Final = "http://data.europa.eu/snb/education-credit/60b314e826"
HOURS_PER_ECTS: Final = (Decimal(25), Decimal(30))
"""ECTS Users' Guide 2015, section 2: one credit corresponds to 25 to 30 hours of work."""

_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
_HOURS = re.compile(r"PT0*[1-9]\d{0,5}H", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Duration:
    """An xsd:duration: `hours` is its clock part; `calendar` says that it also counts days, weeks, months or years."""

    hours: Decimal
    calendar: bool


@lru_cache(maxsize=1024)
def duration(text: str) -> Duration | None:
    """What a duration says; None for what is not one (xsd:duration, with weeks as in ISO 8601)."""
    match = _DURATION.fullmatch(text.strip()[:40])
    if not match or text.strip() in ("P", "") or match[5] == "T":
        return None
    hours, minutes, seconds = (Decimal(part or 0) for part in match.group(6, 7, 8))
    clock = hours + minutes / 60 + seconds / 3600
    return Duration(clock, calendar=any(int(part or 0) for part in match.group(1, 2, 3, 4)))


def hours(text: str) -> Decimal | None:
    """Hours of work, where a duration is given in hours and minutes alone and is not nothing; else None."""
    found = duration(text)
    return found.hours if found and found.hours and not found.calendar else None


def states_hours(text: str) -> bool:
    """Whether `hours(text)` is a number; quick for the usual form PT75H."""
    return bool(text) and (_HOURS.fullmatch(text) is not None or hours(text) is not None)


def points(credit: CreditPoint) -> Decimal | None:
    """The number of credits, if it is one above 0. A decimal comma is understood."""
    text = credit.point.strip()
    if not _NUMBER.fullmatch(text):
        return None
    return Decimal(text.replace(",", ".")) or None


def is_ects(credit: CreditPoint) -> bool:
    """Whether the credits are ECTS: by the EU's code, or by that very name."""
    framework = credit.framework
    if framework is None:
        return False
    return framework.id == ECTS or any(label.strip().upper() == "ECTS" for label in framework.pref_label.values())


def has_unit(credit: CreditPoint) -> bool:
    """Whether the credits are of a system that is known across countries (ECTS, ECVET)."""
    return is_ects(credit) or (credit.framework is not None and credit.framework.id == ECVET)
