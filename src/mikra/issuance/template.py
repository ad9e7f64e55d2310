"""The fast path: a design compiled once into the bytes of its credentials, with holes for what differs per learner.

Rows of one *shape* (the same members present, the same closed values) share a template. `fill` gives the very bytes
that `compose.serialise(compose.compose(...))` gives (`tests/issuance/test_template.py`, a law), 300 times faster.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any, cast

import orjson

from mikra.errors import InputError
from mikra.issuance import design_form
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import compose, instant, later, serialise
from mikra.issuance.design import Design
from mikra.issuance.prototype import day
from mikra.issuance.recipient import Verbatim, calendar_day
from mikra.issuance.status_entry import Member
from mikra.model import Credential
from mikra.status.indexes import Place

OPEN = ("given_name", "family_name", "full_name", "email", "learner_id", "national_id", "grade")
"""Row members whose text goes into the credential as it is."""

DAYS = ("completed", "date_of_birth")
CLOSED = ("gender", "nationality", "supervision", "identity_verified", "language")
"""Row members with few values, each of which changes more than one place."""

_PRIVATE_USE = range(0xE000, 0xF8FF)
_SAMPLE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

Shape = tuple[Any, ...]


def shape_of(row: Mapping[str, Any]) -> Shape:
    """Rows of equal shape share a template."""
    get = row.get
    return (
        *[get(name) not in _NOTHING for name in OPEN],
        *[get(name) not in _NOTHING for name in DAYS],
        *[_key(get(name)) for name in CLOSED],
    )


_NOTHING = (None, "")


def _key(value: Any) -> Any:
    """True and 1 are one key in Python, and a list is none; here each value is a key of its own."""
    return value if value is None or isinstance(value, str | bool) else (type(value), repr(value))


class Marks:
    """The two characters around the name of a hole: of private use, and nowhere in the design itself."""

    def __init__(self, design: Design) -> None:
        texts = orjson.dumps(design_form.write(design)).decode()
        free = (chr(code) for code in _PRIVATE_USE if chr(code) not in texts)
        self.start, self.end = next(free), next(free)

    def hole(self, name: str) -> Verbatim:
        return Verbatim(f"{self.start}{name}{self.end}")

    def split(self, payload: bytes) -> list[bytes]:
        """Pieces and names of holes in turn."""
        return re.split(f"{self.start}([a-z_]+){self.end}".encode(), payload)


class Template:
    """Static pieces with holes between them, plain and as they stand inside a JSON string.

    `prefix` is what comes before the first hole: the same for every credential, hashed and escaped once.
    """

    def __init__(self, design: Design, payload: bytes) -> None:
        parts = Marks(design).split(payload)
        self.design = design
        self.prefix = parts[0]
        static, holes = [b"", *parts[2::2]], [part.decode() for part in parts[1::2]]
        self._plain = _spaced(static)
        self._escaped = _spaced([_escape(piece) for piece in static])
        self._days = tuple(name for name in DAYS if name in holes)
        self._open = tuple(name for name in OPEN if name in holes)
        values = ("stem", "issued", "until", "list", "index", *self._days, *self._open)
        self._pick = itemgetter(*(values.index(name) for name in holes))
        self._moment: tuple[dt.datetime | None, bytes, bytes, bytes] = (None, b"", b"", b"")

    def fill(
        self, row: Mapping[str, Any], *, award_id: AwardId, at: dt.datetime, place: Place | None = None
    ) -> tuple[bytes, bytes]:
        """What follows `prefix` in one learner's payload: as it is, and as it stands inside a JSON string."""
        values = self._values(row, award_id, at, place)
        plain, escaped = self._plain.copy(), self._escaped.copy()
        plain[1::2] = escaped[1::2] = self._pick(values)
        if b"\\" in b"".join(values):
            escaped[1::2] = self._pick([_escape(value) for value in values])
        return b"".join(plain), b"".join(escaped)

    def rest(self, row: Mapping[str, Any], *, award_id: AwardId, at: dt.datetime, place: Place | None = None) -> bytes:
        """What follows `prefix`, as it is."""
        plain = self._plain.copy()
        plain[1::2] = self._pick(self._values(row, award_id, at, place))
        return b"".join(plain)

    def payload(
        self, row: Mapping[str, Any], *, award_id: AwardId, at: dt.datetime, place: Place | None = None
    ) -> bytes:
        """The whole payload: the bytes to be sealed."""
        return self.prefix + self.rest(row, award_id=award_id, at=at, place=place)

    def _values(self, row: Mapping[str, Any], award_id: AwardId, at: dt.datetime, place: Place | None) -> list[bytes]:
        """`place` is given where the template was compiled with one; its address needs no escapes (`indexes`)."""
        issued, until, today = self._times(at)
        values = [award_id.stem.encode(), issued, until]
        values += [place.base.encode(), b"%d" % place.index] if place else [b"", b""]
        for name in self._days:
            value = row.get(name)
            values.append(today if value in _NOTHING else calendar_day(value, name).encode())
        values += [_json(row[name]) for name in self._open]
        return values

    def _times(self, at: dt.datetime) -> tuple[bytes, bytes, bytes]:
        moment, issued, until, today = self._moment
        if moment is not at:
            issued = instant(at).encode()
            months = self.design.valid_months
            until = instant(later(at, months)).encode() if months else b""
            today = day(at.astimezone(dt.UTC).date()).encode()
            self._moment = (at, issued, until, today)
        return issued, until, today


def _spaced(pieces: list[bytes]) -> list[bytes]:
    """The pieces with room between them."""
    spaced = [b""] * (2 * len(pieces) - 1)
    spaced[::2] = pieces
    return spaced


def _escape(text: bytes) -> bytes:
    return orjson.dumps(text.decode())[1:-1]


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value if type(value) is str else str(value))[1:-1]
    except TypeError as error:
        raise InputError(
            "This text holds half a character.",
            found=ascii(value)[:60],
            fix="Type the text again.",
            code="json_bad_unicode",
        ) from error


def compile_template(
    design: Design, row: Mapping[str, Any], pages: Mapping[str, bytes], member: Member | None = None
) -> Template:
    """The template for all rows of the shape of `row`. Costs as much as a few credentials by the general path.

    `member` says where the status stands; None where none is offered.
    """
    return Template(design, serialise(prototype_credential(design, row, pages, member)))


def prototype_credential(
    design: Design, row: Mapping[str, Any], pages: Mapping[str, bytes], member: Member | None = None
) -> Credential:
    """The credential of a row with the names of the holes in place of its values."""
    hole = Marks(design).hole
    given = {name: value for name, value in row.items() if value not in _NOTHING}
    marked: dict[str, Any] = {name: hole(name) for name in (*OPEN, *DAYS) if name in given}
    marked["completed"] = hole("completed")
    marked |= {name: given[name] for name in CLOSED if name in given}
    status: dict[str, Any] = {}
    if member:
        status = {"place": Place(hole("list"), cast(int, hole("index"))), "member": member}
    credential = compose(design, marked, award_id=AwardId(hole("stem")), at=_SAMPLE, pages=pages, **status)
    issued = hole("issued")
    until = hole("until") if design.valid_months else ""
    return replace(credential, issued=issued, issuance_date=issued, valid_from=issued, valid_until=until)
