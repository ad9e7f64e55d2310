"""Sanity of accreditations: valid on the day of award, and wide enough for this level, field and country.

ELM limits an accreditation by EQF level, field (ISCED-F) and place (country or ATU). Where a limit and what it limits
are both stated and exclude each other, a question is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mikra.messages.spoken import Day
from mikra.model import Accreditation, Credential, Qualification
from mikra.model.text import Node
from mikra.report import Finding, Severity
from mikra.validation.annex1_parts import Learning, Parts, day
from mikra.validation.annex1_quality import accreditations
from mikra.validation.sanity_question import ask

_COUNTRY = "http://publications.europa.eu/resource/authority/country/"


def check(parts: Parts, learning: Learning, *, awarded_on: date | None) -> Iterator[Finding]:
    """All that is odd about the accreditations of one achievement, on the day of award where that is known."""
    for owner, _, accreditation in accreditations(parts, learning):
        if awarded_on is not None:
            yield from _dates(parts.credential, accreditation, awarded_on)
        yield from _scope(parts, learning, accreditation)
        if owner is parts.issuer:
            yield from _place(parts, accreditation)


def _dates(credential: Credential, accreditation: Accreditation, awarded_on: date) -> Iterator[Finding]:
    starts, ends = day(accreditation.date_issued), day(accreditation.expiry_date)
    at = Day(awarded_on)
    if ends and date.fromisoformat(ends) < awarded_on:
        sight: tuple[Node, str] = (accreditation, "expiry_date")
        day_of = Day(date.fromisoformat(ends))
        warn = Severity.WARNING
        yield ask("accreditation.expired", credential, sight, severity=warn, found=ends, day=day_of, award=at)
    if starts and date.fromisoformat(starts) > awarded_on:
        sight = (accreditation, "date_issued")
        day_of = Day(date.fromisoformat(starts))
        warn = Severity.WARNING
        yield ask("accreditation.not-yet", credential, sight, severity=warn, found=starts, day=day_of, award=at)


def _scope(parts: Parts, learning: Learning, accreditation: Accreditation) -> Iterator[Finding]:
    for specification in learning.specifications[:1]:
        level = specification.eqf_level if isinstance(specification, Qualification) else None
        allowed = [limit.code for limit in accreditation.limit_eqf_level]
        if level is not None and allowed and level.code not in allowed:
            sight = (accreditation, "limit_eqf_level")
            yield ask("accreditation.scope-level", parts.credential, sight, found=level.code, level=level.code)
        fields = [field.code for field in specification.thematic_area]
        limits = tuple(limit.code for limit in accreditation.limit_field)
        if fields and limits and not any(_within(field, limits) for field in fields):
            sight = (accreditation, "limit_field")
            yield ask("accreditation.scope-field", parts.credential, sight, found=", ".join(fields))


def _within(field: str, limits: tuple[str, ...]) -> bool:
    """ISCED-F codes are hierarchical: 061 is within 06. A limit narrower than the field does not exclude it."""
    return any(field.startswith(limit) or limit.startswith(field) for limit in limits)


def _place(parts: Parts, accreditation: Accreditation) -> Iterator[Finding]:
    places = parts.issuer.location if parts.issuer else ()
    countries = [a.country_code.code for place in places for a in place.address if a.country_code]
    limits = [limit.code.split("_")[0] for limit in accreditation.limit_jurisdiction]
    if countries and limits and all(len(limit) == 3 for limit in limits) and not set(countries) & set(limits):
        sight = (accreditation, "limit_jurisdiction")
        yield ask("accreditation.scope-place", parts.credential, sight, found=", ".join(countries))
