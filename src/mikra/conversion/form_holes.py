"""A form compiled once for all learners of one edition: which of its texts are the edition's, which the learner's.

Two invented learners go the general path, each with texts, days and numbers that occur nowhere else. What of these
stands in the form is a hole. Where the two forms do not agree but for the holes, something is reckoned from a value and
not just written down, and there is no fast path (None). Which rows the holes fit: `fitting`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from mikra.conversion.achievement import result_type
from mikra.conversion.identity import Origin
from mikra.model import Credential
from mikra.sealing.data_integrity_template import hole
from mikra.status.indexes import Place

Row = Mapping[str, Any]
Compose = Callable[[Row, Origin, dt.datetime], Credential]
"""The general path from a row to its EDC: row, the award's ids, the moment of issue."""

Write = Callable[[Credential, Origin, Place | None], dict[str, Any]]
"""The general path from an EDC to the form, not sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is known of rows: the members whose text is written as it is, and those that are days; all others are
    closed values, each of which has a template of its own. `grade` is the text that may be a number."""

    compose: Compose
    texts: tuple[str, ...]
    days: tuple[str, ...]
    grade: str = "grade"


_ODD = re.compile(r"[\\`*_\[\]<>#|~]|^\s|\s$|\s\s|[^\S ]")
"""What a writer of forms may escape or fold: such a row goes the general path."""


def shape_of(row: Row, rows: Rows, placed: bool) -> Hashable:
    """Rows of one shape share a template."""
    given = {name: value for name, value in row.items() if value not in (None, "")}
    plain = (*rows.texts, *rows.days)
    grade = given.get(rows.grade)
    return (
        placed,
        *[name in given for name in plain],
        "" if grade is None else result_type(str(grade)),
        *[(name, type(value), repr(value)) for name, value in sorted(given.items()) if name not in plain],
    )


def values_of(row: Row, rows: Rows, origin: Origin, place: Place | None, times: Mapping[str, str]) -> dict[str, str]:
    """Hole -> text. `times` are those of the moment of issue (`moments`)."""
    values = {name: str(row[name]) for name in rows.texts if row.get(name) not in (None, "")}
    values |= {name: str(row[name])[:10] for name in rows.days if row.get(name) not in (None, "")}
    values |= times
    values |= {"stem": stem_of(origin), "sri": origin.integrity, "hexadecimal": origin.hexadecimal}
    if place is not None:
        values |= {"list": place.base.partition("://")[2], "index": str(place.index)}
    return values


def stem_of(origin: Origin) -> str:
    """What all ids of one award share."""
    return origin.award.rpartition(":")[2][:-2]


def moments(credential: Credential) -> dict[str, str]:
    """The moments and days that an issue gives: when, and until when."""
    until = credential.valid_until or credential.expiration_date
    found = {"issued": credential.valid_from, "today": credential.valid_from[:10], "until": until, "last": until[:10]}
    return {name: text for name, text in found.items() if text}


def fitting(row: Row, values: Mapping[str, str], rows: Rows, static: frozenset[str]) -> bool:
    """Whether this row is one that the holes fit: its texts plain, no two alike, none that stands there anyway."""
    texts = [values[name] for name in rows.texts if name in values]
    if any(map(_ODD.search, texts)) or len(set(texts)) != len(texts) or not static.isdisjoint(texts):
        return False
    return all(_is_day(row[name]) for name in rows.days if name in values)


def _is_day(value: Any) -> bool:
    return (isinstance(value, dt.date) and not isinstance(value, dt.datetime)) or (
        isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    )


def with_holes(row: Row, rows: Rows, write: Write, form_id: Callable[[Origin], str], placed: bool) -> Any:
    """The form of a row's shape with holes for its values, or None where the general path alone knows it."""
    one, other = (_of(_Invented(row, rows, twin, placed), rows, write, form_id) for twin in (0, 1))
    return one if one == other else None


class _Invented:
    """A learner who is nobody, of the shape of a row."""

    def __init__(self, row: Row, rows: Rows, twin: int, placed: bool) -> None:
        self.row = dict(row)
        for number, name in enumerate(rows.texts):
            if self.row.get(name) not in (None, ""):
                self.row[name] = f"Qx{twin}{number}vqj{7 - twin}zz"
        grade = row.get(rows.grade)
        kind = "" if grade in (None, "") else result_type(str(grade))
        if kind in ("RawScore", "Percent"):
            self.row[rows.grade] = f"{9182736450 + twin * 1111}" + ("%" if kind == "Percent" else "")
        for number, name in enumerate(rows.days):
            if self.row.get(name) not in (None, ""):
                self.row[name] = dt.date(1907 + twin * 4 + number, 2 + twin, 11 + number).isoformat()
        self.at = dt.datetime(2013 + twin, 4 + twin, 17 + twin, 3, 7 + twin, 9, tzinfo=dt.UTC)
        stem = f"c0ffee0{twin}-5ea{twin}-7b1e-8d0d-facade900{twin}"
        digest = bytes([0xB5 + twin]) * 32
        self.origin = Origin(credential=f"urn:credential:{stem}00", award=f"urn:uuid:{stem}01", digest=digest)
        self.place = Place(f"https://invented.example/{twin}zq", 77_003_311 + twin) if placed else None


def _of(learner: _Invented, rows: Rows, write: Write, form_id: Callable[[Origin], str]) -> Any:
    credential = rows.compose(learner.row, learner.origin, learner.at)
    values = values_of(learner.row, rows, learner.origin, learner.place, moments(credential))
    values["form"] = form_id(learner.origin).rpartition(":")[2]
    names = {text: name for name, text in reversed(values.items())}
    known = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))

    def marked(value: Any) -> Any:
        if isinstance(value, str):
            return known.sub(lambda found: hole(names[found[0]]), value)
        if isinstance(value, list):
            return [marked(item) for item in value]
        return {name: marked(inner) for name, inner in value.items()} if isinstance(value, dict) else value

    return marked(write(credential, learner.origin, learner.place))


def static_texts(value: Any) -> frozenset[str]:
    """All texts of a document."""
    if isinstance(value, str):
        return frozenset({value})
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return frozenset().union(*map(static_texts, inner))
