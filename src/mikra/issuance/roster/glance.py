"""A first look at a file: its headings and some rows, so that a person can say which column is which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mikra.issuance.fields import RosterField
from mikra.issuance.roster.checking import is_blank
from mikra.issuance.roster.corrections import cell_text
from mikra.issuance.roster.faults import shown
from mikra.issuance.roster.headings import match_columns
from mikra.issuance.roster.kinds import FileKind, file_kind
from mikra.issuance.roster.opendocument import ods_sheets
from mikra.issuance.roster.package import open_package
from mikra.issuance.roster.read import DEFAULT_LIMITS, read_text
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import Raw, RosterLimits, RosterOptions
from mikra.issuance.roster.table import Table, locate_header
from mikra.issuance.roster.workbook import is_workbook, xlsx_sheets

_SAMPLE = 3
"""Rows that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """`sheets`: names of all sheets with content. `guess`: heading -> field, as far as the headings say so.

    `samples`: the first rows below the headings, as texts.
    """

    sheets: tuple[str, ...]
    headings: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    guess: Mapping[str, str]


def glance(
    data: bytes,
    *,
    fields: Sequence[RosterField],
    options: RosterOptions,
    name: str = "",
    limits: RosterLimits = DEFAULT_LIMITS,
) -> Glance:
    """Raises InputError where not even the cells can be read; what the columns mean is not judged."""
    sheets, rows = _rows(data, fields, options, name, limits)
    if not rows:
        raise refusal("sheet_empty", "sheet_empty", options.language)
    header = locate_header(rows, fields, {})
    top = header.index if header else next((i for i, row in enumerate(rows) if not is_blank(row)), 0)
    headings = tuple(cell.strip() if isinstance(cell, str) else shown(cell) for cell in rows[top])
    used = match_columns(headings, fields, {}).used
    below = [row for row in rows[top + 1 :] if not is_blank(row)][:_SAMPLE]
    return Glance(
        sheets=sheets,
        headings=headings,
        samples=tuple(tuple(cell_text(cell) for cell in row[: len(headings)]) for row in below),
        guess={headings[position]: one.name for position, one in used.items()},
    )


def _rows(
    data: bytes, fields: Sequence[RosterField], options: RosterOptions, name: str, limits: RosterLimits
) -> tuple[tuple[str, ...], Sequence[Sequence[Raw]]]:
    if file_kind(data, name, limits, options.language) is FileKind.TEXT:
        table: Table = read_text(data, fields, {}, options, limits)[0]
        return (), table.rows
    package = open_package(data, limits, options.language)
    find = xlsx_sheets if is_workbook(package) else ods_sheets
    found = {sheet.name: sheet.rows for sheet in find(package, limits)}
    if not found:
        raise refusal("sheet_empty", "sheet_empty", options.language)
    return tuple(found), found.get(options.sheet) or max(found.values(), key=len)
