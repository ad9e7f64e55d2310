"""A day in a cell: read, then held against what is possible for its field."""

from __future__ import annotations

import datetime as dt
from functools import cache

from mikra.issuance.dates import DateOrder, Reading, Trouble, read_date, serial_date
from mikra.issuance.fields import RosterField
from mikra.issuance.roster.faults import Fault, fault
from mikra.issuance.roster.result import Raw
from mikra.messages.spoken import Day

_FORM = "2001-02-03"
_LONGEST = 80


def check_day(
    raw: Raw, one: RosterField, *, today: dt.date, order: DateOrder | None, serial_dates: int | None
) -> tuple[dt.date | None, tuple[Fault, ...]]:
    """The day in a cell, or what is wrong with it."""
    if isinstance(raw, str):
        if not raw.strip():
            return None, ()
        reading = read_date(raw, order) if len(raw) <= _LONGEST else Reading(trouble=Trouble.NOT_A_DATE)
    elif isinstance(raw, dt.datetime):
        reading = Reading((raw.date(),))
    elif isinstance(raw, dt.date):
        reading = Reading((raw,))
    elif isinstance(raw, float):
        reading = _number(raw)
    else:
        reading = Reading(trouble=Trouble.NOT_A_DATE)
    if reading.trouble is Trouble.SERIAL:
        return _serial(raw, one, today, serial_dates)
    return _judged(reading, one, today)


def _number(raw: float) -> Reading:
    """A bare number: the figures of a date in one run, days counted from an epoch, or nothing."""
    if serial_date(raw):
        return Reading(trouble=Trouble.SERIAL)
    return read_date(str(int(raw))) if raw.is_integer() and raw > 1e7 else Reading(trouble=Trouble.NOT_A_DATE)


def _serial(
    raw: Raw, one: RosterField, today: dt.date, serial_dates: int | None
) -> tuple[dt.date | None, tuple[Fault, ...]]:
    day = serial_date(float(str(raw).strip()), since_1904=serial_dates == 1904)
    if day and serial_dates:
        return _judged(Reading((day,)), one, today)
    said = day.isoformat() if day else ""
    return None, (fault("cell_type_ambiguous", "serial_date", expected=said, day=Day(day) if day else ""),)


def _judged(reading: Reading, one: RosterField, today: dt.date) -> tuple[dt.date | None, tuple[Fault, ...]]:
    if reading.trouble:
        return None, (fault("cell_date_invalid", f"date_{reading.trouble.value}", expected=_FORM),)
    if len(reading.days) > 1:
        first, second = reading.days
        both = f"{first.isoformat()} / {second.isoformat()}"
        return None, (
            fault("cell_date_invalid", "date_two_readings", expected=both, one=Day(first), other=Day(second)),
        )
    day = reading.days[0]
    wrong = _out_of_bounds(day, one, today)
    return (None, (wrong,)) if wrong else (day, ())


def _out_of_bounds(day: dt.date, one: RosterField, today: dt.date) -> Fault | None:
    if one.past and day > today:
        return fault("cell_date_invalid", "date_in_future", expected=f"≤ {today.isoformat()}", today=Day(today))
    if one.years and day < years_before(today, one.years):
        first = years_before(today, one.years)
        return fault("cell_date_invalid", "date_too_long_ago", expected=f"≥ {first.isoformat()}", first=Day(first))
    if isinstance(one.minimum, dt.date) and day < one.minimum:
        return fault("cell_date_invalid", "date_too_early", expected=f"≥ {one.minimum}", first=Day(one.minimum))
    if isinstance(one.maximum, dt.date) and day > one.maximum:
        return fault("cell_date_invalid", "date_too_late", expected=f"≤ {one.maximum}", last=Day(one.maximum))
    return None


@cache
def years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years earlier; 28 February for 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
