"""The dates of a credential (VC Data Model 1.1, 4.6 and 4.9; 2.0, 4.9; ELM `issued`, `validFrom`, `validUntil`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mikra.errors import InputError
from mikra.instants import instant
from mikra.messages.spoken import Moment
from mikra.report import Check, Status, words

CLAUSE = "VC Data Model 1.1, 4.6 and 4.9"

STARTS = ("validFrom", "issuanceDate", "issued")
"""A credential counts from the last of these: before it was issued there was none."""

ENDS = ("validUntil", "expirationDate")
"""It counts until the first of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From when until when, with the JSON Pointer to the member that says so; None where nothing does."""

    start: datetime | None
    start_where: str
    end: datetime | None
    end_where: str


def period_of(document: Mapping[str, Any]) -> Period:
    """The period of validity. InputError `credential_malformed` for a date that does not name one moment."""
    starts = [(instant(document[name], f"/{name}"), f"/{name}") for name in STARTS if name in document]
    ends = [(instant(document[name], f"/{name}"), f"/{name}") for name in ENDS if name in document]
    start, start_where = max(starts, default=(None, ""))
    end, end_where = min(ends, default=(None, ""))
    return Period(start=start, start_where=start_where, end=end, end_where=end_where)


def check(document: Mapping[str, Any], at: datetime, skew: timedelta) -> Check:
    """Whether the credential counts at `at`, clocks differing by `skew` at most."""
    try:
        period = period_of(document)
    except InputError as error:
        reason = words("verify.dates.malformed", found=error.found)
        return Check(
            id="dates",
            status=Status.FAILED,
            reason=reason,
            code="credential_malformed",
            clause=CLAUSE,
            where=error.path,
        )
    where = side(period, at, skew)
    if where == "not_yet" and period.start is not None:
        return _outside("not_yet", "credential_not_yet_valid", period.start, period.start_where)
    if where == "over" and period.end is not None:
        return _outside("over", "credential_expired", period.end, period.end_where)
    return Check(id="dates", status=Status.PASSED, reason=_inside(period), clause=CLAUSE)


def side(period: Period, at: datetime, skew: timedelta) -> str:
    """On which side of the period the moment lies: "not_yet", "over", or "within"."""
    if period.start is not None and period.start - at > skew:
        return "not_yet"
    return "over" if period.end is not None and at - period.end > skew else "within"


def _outside(key: str, code: str, moment: datetime, where: str) -> Check:
    reason = words(f"verify.dates.{key}", moment=Moment(moment))
    return Check(id="dates", status=Status.FAILED, reason=reason, code=code, clause=CLAUSE, where=where)


def _inside(period: Period) -> Any:
    if period.start is None:
        return words("verify.dates.open") if period.end is None else words("verify.dates.until", end=Moment(period.end))
    if period.end is None:
        return words("verify.dates.since", start=Moment(period.start))
    return words("verify.dates.between", start=Moment(period.start), end=Moment(period.end))
