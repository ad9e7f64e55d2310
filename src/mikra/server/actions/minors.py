"""Learners who were not of age when they were awarded something (GDPR, 8): what asks a guardian, what is not offered.

The date of birth is read where it is kept, for these questions alone; the age itself stands in no credential.
"""

from __future__ import annotations

import datetime as dt

from mikra.errors import MikraError
from mikra.server.actions.learner_addresses import profile_of
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.store.awards import Award

OF_AGE = 18


def is_under(birth: str, day: dt.date, years: int) -> bool:
    """Whether somebody born on `birth` (YYYY-MM-DD, or nothing) has not had that birthday by `day`."""
    try:
        born = dt.date.fromisoformat(birth)
    except ValueError:
        return False
    return (day.year - born.year - ((day.month, day.day) < (born.month, born.day))) < years


def _birth(award: Award) -> str:
    if award.learner is None or award.learner.key is None:
        return ""
    try:
        return str(profile_of(award.learner).get("birth") or "")
    except MikraError:
        return ""


def guardian_asked(award: Award) -> bool:
    """Whether a guardian has to agree before this is collected, as the institution decided for its country."""
    decided = settings_of(award.tenant)
    return decided.guardian_confirms and is_under(_birth(award), award.awarded_on, decided.age_of_consent)


def may_share_for_good(award: Award, on: dt.date) -> bool:
    """Whether a public share without an end may be offered on that day."""
    return not is_under(_birth(award), on, OF_AGE)


def may_be_suggested_to(award: Award, on: dt.date) -> bool:
    """Whether this learner may be shown suggestions on that day."""
    return not is_under(_birth(award), on, OF_AGE)
