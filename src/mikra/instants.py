"""Instants in credentials: xsd:dateTimeStamp (XML Schema 1.1, part 2, 3.4.28), the form that VC and EDC ask for.

A date without its zone names up to 27 different moments, so it is refused, as is a date that does not exist.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from mikra.errors import InputError

_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z)|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_FURTHEST = timedelta(hours=14)


def instant(value: Any, where: str = "") -> datetime:
    """The moment, in the zone in which it is written. InputError `credential_malformed` for anything else."""
    match = _FORM.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _refuse(value, where)
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    fraction = int((match[7] or "0")[:6].ljust(6, "0"))
    midnight_after = (hour, minute, second, fraction) == (24, 0, 0, 0)
    try:
        found = datetime(year, month, day, 0 if midnight_after else hour, minute, second, fraction, _zone(match))
        return found + timedelta(days=1) if midnight_after else found
    except (ValueError, OverflowError) as error:
        raise _refuse(value, where) from error


def _zone(match: re.Match[str]) -> timezone:
    if match[8]:
        return UTC
    offset = timedelta(hours=int(match[10]), minutes=int(match[11]))
    if offset > _FURTHEST or int(match[11]) > 59:
        raise ValueError(match[0])
    return timezone(-offset if match[9] == "-" else offset)


def _refuse(value: Any, where: str) -> InputError:
    return InputError(
        "A date is not written so that it names one moment.",
        where=where,
        found=str(value)[:40],
        expected="a date, a time and its zone, as in 2026-05-03T00:00:00+02:00",
        fix="Ask the issuer for a corrected credential.",
        code="credential_malformed",
    )
