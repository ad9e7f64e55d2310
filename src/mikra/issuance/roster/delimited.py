"""Delimited text, strictly after RFC 4180 (section 2), with any delimiter: text -> records with their line numbers.

A quote opens a cell only at its start; a quoted cell may hold delimiters and line ends. Nothing is split by hand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mikra.errors import InputError
from mikra.issuance.fields import RosterField
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import RosterOptions
from mikra.issuance.roster.table import locate_header
from mikra.messages import text

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
_NO_DELIMITER = "\x1f"
"""For a file of one column: a character that no text has."""

_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_SAMPLE, _SAMPLE_WIDTH = 200, 300
"""Records, and cells of each, by which the delimiter is judged."""
_ANY_WIDTH = 1 << 30

Record = tuple[int, list[str]]
"""The line on which a record starts, from 1, and its cells."""


def records(lines: Iterable[str], delimiter: str, language: str, widest: int) -> Iterator[Record]:
    """All records, blank lines left out. Raises InputError csv_malformed, cell_too_long, sheet_too_wide, by line."""
    watched = _Watched(lines)
    reader = csv.reader(watched, delimiter=delimiter, strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _malformed(str(error), before + 1, watched.last, language) from error
        if len(cells) > widest:
            most = str(widest)
            where = _line(before + 1, language)
            raise refusal("sheet_too_wide", "sheet_too_wide", language, where=where, expected=most, most=most)
        if cells:
            yield before + 1, cells
        before = reader.line_num


class _Watched:
    """Lines, remembering the last one that was taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        return self.last


def _malformed(error: str, line: int, last: str, language: str) -> InputError:
    if "field limit" in error:
        return refusal("cell_too_long", "cell_too_long_line", language, where=_line(line, language), line=line)
    key = "unclosed_quote" if "unexpected end" in error else "quote_inside"
    return refusal("csv_malformed", key, language, where=_line(line, language), found=last[:40].strip(), line=line)


def _line(line: int, language: str) -> str:
    return text("roster.where_line", language, line=line)


def hinted_delimiter(first_line: str) -> str:
    """The delimiter of a first line "sep=;", as spreadsheets write it; "" where there is none."""
    hint = _HINT.fullmatch(first_line)
    return hint[1] if hint else ""


def choose_delimiter(
    lines: list[str], fields: Sequence[RosterField], mapping: Mapping[str, str], options: RosterOptions
) -> tuple[str, int]:
    """(delimiter, lines to skip). The one under which most headings are known and most rows are as wide as they are.

    Raises InputError csv_malformed where two are as good as each other, or the given one is none.
    """
    hinted = hinted_delimiter(lines[0]) if lines else ""
    given = DELIMITER_NAMES.get(options.delimiter.lower(), options.delimiter) or hinted
    if given:
        if len(given) != 1 or given in '\r\n"':
            raise refusal("csv_malformed", "delimiter_unknown", options.language, found=given)
        return given, 1 if hinted else 0
    scores = {d: _score([cells for _, cells in sample], fields, mapping) for d, sample in candidates(lines).items()}
    best = max(scores.values())
    chosen = [delimiter for delimiter, score in scores.items() if score == best]
    if len(chosen) > 1:
        raise refusal("csv_malformed", "delimiter_unclear", options.language, found=" ".join(map(repr, chosen)))
    return chosen[0], 0


def _score(rows: list[list[str]], fields: Sequence[RosterField], mapping: Mapping[str, str]) -> tuple[int, float, int]:
    """(known headings, share of rows as wide as they are, their width)"""
    header = locate_header(rows, fields, mapping)
    top = header.index if header else 0
    width = len(rows[top]) if rows else 0
    below = rows[top + 1 :]
    even = sum(len(row) == width for row in below) / len(below) if below else 1.0
    return len(header.columns.used) if header else 0, even, width


def sample_of(lines: Iterable[str], delimiter: str) -> list[Record]:
    """The first records with this delimiter, as far as they can be read."""
    found: list[Record] = []
    try:
        for number, cells in records(lines, delimiter, "en", _ANY_WIDTH):
            found.append((number, cells[:_SAMPLE_WIDTH]))
            if len(found) >= _SAMPLE:
                break
    except InputError:
        pass
    return found


def candidates(lines: list[str]) -> dict[str, list[Record]]:
    """Delimiter -> sample, for each that divides some record, and for a file of one column, which has none."""
    found = {delimiter: sample_of(lines, delimiter) for delimiter in DELIMITERS if any(delimiter in x for x in lines)}
    dividing = {d: sample for d, sample in found.items() if any(len(cells) > 1 for _, cells in sample)}
    return {**dividing, _NO_DELIMITER: sample_of(lines, _NO_DELIMITER)}
