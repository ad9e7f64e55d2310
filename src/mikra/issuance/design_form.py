"""Plain data (what YAML and JSON hold) -> dataclasses, and back, by the types of their fields.

One walk over the types serves reading, writing and the published schema (`design_schema`), so that the three
cannot drift apart. Every error names the member by its path ("assessment[0].type") and says what would do.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from mikra import vocabulary
from mikra.errors import InputError, NotFoundError
from mikra.model.text import Text, Written
from mikra.vocabulary import Entry

_T = TypeVar("_T")
LANGUAGE_TAG = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
NUMBER = r"^[0-9]{1,6}(\.[0-9]{1,2})?$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MAX_WHOLE = 1200
WRITTEN = {
    Written.DATE: DATE,
    Written.ADDRESS: r"^(https?://[^\s<>\"{}|\\^`]+)?$",
    Written.EMAIL: r"^([^\s@<>]+@[^\s@<>]+)?$",
    Written.IRI: r"^((https?://|urn:)[^\s<>\"{}|\\^`]+)?$",
    Written.COLOUR: r"^(#[0-9A-Fa-f]{6})?$",
}
"""How a text of that kind is written, for the reader and for the schema."""

_EXPECTED = {
    Written.DATE: "a date as YEAR-MONTH-DAY, such as 2026-05-20",
    Written.ADDRESS: "an address that begins with https:// or http://",
    Written.EMAIL: "an e-mail address",
    Written.IRI: "an address that begins with https://, http:// or urn:",
    Written.COLOUR: "six digits from 0 to 9 and a to f after #, such as #1c3f9f",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_HINTS: dict[type[Any], dict[str, Any]] = {}


def hints(cls: type[Any]) -> dict[str, Any]:
    """Field name -> type, with annotations kept. ClassVars are left out."""
    if cls not in _HINTS:
        found = typing.get_type_hints(cls, include_extras=True)
        _HINTS[cls] = {f.name: found[f.name] for f in dataclasses.fields(cls)}
    return _HINTS[cls]


def read(cls: type[_T], data: Any, path: str = "", *, default_language: str = "") -> _T:
    """An instance of dataclass `cls` from a mapping. InputError names the member, what was found, what would do.

    A plain string stands for a text in `default_language` where that is given.
    """
    if not isinstance(data, Mapping):
        raise _refuse(path, data, "a group of members")
    known = hints(cls)
    for name in data:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, n=2)
            raise InputError(
                "A design has no such member here.",
                where=_join(path, str(name)),
                found=str(name),
                expected=", ".join(close) or ", ".join(known),
                fix="Correct the name, or take the member out.",
                code="design_member_unknown",
            )
    values = {
        name: read_value(hint, data[name], _join(path, name), default_language)
        for name, hint in known.items()
        if data.get(name) is not None
    }
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and values.get(field.name, "") == "":
            raise InputError(
                "A member is missing.",
                where=_join(path, field.name),
                expected=describe(known[field.name]),
                fix="Add it.",
                code="design_member_missing",
            )
    return cls(**values)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _refuse(path: str, found: Any, expected: str, fix: str = "") -> InputError:
    shown = repr(found)
    return InputError(
        "This value does not fit here.",
        where=path or "the whole file",
        found=shown if len(shown) <= 60 else shown[:57] + "...",
        expected=expected,
        fix=fix or "Correct the value.",
        code="design_value",
    )


def bare(hint: Any) -> Any:
    """The type without `| None`."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(a for a in typing.get_args(hint) if a is not type(None))
    return hint


def read_value(hint: Any, data: Any, path: str, language: str) -> Any:
    """One value of a member's type. InputError names the path, what was found, what would do."""
    hint = bare(hint)
    if typing.get_origin(hint) is tuple:
        items = data if isinstance(data, list | tuple) else [data]
        item_type = typing.get_args(hint)[0]
        return tuple(read_value(item_type, item, f"{path}[{i}]", language) for i, item in enumerate(items))
    if typing.get_origin(hint) is typing.Annotated:
        kind = hint.__metadata__[0]
        return _written(kind, data, path) if isinstance(kind, Written) else _entry(kind, data, path)
    if dataclasses.is_dataclass(hint):
        return read(typing.cast("type[Any]", hint), data, path, default_language=language)
    if hint is Text:
        return _text(data, path, language)
    if issubclass(hint, StrEnum):
        return _closed(hint, data, path)
    return _SCALARS[hint](data, path)


def _written(kind: Written, data: Any, path: str) -> str:
    if kind is Written.DATE:
        return _date(data, path).isoformat()
    if not isinstance(data, str) or not re.fullmatch(WRITTEN[kind], data):
        raise _refuse(path, data, _EXPECTED[kind])
    return _clean(data, path)


