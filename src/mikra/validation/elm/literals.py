"""Values as the graph holds them: when two are one, and which are well formed for their datatype.

XML Schema 1.1 part 2 as pyshacl over rdflib applies it: the table of verdicts was made with these, and Python's
own parsers of dates and numbers decide there too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from mikra.validation.elm.tables import LANG_STRING, XSD

LANGUAGE_TAG = re.compile(r"^[a-zA-Z]+(?:-[a-zA-Z0-9]+)*$")
_DURATION = re.compile(
    r"^[+-]?P(?!\b)(?:\d+(?:[,.]\d+)?Y)?(?:\d+(?:[,.]\d+)?M)?(?:\d+(?:[,.]\d+)?W)?(?:\d+(?:[,.]\d+)?D)?"
    r"(?:T(?:\d+(?:[,.]\d+)?H)?(?:\d+(?:[,.]\d+)?M)?(?:\d+(?:[,.]\d+)?S)?)?$",
    re.ASCII,
)


class Literal(NamedTuple):
    """`text` is the normal spelling, so that equal literals are one; `number` where the value is one."""

    text: str
    datatype: str
    language: str = ""
    well_formed: bool = True
    number: int | Decimal | None = None


Value = str | Literal
"""A node (its id, or "_:..." where it has none) or a literal."""


def plain(text: str, datatype: str) -> Literal:
    """The literal of that spelling; a datatype that no shape names is compared by spelling alone."""
    reader = _READERS.get(datatype)
    if reader is None:
        return Literal(text, datatype, well_formed=datatype != LANG_STRING)
    try:
        return reader(text, datatype)
    except (ValueError, OverflowError, InvalidOperation):
        return Literal(text, datatype, well_formed=False)


def in_language(text: str, language: str) -> Literal:
    """A text with a language tag (already in lower case); an empty tag makes it a text of no datatype at all."""
    return Literal(text, LANG_STRING if language else "", language)


def _date_time(text: str, datatype: str) -> Literal:
    moment = datetime.fromisoformat(text)  # a date alone passes, as with pyshacl; the EU's reader refuses it
    return Literal(moment.isoformat(), datatype)


def _duration(text: str, datatype: str) -> Literal:
    if not _DURATION.match(text):
        if not text.startswith("P"):
            raise ValueError(text)
        datetime.fromisoformat(text[1:])  # ISO 8601 allows P2026-01-01T00:00:00
    return Literal(text, datatype)


def _integer(text: str, datatype: str) -> Literal:
    number = int(text)
    return Literal(str(number), datatype, number=number)


def _positive(text: str, datatype: str) -> Literal:
    number = int(text)
    return Literal(str(number), datatype, well_formed=number > 0, number=number)


def _decimal(text: str, datatype: str) -> Literal:
    number = Decimal(text)
    return Literal(f"{number:f}", datatype, number=number)


def _boolean(text: str, datatype: str) -> Literal:
    known = text in ("true", "false", "1", "0")
    normal = "true" if text.lower() in ("1", "true") else "false"
    return Literal(normal, datatype, well_formed=known)


_READERS: dict[str, Callable[[str, str], Literal]] = {
    XSD + "dateTime": _date_time,
    XSD + "duration": _duration,
    XSD + "integer": _integer,
    XSD + "positiveInteger": _positive,
    XSD + "decimal": _decimal,
    XSD + "boolean": _boolean,
}
