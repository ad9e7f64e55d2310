"""From what a file gives for a cell to the value it means, or to what is wrong with it: one checker per column.

A spreadsheet turns what people type into numbers, dates and truth values. Where that may have changed what was
meant, the cell is `cell_type_ambiguous`, never mended in silence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mikra.issuance.dates import DateOrder
from mikra.issuance.fields import FieldKind, RosterField
from mikra.issuance.roster.addresses import address_fault, plain_addresses
from mikra.issuance.roster.choices import choice_index, read_choice, read_yes_no
from mikra.issuance.roster.days import check_day
from mikra.issuance.roster.faults import Fault, fault, number_text, warning
from mikra.issuance.roster.figures import check_number
from mikra.issuance.roster.plain_text import LONGEST_PLAIN, clean_text, plain_ones
from mikra.issuance.roster.result import Raw, Value

Checked = tuple[Value | None, tuple[Fault, ...]]
"""The value (None of an empty cell) and the faults."""

Checker = Callable[[Raw], Checked]

LONGEST = {FieldKind.NAME: 500, FieldKind.EMAIL: 320, FieldKind.CODE: 320, FieldKind.CHOICE: 320}
"""Characters by kind; else the limit for cells holds."""

_EXACT_DIGITS = 15
"""Spreadsheets keep 15 digits of a number (IEEE 754 doubles) and put zeros for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a checker has to know of its column besides the field.

    `digits`: of the longest whole number in it. `serial_dates`: 1900, 1904 or None.
    """

    field: RosterField
    today: dt.date
    longest: int
    order: DateOrder | None = None
    serial_dates: int | None = None
    digits: int = 0


def checker(column: Column) -> Checker:
    """The function that reads one cell of this column."""
    kind = column.field.kind
    if kind is FieldKind.DATE:
        return lambda raw: check_day(
            raw, column.field, today=column.today, order=column.order, serial_dates=column.serial_dates
        )
    if kind is FieldKind.NUMBER:
        return lambda raw: check_number(raw, column.field)
    if kind is FieldKind.YES_NO:
        return _check_yes_no
    if kind in (FieldKind.CHOICE, FieldKind.CODE):
        return _choice_checker(column.field)
    return _text_checker(column)


def sure_ones(column: Column, texts: Iterable[str]) -> set[str]:
    """Those of the texts that are values of this column as they stand, found all at once; the others are checked."""
    kind = column.field.kind
    if column.longest < LONGEST_PLAIN:
        return set()
    if kind is FieldKind.EMAIL:
        return plain_addresses(texts)
    return plain_ones(texts) if kind in (FieldKind.NAME, FieldKind.TEXT) else set()


def _text_checker(column: Column) -> Checker:
    one = column.field
    longest = min(LONGEST.get(one.kind, column.longest), column.longest)
    lines, is_address = one.kind is FieldKind.TEXT and not one.identifier, one.kind is FieldKind.EMAIL

    def check(raw: Raw) -> Checked:
        if not isinstance(raw, str):
            return _typed_text(raw, column)
        value, faults = clean_text(raw, longest, lines=lines)
        if not value:
            return None, ()
        if is_address and not any(f.rule == "cell_control_character" for f in faults):
            wrong = address_fault(value)
            return value, (wrong,) if wrong else faults
        return value, faults

    return check


def _typed_text(raw: Raw, column: Column) -> Checked:
    """Text that a spreadsheet has made something else of."""
    if column.field.kind is FieldKind.EMAIL:
        return None, (fault("cell_email_invalid", "email_without_at", expected="name@example.org"),)
    if isinstance(raw, bool) or not isinstance(raw, float):
        return None, (fault("cell_type_ambiguous", "not_text"),)
    value = number_text(raw)
    if column.field.identifier:
        return value, _lost_digits(raw, value, column)
    if not raw.is_integer():
        return value, (fault("cell_type_ambiguous", "not_text"),)
    return value, (warning("cell_type_ambiguous", "number_as_name"),) if column.field.kind is FieldKind.NAME else ()


def _lost_digits(raw: float, value: str, column: Column) -> tuple[Fault, ...]:
    if not raw.is_integer() or raw < 0 or len(value) > _EXACT_DIGITS or not value.isdigit():
        return (fault("cell_type_ambiguous", "number_cut", digits=_EXACT_DIGITS),)
    if len(value) < column.digits:
        padded = value.zfill(column.digits)
        return (fault("cell_type_ambiguous", "zeros_lost", expected=padded, padded=padded),)
    return ()


def _check_yes_no(raw: Raw) -> Checked:
    if isinstance(raw, bool):
        return raw, ()
    text = number_text(raw) if isinstance(raw, float) else raw
    if isinstance(text, str) and not text.strip():
        return None, ()
    answer = read_yes_no(text) if isinstance(text, str) else None
    return answer, () if answer is not None else (fault("cell_not_yes_no", "not_yes_no", expected="yes, no"),)


def _choice_checker(one: RosterField) -> Checker:
    index = choice_index(one)
    expected = ", ".join(one.choices[:12]) + (", …" if len(one.choices) > 12 else "")
    rule, key = ("cell_other_course", "other_course") if one.kind is FieldKind.CODE else ("cell_not_a_choice",) * 2

    def check(raw: Raw) -> Checked:
        if isinstance(raw, bool) or not isinstance(raw, str | float):
            return None, (fault("cell_type_ambiguous", "not_text"),)
        text = number_text(raw) if isinstance(raw, float) else raw
        value, faults = clean_text(text, LONGEST[FieldKind.CHOICE])
        if not value:
            return None, ()
        if errors := tuple(f for f in faults if f.rule in ("cell_control_character", "cell_too_long")):
            return value, errors
        choice = read_choice(value, index)
        return choice, () if choice is not None else (fault(rule, key, expected=expected, choices=expected),)

    return check