def _entry(scheme: str, data: Any, path: str) -> Entry:
    if isinstance(data, bool | Mapping | list):
        raise _refuse(path, data, f"a value of the list {scheme}")
    try:
        return vocabulary.entry(scheme, str(data).strip())
    except NotFoundError as error:
        raise _refuse(path, data, f"a value of the list {scheme}", error.fix) from error


def _closed(hint: type[StrEnum], data: Any, path: str) -> StrEnum:
    try:
        return hint(data)
    except ValueError as error:
        raise _refuse(path, data, " | ".join(hint)) from error


def _text(data: Any, path: str, language: str) -> Text:
    if isinstance(data, str) and language and data.strip():
        return Text({language: _clean(data, path)})
    if not isinstance(data, Mapping) or not data or not all(isinstance(k, str) for k in data):
        raise _refuse(path, data, "a text per language: {en: ..., ro: ...}")
    for tag, value in data.items():
        if not isinstance(value, str) or not value.strip():
            raise _refuse(f"{path}.{tag}", value, "a text that is not empty")
        _language_tag(tag, f"{path}.{tag}")
    return Text({tag: _clean(value, f"{path}.{tag}") for tag, value in data.items()})


def _clean(value: str, path: str) -> str:
    """Without blanks around it; lines end in one way."""
    value = value.strip().replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(value):
        raise _refuse(path, value, "a text without control characters")
    return value


def _language_tag(tag: str, path: str) -> None:
    if not re.fullmatch(LANGUAGE_TAG, tag):
        raise _refuse(path, tag, "a language tag such as en, ro or lt")


def _string(data: Any, path: str) -> str:
    if isinstance(data, float | Decimal):
        raise _refuse(path, data, "a text", "Put it in quotes: 2026.10 as a number is 2026.1.")
    if isinstance(data, bool) or not isinstance(data, str | int):
        raise _refuse(path, data, "a text")
    return _clean(str(data), path)


def _boolean(data: Any, path: str) -> bool:
    if not isinstance(data, bool):
        raise _refuse(path, data, "true or false")
    return data


def _integer(data: Any, path: str) -> int:
    written = str(data)
    if isinstance(data, bool) or not re.fullmatch(r"[0-9]{1,4}", written) or not 1 <= int(written) <= MAX_WHOLE:
        raise _refuse(path, data, f"a whole number from 1 to {MAX_WHOLE}")
    return int(written)


def _decimal(data: Any, path: str) -> Decimal:
    if not isinstance(data, str | int | float | Decimal) or isinstance(data, bool):
        raise _refuse(path, data, "a number")
    written = format(data, "f") if isinstance(data, Decimal) else str(data)
    if not re.fullmatch(NUMBER, written):
        raise _refuse(path, data, "a number below a million with a decimal point, such as 3 or 2.5")
    return Decimal(written)


def _date(data: Any, path: str) -> dt.date:
    if isinstance(data, dt.date) and not isinstance(data, dt.datetime):
        return data
    try:
        if not re.fullmatch(DATE, str(data)):
            raise ValueError
        return dt.date.fromisoformat(str(data))
    except ValueError as error:
        raise _refuse(path, data, _EXPECTED[Written.DATE]) from error


_SCALARS: dict[Any, Callable[[Any, str], Any]] = {
    str: _string,
    bool: _boolean,
    int: _integer,
    Decimal: _decimal,
    dt.date: _date,
}


def describe(hint: Any) -> str:
    """What a member of this type holds, in a few words."""
    hint = bare(hint)
    if typing.get_origin(hint) is tuple:
        return f"a list of: {describe(typing.get_args(hint)[0])}"
    if typing.get_origin(hint) is typing.Annotated:
        kind = hint.__metadata__[0]
        return _EXPECTED[kind] if isinstance(kind, Written) else f"a value of the list {kind}: mikra vocabulary {kind}"
    if hint is Text:
        return "a text per language: {en: ..., ro: ...}"
    if dataclasses.is_dataclass(hint):
        return "a group of: " + ", ".join(hints(typing.cast("type[Any]", hint)))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return " | ".join(hint)
    return {str: "a text", bool: "true or false", int: "a whole number", Decimal: "a number", dt.date: "a date"}[hint]


def write(value: Any, *, defaults: bool = False) -> Any:
    """Plain data for a dataclass; entries by their slug. Members at their default are left out, unless `defaults`."""
    if isinstance(value, Entry):
        return value.slug
    if isinstance(value, Text):
        return dict(value)
    if isinstance(value, StrEnum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _write_members(value, defaults)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [write(item, defaults=defaults) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _write_members(value: Any, defaults: bool) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        member = getattr(value, field.name)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if defaults or (member is not None and member != default and member != ()):
            written[field.name] = write(member, defaults=defaults)
    return written
