"""Numbers with a decimal comma or point; what could be thousands or decimals is not guessed."""

from __future__ import annotations

import re
from decimal import Decimal

from mikra.issuance.fields import RosterField
from mikra.issuance.roster.faults import Fault, fault, number_text
from mikra.issuance.roster.result import Raw

_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_UNCLEAR = re.compile(r"\d{1,3}[.,]\d{3}")


def check_number(raw: Raw, one: RosterField) -> tuple[Decimal | None, tuple[Fault, ...]]:
    """The number in a cell, or what is wrong with it."""
    if isinstance(raw, bool) or not isinstance(raw, str | float):
        return None, (fault("cell_number_invalid", "not_a_number", expected="12.5"),)
    if isinstance(raw, float):
        return _bounded([Decimal(number_text(raw))] if abs(raw) < 1e15 else [], one)
    text = _SPACES.sub("", raw.replace("\u2212", "-"))
    if not text:
        return None, ()
    return _bounded(_readings(text) if text.isascii() else [], one)


def _readings(text: str) -> list[Decimal]:
    if len(text) > 40:
        return []
    if _UNCLEAR.fullmatch(text) and not text.startswith("0"):
        return [Decimal(text.replace(",", ".")), Decimal(re.sub("[.,]", "", text))]
    if _PLAIN.fullmatch(text):
        return [Decimal(text.replace(",", "."))]
    grouped = _GROUPED.fullmatch(text)
    return [Decimal(text.replace(grouped[1], "").replace(",", "."))] if grouped else []


def _bounded(readings: list[Decimal], one: RosterField) -> tuple[Decimal | None, tuple[Fault, ...]]:
    if not readings:
        return None, (fault("cell_number_invalid", "not_a_number", expected="12.5"),)
    fitting = [number for number in readings if _inside(number, one)]
    if len(fitting) == 1:
        return fitting[0], ()
    if fitting:
        both = {"one": str(fitting[0]), "other": str(fitting[1])}
        return None, (fault("cell_type_ambiguous", "number_unclear", expected=f"{fitting[0]} / {fitting[1]}", **both),)
    bounds = f"{_said(one.minimum)} – {_said(one.maximum)}"
    return None, (fault("cell_number_invalid", "number_outside", expected=bounds, bounds=bounds),)


def _inside(number: Decimal, one: RosterField) -> bool:
    low, high = one.minimum, one.maximum
    return not (isinstance(low, Decimal) and number < low) and not (isinstance(high, Decimal) and number > high)


def _said(bound: object) -> str:
    return "" if bound is None else str(bound)
