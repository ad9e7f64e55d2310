"""Sanity of the workload: credits against hours, teaching against the whole, months for hours, days, size.

ECTS Users' Guide 2015: 25 to 30 hours of work a credit. Point 5(a) of the Recommendation: a *small* volume of learning;
the figures for small are ours (15 ECTS, 400 hours), after what systems in Europe use, and only raise a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from mikra.model import Credential
from mikra.model.text import Node
from mikra.report import Finding
from mikra.validation import workload
from mikra.validation.annex1_parts import Learning, day
from mikra.validation.sanity_question import ask

MOST_ECTS: Final = Decimal(15)
MOST_HOURS: Final = Decimal(400)
HOURS_A_DAY: Final = Decimal(14)
"""More hours of learning than this on every day of a course are not believable."""

_LEADING_NUMBER = re.compile(r"\s*(\d{1,5}(?:[.,]\d{1,2})?)(?:\s|h|$)", re.ASCII)


def check(credential: Credential, learning: Learning) -> Iterator[Finding]:
    """All questions on the workload of one achievement."""
    yield from _credits_against_hours(credential, learning)
    yield from _calendar(credential, learning)
    yield from _teaching(credential, learning)
    yield from _activities(credential, learning)
    yield from _pace(credential, learning)
    yield from _size(credential, learning)


def _ects(learning: Learning) -> Iterator[tuple[Node, str, Decimal]]:
    for specification in learning.specifications[:1]:
        for credit in specification.credit_point:
            if workload.is_ects(credit) and (points := workload.points(credit)):
                yield specification, "credit_point", points
    for credit in learning.achievement.credit_received:
        if workload.is_ects(credit) and (points := workload.points(credit)):
            yield learning.achievement, "credit_received", points


def _total(learning: Learning) -> tuple[Node, str, Decimal] | None:
    """The whole workload in hours, as the specification, or else its one activity, has it."""
    for specification in learning.specifications[:1]:
        if found := workload.hours(specification.volume_of_learning):
            return specification, "volume_of_learning", found
    if len(learning.activities) == 1 and (found := workload.hours(learning.activities[0].workload)):
        return learning.activities[0], "workload", found
    return None


def _credits_against_hours(credential: Credential, learning: Learning) -> Iterator[Finding]:
    total, (least, most) = _total(learning), workload.HOURS_PER_ECTS
    for owner, field, points in _ects(learning):
        if total is not None and not points * least <= total[2] <= points * most:
            yield ask(
                "workload.credits-hours",
                credential,
                (owner, field),
                found=f"{_plain(points)} ECTS, {_plain(total[2])} h",
                expected=f"{_plain(points * least)} to {_plain(points * most)} h",
                credits=_plain(points),
                hours=_plain(total[2]),
                least=_plain(points * least),
                most=_plain(points * most),
            )
            return


def _durations(learning: Learning) -> Iterator[tuple[Node, str]]:
    for specification in learning.specifications:
        yield specification, "volume_of_learning"
    for activity in learning.activities:
        yield activity, "workload"
        if activity.specified_by:
            yield activity.specified_by, "volume_of_learning"


def _calendar(credential: Credential, learning: Learning) -> Iterator[Finding]:
    for owner, field in _durations(learning):
        text = getattr(owner, field)
        found = workload.duration(text) if text else None
        if found and found.calendar:
            yield ask("workload.calendar", credential, (owner, field), found=text, expected="PT60H", duration=text)


def _contact_hours(text: str) -> Decimal | None:
    if found := workload.hours(text):
        return found
    match = _LEADING_NUMBER.match(text)
    return Decimal(match[1].replace(",", ".")) if match else None


def _teaching(credential: Credential, learning: Learning) -> Iterator[Finding]:
    total = _total(learning)
    plans = [activity.specified_by for activity in learning.activities if activity.specified_by]
    plans += [plan for specification in learning.specifications for plan in specification.influenced_by]
    for plan in plans:
        taught = sum(filter(None, map(_contact_hours, plan.contact_hour)), Decimal(0))
        if total is not None and taught > total[2]:
            yield ask(
                "workload.contact-hours",
                credential,
                (plan, "contact_hour"),
                found=_plain(taught),
                expected=_plain(total[2]),
                contact=_plain(taught),
                hours=_plain(total[2]),
            )


def _activities(credential: Credential, learning: Learning) -> Iterator[Finding]:
    total = _total(learning)
    spent = [hours for activity in learning.activities if (hours := workload.hours(activity.workload))]
    if total is not None and total[1] == "volume_of_learning" and sum(spent) > total[2] * 2:
        yield ask(
            "workload.activities",
            credential,
            (learning.achievement, "influenced_by"),
            found=_plain(sum(spent, Decimal(0))),
            expected=_plain(total[2]),
            spent=_plain(sum(spent, Decimal(0))),
            hours=_plain(total[2]),
        )


def _pace(credential: Credential, learning: Learning) -> Iterator[Finding]:
    for activity in learning.activities:
        hours = workload.hours(activity.workload)
        if hours is None and activity.specified_by:
            hours = workload.hours(activity.specified_by.volume_of_learning)
        days = sum(_days(period.start_date, period.end_date) for period in activity.temporal)
        if hours and days and hours > days * HOURS_A_DAY:
            yield ask(
                "workload.pace",
                credential,
                (activity, "temporal"),
                found=f"{_plain(hours)} h, {days} d",
                hours=_plain(hours),
                days=days,
            )


def _days(start: str, end: str) -> int:
    if not (day(start) and day(end)):
        return 0
    return max((date.fromisoformat(day(end)) - date.fromisoformat(day(start))).days + 1, 0)


def _size(credential: Credential, learning: Learning) -> Iterator[Finding]:
    for owner, field, points in _ects(learning):
        if points > MOST_ECTS:
            limit = _plain(MOST_ECTS)
            found = _plain(points)
            yield ask(
                "size.credits", credential, (owner, field), found=found, expected=limit, credits=found, limit=limit
            )
            return
    total = _total(learning)
    if total is not None and total[2] > MOST_HOURS:
        limit, found = _plain(MOST_HOURS), _plain(total[2])
        yield ask("size.hours", credential, total[:2], found=found, expected=limit, hours=found, limit=limit)


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.1')).normalize():f}"
