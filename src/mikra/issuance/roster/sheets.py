"""Which sheet of a workbook holds the class list: the one that is named, or the only one that can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mikra.errors import InputError
from mikra.issuance.fields import FieldKind, RosterField
from mikra.issuance.roster.headings import Columns
from mikra.issuance.roster.opendocument import is_opendocument, ods_sheets
from mikra.issuance.roster.package import DESIGN_PROPERTY, Package, open_package, own_property
from mikra.issuance.roster.refusal import refusal
from mikra.issuance.roster.result import RosterLimits, RosterOptions, SourceKind
from mikra.issuance.roster.table import Table, column_letters, locate_header, missing_fields, quoted_sheet
from mikra.issuance.roster.workbook import Sheet, is_workbook, xlsx_sheets

_NAMED = 10
"""Cells with formulas that are named in a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The sheet with the class list. `for_design`: the code of this design, where it is a template made for it."""

    table: Table
    sheet: Sheet
    for_design: str


def read_workbook(
    data: bytes,
    fields: Sequence[RosterField],
    mapping: Mapping[str, str],
    options: RosterOptions,
    limits: RosterLimits,
) -> Found:
    """The sheet with the class list. Raises InputError for everything that keeps it from being read."""
    package = open_package(data, limits, options.language)
    kind = _kind(package, options.language)
    find = xlsx_sheets if kind is SourceKind.XLSX else ods_sheets
    for_design = _for_design(package, fields, options.language)
    sheets = list(find(package, limits, options.sheet))
    sheet = _choose(sheets, fields, mapping, options)
    table = Table(kind=kind, sheet=sheet.name, rows=sheet.rows, numbers=range(1, len(sheet.rows) + 1))
    return Found(table=table, sheet=sheet, for_design=for_design)


def _for_design(package: Package, fields: Sequence[RosterField], language: str) -> str:
    """The code of the design for which this template of ours was made; one made for another design is refused."""
    codes = {choice for one in fields if one.kind is FieldKind.CODE for choice in one.choices}
    made_for = own_property(package, DESIGN_PROPERTY)
    if made_for and codes and made_for not in codes:
        raise refusal("rows_need_attention", "other_template", language, found=made_for, expected=", ".join(codes))
    return made_for


def _kind(package: Package, language: str) -> SourceKind:
    if is_workbook(package):
        return SourceKind.XLSX
    if is_opendocument(package):
        return SourceKind.ODS
    raise refusal("file_type_mismatch", "not_a_workbook", language)


def _choose(
    sheets: list[Sheet], fields: Sequence[RosterField], mapping: Mapping[str, str], options: RosterOptions
) -> Sheet:
    if not sheets:
        raise refusal("sheet_empty", "sheet_empty", options.language, where=options.sheet)
    if len(sheets) == 1:
        return sheets[0]
    headers = [(sheet, locate_header(sheet.rows, fields, mapping)) for sheet in sheets]
    fitting = [sheet for sheet, header in headers if header and not missing_fields(header.columns, fields)]
    if len(fitting) > 1:
        names = ", ".join(quoted_sheet(sheet.name) for sheet in fitting)
        raise refusal(
            "rows_need_attention", "which_sheet", options.language, found=names, sheets=names, example=fitting[0].name
        )
    if fitting:
        return fitting[0]
    return max(headers, key=lambda found: len(found[1].columns.used) if found[1] else 0)[0]


def check_formulas(sheet: Sheet, top: int, columns: Columns, language: str) -> InputError | None:
    """The refusal for computed cells in the headings or in a column that is used; None where there are none.

    A computed cell may show something else tomorrow, or to somebody else.
    """
    wrong = [(row, column) for row, column in sheet.formulas if row == top or (row > top and column in columns.used)]
    if not wrong:
        return None
    named = [f"{quoted_sheet(sheet.name)}!{column_letters(column)}{row + 1}" for row, column in wrong[:_NAMED]]
    where = ", ".join(named) + (", …" if len(wrong) > _NAMED else "")
    return refusal(
        "cell_formula_not_allowed", "formula", language, where=where, found=str(len(wrong)), count=len(wrong)
    )
