"""Refusing a file as a whole: an `InputError` with its words in the reader's language."""

from __future__ import annotations

from mikra.errors import InputError
from mikra.messages import text


def refusal(
    code: str, key: str, language: str, *, where: str = "", found: str = "", expected: str = "", **values: object
) -> InputError:
    """The error of that code (`codes.CODES`); its sentence is `roster.<key>`, what to do `roster.<key>_fix`."""
    values = {"found": found, "expected": expected, "where": where, **values}
    return InputError(
        text(f"roster.{key}", language, **values),
        where=where,
        found=found,
        expected=expected,
        fix=text(f"roster.{key}_fix", language, **values),
        code=code,
    )
