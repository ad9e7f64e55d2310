"""Plain data (what YAML and JSON hold) -> dataclasses, and back, by the types of their fields.

One walk over the types serves reading, writing and the published schema (`design_schema`), so that the three
cannot drift apart. Every error names the member by its path ("assessment[0].type") and says what would do.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from mikra import vocabulary
from mikra.errors import InputError, NotFoundError
from mikra.model.text import Text
from mikra.vocabulary import Entry

_T = TypeVar("_T")
LANGUAGE_TAG = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
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
                f'"{name}" is not a member that a design has here.',
                where=_join(path, str(name)),
                found=str(name),
                expected=", ".join(close) or ", ".join(known),
                fix="Correct the name, or take the member out.",
                code="design_member_unknown",
            )
    values = {
        name: _value(hint, data[name], _join(path, name), default_language)
        for name, hint in known.items()
        if data.get(name) is not None
    }
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and field.name not in values:
            raise InputError(
                f'"{field.name}" is missing.',
                where=_join(path, field.name),
                expected=describe(known[field.name]),
                fix=f'Add "{field.name}".',
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


def _value(hint: Any, data: Any, path: str, language: str) -> Any:
    hint = bare(hint)
    if typing.get_origin(hint) is tuple:
        items = data if isinstance(data, list | tuple) else [data]
        item_type = typing.get_args(hint)[0]
        return tuple(_value(item_type, item, f"{path}[{i}]", language) for i, item in enumerate(items))
    if typing.get_origin(hint) is typing.Annotated:
        return _entry(hint.__metadata__[0], data, path)
    if dataclasses.is_dataclass(hint):
        return read(typing.cast("type[Any]", hint), data, path, default_language=language)
    if hint is Text:
        return _text(data, path, language)
    if issubclass(hint, StrEnum):
        return _closed(hint, data, path)
    return _SCALARS[hint](data, path)


def _entry(scheme: str, data: Any, path: str) -> Entry:
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
        return Text({language: data.strip()})
    if not isinstance(data, Mapping) or not all(isinstance(k, str) for k in data):
        raise _refuse(path, data, "a text per language: {en: ..., ro: ...}")
    for tag, value in data.items():
        if not isinstance(value, str) or not value.strip():
            raise _refuse(f"{path}.{tag}", value, "a text that is not empty")
        _language_tag(tag, f"{path}.{tag}")
    return Text({tag: value.strip() for tag, value in data.items()})


def _language_tag(tag: str, path: str) -> None:
    import re

    if not re.match(LANGUAGE_TAG, tag):
        raise _refuse(path, tag, "a language tag such as en, ro or lt")


def _string(data: Any, path: str) -> str:
    if isinstance(data, dt.date):
        return data.isoformat()
    if isinstance(data, bool) or not isinstance(data, str | int | float | Decimal):
        raise _refuse(path, data, "a text")
    return str(data).strip()


def _boolean(data: Any, path: str) -> bool:
    if not isinstance(data, bool):
        raise _refuse(path, data, "true or false")
    return data


def _integer(data: Any, path: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or data < 1:
        raise _refuse(path, data, "a whole number from 1")
    return data


def _decimal(data: Any, path: str) -> Decimal:
    try:
        number = Decimal(str(data))
    except InvalidOperation as error:
        raise _refuse(path, data, "a number with a decimal point, such as 3 or 2.5") from error
    if isinstance(data, bool) or not number.is_finite() or number < 0:
        raise _refuse(path, data, "a number, 0 or more")
    return number


def _date(data: Any, path: str) -> dt.date:
    if isinstance(data, dt.date) and not isinstance(data, dt.datetime):
        return data
    try:
        return dt.date.fromisoformat(str(data))
    except ValueError as error:
        raise _refuse(path, data, "a date as YEAR-MONTH-DAY, such as 2026-05-20") from error


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
        return f"a value of the list {hint.__metadata__[0]} (see: mikra vocabulary {hint.__metadata__[0]})"
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
