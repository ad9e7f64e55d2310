"""What one ECTS credit stands for in hours of a learner's work: the ECTS Users' Guide, and national rules.

ECTS Users' Guide 2015, section 2: 25 to 30 hours. National figures narrow that down; only those are listed whose rule
can be named. The list is ours and unreviewed: it advises and judges nothing (`sanity_workload` keeps to the Guide).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from mikra.validation.workload import HOURS_PER_ECTS

GUIDE: Final = "ECTS Users' Guide 2015"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditHours:
    """Hours of work per credit, from least to most, and the rule that says so."""

    least: Decimal
    most: Decimal
    source: str
    national: bool = False


def _rule(least: str, most: str, source: str) -> CreditHours:
    return CreditHours(least=Decimal(least), most=Decimal(most), source=source, national=True)


_RULES: Final[Mapping[str, CreditHours]] = {
    "AT": _rule("25", "25", "Universitätsgesetz 2002, § 54: 1500 hours for 60 credits"),
    "DE": _rule("25", "30", "Musterrechtsverordnung (KMK 2017), § 8: 25 to at most 30 hours"),
    "EE": _rule("26", "26", "Kõrgharidusseadus (2019), § 10: 26 hours"),
    "ES": _rule("25", "30", "Real Decreto 1125/2003, Article 4: 25 to 30 hours"),
    "FI": _rule("26.7", "26.7", "Decree 794/2004 on university degrees: 1600 hours for 60 credits"),
    "IT": _rule("25", "25", "Decreto Ministeriale 270/2004, Article 5: 25 hours"),
    "NL": _rule("28", "28", "Wet op het hoger onderwijs, Article 7.4: 28 hours"),
    "PT": _rule("25", "28", "Decreto-Lei 42/2005, Article 5: 1500 to 1680 hours for 60 credits"),
}


def of_country(country: str) -> CreditHours:
    """The rule of a country (ISO 3166-1 alpha-2), or else the Guide's span."""
    least, most = HOURS_PER_ECTS
    return _RULES.get(country.upper(), CreditHours(least=least, most=most, source=GUIDE))
