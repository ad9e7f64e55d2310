"""Text of a cell: kept to the code point, after NFC and trimming; what cannot be seen is refused or pointed out.

Refused: control characters, direction controls (Unicode Bidi_Control), noncharacters, what marks a lost letter.
Pointed out: invisible characters where no script needs them, text that a spreadsheet would run as a formula
(CWE-1236), letters that look as if they had been read in the wrong encoding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mikra.issuance.roster.faults import Fault, fault, warning

_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unicode, PropList, Bidi_Control."""

_INVISIBLE = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
_JOINERS = "\u200c\u200d"
"""Needed within words of several scripts and between the parts of an emoji, but never beside Latin letters."""

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s().-]*$)")
_MISREAD = re.compile(
    r"[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
)
_ERROR_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|ERROR!|FIELD!|GETTING_DATA)")
"""What spreadsheets show in place of a value (ECMA-376-1, 18.17.2.5)."""
_SUSPECT = re.compile(rf"[{_INVISIBLE}\ufffd]|{_MISREAD.pattern}")


LONGEST_PLAIN = 400
"""Characters of the longest text that is found to be plain in the short way."""

_LETTER = "0-9A-Za-zÀ-ÖØ-öø-ɏΆΈ-ώА-џҊ-ԯ"
_PLAIN_LINE = re.compile(
    rf"^(?:[{_LETTER}]|[{_LETTER}][ -~{_LETTER}’]{{0,{LONGEST_PLAIN - 2}}}[!-~{_LETTER}])$", re.MULTILINE
)
"""Letters that NFC leaves alone, and what is usual between them; no space at the ends, no formula."""


def plain_ones(texts: Iterable[str]) -> set[str]:
    """Those of the texts that `clean_text` would leave as they are, without a fault: the short way for most cells.

    It may miss some, and finds none too many. Lines of a text of several lines may be among them.
    """
    joined = "\n".join(texts)
    if not joined.isascii() and _SUSPECT.search(joined):
        return set()
    return set(_PLAIN_LINE.findall(joined))


def clean_text(raw: str, longest: int, *, lines: bool = False) -> tuple[str, tuple[Fault, ...]]:
    """The text as it will stand, and its faults: the first error alone, or all warnings. `lines` allows line ends."""
    value = unicodedata.normalize("NFC", raw.strip())
    if len(value) > longest:
        return value, (fault("cell_too_long", "cell_too_long", expected=str(longest), length=len(value), most=longest),)
    if value.startswith("#") and _ERROR_VALUE.fullmatch(value):
        return value, (fault("cell_type_ambiguous", "spreadsheet_error"),)
    if value.isprintable() and not _FORMULA.match(value) and (value.isascii() or not _SUSPECT.search(value)):
        return value, ()
    error = _error(value, lines)
    return value, (error,) if error else tuple(_warnings(value))


def _error(value: str, lines: bool) -> Fault | None:
    for character in value:
        if character in _DIRECTION:
            return fault("cell_control_character", "direction_character", character=_name(character))
        if _is_control(character) and not (lines and character in "\n\r\t"):
            return fault("cell_control_character", "control_character", character=_name(character))
        if character == "\ufffd":
            return fault("cell_damaged_text", "lost_letter")
    return None


def _is_control(character: str) -> bool:
    if character.isprintable():
        return False
    point = ord(character)
    noncharacter = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    return noncharacter or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _warnings(value: str) -> list[Fault]:
    found = []
    hidden = next((c for i, c in enumerate(value) if _is_hidden(value, i)), "")
    if hidden:
        found.append(warning("cell_control_character", "invisible_character", character=_name(hidden)))
    if _FORMULA.match(value):
        found.append(warning("cell_formula_text", "formula_text"))
    if (repaired := misread(value)) is not None:
        found.append(warning("cell_damaged_text", "misread_text", repaired=repaired))
    return found


def _is_hidden(value: str, index: int) -> bool:
    if value[index] not in _JOINERS:
        return value[index] in _INVISIBLE
    around = value[max(index - 1, 0) : index] + value[index + 1 : index + 2]
    return len(around) < 2 or any(c.isalpha() and ord(c) < 0x250 for c in around)


def misread(value: str) -> str | None:
    """What the text was before UTF-8 was read as windows-1252 ("ZoÃ«" was "Zoë"); None where it was not."""
    if value.isascii() or not _MISREAD.search(value):
        return None
    try:
        repaired = b"".join(_byte(c) for c in value).decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None
    return repaired if repaired.isprintable() else None


def _byte(character: str) -> bytes:
    return character.encode("latin-1") if "\x80" <= character <= "\x9f" else character.encode("cp1252")


def _name(character: str) -> str:
    """ "U+202E RIGHT-TO-LEFT OVERRIDE" """
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
